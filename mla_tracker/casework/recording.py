"""Recording an act by its code: the one table of which capability keeps which act.

Pages, commands, imports and the demonstration data all come through `record`; an act without a recorder of its own
needs no row beside its event.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.facts import lacking
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.recording import Given, Recorder, record_plainly
from mla_tracker.core.errors import DomainError, Invalid
from mla_tracker.decisions import services as decisions
from mla_tracker.exchanges import services as exchanges


def accept(act: OpenAct, given: Given) -> int:
    """Accept the request: each item still requested is accepted with it (UNCAC 46(9): the finding counts for all)."""
    seq = given.append(act, given.code)
    for item_id, place in act.standing.items.items():
        if place.status == "requested":
            act.append("item_accepted", on=given.on, item_id=item_id, detail=given.detail)
    return seq


def order_execution(act: OpenAct, given: Given) -> int:
    """Pass the request on for execution: each accepted item goes to its executing authority."""
    seq = given.append(act, given.code)
    for item_id, place in act.standing.items.items():
        if place.status == "accepted":
            act.append("item_ordered", on=given.on, item_id=item_id)
    return seq


def receive_formal_request(act: OpenAct, given: Given) -> int:
    """The formal request after a provisional arrest; registered today where nothing is lacking (ECE 12)."""
    seq = given.append(act, given.code)
    if not lacking(act.transition("registered"), act.file):
        act.append("registered", on=act.today)
    return seq


def grant(act: OpenAct, given: Given) -> int:
    """Grant, or take the court's order of surrender, once the assurances asked for are settled."""
    exchanges.require_assurances_settled(act)
    if given.code == "granted_in_part":
        return decisions.grant_in_part(act, given)
    return given.append(act, given.code)


RECORDERS: Final[Mapping[str, Recorder]] = {
    "accepted": accept,
    "accepted_in_part": accept,
    "execution_ordered": order_execution,
    "formal_request_received": receive_formal_request,
    **decisions.RECORDERS,
    **dict.fromkeys(("granted", "granted_in_part", "granted_on_condition", "surrender_ordered"), grant),
}


_NAMING: Final = ("merged_into", "linked", "child")
"""The keys of a detail that name another request."""


def require_known_request(act: OpenAct, detail: Mapping[str, Any]) -> None:
    """A request that an act names is on file, the actor sees it, and it is another one. Raises `Invalid` beside it."""
    for key in _NAMING:
        reference = str(detail.get(key) or "").strip()
        if not reference:
            continue
        seen = act.session.scalar(select(Case.id).where(Case.reference == reference, visible(act.actor, Case.id)))
        if seen is None or seen == act.case.id:
            raise Invalid({key: "Enter the reference of another request on file, such as MLA-IN-2026-00042."})


def record(act: OpenAct, given: Given) -> int:
    """Record one act of the life cycle and return its number in the case; the errors are those of `OpenAct.append`."""
    if given.code == "corrected":
        raise DomainError("A correction names the entry that was wrong: use the timeline.")
    require_known_request(act, given.detail)
    return RECORDERS.get(given.code, record_plainly)(act, given)

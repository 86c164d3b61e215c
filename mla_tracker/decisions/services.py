"""Refusing and postponing: the checks of `rules.py` against the catalogue, then the event; the rows follow from it.

`RECORDERS` maps each act to its function. Refusal: proposed with grounds, reasons and the duties of the accepted basis,
approved by a second person, told to the other State. The grounds that the other State gave us stand in the same tables.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from mla_tracker.cases.models import AssistanceItem, CaseLegalBasis
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.projection import Wanted
from mla_tracker.cases.recording import Given, Recorder
from mla_tracker.cases.replay import effective
from mla_tracker.core.errors import Invalid
from mla_tracker.decisions.projection import accept_bases, pending, refusals
from mla_tracker.decisions.rules import NATIONALITY, NO_BASIS_GROUNDS, Bars, DutyOwed, check_duties, check_grounds
from mla_tracker.instruments.queries import catalogue


def propose_refusal(act: OpenAct, given: Given) -> int:
    """Propose to refuse what is still open, or one item (UNCAC 46(21), 46(23), 46(26); ECE 18(2))."""
    grounds, reasons = _grounds(given), str(given.detail.get("reasons", "")).strip()
    excuse = str(given.detail.get("no_consultation_reason", ""))
    act.transition(given.code, given.item_id)
    _check_grounds(act, grounds)
    if not reasons:
        raise Invalid({"reasons": "Give the reasons in words."})
    _check_duties(act, "partial" if given.item_id else "refuse", grounds, excuse)
    return given.append(act, given.code, "GROUND", "DUTIES_OF_BASIS")


def approve_refusal(act: OpenAct, given: Given) -> int:
    """The second person approves the refusal of the whole, or of an item, which ends the item."""
    _pending(act, given.item_id)
    return given.append(act, given.code, "GROUND")


def send_refusal_back(act: OpenAct, given: Given) -> int:
    """The second person sends it back with reasons: nothing was refused."""
    _pending(act, given.item_id)
    return given.append(act, given.code)


def communicate_refusal(act: OpenAct, given: Given) -> int:
    """Tell the other State. A refusal of a national asks the question of UNCAC 44(11) and has an act of its own."""
    refusal = _pending(act, None)
    of_national = NATIONALITY in refusal["grounds"]
    if of_national != (given.code == "nationality_refusal_communicated"):
        wanted = "nationality_refusal_communicated" if of_national else "refusal_communicated"
        where = "" if of_national else "not "
        problem = f"Nationality is {where}among the grounds: use “{act.tables.events[wanted]}”."
        raise Invalid({"on": problem})
    return given.append(act, given.code)


def record_court_refusal(act: OpenAct, given: Given) -> int:
    """A court found that it may not be done: its ground is the ground of the refusal; no second person is needed."""
    grounds = _grounds(given)
    act.transition(given.code, given.item_id)
    _check_grounds(act, grounds)
    return given.append(act, given.code, "GROUND", "DUTIES_OF_BASIS")


def grant_in_part(act: OpenAct, given: Given) -> int:
    """Grant for part of the offences: for the other part grounds, reasons and the duties of the basis (ECE 18(2))."""
    grounds, excuse = _grounds(given), str(given.detail.get("no_consultation_reason", ""))
    act.transition(given.code)
    _check_grounds(act, grounds)
    _check_duties(act, "partial", grounds, excuse)
    return given.append(act, given.code, "GROUND", "DUTIES_OF_BASIS")


def record_negative_reply(act: OpenAct, given: Given) -> int:
    """What the other State answered to us, with the grounds it named; none named is a finding of its own."""
    if act.case.kind == "extradition" and given.detail.get("reply_kind") == "not_executable":
        raise Invalid({"reply_kind": "A request for extradition is refused or returned; it is not an item to execute."})
    grounds = _grounds(given)
    if unknown := [code for code in grounds if code not in catalogue(act.session).grounds]:
        raise Invalid({"grounds": f"Unknown: {', '.join(unknown)}."})
    return given.append(act, given.code)


def postpone(act: OpenAct, given: Given) -> int:
    """Later, not no: a ground for postponement, reasons, the next review, the duties of the basis (UNCAC
    46(25)-(26)).
    """
    ground = str(given.detail.get("ground", ""))
    act.transition(given.code, given.item_id)
    bases = _basis_codes(act)
    open_grounds = catalogue(act.session).postponement_grounds(bases, act.case.kind)
    if ground not in {row.code for row in open_grounds}:
        raise Invalid({"ground": "Choose a ground for postponement of the accepted legal basis."})
    _check_duties(act, "postpone", [ground], str(given.detail.get("no_consultation_reason", "")))
    return given.append(act, given.code, "POSTPONEMENT_GROUND", "DUTIES_OF_BASIS")


def _grounds(given: Given) -> list[str]:
    return list(dict.fromkeys(given.detail.get("grounds") or ()))


def _basis_codes(act: OpenAct) -> list[str]:
    """The accepted bases, the primary one first; none accepted: an empty list."""
    rows: Sequence[str] = (
        act.session.scalars(
            select(CaseLegalBasis.basis_code)
            .where(CaseLegalBasis.case_id == act.case.id, CaseLegalBasis.accepted.is_(True))
            .order_by(CaseLegalBasis.is_primary.desc(), CaseLegalBasis.id)
        )
    ).all()
    return list(rows)


def _request_kinds(act: OpenAct) -> str:
    """The kind for grounds and duties: a request about assets is a `freeze` request (assistance_types.yaml, stage)."""
    if act.case.kind == "extradition":
        return "extradition"
    types = catalogue(act.session).assistance_types
    codes = act.session.scalars(select(AssistanceItem.type_code).where(AssistanceItem.case_id == act.case.id)).all()
    return "freeze" if codes and all(types[code].stage for code in codes) else "mla"


def _check_grounds(act: OpenAct, grounds: Sequence[str]) -> None:
    bases = _basis_codes(act)
    if not bases:
        check_grounds(grounds, NO_BASIS_GROUNDS, Bars({}, {}))
        return
    codes, kind = catalogue(act.session), _request_kinds(act)
    bars = codes.bars(bases, kind)
    check_grounds(
        grounds,
        {row.code for row in codes.grounds_available(bases, kind).grounds},
        Bars(
            never={ground: bar.article for bar in bars if bar.scope == "any" for ground in bar.grounds},
            not_alone={ground: bar.article for bar in bars if bar.scope == "sole" for ground in bar.grounds},
        ),
    )


def _check_duties(act: OpenAct, doing: str, grounds: Sequence[str], excuse: str) -> None:
    bases = _basis_codes(act)
    if not bases:
        return
    rows = catalogue(act.session).duties(bases[0], _request_kinds(act), doing, grounds)
    owed = [
        DutyOwed(row.duty, row.force == "required", row.article)
        for row in rows
        if row.before and row.force != "none" and row.towards == "requesting_state"
    ]
    check_duties(owed, _done(act), excuse)


DUTY_SHOWN_BY: Final[Mapping[str, str]] = {
    "consult": "consultation_closed",
    "hear": "consultation_closed",
    "ask_information": "information_requested",
}
"""The duty to the event that shows it as done."""


def _done(act: OpenAct) -> set[str]:
    """The duties that the events on the file show as done."""
    recorded = {entry.code for entry in effective(act.entries)}
    return {duty for duty, code in DUTY_SHOWN_BY.items() if code in recorded}


def _pending(act: OpenAct, item_id: int | None) -> Wanted:
    row = pending(refusals(effective(act.entries)), item_id)
    if row is None:
        raise Invalid({"on": "No refusal was proposed."})
    return row


def accept_basis(act: OpenAct, given: Given) -> int:
    """Which asserted basis is accepted, or `none` with the reason (expert meeting 2019, paras 24 and 35)."""
    chosen: Any = given.detail.get("basis")
    rows = act.session.scalars(select(CaseLegalBasis).where(CaseLegalBasis.case_id == act.case.id)).all()
    if chosen != "none" and chosen not in {row.basis_code for row in rows}:
        raise Invalid({"basis": "Choose one of the legal bases asserted on this request, or none."})
    seq = given.append(act, given.code)
    accept_bases(act.session, act.case.id, effective(act.entries))  # the next act may ask for it before this one closes
    return seq


RECORDERS: Final[Mapping[str, Recorder]] = {
    "legal_basis_accepted": accept_basis,
    "refusal_proposed": propose_refusal,
    "item_refusal_proposed": propose_refusal,
    "refusal_approved": approve_refusal,
    "item_refused": approve_refusal,
    "refusal_sent_back": send_refusal_back,
    "item_refusal_sent_back": send_refusal_back,
    "refusal_communicated": communicate_refusal,
    "nationality_refusal_communicated": communicate_refusal,
    "court_barred": record_court_refusal,
    "court_refused": record_court_refusal,
    "item_court_barred": record_court_refusal,
    "negative_reply_received": record_negative_reply,
    "item_refused_abroad": record_negative_reply,
    "postponed": postpone,
    "item_postponed": postpone,
}

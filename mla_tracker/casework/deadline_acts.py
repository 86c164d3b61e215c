"""What people do to the deadlines of a case: extend, pause, mark as met, dispute, set a single day.

Each is an event in the case, and the deadlines are computed anew from the events when the act closes; so nothing here
writes a date. A treaty clock is extended only as its text allows, and a pause for a reason of our own stops house
clocks alone: that is decided by the rules (`stopped_by`), not here.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select

from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.replay import effective
from mla_tracker.core.errors import DomainError, Invalid, NotVisible
from mla_tracker.deadlines.agreed import SET_BY
from mla_tracker.deadlines.models import ClockExtension, Deadline
from mla_tracker.deadlines.occurrences import FACT_ACT, recordable
from mla_tracker.instruments.limits_in_force import limits_in_force
from mla_tracker.instruments.queries import catalogue
from mla_tracker.instruments.time_limits import Clock, ExtensionHow, TimeLimit, Unit, When

SIDES: Final = ("ours", "executing_authority", "court", "other_state", "third_party")
"""Whose delay it is."""


def extend(
    act: OpenAct,
    deadline_id: int,
    *,
    reason_code: str,
    side: str,
    reason: str,
    amount: int | None = None,
    unit: str | None = None,
    until: date | None = None,
) -> None:
    """Extend a running deadline: by so much, or until a day that was decided.

    A limit of a text is extended as the text says (how, by how much at most, how often) and not at all where it says
    nothing; targets of our own and single days as the office decides. Raises `Invalid` beside the field that is wrong.
    """
    row = _running(act, deadline_id)
    _reasoned(act, reason_code, side, reason)
    limit = limits_in_force(act.session).tables.limits.get(row.rule_code or "")
    if row.clock == Clock.LEAD_TIME:
        raise DomainError("A lead time follows the day from which it is counted back; change that day.")
    how = ExtensionHow.ADDITIONAL
    if limit is None:
        if until is None:
            raise Invalid({"until": "Enter the day until which it is extended."})
    elif not limit.is_house:
        how, amount, unit = _as_the_text_allows(act, row, limit, amount, unit, until)
    if until is None and amount is None:
        raise Invalid({"amount": "Enter by how much, or until which day."})
    if until is not None and row.due_on is not None and until <= row.due_on:
        raise Invalid({"until": f"The deadline runs until {row.due_on.isoformat()} as it is."})
    if until is None and (amount is None or amount < 1 or unit not in tuple(Unit)):
        raise Invalid({"amount": "Enter a number of 1 or more and its unit."})
    detail: dict[str, Any] = {"clock": _clock(row), "reason": reason.strip(), "reason_code": reason_code, "side": side}
    if until is not None:
        detail |= {"how": ExtensionHow.UNTIL.value, "until": until.isoformat()}
    else:
        detail |= {"how": how.value, "amount": amount, "unit": unit}
    act.append("deadline_extended", item_id=row.item_id, detail=detail)


def _as_the_text_allows(
    act: OpenAct, row: Deadline, limit: TimeLimit, amount: int | None, unit: str | None, until: date | None
) -> tuple[ExtensionHow, int | None, str | None]:
    allowed = limit.extension
    if allowed is None:
        raise DomainError(
            f"{limit.source} knows no extension of this limit. A day that a court or both sides set is entered as a "
            "day of its own."
        )
    former = act.session.scalars(
        select(ClockExtension.id).where(ClockExtension.case_id == act.case.id, ClockExtension.run_key == row.run_key)
    ).all()
    if allowed.times == "once" and former:
        raise DomainError(f"{limit.source} allows one extension, and it was granted.")
    if allowed.amount is None or allowed.unit is None:
        if allowed.how is ExtensionHow.UNTIL and until is None:
            raise Invalid({"until": "Enter the day until which it runs on."})
        return ExtensionHow.ADDITIONAL if allowed.how is ExtensionHow.UNTIL else allowed.how, amount, unit
    if until is not None:
        raise Invalid({"until": f"{limit.source} allows {allowed.amount} {allowed.unit.value}; leave the day empty."})
    if amount is None:
        return allowed.how, allowed.amount, allowed.unit.value
    if unit != allowed.unit.value or amount > allowed.amount:
        raise Invalid({"amount": f"{limit.source} allows {allowed.amount} {allowed.unit.value} at most."})
    return allowed.how, amount, unit


def pause(act: OpenAct, *, reason_code: str, side: str, reason: str, item_id: int | None = None) -> None:
    """Let the house clocks of the case, or of one item, stand still for a reason that justifies it.

    Clocks of a treaty or a law go on: they stop only where their text says so.
    """
    _reasoned(act, reason_code, side, reason)
    if not catalogue(act.session).delay_reasons[reason_code].pausable:
        raise Invalid({"reason_code": "This reason explains a delay; it does not stop a clock."})
    if act.case.closed_on is not None:
        raise DomainError("The case is closed: no clock of ours runs.")
    if _open_pause(act, item_id) is not None:
        raise DomainError("The clocks stand still already.")
    detail = {"reason": reason.strip(), "reason_code": reason_code, "side": side}
    act.append("pause_opened", item_id=item_id, detail=detail)


def resume(act: OpenAct, *, item_id: int | None = None) -> None:
    """Let the house clocks run again."""
    since = _open_pause(act, item_id)
    if since is None:
        raise DomainError("The clocks run: no pause is open.")
    if act.on < since:
        raise Invalid({"on": f"The pause began on {since.isoformat()}."})
    act.append("pause_closed", item_id=item_id)


def mark_met(act: OpenAct, deadline_id: int, *, evidence: str) -> None:
    """Record that what was due had been done on the day of the act, and what shows it."""
    row = _running(act, deadline_id)
    if not evidence.strip():
        raise Invalid({"evidence": "Say what shows it: a letter, a receipt, an entry of a register."})
    if act.on < row.started_on and row.clock != Clock.LEAD_TIME:
        raise Invalid({"on": f"The clock started on {row.started_on.isoformat()}."})
    act.append("deadline_met", item_id=row.item_id, detail={"clock": _clock(row), "evidence": evidence.strip()})


def dispute(act: OpenAct, deadline_id: int, *, side: str, reason: str) -> None:
    """Record that somebody contests this date. It goes on until the dispute is settled; the dispute shows beside it."""
    row = _running(act, deadline_id)
    _side_and_words(side, reason)
    if row.explanation.get("disputed"):
        raise DomainError("It is disputed already.")
    detail = {"clock": _clock(row), "side": side, "reason": reason.strip()}
    act.append("deadline_disputed", item_id=row.item_id, detail=detail)


def settle(act: OpenAct, deadline_id: int, *, result: str) -> None:
    """Record how the dispute about a date ended."""
    row = _of_case(act, deadline_id)
    if not row.explanation.get("disputed"):
        raise DomainError("It is not disputed.")
    if not result.strip():
        raise Invalid({"result": "Say how the dispute ended."})
    act.append("deadline_settled", item_id=row.item_id, detail={"clock": _clock(row), "result": result.strip()})


def set_day(
    act: OpenAct,
    *,
    label: str,
    due_on: date,
    due_at: datetime | None,
    ours: bool,
    set_by: str,
    reason: str,
    item_id: int | None = None,
) -> None:
    """A single day agreed with the other side, or set by a court, the other State or ourselves, beside the rules."""
    faults = {
        "label": "" if label.strip() else "Say what is due.",
        "set_by": "" if set_by in SET_BY else "Say who set the day.",
        "reason": "" if reason.strip() else "Give the reason, or the decision that sets the day.",
        "due_on": "" if due_on >= act.on else "The day lies before the one on which it was set.",
    }
    if wrong := {name: words for name, words in faults.items() if words}:
        raise Invalid(wrong)
    detail: dict[str, Any] = {
        "label": label.strip(),
        "due_on": due_on.isoformat(),
        "bound": "ours" if ours else "theirs",
        "set_by": set_by,
        "reason": reason.strip(),
    }
    if due_at is not None:
        detail["due_at"] = due_at.isoformat()
    act.append("deadline_set", item_id=item_id, detail=detail)


def record_fact(
    act: OpenAct, fact: str, *, planned_on: date | None = None, at: datetime | None = None, item_id: int | None = None
) -> None:
    """A dated fact that starts or ends clocks and is no act of the life cycle: the judge was seen, data were preserved,
    a person is to appear on a day. `at`: its hour, where clocks count hours; `planned_on`: the day of one that is known
    beforehand, else it happened on the day of the act.
    """
    tables = limits_in_force(act.session).tables
    if fact not in recordable(tables):
        raise Invalid({"fact": "Choose what happened, or what is planned."})
    if tables.events[fact].when is not When.PLANNED:
        act.append(FACT_ACT, at=at, item_id=item_id, detail={"fact": fact})
        return
    if planned_on is None:
        raise Invalid({"planned_on": "Enter the day for which it is planned."})
    detail = {"fact": fact, "planned_on": planned_on.isoformat()} | ({"planned_at": at.isoformat()} if at else {})
    act.append(FACT_ACT, item_id=item_id, detail=detail)


def _running(act: OpenAct, deadline_id: int) -> Deadline:
    row = _of_case(act, deadline_id)
    if row.ended_on is not None:
        raise DomainError("This deadline has ended.")
    return row


def _of_case(act: OpenAct, deadline_id: int) -> Deadline:
    row = act.session.scalar(
        select(Deadline).where(Deadline.id == deadline_id, Deadline.case_id == act.case.id),
        execution_options={"populate_existing": True},
    )
    if row is None:
        raise NotVisible("There is no such deadline.")
    return row


def _clock(row: Deadline) -> str:
    """The key of the clock without the number of the item, which the event names itself."""
    return row.run_key.removesuffix(f":{row.item_id}") if row.item_id is not None else row.run_key


def _open_pause(act: OpenAct, item_id: int | None) -> date | None:
    """Since when the house clocks of the case, or of that item, stand still by a pause of our own."""
    opened: date | None = None
    for entry in effective(act.entries):
        if entry.item_id == item_id and entry.code == "pause_opened":
            opened = entry.happened_on
        elif entry.item_id in (None, item_id) and entry.code == "pause_closed":
            opened = None
    return opened


def _reasoned(act: OpenAct, reason_code: str, side: str, reason: str) -> None:
    if reason_code not in catalogue(act.session).delay_reasons:
        raise Invalid({"reason_code": "Choose a reason."})
    _side_and_words(side, reason)


def _side_and_words(side: str, reason: str) -> None:
    faults: Mapping[str, str] = {
        "side": "" if side in SIDES else "Say whose delay it is.",
        "reason": "" if reason.strip() else "Give the reason in words.",
    }
    if wrong := {name: words for name, words in faults.items() if words}:
        raise Invalid(wrong)

"""The log of a case that is taken in: its own events, or the one entry of a register that kept none."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from mla_tracker.cases.facts import DAYS_ASKED
from mla_tracker.cases.file_entries import BEFORE_THE_REQUEST
from mla_tracker.cases.file_events import FILE_EVENTS
from mla_tracker.cases.life_cycle import LifeCycle, TransitionNotAllowed, life_cycles
from mla_tracker.cases.projection import TAKEN_OVER
from mla_tracker.cases.replay import Entry, effective, replay
from mla_tracker.cases.sequence import first_out_of_order
from mla_tracker.casework.register_file.rows import CaseRows, Row, Wrong

# What an item of a case that was taken over whole ended as, where the register says nothing of items.
_ITEM_OF_CASE: Final[Mapping[str, str]] = {
    "executed_in_full": "executed",
    "executed_in_part": "executed_in_part",
    "refused": "refused",
    "withdrawn": "withdrawn",
    "no_longer_needed": "no_longer_needed",
    "returned": "returned",
    "forwarded": "forwarded",
    "not_executable": "not_executable",
    "lapsed": "lapsed",
    "merged": "merged",
    "abandoned": "no_longer_needed",
}
MILESTONES: Final = (
    "opened_on",
    "sent_on",
    "acknowledged_on",
    "decided_on",
    "executed_on",
    "answered_on",
    "closed_on",
)
Author = Callable[[Row, str], int | None]


def entries(
    rows: CaseRows, items: Mapping[int, int], *, direction: str, cycle: LifeCycle, today: date, now: datetime,
    author: Author,
) -> list[tuple[Entry, datetime]]:  # fmt: skip
    """The entries of a case with their moments of recording. `items`: number to id; `author`: whom a cell names.

    Raises `Wrong` naming the row of the first event that cannot be, or that the life cycle does not permit.
    """
    given = sorted(rows.of("event"), key=lambda row: row.values["number"] or 0)
    if not given:
        return list(_taken_over(rows, items, cycle, today, now))
    if problems := [
        row.problem(*wrong) for number, row in enumerate(given, 1) if (wrong := _misfit(row, number, items))
    ]:
        raise Wrong(problems)
    if late := [row.problem("This day lies in the future.", "happened_on") for row in given if _day_of(row) > today]:
        raise Wrong(late)
    first = _day_of(given[0])
    if early := [row for row in given if _day_of(row) < first and row.values["event"] not in BEFORE_THE_REQUEST]:
        raise Wrong([row.problem("This day lies before the first event of the case.", "happened_on") for row in early])
    found = [(_entry(row, items, author), row.values["recorded_at"]) for row in given]
    _permitted([entry for entry, _ in found], given, cycle, direction)
    _in_order([entry for entry, _ in found], given)
    begun = {entry.item_id for entry, _ in found}
    if unbegun := [row for row in rows.of("item") if items[row.values["number"]] not in begun]:
        raise Wrong([row.problem("No event of the case is about this item.", "number") for row in unbegun])
    return found


def _day_of(row: Row) -> date:
    day: date = row.values["happened_on"]
    return day


def _misfit(row: Row, number: int, items: Mapping[int, int]) -> tuple[str, str] | None:
    """The first thing that is wrong with an event by itself: a message and the column; None where it can be read."""
    values = row.values
    detail = values["detail"]
    tests = (
        (values["number"] != number, f"Events are numbered without gaps; {number} is expected.", "number"),
        (values["event"] not in {**life_cycles().events, **FILE_EVENTS}, f"{values['event']} is no event.", "event"),
        (values["happened_on"] is None, "An event has its day.", "happened_on"),
        (values["recorded_at"] is None, "An event has its moment of recording.", "recorded_at"),
        (values["item"] not in (None, *items), "The case has no item of this number.", "item"),
        (
            values["corrects"] is not None and not 0 < values["corrects"] < number,
            "There is no earlier event of this number.",
            "corrects",
        ),
        (not isinstance(detail, dict | None), "Takes a JSON object.", "detail"),
    )
    for is_wrong, message, column in tests:
        if is_wrong:
            return message, column
    message = _misfit_detail(values["event"], detail or {})
    return (message, "detail") if message else None


def _misfit_detail(code: str, detail: Mapping[str, Any]) -> str:
    """What is read out of the detail of an event must be there and be what it is taken for."""
    if code == TAKEN_OVER and not isinstance(detail.get("status"), str):
        return "Lacks the status that the earlier register gives."
    for name in (*MILESTONES, "happened_on", *DAYS_ASKED):
        try:
            date.fromisoformat(detail.get(name) or "2000-01-01")
        except (TypeError, ValueError):
            return f"{name} takes a day such as 2026-11-24."
    for name in ("grounds", "deficiencies", *_KEPT_ROWS.values()):
        if not isinstance(detail.get(name) or [], list):
            return f"{name} takes a list."
    return ""


def _entry(row: Row, items: Mapping[int, int], author: Author) -> Entry:
    values = row.values
    return Entry(
        seq=values["number"],
        code=values["event"],
        happened_on=values["happened_on"],
        happened_at=values["happened_at"],
        item_id=items[values["item"]] if values["item"] is not None else None,
        corrects_seq=values["corrects"],
        actor_id=author(row, "by"),
        detail=values["detail"] or {},
    )


def _permitted(found: list[Entry], given: list[Row], cycle: LifeCycle, direction: str) -> None:
    """The whole must replay; where it does not, the first event is named up to which it does not."""
    try:
        replay(life_cycles(), cycle, direction, found)
    except TransitionNotAllowed:
        for number, row in enumerate(given, start=1):
            try:
                replay(life_cycles(), cycle, direction, found[:number])
            except TransitionNotAllowed as problem:
                raise Wrong([row.problem(problem.message, "event")]) from problem


def _in_order(found: list[Entry], given: list[Row]) -> None:
    """No effective entry lies before its cause, such as an answer before the question."""
    if (pair := first_out_of_order(effective(found))) is not None:
        entry, cause = pair
        message = f"This lies before {cause.code}, which happened on {cause.happened_on.isoformat()}."
        raise Wrong([given[entry.seq - 1].problem(message, "happened_on")])


def _out_of_order(days: Mapping[str, date]) -> dict[str, str]:
    """The milestones that cannot be, each with the one it lies before: nothing before the opening (or the sending of
    ours), nothing after the closing.
    """
    wrong: dict[str, str] = {}
    for first in ("opened_on", "sent_on"):
        wrong |= {
            name: first for name, day in days.items() if name != "opened_on" and first in days and day < days[first]
        }
    if "closed_on" in days and any(day > days["closed_on"] for day in days.values()):
        wrong.setdefault("closed_on", next(name for name, day in days.items() if day > days["closed_on"]))
    return wrong


def _taken_over(
    rows: CaseRows, items: Mapping[int, int], cycle: LifeCycle, today: date, now: datetime
) -> Iterator[tuple[Entry, datetime]]:
    row, values = rows.case, rows.case.values
    days: dict[str, date] = {name: day for name in MILESTONES if isinstance(day := values.get(name), date)}
    if late := [name for name, day in days.items() if day > today]:
        raise Wrong([row.problem("This day lies in the future.", name) for name in late])
    ended = bool(values.get("outcome") or "closed_on" in days)
    status = values.get("status") or ("closed" if ended else cycle.resume_at)
    terminal = cycle.statuses[status].terminal
    if ended and not terminal:
        raise Wrong([row.problem("A case with an outcome or a day of closing is closed.", "status")])
    if early := _out_of_order(days):
        raise Wrong([row.problem(f"This day lies before {before}.", name) for name, before in early.items()])
    detail: dict[str, Any] = {"status": status, **{name: day.isoformat() for name, day in days.items()}}
    if values.get("outcome"):
        detail["outcome"] = values["outcome"]
    if terminal and "closed_on" not in days:
        detail |= {"closed_on": max(days.values()).isoformat(), "not_recorded": ["closed_on"]}
    opened: date = values["opened_on"]
    yield Entry(1, TAKEN_OVER, opened, detail=detail | _rows_stated(rows, None)), now
    stated = {item.values["number"]: item.values for item in rows.of("item")}
    for seq, (number, item_id) in enumerate(items.items(), start=2):
        own = stated.get(number, {})
        outcome = own.get("outcome") or _ITEM_OF_CASE.get(values.get("outcome") or "", "")
        of_item: dict[str, Any] = {"status": "finished" if outcome else own.get("status") or "requested"}
        if outcome:
            of_item["outcome"] = outcome
        yield Entry(seq, TAKEN_OVER, opened, item_id=item_id, detail=of_item | _rows_stated(rows, number)), now


# The rows of a file beside the events, with the name under which the one entry of a case without events keeps them.
_KEPT_ROWS: Final[Mapping[str, str]] = {
    "refusal": "refusals",
    "postponement": "postponements",
    "information": "information",
    "consultation": "consultations",
}


def _rows_stated(rows: CaseRows, item: int | None) -> dict[str, Any]:
    """What the register gives beside the status: refusals, postponements, rounds; of the case, or of one item."""
    found: dict[str, Any] = {}
    for kind, kept_as in _KEPT_ROWS.items():
        for row in rows.of(kind):
            if row.values.get("item") == item:
                found.setdefault(kept_as, []).append(_plain(row.values))
    if item is None and not rows.of("refusal") and rows.case.values.get("outcome") == "refused":
        found["refusals"] = [_old_refusal(rows.case.values)]
    return found


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The filled cells of a row as an entry keeps them."""
    return {
        name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value not in (None, "", ()) and name not in ("reference", "event", "item")
    }


def _old_refusal(values: Mapping[str, Any]) -> dict[str, Any]:
    """A refusal of a register that may never have kept reasons: then it is marked so."""
    reasons = (values.get("refusal_reasons") or "").strip()
    told = values.get("decided_on") or values.get("closed_on")
    return _plain(
        {
            "given_by": "us" if values["direction"] == "incoming" else "other_state",
            "proposed_on": told or values["opened_on"],
            "reasons": reasons,
            "reasons_recorded": bool(reasons),
            "approved_on": told or values["opened_on"],
            "communicated_on": values.get("closed_on") or told,
            "grounds": tuple(values.get("grounds") or ()),
        }
    )

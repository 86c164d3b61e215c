"""Where a case and its items stand, from their events alone.

`replay` takes the entries of one case in the order in which they were recorded and applies the tables of
`life_cycle.py` to them. Corrections are folded in first: an annulled entry is left out, a changed one is read as
changed. Status, outcome and milestones of the stored case are nothing but the result of this function, so that they can
be rebuilt at any time (`events rebuild`). No database, no clock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from mla_tracker.cases.life_cycle import (
    AS_REPLIED,
    FROM_ITEMS,
    OF_KIND,
    PREVIOUS,
    REPLAYED,
    SAME,
    STATED,
    LifeCycle,
    LifeCycles,
    Transition,
    TransitionNotAllowed,
)

# Which events set which milestone. The first occurrence counts for "first", the last for the others; reopening clears
# the end.
ACKNOWLEDGED: Final = frozenset({"acknowledged", "acknowledged_abroad"})
DECIDED: Final = frozenset(
    {
        "accepted", "accepted_in_part", "granted", "granted_in_part", "granted_on_condition", "surrender_ordered",
        "granted_abroad", "refusal_approved", "court_refused", "court_barred",
    }
)  # fmt: skip
EXECUTED: Final = frozenset(
    {"execution_ended", "results_received", "surrendered", "surrendered_conditionally", "surrendered_to_us"}
    | {"surrendered_to_us_conditionally"}
)
ANSWERED: Final = frozenset(
    {
        "answer_sent", "refusal_communicated", "nationality_refusal_communicated", "results_received", "reply_accepted",
        "nationality_refusal_received", "resent_corrected", "returned", "forwarded", "surrendered",
        "surrendered_conditionally", "surrendered_to_us", "surrendered_to_us_conditionally",
    }
)  # fmt: skip
SENT: Final = frozenset({"sent"})


@dataclass(frozen=True)
class Entry:
    """One event as replay reads it. `seq` orders the entries of a case; `item_id` names the item it is about."""

    seq: int
    code: str
    happened_on: date
    happened_at: datetime | None = None
    item_id: int | None = None
    corrects_seq: int | None = None
    actor_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where one case or item stands: status, the last working status before a waiting place, the outcome if it
    ended.
    """

    status: str | None = None
    since: date | None = None
    working: str | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Standing:
    """What follows from all events of a case. Dates are legal dates; None = has not happened."""

    place: Place
    items: Mapping[int, Place]
    opened_on: date | None
    sent_on: date | None
    acknowledged_on: date | None
    decided_on: date | None
    executed_on: date | None
    answered_on: date | None
    closed_on: date | None
    taken_over: bool

    @property
    def open_items(self) -> tuple[int, ...]:
        return tuple(item for item, place in self.items.items() if place.outcome is None)


def effective(entries: Iterable[Entry]) -> list[Entry]:
    """The entries with corrections folded in, in order of recording; the `corrected` entries themselves stay.

    A correction's detail holds `action` ("annul" or "change") and, for a change, any of `happened_on` (ISO date) and
    `detail`. The last correction of an entry counts. A correction of a correction is read like any other.
    """
    ordered = sorted(entries, key=lambda entry: entry.seq)
    changes = {entry.corrects_seq: entry for entry in ordered if entry.corrects_seq is not None}
    result = []
    for entry in ordered:
        correction = changes.get(entry.seq)
        if correction is None:
            result.append(entry)
        elif correction.detail.get("action") == "change":
            result.append(_changed(entry, correction.detail))
    return result


def _changed(entry: Entry, detail: Mapping[str, Any]) -> Entry:
    on = detail.get("happened_on")
    return replace(
        entry,
        happened_on=date.fromisoformat(on) if on else entry.happened_on,
        happened_at=None if on else entry.happened_at,
        detail={**entry.detail, **detail.get("detail", {})},
    )


def replay(tables: LifeCycles, cycle: LifeCycle, direction: str, entries: Sequence[Entry]) -> Standing:
    """Apply the tables to `entries`. Raises `TransitionNotAllowed` at the first entry that no row permits.

    Events that no table of the case or item knows (assignment, note, change of particulars) change nothing.
    """
    case, items = Place(), dict[int, Place]()
    dates: dict[str, date] = {}
    taken_over = False
    for entry, moved, case, items in walk(tables, cycle, direction, entries):  # noqa: B007 (the last ones are used)
        if moved:
            taken_over = taken_over or entry.code == "taken_over"
            _mark(dates, cycle, case, entry)
    return Standing(
        place=case,
        items=items,
        opened_on=dates.get("opened"),
        sent_on=dates.get("sent"),
        acknowledged_on=dates.get("acknowledged"),
        decided_on=dates.get("decided"),
        executed_on=dates.get("executed"),
        answered_on=dates.get("answered"),
        closed_on=dates.get("closed"),
        taken_over=taken_over,
    )


# The acts that say what came of an item, with the key of the detail that says it.
_RESULTS: Final = {"item_executed": "result", "item_executed_in_part": "result", "item_not_executable": "reason"}


def results_of_items(entries: Sequence[Entry]) -> dict[int, str]:
    """What came of each item of which an act says so; "" where that act was annulled."""
    found = {entry.item_id: "" for entry in entries if entry.item_id is not None and entry.code in _RESULTS}
    for entry in effective(entries):
        if entry.item_id is not None and entry.code in _RESULTS:
            told = [str(entry.detail.get(key) or "").strip() for key in (_RESULTS[entry.code], "reasons")]
            found[entry.item_id] = "\n".join(text for text in told if text)
    return found


def items_move(cycle: LifeCycle, direction: str, standing: Standing) -> bool:
    """Whether the items of the case can move: not those of a closed case, nor of a request that was never sent."""
    status = standing.place.status
    if status is None or cycle.statuses[status].terminal:
        return False
    return direction == "incoming" or standing.sent_on is not None or standing.taken_over


def walk(
    tables: LifeCycles, cycle: LifeCycle, direction: str, entries: Sequence[Entry]
) -> Iterator[tuple[Entry, bool, Place, dict[int, Place]]]:
    """Each effective entry with where the case and its items stand after it; the flag says that a table of the case
    knows the entry. Raises as `replay` does.
    """
    case, items, reply = Place(), dict[int, Place](), "refused"
    for entry in effective(entries):
        row = None
        if entry.item_id is not None:
            items[entry.item_id] = _step_item(tables, direction, items.get(entry.item_id, Place()), entry)
        else:
            row = _row(tables, cycle, case.status, entry, direction)
        if row is not None:
            reply = entry.detail.get("reply_kind", reply)
            case, items = _step_case(tables, cycle, row, case, items, entry, reply)
        yield entry, row is not None, case, items


def _row(tables: LifeCycles, cycle: LifeCycle, status: str | None, entry: Entry, direction: str) -> Transition | None:
    if not any(row.event == entry.code for row in cycle.transitions):
        return None
    return tables.require(cycle, status, entry.code, direction)


def _step_item(tables: LifeCycles, direction: str, place: Place, entry: Entry) -> Place:
    row = _row(tables, tables.item, place.status, entry, direction)
    if row is None:
        return place
    moved = _move(tables.item, row, place, entry)
    if row.event == "reopened":
        return replace(moved, outcome=None)
    if row.to == STATED:
        return replace(moved, outcome=entry.detail.get("outcome"))
    return replace(moved, outcome=place.outcome or row.outcome)


def _step_case(
    tables: LifeCycles,
    cycle: LifeCycle,
    row: Transition,
    case: Place,
    items: dict[int, Place],
    entry: Entry,
    reply: str,
) -> tuple[Place, dict[int, Place]]:
    moved = _move(cycle, row, case, entry)
    if row.event == "reopened":
        return replace(moved, outcome=None), items
    if row.to == STATED:
        return replace(moved, outcome=entry.detail.get("outcome")), items
    become = reply if row.items_become == AS_REPLIED else row.items_become
    if become is not None:
        items = {
            item: place if place.outcome else replace(place, status="finished", since=entry.happened_on, outcome=become)
            for item, place in items.items()
        }
    if case.outcome is not None:
        return replace(moved, outcome=case.outcome), items
    return replace(moved, outcome=_outcome(tables, row, become, items, reply, entry)), items


def _outcome(
    tables: LifeCycles, row: Transition, become: str | None, items: Mapping[int, Place], reply: str, entry: Entry
) -> str | None:
    if row.outcome == FROM_ITEMS:
        ended = [place.outcome for place in items.values() if place.outcome is not None]
        return tables.case_outcome(ended) if ended else become
    if row.outcome == AS_REPLIED:
        return reply
    if row.outcome == OF_KIND:
        return entry.detail.get("outcome")
    return row.outcome


def _move(cycle: LifeCycle, row: Transition, place: Place, entry: Entry) -> Place:
    if row.to in (SAME, REPLAYED):
        return place
    if row.to == PREVIOUS:
        target = place.working or cycle.resume_at
    elif row.to == STATED:
        target = entry.detail["status"]
        if target not in cycle.statuses:
            raise TransitionNotAllowed(f"“{cycle.label}” knows no status {target}.", "status")
    else:
        target = row.to
    status = cycle.statuses[target]
    working = target if not (status.holding or status.terminal) else place.working
    return Place(target, entry.happened_on, working, place.outcome)


def _mark(dates: dict[str, date], cycle: LifeCycle, case: Place, entry: Entry) -> None:
    if entry.code == "taken_over":
        for name in ("opened", "sent", "acknowledged", "decided", "executed", "answered", "closed"):
            if stated := entry.detail.get(f"{name}_on"):
                dates[name] = date.fromisoformat(stated)
    dates.setdefault("opened", entry.happened_on)
    for name, codes in (("sent", SENT), ("acknowledged", ACKNOWLEDGED)):
        if entry.code in codes:
            dates.setdefault(name, entry.happened_on)
    for name, codes in (("decided", DECIDED), ("executed", EXECUTED), ("answered", ANSWERED)):
        if entry.code in codes:
            dates[name] = entry.happened_on
    if entry.code == "reopened":
        dates.pop("closed", None)
    elif case.status is not None and cycle.statuses[case.status].terminal and entry.code != "taken_over":
        dates.setdefault("closed", entry.happened_on)

"""Single days beside the rules: agreed with the other side, set by a court or the other State, or named in an act.

No rule gives them, so each brings its own words, its side, who set it and why. They run as clocks of the kind target
(hard where a court set the day) and end like others: by the acts named, by being marked met, or void with the case.
Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from mla_tracker.deadlines.clocks import ENDED, MET, MISSED, MOOT, ClockRun
from mla_tracker.deadlines.counting import Due, Lengthening, Step
from mla_tracker.deadlines.occurrences import Occurred
from mla_tracker.instruments.time_limits import (
    Bound,
    CalendarOwner,
    Clock,
    Counting,
    DayType,
    Expiry,
    Origin,
    Roll,
    Status,
    TimeLimit,
)

SET_FOR_CASE: Final = "case"
"""The check mark of a day that no rule gives: there is no text to check it against."""

BY_COURT, BY_BOTH, BY_THEM, BY_US = "court", "both_sides", "other_state", "us"
SET_BY: Final[Mapping[str, str]] = {
    BY_COURT: "set by a court",
    BY_BOTH: "agreed by both sides",
    BY_THEM: "set by the other State",
    BY_US: "set by us",
}

_LIMIT: Final = TimeLimit(
    code="",
    label="",
    instruments=frozenset(),
    jurisdiction=None,
    between=(),
    template=False,
    kinds=frozenset(),
    directions=frozenset(),
    bound=Bound.OWN,
    clock=Clock.TARGET,
    starts_on="",
    amount=None,
    unit=None,
    day_type=DayType.CALENDAR,
    counting=Counting.EXCLUSIVE,
    counting_source=Origin.TEXT,
    roll=Roll.NONE,
    roll_source=Origin.TEXT,
    calendar=CalendarOwner.OWN,
    ends_on=frozenset(),
    on_expiry=(),
    extension=None,
    stopped_by=frozenset(),
    restarts_on=frozenset(),
    moot_on=frozenset(),
    bars=frozenset(),
    applies_when={},
    not_when={},
    fallback=None,
    parent=None,
    source="",
    check=SET_FOR_CASE,
    check_note=None,
    note=None,
    status=Status.IN_FORCE,
    applies_from=None,
    applies_until=None,
)


@dataclass(frozen=True)
class AgreedDay:
    """One day on one case. `code`: what kind it is (`SET_DAY` or the act that named it); `seq` its entry.

    `on` is the local day by whose end (or, with `at`, the minute by which) it must be done. `ends` are codes of acts,
    the first of which after the day was named ends it.
    """

    code: str
    seq: int
    named_on: date
    on: date
    label: str
    ours: bool
    set_by: str
    at: datetime | None = None
    reason: str = ""
    source: str = ""
    author_id: int | None = None
    item_id: int | None = None
    ends: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What names the clock, so that a recomputation finds it again."""
        return f"{self.code}:{self.seq}" + (f":{self.item_id}" if self.item_id else "")


def agreed_runs(
    days: Sequence[AgreedDay],
    acts: Sequence[Occurred],
    void_on: date | None,
    extensions: Mapping[str, Sequence[Lengthening]],
    marked: Mapping[str, Occurred],
) -> list[ClockRun]:
    """Each day as a clock. `acts`: the acts of the case by their own codes, in order of recording; `void_on`: the day
    on which the case was closed or the request withdrawn; `extensions` and `marked` by key, as in `run_clocks`.
    """
    return [_run(one, acts, void_on, extensions.get(one.key, ()), marked.get(one.key)) for one in days]


def _run(
    one: AgreedDay,
    acts: Sequence[Occurred],
    void_on: date | None,
    extensions: Sequence[Lengthening],
    marked: Occurred | None,
) -> ClockRun:
    limit = replace(
        _LIMIT,
        code=one.code,
        label=one.label,
        clock=Clock.HARD if one.set_by == BY_COURT else Clock.TARGET,
        source=one.source or SET_BY[one.set_by],
        on_expiry=(Expiry.BREACH if one.set_by == BY_COURT else Expiry.WARN,),
        ends_on=one.ends,
    )
    found = _due(one, extensions)
    ended = next(
        (act for act in acts if act.code in one.ends and act.seq > one.seq and act.item_id == one.item_id), None
    )
    ends = [event for event in (ended, marked) if event is not None]
    end = min(ends, key=lambda event: (event.on, event.seq)) if ends else None
    ended_on, kind = (end.on, _end_kind(end, found)) if end is not None else (void_on, MOOT if void_on else None)
    if void_on is not None and ended_on is not None and void_on < ended_on:
        ended_on, kind = void_on, MOOT
    start = Occurred(one.code, one.named_on, seq=one.seq, item_id=one.item_id, author_id=one.author_id)
    return ClockRun(
        key=one.key,
        limit=limit,
        start=start,
        due=found,
        cautious_on=None,
        ended_on=ended_on,
        end_kind=kind,
        ours=one.ours,
        provisional=False,
        because=(),
        explanation={
            "steps": list(found.steps),
            "start": one.code,
            "set_by": one.set_by,
            "reason": one.reason,
            "author": one.author_id,
            "expiry": [expiry.value for expiry in limit.on_expiry],
        },
    )


def _due(one: AgreedDay, extensions: Sequence[Lengthening]) -> Due:
    """The day itself, or the one on which the last extension put it."""
    on, at = one.on, one.at
    steps: list[Step] = [{"kind": "agreed", "on": (at or on).isoformat(), "reason": one.reason}]
    for more in extensions:
        if more.until is not None:
            on, at = more.until, None
            steps.append(more.step())
    steps.append({"kind": "due", "on": on.isoformat()} | ({"at": at.isoformat()} if at else {}))
    return Due(on, at, None, tuple(steps))


def _end_kind(end: Occurred, found: Due) -> str:
    if end.code == ENDED:
        return ENDED
    late = end.at > found.at if end.at and found.at else end.on > found.on
    return MISSED if late else MET

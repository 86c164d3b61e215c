"""Which limit comes first: the order of danger, and which of several limits on the same act binds. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from mla_tracker.deadlines.clocks import ClockRun
from mla_tracker.instruments.time_limits import Clock, Expiry

RELEASE: Final = frozenset({Expiry.MUST_RELEASE, Expiry.RELEASE_ON_APPLICATION})
"""Ends of a custody limit at which the person walks free; where release is only allowed, nobody has to act."""

_RANK: Final = {Clock.HARD: 2, Clock.LEAD_TIME: 3, Clock.TARGET: 4, Clock.MIN_HOLD: 5, Clock.WINDOW: 5}
_STAY_BESIDE: Final = frozenset({Clock.MAX_CUSTODY, Clock.MIN_HOLD, Clock.WINDOW})

Danger = tuple[bool, int, bool, bool, date, int]


def danger(
    clock: str, expiry: Collection[str], *, running: bool, provisional: bool, ours: bool, day: date | None
) -> Danger:
    """Sort key, the most dangerous first.

    What runs before what ended; custody before all else, and there the day on which the person walks free before the
    one on which he may; what binds before what is provisional; ours before theirs; then by day, and on one day by the
    kind of clock. A clock without a day comes last among its like.
    """
    rank = (0 if RELEASE & set(expiry) else 1) if clock == Clock.MAX_CUSTODY else _RANK[Clock(clock)]
    return (not running, min(rank, 2), provisional, not ours, day or date.max, rank)


def strictest_binds(runs: Sequence[ClockRun]) -> list[ClockRun]:
    """The runs, each that yields to a stricter one on the same act saying to which (`yields_to`).

    The same act: an end event in common, the same side, the same item. The earlier day is the stricter one. A house
    target never displaces law, and a provisional limit displaces none that binds. Days on which a person may and must
    be released both stay, and so do windows and minimum holds.
    """
    return [_yielding(run, runs) for run in runs]


def _yielding(run: ClockRun, runs: Sequence[ClockRun]) -> ClockRun:
    stricter = [other for other in runs if other is not run and _same_act(run, other) and _displaces(other, run)]
    first = min(stricter, key=lambda other: (_day(other), other.limit.is_house, other.key), default=None)
    if first is None:
        return run
    return replace(
        run,
        yields_to=first.limit.code,
        explanation={**run.explanation, "yields_to": first.limit.code, "yields_to_label": first.limit.label},
    )


def _same_act(run: ClockRun, other: ClockRun) -> bool:
    return (
        _competes(run)
        and _competes(other)
        and run.ours == other.ours
        and run.start.item_id == other.start.item_id
        and not run.limit.ends_on.isdisjoint(other.limit.ends_on)
    )


def _competes(run: ClockRun) -> bool:
    return run.due is not None and run.end_kind is None and run.limit.clock not in _STAY_BESIDE


def _displaces(other: ClockRun, run: ClockRun) -> bool:
    if (other.limit.is_house and not run.limit.is_house) or (other.provisional and not run.provisional):
        return False
    if _day(other) != _day(run):
        return _day(other) < _day(run)
    return run.limit.is_house and not other.limit.is_house


def _day(run: ClockRun) -> date:
    return run.due.on if run.due is not None else date.max

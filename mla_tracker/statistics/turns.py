"""Whose turn it was: every day between the start and the end of a request belongs to one side, so that the days of
the sides sum to the gross days.

The side follows from the status (`whose_turn` in the tables of the life cycle), the status from the entries in the
order in which they were recorded. Where a later entry is dated before an earlier one, its day is read as that of the
earlier one: no day counts twice or negatively. A day on which several things happened belongs to the last of them. Days
between a closing and a reopening are ours: nobody else was waited for. Pure; arrays, because it walks millions of
entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mla_tracker.cases.life_cycle import PREVIOUS, REPLAYED, SAME, STATED, LifeCycle, life_cycles

SIDES: Final = ("ours", "executing_authority", "court", "other_state", "third_party")
OURS: Final = SIDES.index("ours")
KINDS: Final = (
    ("mla", "incoming"), ("mla", "outgoing"), ("extradition", "incoming"), ("extradition", "outgoing"),
)  # fmt: skip
_STAYS: Final = (SAME, REPLAYED, STATED)
_BACK: Final = -1
_NOTHING: Final = -2
_FAR: Final = 10_000_000

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Moves:
    """The entries that move cases, of one case together and in the order recorded. `case` is the index of the case,
    `cycle` that of its table in `KINDS`, `event` that of the code in `Turns.events`, `day` the ordinal of the day."""

    case: Whole
    cycle: Whole
    event: Whole
    day: Whole


@dataclass(frozen=True)
class Turns:
    """The tables as arrays: the side after each event (`_BACK`: that of the last working status), by table."""

    events: Mapping[str, int]
    side: NDArray[np.int8]
    working: NDArray[np.bool_]
    resume: NDArray[np.int8]


@cache
def turns() -> Turns:
    """The arrays for the tables of the four kinds of case."""
    cycles = [life_cycles().of(kind, direction) for kind, direction in KINDS]
    moving = sorted({row.event for cycle in cycles for row in cycle.transitions if row.to not in _STAYS})
    events = {code: number for number, code in enumerate(moving)}
    side = np.full((len(cycles), len(events)), _NOTHING, dtype=np.int8)
    working = np.zeros(side.shape, dtype=np.bool_)
    for number, cycle in enumerate(cycles):
        for row in cycle.transitions:
            if row.to not in _STAYS:
                side[number, events[row.event]] = _BACK if row.to == PREVIOUS else _side(cycle, row.to)
                working[number, events[row.event]] = row.to != PREVIOUS and _is_working(cycle, row.to)
    resume = np.array([_side(cycle, cycle.resume_at) for cycle in cycles], dtype=np.int8)
    return Turns(events, side, working, resume)


def _side(cycle: LifeCycle, status: str) -> int:
    known = cycle.statuses[status]
    return OURS if known.terminal else SIDES.index(known.whose_turn)


def _is_working(cycle: LifeCycle, status: str) -> bool:
    return not (cycle.statuses[status].terminal or cycle.statuses[status].holding)


def days_by_side(moves: Moves, start: Whole, end: Whole) -> Whole:
    """Days of each case on each side, one row a case: those from the ordinal `start` to `end`.

    Every row sums to `end - start`; a case without any entry is ours. Both bounds must be known.
    """
    found = np.zeros((start.size, len(SIDES)), dtype=np.int64)
    table = turns()
    side = table.side[moves.cycle, moves.event]
    kept = side != _NOTHING
    case, cycle, event, day = (column[kept] for column in (moves.case, moves.cycle, moves.event, moves.day))
    side = _resolved(side[kept], case, cycle, event, table)
    # The first entry stands for all days before it; a day never lies before one that was recorded earlier.
    first = np.concatenate(([True], case[1:] != case[:-1])) if case.size else np.zeros(0, dtype=np.bool_)
    day = np.clip(np.where(first, start[case], day), start[case], end[case])
    day = np.maximum.accumulate(day + case * _FAR) - case * _FAR
    until = np.where(np.concatenate((first[1:], [True]))[: case.size], end[case], np.roll(day, -1))
    np.add.at(found, (case, side), until - day)
    silent = np.ones(start.size, dtype=np.bool_)
    silent[case] = False
    found[silent, OURS] = (end - start)[silent]
    return found


def _resolved(side: NDArray[np.int8], case: Whole, cycle: Whole, event: Whole, table: Turns) -> NDArray[np.int8]:
    """Sides with "back to the status before" replaced by the side of the last working status of the same case."""
    place = np.arange(side.size)
    last = np.maximum.accumulate(np.where(table.working[cycle, event], place, -1)) if side.size else place
    same_case = (last >= 0) & (case[last] == case)
    back = np.where(same_case, side[last], table.resume[cycle])
    resolved: NDArray[np.int8] = np.where(side == _BACK, back, side)
    return resolved

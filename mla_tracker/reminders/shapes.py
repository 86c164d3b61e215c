"""The shape of a ladder: on which days it reminds and whom, for each kind of clock and each urgency.

The house's own shapes stand here; an office may put its own in their place (`ladders.py`). Days are calendar days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final

from mla_tracker.core.errors import Invalid

CUSTODY: Final = "max_custody"
CLOCKS: Final = ("hard", "target", "lead_time", CUSTODY, "window", "min_hold")
URGENCIES: Final = ("routine", "urgent", "most_urgent")
BLAMELESS: Final = frozenset({"window", "min_hold"})
"""Clocks whose end is nobody's omission: they remind before and on the day, never of being late."""
MOST_DAYS: Final = 365
MOST_STEPS: Final = 12
MOST_LAST_DAYS: Final = 31


class Level(IntEnum):
    """How far the ladder has been climbed. Acknowledging silences it up to the next level."""

    BEFORE = 1
    DUE = 2
    OVERDUE = 3
    HEAD = 4


class Told(StrEnum):
    """Who hears of a rung. Where there is no head, the supervisors are told in his place."""

    OFFICER = "officer"
    SUBSTITUTE = "substitute"
    SUPERVISOR = "supervisor"
    HEAD = "head"


@dataclass(frozen=True)
class Shape:
    """One ladder. `percents` of the time used hold for custody and for clocks in hours, `days_before` for all others.

    `last_days`: each of so many last days. `every_days`: after the last of `days_late`, again and again (0: no more).
    `head_after` days late it is the head's level (0: never). Custody tells the supervisors too from `alarm_percent` on.
    `since`: nothing that was due before an office changed the ladder is sent because of the change.
    """

    days_before: tuple[int, ...]
    told: Mapping[Level, frozenset[Told]]
    percents: tuple[int, ...] = (50, 75, 90)
    last_days: int = 0
    days_late: tuple[int, ...] = (1, 7)
    every_days: int = 7
    head_after: int = 30
    alarm_percent: int = 90
    since: datetime | None = None


_OFFICER: Final = frozenset({Told.OFFICER})
_BOTH: Final = frozenset({Told.OFFICER, Told.SUPERVISOR})
_TOLD: Final = {Level.BEFORE: _OFFICER, Level.DUE: _OFFICER, Level.OVERDUE: _BOTH, Level.HEAD: frozenset({Told.HEAD})}
_TOLD_URGENT: Final = {**_TOLD, Level.DUE: _BOTH}

_DAYS_BEFORE: Final = {"hard": (7, 3, 1), "lead_time": (30, 14, 7, 1)}


def house_shape(clock: str, urgency: str = "routine") -> Shape:
    """The shape where the office set none: urgent requests tell the supervisors on the day itself."""
    return Shape(
        days_before=() if clock == CUSTODY else _DAYS_BEFORE.get(clock, (14, 3)),
        told=_TOLD if urgency == "routine" else _TOLD_URGENT,
        last_days=5 if clock == CUSTODY else 0,
    )


def check_shape(shape: Shape, clock: str) -> None:
    """Raises `Invalid` beside the field that cannot be: custody may be told more often, never less than the house does.

    A person is held while that clock runs, so its reminders before the end are no matter of taste.
    """
    problems = {
        name: f"Enter at most {MOST_STEPS} whole numbers between 1 and {most}."
        for name, numbers, most in (
            ("days_before", shape.days_before, MOST_DAYS),
            ("days_late", shape.days_late, MOST_DAYS),
            ("percents", shape.percents, 99),
        )
        if len(numbers) > MOST_STEPS or any(not 1 <= number <= most for number in numbers)
    }
    problems |= {
        name: f"Enter a whole number between 0 and {most}."
        for name, number, most in (
            ("last_days", shape.last_days, MOST_LAST_DAYS),
            ("every_days", shape.every_days, MOST_DAYS),
            ("head_after", shape.head_after, MOST_DAYS),
        )
        if not 0 <= number <= most
    }
    problems |= {f"told_{level.name.lower()}": "Choose at least one." for level, told in shape.told.items() if not told}
    if clock == CUSTODY:
        problems |= _too_seldom(shape)
    if problems:
        raise Invalid(problems)


def _too_seldom(shape: Shape) -> dict[str, str]:
    house, problems = house_shape(CUSTODY), {}
    if not set(house.percents) <= set(shape.percents):
        problems["percents"] = "Custody reminds at 50, 75 and 90 percent at least."
    if shape.last_days < house.last_days:
        problems["last_days"] = f"Custody reminds on each of the last {house.last_days} days at least."
    return problems

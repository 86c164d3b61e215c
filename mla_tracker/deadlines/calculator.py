"""The calculator: one period from one start on one calendar, as the command and the page ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.deadlines.counting import Due, Period, due, parse_start
from mla_tracker.instruments.time_limits import Unit

UNITS: Final[Mapping[str, tuple[Unit, bool]]] = {
    "hours": (Unit.HOURS, False),
    "calendar-days": (Unit.DAYS, False),
    "working-days": (Unit.DAYS, True),
    "weeks": (Unit.WEEKS, False),
    "months": (Unit.MONTHS, False),
    "years": (Unit.YEARS, False),
}
"""The words of the command: the unit, and whether working days are counted."""


@dataclass(frozen=True)
class Computed:
    """The last day in time, or moment, and what it was computed on."""

    due: Due
    calendar: WorkingCalendar

    @property
    def last(self) -> str:
        """The day, or the moment in the zone of the calendar, as ISO text."""
        if self.due.at is not None:
            return self.due.at.astimezone(self.calendar.zone).isoformat()
        return self.due.on.isoformat()

    def as_json(self) -> dict[str, Any]:
        """For a machine; the key `due` is the last day or moment."""
        known = {"calendar": self.calendar.name, "holidays_known": self.calendar.known, "zone": str(self.calendar.zone)}
        return {"due": self.last, **known, "steps": list(self.due.steps)}


def compute(start: str, length: int, unit: str, calendar: WorkingCalendar, *, inclusive: bool, roll: bool) -> Computed:
    """When the period ends. `start`: an ISO day or moment; `unit` of `UNITS`; hours never roll.

    Raises `Invalid` (`from` for a start that is none, `length` beyond the years that a date can have).
    """
    kind, working = UNITS[unit]
    period = Period(
        amount=length,
        unit=kind,
        working=working,
        inclusive=inclusive,
        roll="next_working_day" if roll and kind is not Unit.HOURS else "none",
    )
    return Computed(due(period, parse_start(start, calendar.zone), calendar), calendar)

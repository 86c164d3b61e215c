"""The calendars that count in this office: those of States with what an administrator changed, and our own closures.

Changes are kept day by day with who made them and why; withdrawn ones stay on record. `calendar_change` says where a
change belongs: a State (as LV), a subdivision of it, or `OFFICE`, our own closures, which count for our side alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.core import office_setting
from mla_tracker.deadlines.calendar import WorkingCalendar, calendar_for
from mla_tracker.deadlines.models import CalendarChange

OWN: Final = "own"
"""The calendar of our own side, on rows of deadlines."""
OFFICE: Final = "OFFICE"
VERSION: Final = "calendar_version"
_KEPT_AT_MOST: Final = 4
_kept: dict[tuple[str, str, str], "Calendars"] = {}
_lock = Lock()


@dataclass(frozen=True)
class Change:
    """Days of one place that are off (`works` False, with their name) or worked after all."""

    place: str
    first: date
    last: date
    works: bool
    name: str

    def days(self) -> Iterable[date]:
        """Each day of it."""
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


@dataclass(frozen=True)
class Calendars:
    """The calendars of one office with the changes that stand. Made once for each version of the changes."""

    country: str
    zone: ZoneInfo
    changes: tuple[Change, ...] = ()
    _made: dict[str, WorkingCalendar] = field(default_factory=dict, compare=False, repr=False)

    @property
    def own(self) -> WorkingCalendar:
        """Our own: that of our State in the zone of the office, with the office's closures on top."""
        if OWN not in self._made:
            state = self._changed(calendar_for(self.country, zone=self.zone), self.country)
            self._made[OWN] = self._changed(state, OFFICE)
        return self._made[OWN]

    def of(self, country: str) -> WorkingCalendar:
        """That of another State, in the zone of its capital."""
        if country not in self._made:
            self._made[country] = self._changed(calendar_for(country), country)
        return self._made[country]

    def with_change(self, change: Change) -> "Calendars":
        """The calendars with one change more, which comes after all others."""
        return Calendars(self.country, self.zone, (*self.changes, change))

    def without(self, change: Change) -> "Calendars":
        """The calendars as they are without that change."""
        return Calendars(self.country, self.zone, tuple(one for one in self.changes if one != change))

    def _changed(self, calendar: WorkingCalendar, place: str) -> WorkingCalendar:
        changes = [one for one in self.changes if one.place == place]
        for one in changes:
            days = list(one.days())
            calendar = calendar.with_changes(
                {} if one.works else dict.fromkeys(days, one.name), days if one.works else ()
            )
        return calendar


def office_calendars(session: Session, country: str, zone: ZoneInfo) -> Calendars:
    """The calendars as they stand, kept in the process until a change is made."""
    version = office_setting.read(session, VERSION) or ""
    key = (version, country, str(zone))
    found = _kept.get(key)
    if found is None:
        found = Calendars(country, zone, tuple(standing_changes(session)) if version else ())
        with _lock:
            while len(_kept) >= _KEPT_AT_MOST:
                del _kept[next(iter(_kept))]
            _kept[key] = found
    return found


def standing_changes(session: Session) -> list[Change]:
    """The changes that were not withdrawn, in the order in which they were made."""
    rows = session.scalars(
        select(CalendarChange).where(CalendarChange.withdrawn_at.is_(None)).order_by(CalendarChange.id)
    )
    return [Change(row.place, row.first_on, row.last_on, row.works, row.name) for row in rows]


def own_places(country: str) -> Mapping[str, str]:
    """Which places make up our own calendar."""
    return {OFFICE: OWN, country: OWN}

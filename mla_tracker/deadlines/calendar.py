"""Working calendars: weekend, holidays with their names, time zone; and the arithmetic of working days on them.

A calendar is given, never fetched by a rule. `calendar_for` makes one from the `holidays` package for a State (or a
subdivision of it), with the office's own closures on top.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from babel import Locale, UnknownLocaleError
from babel.core import get_global

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
_SATURDAY_SUNDAY: Final = frozenset({6, 7})
# A State with several zones counts by the one of its capital.
_CAPITAL_ZONES: Final[Mapping[str, str]] = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}


@dataclass(frozen=True)
class WorkingCalendar:
    """The working days of one place. `weekend` holds ISO weekdays (1 = Monday); `holidays` names each holiday."""

    name: str
    weekend: frozenset[int] = _SATURDAY_SUNDAY
    holidays: Mapping[date, str] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    known: bool = True

    def is_working(self, day: date) -> bool:
        return day.isoweekday() not in self.weekend and day not in self.holidays

    def why_not(self, day: date) -> str:
        """Why the day is no working day: the holiday's name, or "weekend"; "" where it is one."""
        return self.holidays.get(day) or ("weekend" if day.isoweekday() in self.weekend else "")

    def move(self, start: date, working_days: int) -> date:
        """The day reached by going that many working days on (or back, negative) from `start`, which is not counted."""
        step, left, day = (1 if working_days >= 0 else -1), abs(working_days), start
        while left:
            day += timedelta(days=step)
            if self.is_working(day):
                left -= 1
        return day

    def next_working(self, day: date) -> date:
        """`day` itself where it is a working day, else the next one."""
        return day if self.is_working(day) else self.move(day, 1)

    def previous_working(self, day: date) -> date:
        """`day` itself where it is a working day, else the one before."""
        return day if self.is_working(day) else self.move(day, -1)

    def skipped(self, start: date, end: date) -> list[tuple[date, str]]:
        """The named holidays after `start` up to `end` that were skipped; weekends go without saying."""
        first, last = sorted((start, end))
        return sorted(
            (day, name)
            for day, name in self.holidays.items()
            if first < day <= last and day.isoweekday() not in self.weekend
        )

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        return sum(self.is_working(start + timedelta(days=number)) for number in range(1, (end - start).days + 1))


@lru_cache(maxsize=256)
def calendar_for(country: str, subdivision: str | None = None) -> WorkingCalendar:
    """The calendar of a State by ISO code. Where its holidays are not known, weekends alone count (`known` False)."""
    zone = zone_of(country)
    try:
        with warnings.catch_warnings():
            # Some calendars end earlier than ours; what they do not know counts as no holiday.
            warnings.simplefilter("ignore", UserWarning)
            table = holidays.country_holidays(country, subdiv=subdivision, years=range(FIRST_YEAR, LAST_YEAR))
    except NotImplementedError:
        return WorkingCalendar(country, _weekend(country), {}, zone, known=False)
    weekend = frozenset(day + 1 for day in getattr(table, "weekend", {5, 6})) or _SATURDAY_SUNDAY
    name = f"{country}-{subdivision}" if subdivision else country
    return WorkingCalendar(name, weekend, dict(table.items()), zone)


def _weekend(country: str) -> frozenset[int]:
    """The weekend that Unicode records for a State whose holidays are not known."""
    try:
        locale = Locale.parse(f"und_{country}")
    except (UnknownLocaleError, ValueError):
        return _SATURDAY_SUNDAY
    return frozenset({locale.weekend_start + 1, locale.weekend_end + 1})


def zone_of(country: str) -> ZoneInfo:
    """The time zone in which a State's legal days begin and end: that of its capital; UTC where none is known."""
    if country in _CAPITAL_ZONES:
        return ZoneInfo(_CAPITAL_ZONES[country])
    zones = get_global("territory_zones").get(country, [])
    return ZoneInfo(zones[0]) if zones else ZoneInfo(UTC.tzname(None) or "UTC")

"""Working calendars: weekend, holidays with their names, time zone; and the arithmetic of working days on them.

A calendar is given, never fetched by a rule. `calendar_for` makes one from the `holidays` package for a State (or a
subdivision of it): its holidays; the weekend as it was at the time (the United Arab Emirates rested on Friday and
Saturday until 2021); and the days of a weekend on which a State works in place of another day (China, Hungary, Ukraine
and others). `with_changes` lays an office's own closures and corrections on top.
"""

import warnings
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from functools import cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from babel import Locale, UnknownLocaleError
from babel.core import get_global

from mla_tracker.core.errors import Invalid

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2099
WEEKEND: Final = "weekend"
_NO_STATES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_NAMES_IN: Final = "en_US"  # else the package takes the language of the process
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
    """The working days of one place. `weekend` holds ISO weekdays (1 = Monday); `holidays` names each day off.

    `working_weekends`: days of a weekend that are worked, because another day is off for them or because the weekend
    was another one then; days that were a weekend only then stand among the holidays. `known` is False where weekends
    alone are known; after `known_until` holidays are not known either.
    """

    name: str
    weekend: frozenset[int] = _SATURDAY_SUNDAY
    holidays: Mapping[date, str] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    known: bool = True
    working_weekends: frozenset[date] = frozenset()
    known_until: date | None = None

    def is_working(self, day: date) -> bool:
        if day.isoweekday() in self.weekend:
            return day in self.working_weekends
        return day not in self.holidays

    def why_not(self, day: date) -> str:
        """Why the day is no working day: the holiday's name, or "weekend"; "" where it is one."""
        if self.is_working(day):
            return ""
        return self.holidays.get(day, WEEKEND)

    def move(self, start: date, working_days: int) -> date:
        """The day reached by going that many working days on (or back, negative) from `start`, which is not counted.

        Raises `OverflowError` beyond the years that a date can have.
        """
        step, left, day = timedelta(days=1 if working_days >= 0 else -1), abs(working_days), start
        while left:
            day += step
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
        """The named days off between the two, the later one included; weekends go without saying."""
        return self._between(self._named, start, end)

    def worked(self, start: date, end: date) -> list[tuple[date, str]]:
        """The days of weekends between the two, the later one included, that count because they are worked."""
        return self._between(self._made_up, start, end)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        return sum(self.is_working(start + timedelta(days=number)) for number in range(1, (end - start).days + 1))

    def with_changes(self, closed: Mapping[date, str], opened: Collection[date] = ()) -> "WorkingCalendar":
        """The same calendar with further days on which the office is closed, and days on which it works after all."""
        days_off = {day: name for day, name in {**self.holidays, **closed}.items() if day not in opened}
        free = {day for day in opened if day.isoweekday() in self.weekend}
        return replace(self, holidays=days_off, working_weekends=(self.working_weekends - set(closed)) | free)

    @cached_property
    def _named(self) -> list[tuple[date, str]]:
        return sorted(
            (day, name)
            for day, name in self.holidays.items()
            if name != WEEKEND and day.isoweekday() not in self.weekend
        )

    @cached_property
    def _made_up(self) -> list[tuple[date, str]]:
        return sorted((day, WEEKEND) for day in self.working_weekends if day.isoweekday() in self.weekend)

    @staticmethod
    def _between(days: list[tuple[date, str]], start: date, end: date) -> list[tuple[date, str]]:
        first, last = sorted((start, end))
        return days[bisect_right(days, (first, "\U0010ffff")) : bisect_right(days, (last, "\U0010ffff"))]


def read_place(text: str) -> tuple[str, str | None]:
    """A State and a subdivision out of CC or CC-SUB. Raises `Invalid` (field `calendar`) where there is no such one."""
    country, _, subdivision = text.strip().partition("-")
    country = country.upper()
    if country not in Locale("en").territories or not country.isalpha() or country in _NO_STATES:
        raise Invalid({"calendar": f"{country} is no ISO 3166 code of a State, as CH or CH-ZH."})
    if not subdivision:
        return country, None
    known = holidays.list_supported_countries().get(country, [])
    found = next((code for code in known if code.casefold() == subdivision.casefold()), None)
    if found is None:
        some = f"known are {', '.join(known)}" if known else "none are known"
        raise Invalid({"calendar": f"{subdivision} is no subdivision of {country} with holidays of its own; {some}."})
    return country, found


@lru_cache(maxsize=256)
def calendar_for(country: str, subdivision: str | None = None, zone: ZoneInfo | None = None) -> WorkingCalendar:
    """The calendar of a State by ISO code, in the zone of its capital or the one given.

    Where its holidays are not known, weekends alone count (`known` False). A subdivision must be one of `read_place`.
    """
    zone = zone or zone_of(country)
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    try:
        with warnings.catch_warnings():
            # Some calendars end earlier than ours; what they do not know counts as no holiday.
            warnings.simplefilter("ignore", UserWarning)
            languages = holidays.country_holidays(country).supported_languages
            table = holidays.country_holidays(
                country, subdivision, years, language=_NAMES_IN if _NAMES_IN in languages else None
            )
    except NotImplementedError:
        return WorkingCalendar(country, _weekend(country), {}, zone, known=False)
    weekend = frozenset(day + 1 for day in table.weekend) or _SATURDAY_SUNDAY
    days_off, worked = dict(table.items()), {day for day in table.weekend_workdays if day.year >= FIRST_YEAR}
    for day in _other_weekend_then(table, weekend):
        if day.isoweekday() in weekend:
            worked.add(day)
        else:
            days_off.setdefault(day, WEEKEND)
    return WorkingCalendar(
        f"{country}-{subdivision}" if subdivision else country,
        weekend,
        days_off,
        zone,
        working_weekends=frozenset(day for day in worked if day not in days_off or day in table.weekend_workdays),
        known_until=date(min(LAST_YEAR, table.end_year), 12, 31),
    )


def _other_weekend_then(table: holidays.HolidayBase, weekend: frozenset[int]) -> list[date]:
    """The days that were a weekend and are none now, or are one now and were none, where the weekend was changed."""
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    weeks = [date(year, 1, 1) + timedelta(days=n) for year in range(FIRST_YEAR, LAST_YEAR + 1) for n in range(7)]
    if all(table.is_weekend(day) == (day.isoweekday() in weekend) for day in weeks):
        return []
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if table.is_weekend(day) != (day.isoweekday() in weekend)]


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

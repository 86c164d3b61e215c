"""The spans of time that figures speak of: bands of age, months back, the ends of months. Pure, without numpy."""

from datetime import date
from typing import Final

AGE_BANDS: Final[tuple[tuple[int, int | None], ...]] = ((0, 29), (30, 89), (90, 179), (180, 364), (365, None))
"""The bands in which open cases are shown, first and last day of age; the last band is open."""


def age_band(days: int) -> tuple[int, int | None]:
    """The band of `AGE_BANDS` in which an age of `days` lies."""
    for first, last in AGE_BANDS:
        if last is None or days <= last:
            return first, last
    raise AssertionError("the last band is open")


def month_ends(last: date, count: int) -> list[date]:
    """The last `count` ends of months before `last`, the earliest first."""
    ends: list[date] = []
    year, month = last.year, last.month
    for _ in range(count):
        ends.append(date.fromordinal(date(year, month, 1).toordinal() - 1))
        year, month = ends[-1].year, ends[-1].month
    return ends[::-1]


def months_before(day: date, months: int) -> date:
    """The day `months` earlier; a day that this month does not have becomes its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    month += 1
    following = date(year + (month == 12), month % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1).day
    return date(year, month, min(day.day, last))

"""Working days on thirty real calendars against a counter that walks day by day and shares no code with ours.

Weekends are written down here by hand; holidays are those of the `holidays` package, asked directly. `MLA_PROOF=1`
takes 2,000 random intervals a calendar.
"""

import os
import random
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

import holidays
import pytest

from mla_tracker.deadlines.calendar import calendar_for
from mla_tracker.deadlines.counting import Period, due
from mla_tracker.instruments.time_limits import Unit

INTERVALS = 2_000 if os.environ.get("MLA_PROOF") else 60
ONE = timedelta(days=1)
SAT_SUN, FRI_SAT = {5, 6}, {4, 5}  # as `date.weekday` numbers them
WEEKENDS = {
    "AT": SAT_SUN, "AU": SAT_SUN, "BD": FRI_SAT, "BR": SAT_SUN, "CA": SAT_SUN, "CH": SAT_SUN, "CL": SAT_SUN,
    "CN": SAT_SUN, "CZ": SAT_SUN, "DE": SAT_SUN, "DZ": FRI_SAT, "EG": FRI_SAT, "ES": SAT_SUN, "FR": SAT_SUN,
    "GB": SAT_SUN, "GE": SAT_SUN, "ID": SAT_SUN, "IL": FRI_SAT, "IT": SAT_SUN, "JO": FRI_SAT, "JP": SAT_SUN,
    "BN": {4, 6}, "KW": FRI_SAT, "MA": SAT_SUN, "MX": SAT_SUN, "KE": SAT_SUN, "SA": FRI_SAT, "TR": SAT_SUN,
    "US": SAT_SUN, "ZA": SAT_SUN,
}  # fmt: skip


def is_open(country: str) -> Callable[[date], bool]:
    feasts = holidays.country_holidays(country, years=range(2018, 2036))
    worked = feasts.weekend_workdays
    return lambda day: day in worked if day.weekday() in WEEKENDS[country] else day not in feasts


def walked(start: date, period: Period, is_open: Callable[[date], bool]) -> date:
    """The last day in time, counted on the fingers."""
    day = start
    if period.unit is Unit.MONTHS:
        for _ in range(period.amount):
            day = day.replace(day=1) + timedelta(days=monthrange(day.year, day.month)[1])
        day = day.replace(day=min(start.day, monthrange(day.year, day.month)[1]))
        if period.inclusive and day.day == start.day:
            day -= ONE
    else:
        left = period.amount * (7 if period.unit is Unit.WEEKS else 1)
        if period.inclusive and (not period.working or is_open(day)):
            left -= 1
        while left:
            day += ONE
            if not period.working or is_open(day):
                left -= 1
    while period.roll == "next_working_day" and not is_open(day):
        day += ONE
    while period.roll == "previous_working_day" and not is_open(day):
        day -= ONE
    return day


@pytest.mark.parametrize("country", sorted(WEEKENDS))
def test_our_dates_are_those_counted_on_the_fingers(country: str) -> None:
    dice = random.Random(country)  # noqa: S311 - the same walk every time
    calendar, open_here = calendar_for(country), is_open(country)
    for _ in range(INTERVALS):
        start = date(2019, 1, 1) + timedelta(days=dice.randrange(365 * 14))
        unit = dice.choice([Unit.DAYS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS])
        period = Period(
            amount=dice.randint(1, 90 if unit is Unit.DAYS else 12),
            unit=unit,
            working=unit is Unit.DAYS and dice.random() < 0.7,
            inclusive=dice.random() < 0.3,
            roll=dice.choice(["none", "next_working_day", "previous_working_day"]),
        )
        assert due(period, start, calendar).on == walked(start, period, open_here), (start, period)


@pytest.mark.parametrize("country", ["AT", "SA", "BN"])
def test_working_days_between_are_counted_after_the_first_up_to_the_last(country: str) -> None:
    dice = random.Random(country)  # noqa: S311
    calendar, open_here = calendar_for(country), is_open(country)
    for _ in range(INTERVALS):
        start = date(2019, 1, 1) + timedelta(days=dice.randrange(365 * 14))
        end = start + timedelta(days=dice.randrange(120))
        expected = sum(open_here(start + timedelta(days=number + 1)) for number in range((end - start).days))
        assert calendar.working_days_between(start, end) == expected
        if open_here(end) and end > start:
            assert calendar.move(start, expected) == end
            assert calendar.move(end, -expected) <= start


def test_a_state_whose_holidays_are_not_known_counts_weekends_and_says_so() -> None:
    unknown = calendar_for("ZZ")
    assert not unknown.known
    assert unknown.holidays == {}
    assert unknown.weekend

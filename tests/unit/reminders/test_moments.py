"""Digests and working hours through changes of clocks: once each day in every zone, over three years."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.reminders.digests import digest_day
from mla_tracker.reminders.working_hours import Hours, opening

START = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = ["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 2, 23])
def test_a_daily_round_comes_exactly_once_each_local_day(zone: str, hour: int) -> None:
    """A sweep every ten minutes, the key is the day; 2011 is the year in which Apia left out a day."""
    local, kept, runs = ZoneInfo(zone), set(), Counter[date]()
    moment, end = datetime(2010, 6, 1, tzinfo=UTC), datetime(2013, 6, 1, tzinfo=UTC)
    days = set()
    while moment < end:
        days.add(moment.astimezone(local).date())
        due = digest_day(moment, local, hour, weekly=False)
        if due is not None and due not in kept:
            kept.add(due)
            runs[due] += 1
        moment += timedelta(minutes=10)
    first, last = min(days), max(days)
    assert {day for day in days if first < day < last} <= set(runs)
    assert set(runs.values()) == {1}


def test_a_weekly_one_comes_on_mondays_alone() -> None:
    monday = datetime(2026, 3, 16, 9, tzinfo=UTC)
    found = [digest_day(monday + timedelta(days=n), ZoneInfo("UTC"), 7, weekly=True) for n in range(14)]
    assert [day for day in found if day] == [monday.date(), monday.date() + timedelta(days=7)]


@given(
    now=st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    zone=st.sampled_from(ZONES),
    begins=st.integers(0, 22),
    length=st.integers(1, 23),
    days=st.frozensets(st.integers(1, 7), min_size=1),
)
def test_the_next_working_hour_is_one_and_none_was_before(
    now: datetime, zone: str, begins: int, length: int, days: frozenset[int]
) -> None:
    hours = Hours(begins, min(24, begins + length), days, ZoneInfo(zone))
    at = opening(now, hours)
    assert now <= at <= now + timedelta(days=8, hours=2)
    local = at.astimezone(hours.zone)
    assert local.isoweekday() in days
    assert begins <= local.hour <= hours.ends  # a first hour that a change of clocks left out begins an hour later
    if at > now:
        before = now.astimezone(hours.zone)
        assert not (before.isoweekday() in days and begins <= before.hour < hours.ends)

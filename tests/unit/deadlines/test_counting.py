"""Counting beyond the worked examples: named edges, and rules that hold for any start, period and calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.core.errors import Invalid
from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.deadlines.counting import Lengthening, Period, due, merged, parse_start
from mla_tracker.instruments.time_limits import Unit

ROLLS = "next_working_day"
# Easter week, May Day on a Friday, Christmas on a Friday, New Year on a Friday.
HOUSE = WorkingCalendar(
    "HOUSE",
    holidays={
        date(2026, 4, 3): "Good Friday",
        date(2026, 4, 6): "Easter Monday",
        date(2026, 5, 1): "Labour Day",
        date(2026, 12, 24): "Christmas Eve",
        date(2026, 12, 25): "Christmas Day",
        date(2027, 1, 1): "New Year",
    },
)
GULF = WorkingCalendar("GULF", frozenset({5, 6}), {date(2026, 3, 22): "Eid"})


def days(number: int, **more: object) -> Period:
    return Period(number, Unit.DAYS, **more)  # type: ignore[arg-type]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-16", "2026-03-23"),  # Monday
        ("2026-03-17", "2026-03-24"),
        ("2026-03-18", "2026-03-25"),
        ("2026-03-19", "2026-03-26"),
        ("2026-03-20", "2026-03-27"),  # Friday
        ("2026-03-21", "2026-03-27"),  # Saturday: the first counted day is Monday
        ("2026-03-22", "2026-03-27"),  # Sunday
        ("2026-04-02", "2026-04-13"),  # over Good Friday and Easter Monday
        ("2026-04-03", "2026-04-13"),  # starts on a holiday
        ("2026-12-23", "2027-01-04"),  # two holidays, a weekend, New Year, a weekend
    ],
)
def test_five_working_days_from_each_day_of_the_week(start: str, expected: str) -> None:
    assert due(days(5, working=True), day(start), HOUSE).on == day(expected)


@pytest.mark.parametrize(
    ("start", "period", "calendar", "expected"),
    [
        # The last day falls on a Friday holiday before a weekend before a Monday holiday: a chain.
        ("2026-03-24", days(10, roll=ROLLS), HOUSE, "2026-04-07"),
        ("2026-03-24", days(10, roll="previous_working_day"), HOUSE, "2026-04-02"),
        ("2026-03-24", days(10), HOUSE, "2026-04-03"),
        # A weekend of Friday and Saturday; Sunday works but for Eid.
        ("2026-03-16", days(4, roll=ROLLS), GULF, "2026-03-23"),
        ("2026-03-19", days(1, working=True), GULF, "2026-03-23"),
        # Months and years end on the same day number, else on the last of the month.
        ("2026-01-31", Period(1, Unit.MONTHS), HOUSE, "2026-02-28"),
        ("2028-01-31", Period(1, Unit.MONTHS), HOUSE, "2028-02-29"),
        ("2026-08-31", Period(6, Unit.MONTHS), HOUSE, "2027-02-28"),
        ("2026-12-31", Period(2, Unit.MONTHS), HOUSE, "2027-02-28"),
        ("2028-02-29", Period(1, Unit.YEARS), HOUSE, "2029-02-28"),
        ("2028-02-29", Period(4, Unit.YEARS), HOUSE, "2032-02-29"),
        ("2026-11-30", Period(3, Unit.MONTHS), HOUSE, "2027-02-28"),
        ("2026-03-31", Period(1, Unit.MONTHS, backward=True), HOUSE, "2026-02-28"),
        # Counted with the day of the start: a month ends the day before.
        ("2026-03-01", Period(1, Unit.MONTHS, inclusive=True), HOUSE, "2026-03-31"),
        ("2026-01-31", Period(1, Unit.MONTHS, inclusive=True), HOUSE, "2026-02-28"),
        ("2026-03-02", days(1, inclusive=True), HOUSE, "2026-03-02"),
        ("2026-03-02", Period(1, Unit.WEEKS, inclusive=True), HOUSE, "2026-03-08"),
        ("2026-03-02", days(5, working=True, inclusive=True), HOUSE, "2026-03-06"),
        ("2026-03-01", days(5, working=True, inclusive=True), HOUSE, "2026-03-06"),  # a Sunday is no day 1
        # Ends of year, and a leap day counted as any other.
        ("2026-12-31", days(1), HOUSE, "2027-01-01"),
        ("2026-12-31", days(1, roll=ROLLS), HOUSE, "2027-01-04"),
        ("2028-02-28", days(2), HOUSE, "2028-03-01"),
        # Backwards, as lead times run.
        ("2026-04-07", days(1, working=True, backward=True), HOUSE, "2026-04-02"),
        ("2026-01-10", days(10, backward=True), HOUSE, "2025-12-31"),
    ],
)
def test_named_edges(start: str, period: Period, calendar: WorkingCalendar, expected: str) -> None:
    assert due(period, day(start), calendar).on == day(expected)


@pytest.mark.parametrize(
    ("zone", "start", "hours", "local"),
    [
        ("Europe/Paris", "2026-03-28T12:00+01:00", 24, "2026-03-29T13:00:00+02:00"),  # the night that is an hour short
        ("Europe/Paris", "2026-10-24T12:00+02:00", 24, "2026-10-25T11:00:00+01:00"),  # the night that is an hour long
        ("America/New_York", "2026-03-07T23:30-05:00", 48, "2026-03-10T00:30:00-04:00"),
        ("America/New_York", "2026-11-01T00:30-04:00", 2, "2026-11-01T01:30:00-05:00"),  # half past one comes twice
        ("Africa/Cairo", "2026-04-23T12:00+02:00", 24, "2026-04-24T13:00:00+03:00"),
        ("Asia/Kathmandu", "2026-03-16T23:50+05:45", 72, "2026-03-19T23:50:00+05:45"),
        ("Pacific/Apia", "2011-12-29T23:00-10:00", 24, "2011-12-31T23:00:00+14:00"),  # the 30th never was
    ],
)
def test_hours_are_elapsed_time_whatever_the_clocks_on_the_wall_do(
    zone: str, start: str, hours: int, local: str
) -> None:
    begin = datetime.fromisoformat(start)
    found = due(Period(hours, Unit.HOURS), begin, WorkingCalendar("Z", zone=ZoneInfo(zone)))
    assert found.at == begin + timedelta(hours=hours)
    assert found.at is not None
    assert found.at.astimezone(ZoneInfo(zone)).isoformat() == local
    assert found.on == datetime.fromisoformat(local).date()


@pytest.mark.parametrize(
    ("zone", "moment", "start_day"),
    [
        ("Europe/Paris", "2026-03-16T23:30+00:00", "2026-03-17"),
        ("America/New_York", "2026-03-17T03:30+00:00", "2026-03-16"),
        ("Asia/Kathmandu", "2026-03-16T18:20+00:00", "2026-03-17"),
        ("Pacific/Apia", "2026-03-16T10:59+00:00", "2026-03-16"),
        ("Pacific/Apia", "2026-03-16T11:00+00:00", "2026-03-17"),
        ("Africa/Cairo", "2026-04-23T21:59+00:00", "2026-04-23"),
    ],
)
def test_a_moment_begins_on_the_local_day_of_the_calendar(zone: str, moment: str, start_day: str) -> None:
    calendar = WorkingCalendar("Z", zone=ZoneInfo(zone))
    assert due(days(3), datetime.fromisoformat(moment), calendar).on == day(start_day) + timedelta(days=3)


def test_an_hour_that_is_not_known_is_counted_from_midnight() -> None:
    found = due(Period(24, Unit.HOURS), day("2026-03-29"), WorkingCalendar("Z", zone=ZoneInfo("Europe/Paris")))
    assert found.at == datetime(2026, 3, 29, 23, 0, tzinfo=UTC)
    assert {"kind": "hour_unknown"} in found.steps


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30", "2026-13-01", "2026-03-16T10:00", "20260316", "🗓"])
def test_what_is_no_start_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_start(text)
    assert "from" in refused.value.errors


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([("2026-03-01", "2026-03-01")], []),  # no day at all
        ([("2026-03-05", "2026-03-01")], []),  # the wrong way round
        ([("2026-03-01", "2026-03-05"), ("2026-03-05", "2026-03-07")], [("2026-03-01", "2026-03-07")]),
        ([("2026-03-04", "2026-03-06"), ("2026-03-01", "2026-03-10")], [("2026-03-01", "2026-03-10")]),
        (
            [("2026-03-08", "2026-03-09"), ("2026-03-01", "2026-03-02")],
            [("2026-03-01", "2026-03-02"), ("2026-03-08", "2026-03-09")],
        ),
    ],
)
def test_pauses_that_overlap_or_touch_count_once(spans: list[tuple[str, str]], expected: list[tuple[str, str]]) -> None:
    assert merged([(day(a), day(b)) for a, b in spans]) == [(day(a), day(b)) for a, b in expected]


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([("2026-03-20", "2026-03-25")], "2026-04-06"),  # five days stand still: the 20th to the 24th
        ([("2026-03-20", "2026-03-25"), ("2026-03-22", "2026-03-27")], "2026-04-08"),
        ([("2026-02-01", "2026-03-10")], "2026-04-01"),  # before the start: nothing
        ([("2026-02-01", "2026-03-18")], "2026-04-02"),  # the start day counts as none; the 17th stands still
        ([("2026-04-05", "2026-04-20")], "2026-04-01"),  # after the end: nothing
        ([("2026-04-01", "2026-04-03")], "2026-04-03"),  # on the last day
        ([("2026-03-31", "2026-04-04"), ("2026-04-03", "2026-04-06")], "2026-04-07"),
    ],
)
def test_a_pause_takes_out_its_first_day_and_not_its_last(pauses: list[tuple[str, str]], expected: str) -> None:
    found = due(days(16), day("2026-03-16"), HOUSE, pauses=[(day(a), day(b)) for a, b in pauses])
    assert found.on == day(expected)


def test_a_lead_time_knows_no_pause() -> None:
    period = days(10, backward=True)
    assert due(period, day("2026-03-30"), HOUSE, pauses=[(day("2026-03-20"), day("2026-03-25"))]).on == day(
        "2026-03-20"
    )


@pytest.mark.parametrize(
    ("lengthening", "expected"),
    [
        (Lengthening("additional", 10, Unit.DAYS), "2026-04-15"),
        (Lengthening("additional", 1, Unit.MONTHS), "2026-05-05"),
        (Lengthening("total", 30, Unit.DAYS), "2026-04-15"),
        (Lengthening("until", until=date(2026, 6, 1)), "2026-06-01"),
    ],
)
def test_an_extension_adds_replaces_or_fixes(lengthening: Lengthening, expected: str) -> None:
    assert due(days(20), day("2026-03-16"), HOUSE, extensions=[lengthening]).on == day(expected)


a_day = st.dates(date(2000, 1, 1), date(2060, 12, 31))
a_calendar = st.builds(
    lambda weekend, holidays: WorkingCalendar("any", frozenset(weekend), dict.fromkeys(holidays, "Feast")),
    st.sets(st.integers(1, 7), max_size=3),
    st.sets(st.dates(date(2000, 1, 1), date(2062, 12, 31)), max_size=40),
)
a_period = st.builds(
    Period,
    amount=st.integers(1, 120),
    unit=st.sampled_from([Unit.DAYS, Unit.WEEKS]),
    working=st.booleans(),
    inclusive=st.booleans(),
    roll=st.sampled_from(["none", ROLLS]),
)
pauses_given = st.lists(
    st.tuples(a_day, st.integers(0, 90)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))), max_size=4
)


@given(a_period, a_day, a_calendar, pauses_given)
def test_a_pause_never_makes_a_day_earlier(
    period: Period, start: date, calendar: WorkingCalendar, pauses: list[tuple[date, date]]
) -> None:
    assert due(period, start, calendar, pauses=pauses).on >= due(period, start, calendar).on


@given(a_period, a_day, a_calendar, pauses_given)
def test_the_order_in_which_pauses_are_told_is_irrelevant(
    period: Period, start: date, calendar: WorkingCalendar, pauses: list[tuple[date, date]]
) -> None:
    forwards = due(period, start, calendar, pauses=pauses)
    assert due(period, start, calendar, pauses=pauses[::-1]).on == forwards.on


@given(a_period, a_day, a_calendar)
def test_a_longer_period_never_ends_earlier(period: Period, start: date, calendar: WorkingCalendar) -> None:
    longer = Period(period.amount + 1, period.unit, period.working, period.inclusive, period.roll)
    assert due(longer, start, calendar).on >= due(period, start, calendar).on


@given(a_period, a_day, a_calendar)
def test_what_rolls_ends_on_a_working_day_and_the_steps_end_with_it(
    period: Period, start: date, calendar: WorkingCalendar
) -> None:
    found = due(period, start, calendar)
    if period.roll == ROLLS:
        assert calendar.is_working(found.on)
    assert found.steps[0]["on"] == start.isoformat()
    assert found.steps[-1] == {"kind": "due", "on": found.on.isoformat()}
    assert (found.before_roll is None) or (found.before_roll < found.on)


@given(a_day, st.integers(1, 60))
def test_months_forth_and_back_never_overshoot(start: date, months: int) -> None:
    there = due(Period(months, Unit.MONTHS), start, HOUSE).on
    assert (there.year * 12 + there.month) - (start.year * 12 + start.month) == months
    assert there.day <= start.day
    back = due(Period(months, Unit.MONTHS, backward=True), there, HOUSE).on
    assert back <= start

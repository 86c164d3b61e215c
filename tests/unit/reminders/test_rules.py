"""The ladder: which reminder on which day, to whom; what is decided once; how long a retry waits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mla_tracker.core.errors import Invalid
from mla_tracker.reminders.rules import (
    People,
    Rung,
    Term,
    decide,
    ladder,
    next_rung_at,
    notice_key,
    recipients,
    retry_after,
    silenced,
)
from mla_tracker.reminders.shapes import BLAMELESS, Level, Told, check_shape, house_shape

VIENNA = ZoneInfo("Europe/Vienna")
START = date(2026, 3, 2)


def term(clock: str = "hard", days: int = 30, **more: object) -> Term:
    given_values: dict[str, object] = {
        "clock": clock,
        "bound": "ours",
        "started_on": START,
        "started_at": None,
        "due_on": START + timedelta(days=days),
    }
    return Term(**(given_values | more))  # type: ignore[arg-type]


def days_of(what: Term, now_after_due: int = -1000) -> dict[str, int]:
    """Each rung with its local day, counted from the due day."""
    now = datetime.combine(what.due_on, datetime.min.time(), VIENNA) + timedelta(days=now_after_due)
    return {rung.code: (rung.at.astimezone(VIENNA).date() - what.due_on).days for rung in ladder(what, VIENNA, now)}


@pytest.mark.parametrize(
    ("clock", "days", "expected"),
    [
        ("hard", 30, {"due-7": -7, "due-3": -3, "due-1": -1, "due": 0}),
        ("hard", 4, {"due-1": -1, "due": 0}),  # 3 days before lies in the first half of four
        ("hard", 1, {"due": 0}),
        ("target", 30, {"due-14": -14, "due-3": -3, "due": 0}),
        ("target", 20, {"due-3": -3, "due": 0}),
        ("window", 30, {"due-14": -14, "due-3": -3, "due": 0}),
        ("min_hold", 30, {"due-14": -14, "due-3": -3, "due": 0}),
        ("lead_time", 90, {"due-30": -30, "due-14": -14, "due-7": -7, "due-1": -1, "due": 0}),
        ("lead_time", 20, {"due-7": -7, "due-1": -1, "due": 0}),
    ],
)
def test_what_comes_before_the_day(clock: str, days: int, expected: dict[str, int]) -> None:
    before = {code: day for code, day in days_of(term(clock, days)).items() if day <= 0}
    assert before == expected


def test_a_custody_clock_of_forty_days_has_shares_and_each_of_the_last_five_days() -> None:
    got = days_of(term("max_custody", 40))
    assert {code: day for code, day in got.items() if day <= 0} == {
        "50%": -20,
        "75%": -10,
        "90%": -4,
        "last-5": -5,
        "last-4": -4,
        "last-3": -3,
        "last-2": -2,
        "last-1": -1,
        "due": 0,
    }


def test_a_short_custody_clock_keeps_rungs_of_its_first_half_but_none_before_its_start() -> None:
    got = days_of(term("max_custody", 3))
    assert min(got.values()) >= -3
    assert {"last-3", "last-2", "last-1", "due"} <= set(got)
    assert "last-5" not in got


def test_supervisors_hear_of_custody_from_ninety_percent() -> None:
    told = {rung.code: Told.SUPERVISOR in rung.told for rung in ladder(term("max_custody", 40), VIENNA, at(START))}
    assert [told[code] for code in ("50%", "75%", "last-5", "90%", "last-4", "last-1", "due")] == [
        False,
        False,
        False,
        True,
        True,
        True,
        True,
    ]


def test_custody_hangs_on_the_cautious_day_and_on_the_day_goes_out_before_the_roll() -> None:
    due = date(2026, 6, 15)
    custody = term("max_custody", 0, due_on=due, cautious_on=date(2026, 6, 13))
    assert days_of(custody)["due"] == -2
    assert days_of(custody)["last-1"] == -3
    assert days_of(custody, 30)["overdue+1"] == 1
    rolled = term("hard", 0, due_on=due, before_roll_on=date(2026, 6, 13))
    assert days_of(rolled)["due"] == -2
    assert "due-1" not in days_of(rolled)  # it would come after "on the day"


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (0, {"overdue+1": 1, "overdue+7": 7, "overdue+14": 14, "overdue+30": 30}),
        (13, {"overdue+1": 1, "overdue+7": 7, "overdue+14": 14, "overdue+30": 30}),
        (14, {"overdue+1": 1, "overdue+7": 7, "overdue+14": 14, "overdue+21": 21, "overdue+30": 30}),
        (100, {"overdue+1": 1, "overdue+7": 7, "overdue+30": 30, "overdue+98": 98, "overdue+105": 105}),
    ],
)
def test_after_the_day_it_goes_on_weekly_and_once_to_the_head(late: int, expected: dict[str, int]) -> None:
    assert {code: day for code, day in days_of(term(), late).items() if day > 0} == expected


@pytest.mark.parametrize("clock", sorted(BLAMELESS))
def test_nobody_is_late_with_a_window_or_a_minimum_hold(clock: str) -> None:
    assert max(days_of(term(clock), 90).values()) == 0


def test_a_limit_of_the_other_state_tells_the_officer_once_that_it_passed() -> None:
    rungs = ladder(term(bound="theirs"), VIENNA, at(START))
    assert [(rung.code, rung.told) for rung in rungs] == [("chase", frozenset({Told.OFFICER}))]
    assert ladder(term("window", bound="theirs"), VIENNA, at(START)) == ()
    assert len(ladder(term("max_custody", bound="theirs"), VIENNA, at(START))) > 5


def test_a_clock_in_hours_goes_by_the_minute_through_a_change_of_clocks() -> None:
    start = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)  # the clocks go forward in the night
    due = start + timedelta(hours=48)
    hours = term("hard", 0, started_at=start, due_at=due, due_on=date(2026, 3, 30))
    got = {rung.code: (rung.at - start) / timedelta(hours=1) for rung in ladder(hours, VIENNA, start)}
    assert {code: hour for code, hour in got.items() if hour <= 72} == {
        "50%": 24,
        "75%": 36,
        "90%": pytest.approx(43.2),
        "due": 48,
        "overdue+1": 72,
    }


def test_a_rung_of_a_date_begins_with_the_local_day() -> None:
    due = next(rung for rung in ladder(term(days=45), VIENNA, at(START)) if rung.code == "due")
    assert due.at == datetime(2026, 4, 15, 22, 0, tzinfo=UTC)  # midnight, summer time


def test_missed_rungs_collapse_into_the_highest_and_are_decided_once() -> None:
    rungs = ladder(term(), VIENNA, at(START + timedelta(days=38)))
    decision = decide(rungs, None, at(START + timedelta(days=38)))
    assert decision.send is not None
    assert decision.send.code == "overdue+7"
    assert [rung.code for rung in decision.overtaken] == ["due-7", "due-3", "due-1", "due", "overdue+1"]
    again = decide(rungs, decision.send.at, at(START + timedelta(days=38)))
    assert again.send is None
    assert again.overtaken == ()
    assert again.next_at == decision.next_at == at(START + timedelta(days=44))


def test_an_acknowledgement_lasts_until_the_next_step_up_and_never_for_custody() -> None:
    now = at(START + timedelta(days=24))
    rungs = ladder(term(), VIENNA, now)
    quiet = [rung.code for rung in rungs if silenced(rung, rungs, now, custody=False)]
    assert quiet == ["due-7", "due-3", "due-1"]
    assert not any(silenced(rung, rungs, now, custody=True) for rung in rungs)
    assert not any(silenced(rung, rungs, None, custody=False) for rung in rungs)


@pytest.mark.parametrize(
    ("told", "people", "expected"),
    [
        ("officer", People(1, supervisors=(2, 3)), {1: "officer"}),
        ("officer supervisor", People(1, supervisors=(2, 3)), {1: "officer", 2: "supervisor", 3: "supervisor"}),
        ("officer supervisor", People(2, supervisors=(2, 3)), {2: "officer", 3: "supervisor"}),
        ("supervisor", People(1, supervisors=(2, 3)), {2: "supervisor", 3: "supervisor"}),
        ("officer", People(None, supervisors=(2, 3)), {2: "unassigned", 3: "unassigned"}),
        ("officer supervisor", People(None, supervisors=(2, 3)), {2: "unassigned", 3: "unassigned"}),
        ("officer", People(1, absent=True, substitute=4, supervisors=(2,)), {4: "absent"}),
        ("officer", People(1, absent=True, supervisors=(2,)), {2: "supervisor"}),
        ("officer substitute", People(1, substitute=4, supervisors=(2,)), {1: "officer", 4: "substitute"}),
        ("substitute", People(1, supervisors=(2,)), {2: "supervisor"}),
        ("head", People(1, supervisors=(2,), head=5), {5: "head"}),
        ("head", People(1, supervisors=(2,)), {2: "supervisor"}),
        ("head supervisor", People(1, supervisors=(2, 5), head=5), {5: "head", 2: "supervisor"}),
        ("officer", People(), {}),
    ],
)
def test_who_is_told(told: str, people: People, expected: dict[int, str]) -> None:
    rung = Rung("due", at(START), Level.DUE, frozenset(Told(one) for one in told.split()))
    assert recipients(rung, people) == expected


def test_an_office_shapes_its_own_ladder() -> None:
    shape = replace(
        house_shape("target"), days_before=(20, 2), days_late=(2,), every_days=5, head_after=12, last_days=0
    )
    codes = [rung.code for rung in ladder(term("target", 60), VIENNA, at(START + timedelta(days=72)), shape)]
    assert codes == ["due-20", "due-2", "due", "overdue+2", "overdue+12", "overdue+17"]
    never = replace(shape, days_late=(), every_days=0, head_after=0)
    assert [rung.code for rung in ladder(term("target", 60), VIENNA, at(START), never)] == ["due-20", "due-2", "due"]


@pytest.mark.parametrize(
    ("clock", "change", "field"),
    [
        ("target", {"days_before": (0,)}, "days_before"),
        ("target", {"every_days": -1}, "every_days"),
        ("max_custody", {"percents": (50, 75)}, "percents"),
        ("max_custody", {"last_days": 2}, "last_days"),
        ("hard", {"told": {**house_shape("hard").told, Level.DUE: frozenset()}}, "told_due"),
    ],
)
def test_a_shape_that_cannot_be_is_refused_beside_its_field(clock: str, change: dict[str, Any], field: str) -> None:
    check_shape(house_shape(clock), clock)
    with pytest.raises(Invalid) as refused:
        check_shape(replace(house_shape(clock), **change), clock)
    assert list(refused.value.errors) == [field]


def test_each_part_of_the_key_counts_and_none_can_be_mistaken_for_another() -> None:
    keys = {
        notice_key("a", "2026-01-01", "due", 1, "mail"),
        notice_key("b", "2026-01-01", "due", 1, "mail"),
        notice_key("a", "2026-01-02", "due", 1, "mail"),
        notice_key("a", "2026-01-01", "due-1", 1, "mail"),
        notice_key("a", "2026-01-01", "due", 11, "mail"),
        notice_key("a", "2026-01-01", "due", None, "mail"),
        notice_key("a", "2026-01-01", "due", 1, "page"),
    }
    assert len(keys) == 7


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (500, 60)])
def test_a_retry_waits_longer_each_time_up_to_an_hour(attempts: int, minutes: int) -> None:
    assert retry_after(attempts, timedelta(), 0.0) == timedelta(minutes=minutes)
    assert retry_after(attempts, timedelta(), 1.0) == timedelta(minutes=minutes) / 2


def test_after_72_hours_it_is_given_up() -> None:
    assert retry_after(9, timedelta(hours=71, minutes=59), 0.0) is not None
    assert retry_after(9, timedelta(hours=72), 0.0) is None


clocks = st.sampled_from(["hard", "target", "window", "min_hold", "lead_time", "max_custody"])
lengths = st.integers(0, 400)
zones = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia"])


@given(clocks, lengths, zones, st.integers(-30, 900))
def test_rungs_are_in_order_never_before_the_start_and_each_once(
    clock: str, days: int, zone_name: str, now_day: int
) -> None:
    zone = ZoneInfo(zone_name)
    what = term(clock, days)
    rungs = ladder(what, zone, at(START + timedelta(days=now_day), zone))
    assert list(rungs) == sorted(rungs, key=lambda rung: rung.at)
    assert len({rung.code for rung in rungs}) == len(rungs)
    assert all(rung.at >= at(START, zone) for rung in rungs)
    assert sum(rung.code == "due" for rung in rungs) == 1


@given(clocks, st.integers(1, 60), zones, st.lists(st.integers(0, 200), min_size=1, max_size=20))
def test_however_seldom_the_sweep_comes_each_time_at_most_one_and_the_last_is_never_missed(
    clock: str, days: int, zone_name: str, visits: list[int]
) -> None:
    """Played through: the sweep comes on some days only, in order, and each time asks what is to be sent."""
    zone = ZoneInfo(zone_name)
    what = term(clock, days)
    decided: datetime | None = None
    sent: list[datetime] = []
    for day in sorted(visits):
        now = at(START + timedelta(days=day), zone)
        rungs = ladder(what, zone, now)
        decision = decide(rungs, decided, now)
        if decision.send is not None:
            sent.append(decision.send.at)
            decided = decision.send.at
        due = [rung.at for rung in rungs if rung.at <= now]
        assert (sent[-1] if sent else None) == (due[-1] if due else None)
        following = next_rung_at(rungs, decided, now)
        assert following is None or following > now
    assert sent == sorted(set(sent))


@given(clocks, st.integers(0, 60), st.integers(0, 120), st.integers(0, 120))
def test_the_next_rung_told_is_the_one_that_comes(clock: str, days: int, first: int, later: int) -> None:
    """Whatever the sweep was told to come back for is still there when it comes, or a higher one is."""
    assume(later >= first)
    what = term(clock, days)
    now, then = at(START + timedelta(days=first)), at(START + timedelta(days=later))
    decided = None if (sent := decide(ladder(what, VIENNA, now), None, now).send) is None else sent.at
    promised = next_rung_at(ladder(what, VIENNA, now), decided, now)
    found = decide(ladder(what, VIENNA, then), decided, then).send
    assert (found is not None) == (promised is not None and promised <= then)
    assert found is None or promised is None or found.at >= promised


def at(day: date, zone: ZoneInfo = VIENNA) -> datetime:
    """The beginning of a local day."""
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)

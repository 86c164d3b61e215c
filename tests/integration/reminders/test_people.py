"""Absences and substitutes, the head, working hours, an office's own ladders, on real PostgreSQL."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.queries import actor_of
from mla_tracker.audit.chain import AuditKey
from mla_tracker.core import office_setting
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import Invalid, NotPermitted
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders import preferences
from mla_tracker.reminders.forecast import forecast
from mla_tracker.reminders.ladders import change_ladder, ladders_in_force, preview
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.recipients import HEAD
from mla_tracker.reminders.services import plan_missing
from mla_tracker.reminders.shapes import house_shape
from tests.support.ladders import case_of, limit, person

ZONE = ZoneInfo("Europe/Vienna")
DUE = date(2026, 4, 30)  # a Thursday
KEY = AuditKey(b"k" * 32)


def on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def told(sessions: Sessions) -> set[tuple[str, int | None, str]]:
    return set(counted(sessions))


def counted(sessions: Sessions) -> Counter[tuple[str, int | None, str]]:
    with sessions() as session:
        rows = session.execute(select(Notice.rung, Notice.recipient_id, Notice.why).where(Notice.state == "planned"))
        return Counter((row.rung, row.recipient_id, row.why) for row in rows)


def test_while_the_lead_is_away_the_substitute_is_told_and_without_one_the_supervisors(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        lead, other, chief, alone = person(session), person(session), person(session, "supervisor"), person(session)
        preferences.name_substitute(session, lead.id, other.id)
        for away in (lead, alone):
            preferences.be_away(session, away.id, DUE, DUE + timedelta(days=3))
            limit(session, case_of(session, away), DUE, days=1)
    plan_missing(sessions, on(DUE), ZONE)
    assert told(sessions) == {("due", other.id, "absent"), ("due", chief.id, "supervisor")}
    with sessions() as session, session.begin():
        with pytest.raises(Invalid):
            preferences.be_away(session, lead.id, DUE, DUE - timedelta(days=1))
        with pytest.raises(Invalid):
            preferences.name_substitute(session, lead.id, lead.id)


def test_the_head_hears_of_what_is_a_month_late_and_the_supervisors_while_there_is_none(sessions: Sessions) -> None:
    month = on(DUE + timedelta(days=30))
    with sessions() as session, session.begin():
        chief, head = person(session, "supervisor"), person(session, "supervisor")
        limit(session, case_of(session, person(session)), DUE)
    for named, expected in ((None, {chief.id, head.id}), (head.id, {head.id})):
        with sessions() as session, session.begin():
            office_setting.write(session, HEAD, str(named or ""), month)
            limit(session, case_of(session, person(session)), DUE)
        plan_missing(sessions, month, ZONE)
        with sessions() as session, session.begin():
            rows = session.scalars(select(Notice).where(Notice.state == "planned")).all()
            assert {row.recipient_id for row in rows} == expected
            for row in rows:
                row.state, row.sent_at, row.next_attempt_at = "sent", month, None


def test_a_reminder_waits_for_working_hours_and_custody_for_none(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        lead = person(session, time_zone="America/New_York")
        preferences.keep_wishes(session, lead.id, preferences.Wishes(work_from=9, work_to=17))
        limit(session, case_of(session, lead), DUE, days=1)
        limit(session, case_of(session, lead), DUE, days=1, clock="max_custody")
    plan_missing(sessions, on(DUE, 6), ZONE)
    with sessions() as session:
        rows = session.execute(select(Notice.priority, Notice.next_attempt_at).where(Notice.state == "planned"))
        # nine in New York is 13:00 UTC in summer
        assert sorted(row.next_attempt_at for row in rows) == [on(DUE, 6), on(DUE, 13)]


def test_an_own_ladder_counts_from_its_change_on_and_sends_nothing_because_of_it(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        lead, admin, officer = person(session), person(session, "administrator"), person(session)
        limit(session, case_of(session, lead), DUE, clock="target")
        own = replace(house_shape("target"), days_before=(10, 5, 1), every_days=0, days_late=(1,), head_after=0)
        now = on(DUE - timedelta(days=7))
        seen = preview(session, "target", "routine", own, now=now, zone=ZONE)
        assert (seen.limits, seen.whole, seen.now_count, seen.then_count) == (1, True, 5, 4)
        with pytest.raises(NotPermitted):
            change_ladder(session, actor_of(officer), KEY, "target", "routine", own, now=now, zone=ZONE)
        change_ladder(session, actor_of(admin), KEY, "target", "routine", own, now=now, zone=ZONE)
    for day in range(-7, 40):
        plan_missing(sessions, on(DUE + timedelta(days=day), 10), ZONE)
    assert {rung for rung, _recipient, _why in told(sessions)} == {"due-5", "due-1", "due", "overdue+1"}
    with sessions() as session, session.begin():
        assert ladders_in_force(session).of("target", "routine").days_before == (10, 5, 1)
        assert ladders_in_force(session).of("target", "urgent") == house_shape("target", "urgent")
        change_ladder(session, actor_of(admin), KEY, "target", "routine", None, now=on(DUE), zone=ZONE)
        assert ladders_in_force(session).of("target", "routine").days_before == (14, 3)


def test_the_forecast_says_what_the_sweep_of_that_day_then_does(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        lead, other, chief = person(session), person(session), person(session, "supervisor")
        limit(session, case_of(session, lead), DUE)
        limit(session, case_of(session, other), DUE + timedelta(days=2))
    today = on(DUE - timedelta(days=8))
    plan_missing(sessions, today, ZONE)
    for ahead in range(1, 12):
        day = DUE - timedelta(days=8) + timedelta(days=ahead)
        with sessions() as session:
            foreseen = forecast(session, actor_of(chief), day, now=on(day - timedelta(days=1)), zone=ZONE)
            names = {row.id: row.name for row in session.execute(select(Account.id, Account.name))}
        before = counted(sessions)
        plan_missing(sessions, on(day), ZONE)
        done = [(rung, names[to or 0], why) for rung, to, why in (counted(sessions) - before).elements()]
        assert sorted((line.rung, line.recipient, line.why) for line in foreseen) == sorted(done)
    with sessions() as session:
        assert session.scalar(select(Deadline.next_rung_on).order_by(Deadline.id)) is not None

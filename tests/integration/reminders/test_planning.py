"""What the ledger says after acts and sweeps, on real PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.accounts.models import NeedToKnow, RestrictedCase
from mla_tracker.accounts.queries import actor_of
from mla_tracker.audit.chain import AuditKey
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError, NotPermitted, NotVisible
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.queries import dead_letters, mail_health, notices_of
from mla_tracker.reminders.services import (
    acknowledge,
    plan_missing,
    replan_case,
    retry_dead,
    set_notice_floor,
)
from tests.support.ladders import case_of, limit, person

ZONE = ZoneInfo("Europe/Vienna")
DUE = date(2026, 4, 30)


def on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def ledger(sessions: Sessions) -> list[tuple[str, str, str | None]]:
    with sessions() as session:
        rows = session.execute(select(Notice.rung, Notice.state, Notice.reason).order_by(Notice.due_at, Notice.id))
        return [(row.rung, row.state, row.reason) for row in rows]


def test_each_rung_is_decided_once_however_often_the_sweep_runs(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        officer, chief = person(session), person(session, "supervisor")
        limit(session, case_of(session, officer), DUE)
    for day in range(-40, 20):
        for hour in (1, 9, 23):
            plan_missing(sessions, on(DUE + timedelta(days=day), hour), ZONE)
    assert [rung for rung, state, _ in ledger(sessions) if state == "planned"] == [
        "due-7",
        "due-3",
        "due-1",
        "due",
        "overdue+1",
        "overdue+1",
        "overdue+7",
        "overdue+7",
        "overdue+14",
        "overdue+14",
    ]
    with sessions() as session:
        assert set(session.scalars(select(Notice.recipient_id).where(Notice.rung == "overdue+7"))) == {
            officer.id,
            chief.id,
        }


def test_after_three_weeks_without_a_sweep_one_notice_a_person_and_the_rest_overtaken(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        person(session, "supervisor")
        limit(session, case_of(session, person(session)), DUE)
    planned = plan_missing(sessions, on(DUE + timedelta(days=9)), ZONE)
    assert planned.deadlines == 1
    assert [row for row in ledger(sessions) if row[1] == "planned"] == [("overdue+7", "planned", None)] * 2
    assert [(rung, reason) for rung, state, reason in ledger(sessions) if state == "suppressed"] == [
        ("due-7", "overtaken"),
        ("due-3", "overtaken"),
        ("due-1", "overtaken"),
        ("due", "overtaken"),
        ("overdue+1", "overtaken"),
        ("overdue+1", "overtaken"),
    ]
    with sessions() as session:
        assert session.scalar(select(Deadline.next_rung_on)) == DUE + timedelta(days=14)


def test_a_date_that_moves_withdraws_and_one_that_moves_back_is_told_again_unless_it_was_sent(
    sessions: Sessions,
) -> None:
    now = on(DUE - timedelta(days=3))
    with sessions() as session, session.begin():
        case = case_of(session, person(session))
        row = limit(session, case, DUE)
    plan_missing(sessions, now, ZONE)

    def move(to: date | None) -> None:
        with sessions() as session, session.begin():
            session.get_one(Deadline, row.id).due_on = to
            session.flush()
            replan_case(session, case.id, SYSTEM, now=now, zone=ZONE)
        plan_missing(sessions, now, ZONE)

    def open_notices() -> list[tuple[str, str, str | None]]:
        return [found for found in ledger(sessions) if found[2] != "overtaken"]

    assert open_notices() == [("due-3", "planned", None)]
    move(DUE + timedelta(days=60))
    assert open_notices() == [("due-3", "suppressed", "moved")]
    move(DUE)
    assert open_notices() == [("due-3", "planned", None)]
    move(None)
    assert open_notices() == [("due-3", "suppressed", "paused")]
    move(DUE)
    with sessions() as session, session.begin():
        notice = session.scalars(select(Notice).where(Notice.state == "planned")).one()
        notice.state, notice.sent_at, notice.next_attempt_at = "sent", now, None
    move(DUE + timedelta(days=60))
    move(DUE)
    assert open_notices() == [("due-3", "sent", None)]


def test_what_ended_is_not_reminded_of(sessions: Sessions) -> None:
    now = on(DUE)
    with sessions() as session, session.begin():
        case = case_of(session, person(session))
        row = limit(session, case, DUE)
    plan_missing(sessions, now, ZONE)
    with sessions() as session, session.begin():
        ended = session.get_one(Deadline, row.id)
        ended.ended_on, ended.end_kind = DUE, "met"
        session.flush()
        replan_case(session, case.id, SYSTEM, now=now, zone=ZONE)
    assert [found for found in ledger(sessions) if found[2] != "overtaken"] == [("due", "suppressed", "ended")]
    with sessions() as session:
        assert session.scalar(select(Deadline.next_rung_on)) is None
    assert plan_missing(sessions, now + timedelta(days=30), ZONE).deadlines == 0


def test_another_lead_gets_what_the_former_one_has_not_been_sent(sessions: Sessions) -> None:
    now = on(DUE)
    with sessions() as session, session.begin():
        case, second = case_of(session, person(session)), person(session)
        limit(session, case, DUE)
    plan_missing(sessions, now, ZONE)
    with sessions() as session, session.begin():
        session.get_one(type(case), case.id).lead_id = second.id
        session.flush()
        replan_case(session, case.id, SYSTEM, now=now, zone=ZONE)
    with sessions() as session:
        planned = session.scalars(select(Notice).where(Notice.state == "planned")).all()
    assert [(notice.rung, notice.recipient_id) for notice in planned] == [("due", second.id)]


def test_a_case_that_nobody_leads_goes_to_the_supervisors_and_without_them_raises_an_alarm_that_heals(
    sessions: Sessions,
) -> None:
    with sessions() as session, session.begin():
        limit(session, case_of(session, None), DUE)
        admin = person(session, "administrator")
    for _ in range(3):
        plan_missing(sessions, on(DUE), ZONE)
    assert [found for found in ledger(sessions) if found[2] != "overtaken"] == [("due", "dead", "nobody_to_tell")]
    with sessions() as session:
        lines = dead_letters(session, actor_of(admin))
        assert [(line.rung, line.recipient, line.reference) for line in lines] == [("due", None, None)]
        with pytest.raises(DomainError):
            retry_dead(session, actor_of(admin), AuditKey(b"k" * 32), lines[0].id, now=on(DUE))
    with sessions() as session, session.begin():
        person(session, "supervisor")
    plan_missing(sessions, on(DUE, 10), ZONE)
    assert [found for found in ledger(sessions) if found[1] in ("planned", "dead")] == [("due", "planned", None)]


def test_only_those_who_may_see_a_restricted_case_are_told(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        officer, named, _other = person(session), person(session, "supervisor"), person(session, "supervisor")
        case = case_of(session, officer)
        session.add(RestrictedCase(case_id=case.id))
        session.add(NeedToKnow(case_id=case.id, account_id=named.id, granted_at=on(DUE), granted_by=None))
        limit(session, case, DUE)
    plan_missing(sessions, on(DUE + timedelta(days=1)), ZONE)
    with sessions() as session:
        planned = session.scalars(select(Notice).where(Notice.state == "planned")).all()
        assert [(notice.recipient_id, notice.why) for notice in planned] == [(named.id, "unassigned")]
        assert notices_of(session, actor_of(named), case.id) != []
        assert notices_of(session, actor_of(officer), case.id) == []


def test_acknowledging_silences_until_the_next_step_up(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        officer, stranger = person(session), person(session, "administrator")
        row = limit(session, case_of(session, officer), DUE)
    first = on(DUE - timedelta(days=7))
    plan_missing(sessions, first, ZONE)
    with sessions() as session, session.begin():
        with pytest.raises(NotVisible):
            acknowledge(session, actor_of(stranger), row.id, now=first, zone=ZONE)
        acknowledge(session, actor_of(officer), row.id, now=first, zone=ZONE)
    for day in (-3, -1, 0):
        plan_missing(sessions, on(DUE + timedelta(days=day)), ZONE)
    assert ledger(sessions) == [
        ("due-7", "suppressed", "acknowledged"),
        ("due-3", "suppressed", "acknowledged"),
        ("due-1", "suppressed", "acknowledged"),
        ("due", "planned", None),
    ]


def test_the_floor_passes_over_what_was_due_with_one_summary_a_person_and_nothing_later(sessions: Sessions) -> None:
    now = on(DUE)
    with sessions() as session, session.begin():
        officer = person(session)
        for late in (1, 20, 400):
            limit(session, case_of(session, officer), DUE - timedelta(days=late))
        limit(session, case_of(session, officer), DUE + timedelta(days=2))
        floor = set_notice_floor(session, now, "import", zone=ZONE)
        assert floor.deadlines == 4
    plan_missing(sessions, now, ZONE)
    open_ones = [found for found in ledger(sessions) if found[1] == "planned"]
    assert open_ones == [("summary", "planned", None)]
    assert sum(reason == "before_floor" for *_, reason in ledger(sessions)) == 4
    # What is taken in afterwards is not touched, and what was passed over goes on with its next rung.
    with sessions() as session, session.begin():
        limit(session, case_of(session, officer), DUE - timedelta(days=1))
    plan_missing(sessions, now, ZONE)
    plan_missing(sessions, on(DUE + timedelta(days=1)), ZONE)
    planned = [found[0] for found in ledger(sessions) if found[1] == "planned"]
    assert planned.count("overdue+1") == 1
    assert planned.count("overdue+21") == 1
    assert planned.count("due-1") == 1
    assert len(planned) == 4


def test_a_floor_for_some_cases_leaves_the_others_alone(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        officer = person(session)
        loaded, other = case_of(session, officer), case_of(session, officer)
        limit(session, loaded, DUE)
        limit(session, other, DUE)
        set_notice_floor(session, on(DUE), "import", zone=ZONE, case_ids=[loaded.id])
    plan_missing(sessions, on(DUE), ZONE)
    with sessions() as session:
        planned = session.execute(select(Notice.case_id, Notice.rung).where(Notice.state == "planned")).all()
    assert sorted(planned, key=str) == sorted([(other.id, "due"), (None, "summary")], key=str)


def test_a_case_in_an_act_is_left_to_the_next_sweep_and_holds_nobody_up(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        officer = person(session)
        held, free = case_of(session, officer), case_of(session, officer)
        limit(session, held, DUE)
        limit(session, free, DUE)
    with sessions() as act, act.begin():
        act.execute(text("select 1 from case_file where id = :id for update"), {"id": held.id})
        with sessions() as guard:
            guard.execute(text("set lock_timeout = '2s'"))
        assert plan_missing(sessions, on(DUE), ZONE).deadlines == 1
    assert plan_missing(sessions, on(DUE), ZONE).deadlines == 1


def test_the_health_of_the_mail_is_for_those_who_administer_it(session: Session) -> None:
    health = mail_health(session, actor_of(person(session, "administrator")))
    assert (health.waiting, health.dead, health.last_sweep_at, health.trouble) == (0, 0, None, None)
    with pytest.raises(NotPermitted):
        mail_health(session, actor_of(person(session, "supervisor")))


def test_a_sweep_with_nothing_to_do_reads_an_index(session: Session) -> None:
    session.execute(text("set local enable_seqscan = off"))
    plan = "\n".join(
        session.scalars(text("explain select id from deadline where next_rung_on <= '2026-01-01' and id > 0"))
    )
    assert "ix_deadline_next_rung" in plan
    assert session.scalar(select(func.count()).select_from(Deadline)) == 0

"""The check of the whole trail over real cases: it holds, it finds what was changed, and it runs once a day."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select, text

from mla_tracker.audit.chain import AuditKey, Reason
from mla_tracker.audit.services import anchor_changed_heads
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.casework.demo.load import load
from mla_tracker.casework.office import Office
from mla_tracker.casework.trail_check import check_trail, check_trail_daily, last_trail_check
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions


@pytest.fixture
def office(sessions: Sessions) -> Office:
    """An office with some cases on file, anchored."""
    made = Office(sessions, AuditKey(b"k" * 32), "AT", ZoneInfo("Europe/Vienna"))
    for _loaded in load(made, cases=12, seed=7):
        pass
    with sessions() as session:
        anchor_changed_heads(session, made.audit_key, clock.now())
        session.commit()
    return made


def test_every_event_of_every_case_is_walked(office: Office) -> None:
    verdict = check_trail(office)
    with office.sessions() as session:
        events = session.scalar(select(func.count()).select_from(CaseEvent))
        cases = session.scalar(select(func.count()).select_from(Case))
        kept = last_trail_check(session)
    assert verdict.first is None
    assert events is not None
    assert (verdict.entries >= events, verdict.chains >= (cases or 0), verdict.anchors) == (True, True, 1)
    assert kept is not None
    assert (kept.entries, kept.chains, kept.breaks) == (verdict.entries, verdict.chains, ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE case_event SET happened_on = happened_on - 1 WHERE id = {id}", Reason.SEAL),
        ("UPDATE case_event SET code = 'closed' WHERE id = {id}", Reason.SEAL),
        ("UPDATE case_event SET actor_id = NULL WHERE id = {id}", Reason.SEAL),
        ("UPDATE case_event_detail SET text = '{{}}' WHERE event_id = {id}", Reason.DETAIL),
        ("DELETE FROM case_event_detail WHERE event_id = {id}", Reason.DETAIL_GONE),
    ],
)
def test_a_changed_event_is_found_and_named(office: Office, owner_engine: Engine, change: str, reason: Reason) -> None:
    with office.sessions() as session:
        event = session.scalars(select(CaseEvent).where(CaseEvent.seq == 2).order_by(CaseEvent.id).limit(1)).one()
    with owner_engine.begin() as connection:
        for table in ("case_event", "case_event_detail"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(text(change.format(id=event.id)))
    check_trail(office)
    with office.sessions() as session:
        kept = last_trail_check(session)
    assert kept is not None
    assert [(found.chain, found.seq, found.reason) for found in kept.breaks] == [(f"case:{event.case_id}", 2, reason)]


def test_it_runs_once_a_day_of_the_office(office: Office) -> None:
    now = clock.now()
    assert check_trail_daily(office, now) is not None
    assert check_trail_daily(office, now) is None
    assert check_trail_daily(office, now + timedelta(days=1)) is not None

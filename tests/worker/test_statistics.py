"""The tasks of the statistics called as functions: run twice, same result; what was asked for comes first."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.statistics import services
from mla_tracker.statistics.models import Snapshot, SnapshotFigure
from tests.factories import figures as make
from worker import office, tasks


@pytest.fixture
def bound(settings: Settings, sessions: Sessions) -> Iterator[Sessions]:
    """The worker bound to this test's database, as the command that starts it does."""
    office.configure(settings)
    yield sessions
    office.office().sessions.kw["bind"].dispose()
    office.configure(settings)


def test_the_nightly_sweep_computes_what_is_missing_and_then_nothing(bound: Sessions, settings: Settings) -> None:
    today = clock.today(settings.zone)
    with bound() as session, session.begin():
        make.add_request(session, opened_on=today - timedelta(days=40))
    tasks.compute_missing_statistics()
    with bound() as session:
        first = session.execute(select(Snapshot.id, Snapshot.as_of, Snapshot.computed_at).order_by(Snapshot.id)).all()
    assert today - timedelta(days=1) in {row.as_of for row in first}
    assert today not in {row.as_of for row in first}
    tasks.compute_missing_statistics()
    with bound() as session:
        again = session.execute(select(Snapshot.id, Snapshot.as_of, Snapshot.computed_at).order_by(Snapshot.id)).all()
    assert again == first


def test_a_job_run_twice_gives_one_snapshot(bound: Sessions, settings: Settings) -> None:
    today = clock.today(settings.zone)
    with bound() as session, session.begin():
        make.add_request(session, opened_on=today - timedelta(days=40))
    for _ in range(2):
        tasks.compute_statistics(on=today.isoformat(), scope=services.ALL)
    with bound() as session:
        assert session.scalar(select(func.count()).select_from(Snapshot)) == 1
        assert session.scalar(
            select(SnapshotFigure.n).where(
                SnapshotFigure.measure == "open", SnapshotFigure.kind == "", SnapshotFigure.direction == ""
            )
        ) == 1  # fmt: skip


def test_a_lost_message_is_made_good_by_the_sweep(bound: Sessions, settings: Settings) -> None:
    """Asked for while the broker was away: the row waits, the next sweep computes it."""
    today: date = clock.today(settings.zone)
    with bound() as session:
        services.request_snapshot(session, services.Wanted(today, services.UNRESTRICTED), today=today, now=clock.now())
        session.commit()
    tasks.compute_missing_statistics()
    with bound() as session:
        row = session.scalars(select(Snapshot).where(Snapshot.as_of == today)).one()
    assert (row.state, row.progress) == (services.DONE, 100)


def test_what_a_dead_worker_held_is_taken_up_again(bound: Sessions, settings: Settings) -> None:
    today = clock.today(settings.zone)
    long_ago = clock.now() - timedelta(hours=1)
    with bound() as session:
        assert services.claim(session, services.Wanted(today, services.ALL), now=long_ago) is not None
    tasks.compute_missing_statistics()
    with bound() as session:
        row = session.scalars(select(Snapshot).where(Snapshot.as_of == today)).one()
    assert row.state == services.DONE

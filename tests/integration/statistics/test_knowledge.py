"""As it was, and as known: what was recorded late changes the first and never the second; and what is kept how long."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError
from mla_tracker.statistics import services
from mla_tracker.statistics.computing import compute_snapshot
from mla_tracker.statistics.models import Snapshot, SnapshotCase
from mla_tracker.statistics.queries import FigureKey, figures_of, latest
from mla_tracker.statistics.services import Wanted
from tests.factories import figures as make

ON = date(2025, 3, 31)
ZONE = ZoneInfo("Europe/Vienna")
READER = Actor(7, "Reader", None, frozenset({Permission.CASE_READ, Permission.STATISTICS_READ}))


LATER = datetime(2025, 4, 20, tzinfo=UTC)
"""A moment after the day in question."""


@pytest.fixture
def recorded_late(sessions: Sessions) -> Sessions:
    """Three requests: one told at once, one whose answer of 20 March was recorded in April, one registered in April
    though received in February."""
    with sessions() as session:
        prompt = make.add_request(
            session, counterpart="KE", opened_on=date(2025, 1, 7), answered_on=date(2025, 2, 1),
            closed_on=date(2025, 2, 1), outcome="executed_in_full",
        )  # fmt: skip
        log = make.Log(session, prompt)
        log.add("received", date(2025, 1, 7))
        log.add("answer_sent", date(2025, 2, 1))
        slow = make.add_request(
            session, counterpart="KE", opened_on=date(2025, 1, 7), answered_on=date(2025, 3, 20),
            closed_on=date(2025, 3, 20), outcome="refused",
        )  # fmt: skip
        make.add_refusal(session, slow, "MLA_DUAL_CRIM", told_on=date(2025, 3, 20))
        log = make.Log(session, slow)
        log.add("received", date(2025, 1, 7))
        log.add("registered", date(2025, 1, 8))
        log.add("refusal_proposed", date(2025, 3, 18), recorded=LATER)
        log.add("refusal_approved", date(2025, 3, 19), recorded=LATER)
        log.add("refusal_communicated", date(2025, 3, 20), recorded=LATER)
        unknown = make.add_request(session, counterpart="KE", opened_on=date(2025, 2, 14))
        make.Log(session, unknown).add("received", date(2025, 2, 14), recorded=LATER)
        session.commit()
    return sessions


def computed(sessions: Sessions, *, as_known: bool = False, on: date = ON) -> int:
    number = compute_snapshot(sessions, Wanted(on, services.UNRESTRICTED, as_known), zone=ZONE)
    assert number is not None
    return number


def number_of(sessions: Sessions, snapshot: int, measure: str) -> int:
    with sessions() as session:
        return figures_of(session, snapshot).number(FigureKey(measure))


def test_both_questions_have_an_answer(recorded_late: Sessions) -> None:
    was, known = computed(recorded_late), computed(recorded_late, as_known=True)
    assert was != known
    told = {code: (number_of(recorded_late, was, code), number_of(recorded_late, known, code)) for code in (
        "new", "open", "answer", "refused", "waiting", "ground.MLA_DUAL_CRIM",
    )}  # fmt: skip
    assert told == {
        "new": (3, 2), "open": (1, 1), "answer": (2, 1), "refused": (1, 0), "waiting": (1, 1),
        "ground.MLA_DUAL_CRIM": (1, 0),
    }  # fmt: skip
    with recorded_late() as session:
        before, after = (latest(session, READER, services.UNRESTRICTED, on=ON, as_known=flag) for flag in (False, True))
    assert (before and before.id, after and after.id) == (was, known)


def test_days_on_each_side_are_those_known_then(recorded_late: Sessions) -> None:
    known = computed(recorded_late, as_known=True)
    with recorded_late() as session:
        sides = session.execute(
            select(SnapshotCase.days_answer, SnapshotCase.days_ours).where(
                SnapshotCase.snapshot_id == known, SnapshotCase.days_answer.is_not(None)
            )
        ).all()
    assert [tuple(row) for row in sides] == [(25, 25)]


def test_what_was_known_then_is_never_restated(recorded_late: Sessions) -> None:
    was, known = computed(recorded_late), computed(recorded_late, as_known=True)
    with recorded_late() as session:
        more = make.add_request(session, counterpart="KE", opened_on=date(2025, 3, 3))
        make.Log(session, more).add("received", date(2025, 3, 3), recorded=datetime.now(UTC))
        session.commit()
    assert (computed(recorded_late), computed(recorded_late, as_known=True)) == (was, known)
    with recorded_late() as session:
        said = session.get_one(Snapshot, was).restated, session.get_one(Snapshot, known).restated
    assert said == ("1 entry for that day or earlier was recorded afterwards.", "")


def test_the_last_days_are_computed_anew_when_something_came_late(recorded_late: Sessions) -> None:
    today = ON + timedelta(days=3)
    number = computed(recorded_late)
    now = datetime.now(UTC)

    def due() -> list[Wanted]:
        with recorded_late() as session:
            return services.due_snapshots(session, today=today, now=now, zone=ZONE)

    again = Wanted(ON, services.UNRESTRICTED)
    assert again not in due()
    with recorded_late() as session:
        session.execute(update(Snapshot).values(computed_at=datetime.combine(ON, datetime.min.time(), UTC)))
        session.commit()
    assert again in due()
    with recorded_late() as session:
        session.execute(update(Snapshot).where(Snapshot.id == number).values(as_of=ON - timedelta(days=9)))
        session.commit()
    assert Wanted(ON - timedelta(days=9), services.UNRESTRICTED) not in due()


def test_days_that_may_be_asked_for_are_bounded(recorded_late: Sessions) -> None:
    now, today = datetime.now(UTC), ON

    def ask(day: date) -> None:
        wanted = Wanted(day, services.UNRESTRICTED)
        with recorded_late() as session:
            services.request_snapshot(session, wanted, today=today, now=now, by=7)
            session.commit()

    with pytest.raises(DomainError, match="The register begins on 2025-01-07"):
        ask(date(2025, 1, 6))
    for back in range(services.ASKED_AT_MOST):
        ask(today - timedelta(days=back))
    with pytest.raises(DomainError, match="3 days that you asked for are still being computed"):
        ask(today - timedelta(days=9))
    ask(today)


def test_old_days_are_dropped_and_ends_of_years_stay(recorded_late: Sessions) -> None:
    today = date(2026, 6, 15)
    for day in (date(2025, 12, 31), date(2026, 4, 30), date(2026, 5, 3), date(2026, 6, 10), date(2025, 5, 31)):
        computed(recorded_late, on=day)
    now = datetime.combine(today, datetime.min.time(), UTC)
    with recorded_late() as session:
        session.execute(update(Snapshot).values(requested_at=now - timedelta(days=60)))
        dropped = services.prune(session, today=today, now=now)
        left = sorted(session.scalars(select(Snapshot.as_of)).all())
        session.commit()
    assert dropped == 1
    assert left == [date(2025, 5, 31), date(2025, 12, 31), date(2026, 4, 30), date(2026, 6, 10)]

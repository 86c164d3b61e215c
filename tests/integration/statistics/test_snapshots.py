"""Snapshots against figures worked out by hand, and the cases of each figure against its number."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.models import Case
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.statistics import services
from mla_tracker.statistics.computing import compute_due, compute_snapshot
from mla_tracker.statistics.models import Snapshot, SnapshotFigure
from mla_tracker.statistics.queries import (
    FigureKey,
    cases_of_figure,
    figures_of,
    hidden_cases,
    latest,
    trends,
)
from mla_tracker.statistics.services import Wanted
from tests.factories import figures as make

ON = date(2025, 6, 30)
ZONE = ZoneInfo("Europe/Vienna")
READER = Actor(7, "Reader", None, frozenset({Permission.CASE_READ, Permission.STATISTICS_READ}))
SUPERVISOR = Actor(8, "Supervisor", None, READER.permissions | {Permission.STATISTICS_RESTRICTED})


@pytest.fixture
def filled(sessions: Sessions) -> Sessions:
    """Twelve closed and four open incoming requests of one State, a few of other kinds, one restricted."""
    with sessions() as session:
        for number in range(1, 13):
            opened = date(2024, 1, 1) + timedelta(days=number)
            answered = opened + timedelta(days=number * 10)
            make.add_request(
                session, counterpart="BR", opened_on=opened, acknowledged_on=opened + timedelta(days=2),
                decided_on=opened + timedelta(days=5), answered_on=answered, closed_on=answered + timedelta(days=30),
                outcome="executed_in_full", needed_by=opened + timedelta(days=80),
            )  # fmt: skip
        for days in (10, 100, 200, 400):
            make.add_request(session, counterpart="BR", opened_on=ON - timedelta(days=days))
        session.commit()
    return sessions


def test_durations_by_hand(filled: Sessions) -> None:
    snapshot = computed(filled)
    with filled() as session:
        row = figures_of(session, snapshot).get(FigureKey("answer", "mla", "incoming", "BR"))
        assert row is not None
        # 10, 20 … 120 days: the mean and the median are 65; numpy's quantiles lie at 92.5 and 109.
        assert (row.n, row.mean, row.median, row.p75, row.p90) == (12, 65.0, 65.0, 92.5, 109.0)
        assert row.extra["waiting"] == 4
        # With the four that wait half have ended only at 80 days: 12 of 16 in the end, the eighth at 80.
        assert row.km_median == 80.0
        waiting = figures_of(session, snapshot).get(FigureKey("waiting", "mla", "incoming", "BR"))
        assert waiting is not None
        assert (waiting.n, waiting.median, waiting.p90) == (4, 150.0, None)
        assert waiting.withheld == "Fewer than 10 cases (4)."


def test_on_time_is_the_share_of_those_with_a_date_to_keep(filled: Sessions) -> None:
    with filled() as session:
        first, second = session.scalars(
            select(Case).where(Case.closed_on.is_not(None)).order_by(Case.id).limit(2)
        ).all()
        for clock in ("hard", "target"):
            make.add_deadline(
                session, first if clock == "hard" else second, clock=clock, started_on=first.opened_on,
                due_on=first.opened_on, ended_on=first.opened_on + timedelta(days=1), end_kind="missed",
            )  # fmt: skip
        session.commit()
    snapshot = computed(filled)
    with filled() as session:
        row = figures_of(session, snapshot).get(FigureKey("on_time"))
        assert row is not None
        # Answered after 10 to 80 days of 80: eight kept the needed-by date, one of them missed a limit that binds
        # on the way; a target that another one missed does not count.
        assert (row.n, row.extra) == (7, {"of": 12, "share": 7 / 12})


def test_the_check_line_closes_and_names_what_keeps_it_from_closing(filled: Sessions) -> None:
    with filled() as session:
        make.add_request(session, opened_on=date(2025, 5, 2), closed_on=date(2024, 2, 1), outcome="withdrawn")
        session.commit()
    snapshot = computed(filled)
    with filled() as session:
        found = figures_of(session, snapshot)
        line = {code: found.number(FigureKey(code)) for code in ("opening", "new", "closed", "closing", "gap")}
    # Opened before 2025: the one of 400 and (on 12 December) the one of 200 days. New: those of 10 and 100 days, and
    # the # one that is said to have closed the year before it was received.
    assert line == {"opening": 2, "new": 3, "closed": 0, "closing": 4, "gap": 1}


def test_refusals_by_ground_of_ours_and_of_the_other_state(filled: Sessions) -> None:
    with filled() as session:
        day = date(2025, 3, 1)
        ours = make.add_request(
            session, counterpart="KE", opened_on=day, decided_on=day, answered_on=day, closed_on=day, outcome="refused"
        )
        make.add_refusal(session, ours, "MLA_DUAL_CRIM", "MLA_NE_BIS", told_on=day)
        theirs = make.add_request(
            session,
            direction="outgoing",
            counterpart="KE",
            opened_on=day,
            sent_on=day,
            answered_on=day,
            closed_on=day,
            outcome="refused",
        )
        make.add_refusal(session, theirs, "MLA_NE_BIS", by="other_state", told_on=day)
        earlier = make.add_request(session, opened_on=date(2024, 1, 1), closed_on=date(2024, 6, 1), outcome="refused")
        make.add_refusal(session, earlier, "MLA_NE_BIS", told_on=date(2024, 6, 1))
        returned = make.add_request(session, opened_on=day, closed_on=day, outcome="returned")
        assert returned.outcome == "returned"
        session.commit()
    snapshot = computed(filled)
    with filled() as session:
        found = figures_of(session, snapshot)
        numbers = {
            code: found.number(FigureKey(code))
            for code in (
                "refused", "refused_abroad", "ground.MLA_DUAL_CRIM", "ground.MLA_NE_BIS", "ground_abroad.MLA_NE_BIS",
                "outcome.refused", "outcome.returned",
            )
        }  # fmt: skip
    assert numbers == {
        "refused": 1, "refused_abroad": 1, "ground.MLA_DUAL_CRIM": 1, "ground.MLA_NE_BIS": 1,
        "ground_abroad.MLA_NE_BIS": 1, "outcome.refused": 2, "outcome.returned": 1,
    }  # fmt: skip


def test_what_was_never_recorded_is_left_out_and_counted(filled: Sessions) -> None:
    with filled() as session:
        day = date(2025, 1, 10)
        make.add_request(session, opened_on=day, closed_on=day, outcome="executed_in_full", taken_over=True)
        make.add_request(
            session, opened_on=day, received_on=None, answered_on=day, closed_on=day, outcome="refused", taken_over=True
        )
        make.add_request(session, opened_on=day, answered_on=day - timedelta(days=3), closed_on=day, outcome="refused")
        make.add_request(session, direction="outgoing", opened_on=day, closed_on=day, outcome="abandoned")
        make.add_request(session, direction="outgoing", opened_on=day)
        session.commit()
    snapshot = computed(filled)
    with filled() as session:
        found = figures_of(session, snapshot)
        assert found.number(FigureKey("answer")) == 12
        assert found.number(FigureKey("not_recorded.answer")) == 2
        assert found.number(FigureKey("before_start.answer")) == 1
        # The draft is on file and open, and no request yet.
        assert (found.number(FigureKey("open")), found.number(FigureKey("waiting"))) == (5, 4)


def test_every_figure_lists_exactly_its_cases(filled: Sessions) -> None:
    with filled() as session:
        day = date(2025, 2, 3)
        for number, state in enumerate(("KE", "UA", "KE")):
            case = make.add_request(
                session, kind="extradition", direction="outgoing", counterpart=state, opened_on=day,
                sent_on=day + timedelta(days=number),
            )  # fmt: skip
            make.add_deadline(session, case, started_on=day, due_on=day + timedelta(days=20), clock="max_custody")
        session.commit()
    snapshot = computed(filled)
    with filled() as session:
        rows = session.scalars(select(SnapshotFigure).where(SnapshotFigure.snapshot_id == snapshot)).all()
        assert {row.measure for row in rows} >= {
            "open",
            "waiting",
            "answer",
            "overdue",
            "custody",
            "no_response",
            "on_time",
            "late",
        }
        for row in rows:
            key = FigureKey(row.measure, row.kind, row.direction, row.state)
            condition = cases_of_figure(
                session, READER, snapshot, FigureKey(row.measure, row.kind, row.direction, row.state)
            )
            listed = session.scalar(select(func.count()).select_from(Case).where(condition))
            assert listed == row.n, key


def test_as_it_was_on_an_earlier_day(filled: Sessions) -> None:
    """What happened later had not happened then, also where a later event of the same kind hides an earlier one."""
    with filled() as session:
        case = make.add_request(
            session, opened_on=date(2025, 1, 1), decided_on=date(2025, 6, 1), answered_on=date(2025, 6, 10),
            closed_on=date(2025, 6, 20), outcome="executed_in_part",
        )  # fmt: skip
        log = make.Log(session, case)
        log.add("received", date(2025, 1, 1))
        log.add("accepted", date(2025, 1, 11))
        log.add("accepted_in_part", date(2025, 6, 1))
        session.commit()
    snapshot = computed(filled, on=date(2025, 3, 31))
    with filled() as session:
        found = figures_of(session, snapshot)
        assert found.number(FigureKey("decide")) == 12 + 1
        assert found.number(FigureKey("answer")) == 12
        assert found.number(FigureKey("open")) == 3 + 1


def test_scopes(filled: Sessions) -> None:
    with filled() as session:
        secret = make.add_request(session, opened_on=date(2025, 2, 1))
        make.restrict(session, secret)
        session.commit()
    open_to_all, everything = computed(filled), computed(filled, scope=services.ALL)
    key = FigureKey("open")
    with filled() as session:
        assert figures_of(session, open_to_all).number(key) == 4
        assert figures_of(session, everything).number(key) == 5
        assert latest(session, READER, services.ALL) is None
        assert latest(session, READER, services.UNRESTRICTED) is not None
        with pytest.raises(NotVisible):
            cases_of_figure(session, READER, everything, key)
        # The one who may read the figure still sees in the list what he may see, and is told of the rest.
        assert hidden_cases(session, SUPERVISOR, everything, key) == 1


def test_computing_again_changes_nothing_until_something_is_recorded_later(filled: Sessions) -> None:
    first = computed(filled)
    again = computed(filled)
    assert again == first
    with filled() as session:
        assert session.get_one(Snapshot, first).restated == ""
        numbers = session.execute(
            update(Case).where(Case.answered_on.is_(None)).values(answered_on=ON, closed_on=ON).returning(Case.id)
        ).all()
        case = session.get_one(Case, numbers[0][0])
        make.Log(session, case).add("answer_sent", ON, recorded=datetime.now(UTC))
        session.commit()
    assert computed(filled) == first
    with filled() as session:
        restated = session.get_one(Snapshot, first)
        assert restated.restated == "1 entry for that day or earlier was recorded afterwards."
        assert figures_of(session, first).number(FigureKey("open")) == 0


def test_two_at_once(filled: Sessions) -> None:
    now = datetime.now(UTC)
    with filled() as session:
        assert services.claim(session, Wanted(ON, services.ALL), now=now) is not None
        assert services.claim(session, Wanted(ON, services.ALL), now=now) is None
        assert services.claim(session, Wanted(ON, services.ALL), now=now + timedelta(hours=1)) is not None
    assert compute_snapshot(filled, Wanted(ON, services.ALL), zone=ZONE) is None


def test_what_is_due_is_computed_once(filled: Sessions) -> None:
    done = compute_due(filled, zone=ZONE, seconds=60)
    assert done == 2 * (1 + services.TREND_MONTHS) or done == 2 * services.TREND_MONTHS
    assert compute_due(filled, zone=ZONE, seconds=60) == 0
    with filled() as session:
        assert session.scalar(select(func.count()).select_from(Snapshot).where(Snapshot.state != "done")) == 0


def test_asking_for_today(filled: Sessions) -> None:
    now = datetime.now(UTC)
    with filled() as session:
        with pytest.raises(DomainError):
            services.request_snapshot(session, Wanted(ON + timedelta(days=1), services.ALL), today=ON, now=now)
        asked = services.request_snapshot(session, Wanted(ON, services.ALL), today=ON, now=now, by=7)
        session.commit()
        assert asked.state == services.QUEUED
        assert services.due_snapshots(session, today=ON, now=now, zone=ZONE)[0] == Wanted(ON, services.ALL)
    number = computed(filled, scope=services.ALL)
    assert number == asked.id
    with filled() as session:
        again = services.request_snapshot(session, Wanted(ON, services.ALL), today=ON, now=now)
        assert (again.id, again.state, again.progress) == (number, services.QUEUED, 0)
        session.commit()
        # What was computed before stays readable while it is computed anew.
        assert latest(session, SUPERVISOR, services.ALL) is not None


def test_trends(filled: Sessions) -> None:
    computed(filled, on=date(2025, 5, 31))
    computed(filled)
    with filled() as session:
        days = [date(2025, 4, 30), date(2025, 5, 31), ON]
        found = trends(session, services.UNRESTRICTED, ["open", "answer"], FigureKey("open"), days)
    assert [point and point.n for point in found["open"]] == [None, 3, 4]
    assert [point and point.median for point in found["answer"]] == [None, 65.0, 65.0]


def test_an_empty_office_has_figures_of_nothing(sessions: Sessions) -> None:
    snapshot = computed(sessions)
    with sessions() as opened:
        assert figures_of(opened, snapshot).number(FigureKey("open")) == 0


def computed(sessions: Sessions, *, on: date = ON, scope: str = services.UNRESTRICTED) -> int:
    number = compute_snapshot(sessions, Wanted(on, scope), zone=ZONE)
    assert number is not None
    return number

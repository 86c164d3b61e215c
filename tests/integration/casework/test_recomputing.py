"""Changed calendars and limits reach every case: what was shown is what is done, reminders follow, breaches stay."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.casework import calendars, deadline_acts, recomputing
from mla_tracker.casework.act import act
from mla_tracker.casework.rebuilding import rebuild
from mla_tracker.casework.trail_check import check_trail
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import Conflict, Invalid, NotPermitted
from mla_tracker.deadlines.models import CalendarChange, Deadline, Recomputation
from mla_tracker.deadlines.office_calendars import OFFICE, Change
from mla_tracker.instruments.services import retire_code
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.services import plan_missing
from tests.factories.office import NOW, RECEIVED, World, a_world, an_office

CLOSED = Change(OFFICE, date(2026, 9, 3), date(2026, 9, 3), works=False, name="Removal of the office")


@pytest.fixture
def committed(sessions: Sessions) -> Iterator[World]:
    with sessions() as session:
        world = a_world(an_office(sessions), session)
        yield world


def admin(world: World) -> Actor:
    return replace(world.supervisor, permissions=frozenset({Permission.ADMIN_OFFICE}))


def due_days(world: World) -> Counter[tuple[str, date | None]]:
    rows = world.session.execute(select(Deadline.rule_code, Deadline.due_on)).all()
    return Counter((code or "", due) for code, due in rows)


def nothing_differs(world: World) -> bool:
    return not any(found for _, found in rebuild(world.office, check_only=True))


def change(world: World, wanted: Change = CLOSED) -> Recomputation:
    shown = calendars.show_change(world.office, world.session, wanted, actor=admin(world), now=NOW)
    return calendars.make_change(
        world.office,
        world.session,
        wanted,
        source="Order of the director",
        version=shown.version,
        actor=admin(world),
        now=NOW,
    )


def test_a_closure_does_what_was_shown_and_its_withdrawal_undoes_it(committed: World) -> None:
    world = committed
    for _ in range(3):
        world.register()
    before = due_days(world)
    queued = change(world)
    assert queued.expected is not None
    assert queued.expected["moved"] > 0
    assert due_days(world) == before, "nothing moves before the worker has gone through the cases"
    assert recomputing.work_off(world.office, seconds=60) == 3
    world.session.expire_all()
    assert queued.state == "done"
    assert queued.found == queued.expected
    assert due_days(world) != before
    assert nothing_differs(world)
    named = world.session.scalars(select(Deadline.explanation)).all()
    assert any(CLOSED.name in str(explanation) for explanation in named)
    told = world.session.scalar(select(func.count()).where(CaseEvent.code == "deadlines_moved"))
    assert told == 3
    verdict = check_trail(world.office)
    assert verdict.first is None

    made = world.session.scalars(select(CalendarChange.id)).one()
    shown = calendars.show_withdrawal(world.office, world.session, made, actor=admin(world), now=NOW)
    back = calendars.withdraw_change(
        world.office, world.session, made, version=shown.version, actor=admin(world), now=NOW
    )
    recomputing.work_off(world.office, seconds=60)
    world.session.expire_all()
    assert back.found == back.expected
    assert due_days(world) == before
    assert nothing_differs(world)


def test_reminders_are_planned_anew_and_none_is_repeated(committed: World) -> None:
    world = committed
    world.register()
    plan_missing(world.office.sessions, NOW + timedelta(days=20), world.office.zone)
    sent = Counter(world.session.scalars(select(Notice.notice_key)))
    queued = change(world)
    recomputing.work_off(world.office, seconds=60)
    plan_missing(world.office.sessions, NOW + timedelta(days=20), world.office.zone)
    world.session.expire_all()
    assert queued.found["reminders_withdrawn"] == queued.expected["reminders_withdrawn"] > 0  # type: ignore[index]
    keys = Counter(world.session.scalars(select(Notice.notice_key)))
    assert set(sent) <= set(keys)
    assert max(keys.values()) == 1


def test_a_second_run_finds_nothing_to_do(committed: World) -> None:
    world = committed
    world.register()
    change(world)
    recomputing.work_off(world.office, seconds=60)
    with world.office.sessions() as session, session.begin():
        recomputing.queue(session, {"kind": "limits"}, ids=None, by=None, expected=None, now=NOW)
    recomputing.work_off(world.office, seconds=60)
    world.session.expire_all()
    again = world.session.scalars(select(Recomputation).order_by(Recomputation.id.desc()).limit(1)).one()
    assert again.state == "done"
    assert not any(again.found.values())


def test_only_who_keeps_the_office_changes_calendars_and_only_what_he_saw(committed: World) -> None:
    world = committed
    with pytest.raises(NotPermitted):
        calendars.show_change(world.office, world.session, CLOSED, actor=world.supervisor, now=NOW)
    change(world)
    with pytest.raises(Conflict, match="earlier change"):
        calendars.show_change(world.office, world.session, CLOSED, actor=admin(world), now=NOW)
    recomputing.work_off(world.office, seconds=60)
    with pytest.raises(Conflict, match="Somebody else"):
        calendars.make_change(
            world.office, world.session, CLOSED, source="Order", version="", actor=admin(world), now=NOW
        )


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (replace(CLOSED, place="XX"), "place"),
        (replace(CLOSED, place="CH-ZH"), "place"),
        (replace(CLOSED, last=CLOSED.first - timedelta(days=1)), "last"),
        (replace(CLOSED, last=CLOSED.first + timedelta(days=100)), "last"),
        (replace(CLOSED, name=" "), "name"),
        (replace(CLOSED, first=date(1800, 1, 1), last=date(1800, 1, 1)), "first"),
    ],
)
def test_a_change_that_cannot_be_is_refused_beside_its_field(wanted: Change, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        calendars.check(wanted)
    assert field in refused.value.errors


def test_a_limit_of_a_court_that_passed_is_put_on_record_once_and_stays(committed: World) -> None:
    world = committed
    case = world.register()
    due = RECEIVED + timedelta(days=20)
    with act(world.office, world.session, case.id, actor=world.officer, on=RECEIVED, recorded_at=NOW) as opened:
        deadline_acts.set_day(
            opened, label="Answer", due_on=due, due_at=None, ours=True, set_by="court", reason="Order."
        )
    assert recomputing.record_missed(world.office, NOW) == 1
    assert recomputing.record_missed(world.office, NOW) == 0
    world.session.expire_all()
    row = world.session.scalars(select(Deadline).where(Deadline.rule_code == "deadline_set")).one()
    assert row.missed_on == due
    with act(world.office, world.session, case.id, actor=world.officer, on=RECEIVED, recorded_at=NOW) as opened:
        deadline_acts.extend(
            opened, row.id, until=NOW.date() + timedelta(days=9), reason_code="DR_APPEAL", side="court", reason="Order."
        )
    world.session.expire_all()
    row = world.session.scalars(select(Deadline).where(Deadline.rule_code == "deadline_set")).one()
    assert row.due_on is not None
    assert row.due_on > NOW.date()
    assert row.missed_on == due, "what was put on record stays"
    assert nothing_differs(world)


def test_limits_that_changed_on_any_way_are_found_by_the_sweep(committed: World) -> None:
    world = committed
    case = world.register()
    recomputing.sweep(world.office, NOW)
    was = world.session.scalar(select(func.count()).where(Deadline.rule_code == "HOUSE_REVIEW"))
    assert was == 1
    retire_code(world.session, "time_limit", "HOUSE_REVIEW", NOW)
    world.session.commit()
    recomputing.sweep(world.office, NOW)
    world.session.expire_all()
    assert world.session.scalar(select(func.count()).where(Deadline.rule_code == "HOUSE_REVIEW")) == 0
    assert world.session.get_one(Case, case.id).version == 1
    assert nothing_differs(world)

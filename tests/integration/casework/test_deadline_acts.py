"""What people do to deadlines: extend, pause, mark as met, dispute, set a day; and days that acts name."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mla_tracker.cases.models import AssistanceItem, Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.casework import deadline_acts, editing
from mla_tracker.casework.act import act
from mla_tracker.casework.clocks import facts_to_record
from mla_tracker.casework.rebuilding import rebuild
from mla_tracker.core.errors import DomainError, Invalid, NotVisible
from mla_tracker.deadlines.models import ClockExtension, ClockPause, Deadline
from mla_tracker.deadlines.queries import is_overdue
from tests.factories.office import NOW, RECEIVED, World

EARLY = RECEIVED + timedelta(days=10)
DAY = NOW.date() + timedelta(days=2)
LATER = NOW + timedelta(days=30)
WHY: dict[str, Any] = {"reason_code": "DR_TRANSLATION", "side": "other_state", "reason": "The translation is late."}


def on_file(world: World, case: Case, code: str) -> Deadline:
    rows = world.session.scalars(
        select(Deadline).where(Deadline.case_id == case.id, Deadline.rule_code == code),
        execution_options={"populate_existing": True},
    ).all()
    assert len(rows) == 1, [row.run_key for row in rows]
    return rows[0]


def do(world: World, case: Case, what: Callable[[OpenAct], None], on: date = DAY) -> None:
    with act(world.office, world.session, case.id, actor=world.officer, on=on, recorded_at=LATER) as opened:
        what(opened)


def kept(world: World) -> None:
    """What is stored is what the events give."""
    assert [found for _, found in rebuild(world.office, check_only=True) if found] == []


def test_a_house_target_is_extended_by_days_or_until_a_day_with_reason_and_side(world: World) -> None:
    case = world.register()
    review = on_file(world, case, "HOUSE_REVIEW")
    was = review.due_on
    assert was is not None
    do(world, case, lambda a: deadline_acts.extend(a, review.id, amount=10, unit="days", **WHY))
    longer = on_file(world, case, "HOUSE_REVIEW")
    assert longer.due_on is not None
    assert longer.due_on > was
    until = longer.due_on + timedelta(days=30)
    do(world, case, lambda a: deadline_acts.extend(a, review.id, until=until, **WHY))
    assert on_file(world, case, "HOUSE_REVIEW").due_on == until
    rows = world.session.scalars(select(ClockExtension).order_by(ClockExtension.seq)).all()
    assert [(row.how, row.amount, row.until_on, row.side) for row in rows] == [
        ("additional", 10, None, "other_state"),
        ("until", None, until, "other_state"),
    ]
    assert rows[0].author_id == world.officer.account_id
    told = [step for step in on_file(world, case, "HOUSE_REVIEW").explanation["steps"] if step["kind"] == "agreed"]
    assert told[0]["reason"] == WHY["reason"]
    kept(world)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason_code": "NOTHING"}, "reason_code"),
        ({"side": "nobody"}, "side"),
        ({"reason": " "}, "reason"),
        ({"amount": None}, "amount"),
        ({"amount": 0}, "amount"),
        ({"unit": "moons"}, "amount"),
        ({"amount": None, "until": RECEIVED}, "until"),
    ],
)
def test_an_extension_that_is_not_whole_is_refused(world: World, changes: dict[str, Any], field: str) -> None:
    case = world.register()
    row = on_file(world, case, "HOUSE_REVIEW")
    given = {"amount": 10, "unit": "days", **WHY, **changes}
    with pytest.raises(Invalid) as refused:
        do(world, case, lambda a: deadline_acts.extend(a, row.id, **given))
    assert field in refused.value.errors


def test_a_deadline_of_another_case_is_not_there(world: World) -> None:
    case, other = world.register(), world.register()
    foreign = on_file(world, other, "HOUSE_REVIEW")
    with pytest.raises(NotVisible):
        do(world, case, lambda a: deadline_acts.extend(a, foreign.id, amount=1, unit="days", **WHY))


def test_a_pause_stops_house_clocks_and_leaves_no_day_until_it_ends(world: World) -> None:
    case = world.register()
    before = on_file(world, case, "HOUSE_REVIEW").due_on
    assert before is not None
    do(world, case, lambda a: deadline_acts.pause(a, **WHY))
    standing = on_file(world, case, "HOUSE_REVIEW")
    assert standing.due_on is None
    assert standing.explanation["stands_since"] == DAY.isoformat()
    with pytest.raises(DomainError):
        do(world, case, lambda a: deadline_acts.pause(a, **WHY))
    do(world, case, deadline_acts.resume, DAY + timedelta(days=7))
    after = on_file(world, case, "HOUSE_REVIEW")
    assert after.due_on is not None
    assert after.due_on > before
    assert after.paused_days == 7
    row = world.session.scalars(select(ClockPause)).one()
    assert (row.first_on, row.last_on, row.side, row.reason_code, row.author_id) == (
        DAY,
        DAY + timedelta(days=7),
        "other_state",
        "DR_TRANSLATION",
        world.officer.account_id,
    )
    with pytest.raises(DomainError):
        do(world, case, deadline_acts.resume, DAY + timedelta(days=8))
    kept(world)


def test_a_reason_that_only_explains_stops_no_clock(world: World) -> None:
    case = world.register()
    with pytest.raises(Invalid) as refused:
        do(world, case, lambda a: deadline_acts.pause(a, **{**WHY, "reason_code": "DR_RESOURCES"}))
    assert "reason_code" in refused.value.errors


def test_marked_as_met_it_ends_on_that_day_with_its_evidence(world: World) -> None:
    case = world.register()
    row = on_file(world, case, "HOUSE_REVIEW")
    do(world, case, lambda a: deadline_acts.mark_met(a, row.id, evidence="Minute of 12 March."))
    met = on_file(world, case, "HOUSE_REVIEW")
    assert (met.ended_on, met.end_kind) == (DAY, "met")
    with pytest.raises(DomainError):
        do(world, case, lambda a: deadline_acts.mark_met(a, row.id, evidence="Again."))
    kept(world)


def test_a_dispute_shows_beside_the_date_until_it_is_settled(world: World) -> None:
    case = world.register()
    row = on_file(world, case, "HOUSE_REVIEW")
    day = row.due_on
    do(world, case, lambda a: deadline_acts.dispute(a, row.id, side="other_state", reason="Counts from the fax."))
    disputed = on_file(world, case, "HOUSE_REVIEW")
    assert disputed.due_on == day
    assert disputed.explanation["disputed"]["reason"] == "Counts from the fax."
    do(world, case, lambda a: deadline_acts.settle(a, row.id, result="They agree."))
    assert "disputed" not in on_file(world, case, "HOUSE_REVIEW").explanation
    kept(world)


def test_a_single_day_runs_beside_the_rules_and_ends_with_the_case(world: World) -> None:
    case = world.register()
    due = DAY + timedelta(days=30)
    do(
        world,
        case,
        lambda a: deadline_acts.set_day(
            a,
            label="Send the originals",
            due_on=due,
            due_at=None,
            ours=True,
            set_by="court",
            reason="Order.",
        ),
    )
    row = on_file(world, case, "deadline_set")
    assert (row.due_on, row.clock, row.bound, row.check_mark) == (due, "hard", "ours", "case")
    do(world, case, lambda a: deadline_acts.extend(a, row.id, until=due + timedelta(days=5), **WHY))
    assert on_file(world, case, "deadline_set").due_on == due + timedelta(days=5)
    world.record(case, "withdrawn", NOW.date(), withdrawn_by="The prosecutor.")
    assert on_file(world, case, "deadline_set").end_kind == "moot"
    kept(world)


def test_an_hour_limit_is_overdue_at_its_minute(world: World) -> None:
    case = world.register()
    at = datetime(2026, 9, 20, 9, 0, tzinfo=UTC)
    do(
        world,
        case,
        lambda a: deadline_acts.set_day(
            a, label="Answer", due_on=at.date(), due_at=at, ours=True, set_by="court", reason="Order."
        ),
    )
    row = on_file(world, case, "deadline_set")
    assert row.due_at == at
    assert not is_overdue(row, at.date(), at)
    assert is_overdue(row, at.date(), at + timedelta(minutes=1))
    world.session.refresh(case)
    assert case.next_due_on is not None


@pytest.mark.parametrize(
    ("asked", "detail", "bound", "answered", "answer"),
    [
        (
            "information_requested",
            {"missing": "The order.", "reply_due": "2026-04-20"},
            "theirs",
            "information_received",
            {},
        ),
        (
            "consultation_opened",
            {"subject": "Grounds in view", "reply_due": "2026-04-20"},
            "theirs",
            "consultation_closed",
            {"result": "Heard."},
        ),
    ],
)
def test_a_day_that_an_act_names_is_a_deadline_of_its_own(
    world: World, asked: str, detail: dict[str, Any], bound: str, answered: str, answer: dict[str, Any]
) -> None:
    case = world.register()
    world.record(case, "legal_basis_accepted", EARLY, basis="UNCAC")
    world.record(case, asked, EARLY, **detail)
    row = on_file(world, case, asked)
    assert (row.due_on, row.bound, row.ended_on) == (date(2026, 4, 20), bound, None)
    world.record(case, answered, date(2026, 4, 21), **answer)
    assert on_file(world, case, asked).end_kind == "missed"
    kept(world)


def test_a_wrong_word_about_a_deadline_is_annulled_by_a_correction(world: World) -> None:
    case = world.register()
    before = on_file(world, case, "HOUSE_REVIEW").due_on
    row = on_file(world, case, "HOUSE_REVIEW")
    do(world, case, lambda a: deadline_acts.extend(a, row.id, amount=10, unit="days", **WHY))
    with act(world.office, world.session, case.id, actor=world.officer, on=DAY, recorded_at=LATER) as opened:
        wrong = opened.entries[-1].seq
        assert opened.entries[-1].code == "deadline_extended"
    editing.correct(
        world.office,
        world.session,
        case.id,
        wrong,
        reason="Not granted.",
        happened_on=None,
        annul=True,
        actor=world.officer,
    )
    assert on_file(world, case, "HOUSE_REVIEW").due_on == before
    assert world.session.scalars(select(ClockExtension)).all() == []


def test_a_pause_of_one_item_leaves_the_others_running(world: World) -> None:
    case = world.register()
    item = world.session.scalars(select(AssistanceItem.id).where(AssistanceItem.case_id == case.id)).one()
    do(world, case, lambda a: deadline_acts.pause(a, item_id=item, **WHY))
    assert on_file(world, case, "HOUSE_REVIEW").due_on is not None


def test_a_dated_fact_starts_a_lead_time_and_another_ends_it(world: World) -> None:
    """A lead time counts back from the day of the appearance; serving the summons ends it."""
    case = world.register()
    world.session.refresh(case, ["items", "bases"])
    with pytest.raises(Invalid):
        do(world, case, lambda a: deadline_acts.record_fact(a, "sent"))
    with pytest.raises(Invalid):
        do(world, case, lambda a: deadline_acts.record_fact(a, "freeze_ends_on"))
    ends = DAY + timedelta(days=100)
    do(world, case, lambda a: deadline_acts.record_fact(a, "freeze_ends_on", planned_on=ends))
    row = on_file(world, case, "HOUSE_FREEZE_END")
    assert row.clock == "lead_time"
    assert row.due_on is not None
    assert row.due_on < ends
    do(world, case, lambda a: deadline_acts.record_fact(a, "freeze_renewed"), DAY + timedelta(days=3))
    assert on_file(world, case, "HOUSE_FREEZE_END").end_kind == "met"
    assert "freeze_ends_on" in facts_to_record(world.office, world.session, case, [])
    kept(world)

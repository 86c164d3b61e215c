"""Many at once: each case an act of its own, a refusal stops nobody else, an assignment is taken back case by case."""

import pytest

from mla_tracker.cases.listing import CaseFilter
from mla_tracker.cases.models import Case
from mla_tracker.cases.queries import entries_of
from mla_tracker.casework import editing, together
from mla_tracker.casework.together import ASSIGN, TAG, URGENCY, Together, Wanted, change_together
from mla_tracker.core.errors import DomainError, Invalid, NotVisible
from tests.factories.office import NOW, World


@pytest.fixture
def three(world: World) -> list[Case]:
    return [world.register(their_reference=f"No. {number}") for number in range(3)]


def do(world: World, cases: list[Case], what: str, value: str, reason: str = "") -> Together:
    ids = [case.id for case in cases]
    return change_together(world.office, world.session, ids, Wanted(what, value, reason), actor=world.supervisor)


def last(world: World, case: Case) -> tuple[str, int | None]:
    entry = entries_of(world.session, case.id)[-1]
    return entry.code, entry.actor_id


def test_each_case_gets_an_act_of_its_own(world: World, three: list[Case]) -> None:
    report = do(world, three, ASSIGN, str(world.other_officer.account_id))
    assert [one["was"] for one in report.done] == [world.officer.account_id] * 3
    assert report.refused == []
    for case in three:
        assert case.lead_id == world.other_officer.account_id
        assert last(world, case) == ("assigned", world.supervisor.account_id)
    do(world, three, URGENCY, "urgent", "Trial next week")
    assert {(case.urgency, case.urgency_reason) for case in three} == {("urgent", "Trial next week")}
    do(world, three[:2], TAG, "Pilot")
    assert [last(world, case)[0] for case in three] == ["tagged", "tagged", "particulars_changed"]


def test_an_assignment_is_taken_back_where_nobody_assigned_anew(world: World, three: list[Case]) -> None:
    editing.assign(world.office, world.session, three[1].id, None, actor=world.officer)
    report = do(world, three, ASSIGN, str(world.other_officer.account_id))
    editing.assign(world.office, world.session, three[2].id, world.supervisor.account_id, actor=world.supervisor)
    undone = together.undo(world.office, world.session, report.id, actor=world.supervisor)
    assert [case.lead_id for case in three] == [world.officer.account_id, None, world.supervisor.account_id]
    assert [one["case"] for one in undone.refused] == [three[2].id]
    for again in (report.id, undone.id):
        with pytest.raises(DomainError, match="cannot be undone"):
            together.undo(world.office, world.session, again, actor=world.supervisor)
    with pytest.raises(NotVisible):
        together.undo(world.office, world.session, report.id, actor=world.officer)


def test_what_is_refused_is_told_with_the_reason_and_stops_nobody_else(world: World, three: list[Case]) -> None:
    report = do(world, three, URGENCY, "urgent")
    rows, why = together.lines_of(world.session, world.supervisor, report)
    assert len(rows) == 3
    assert len(report.done) + len(why) == 3


def test_a_value_that_can_be_none_changes_nothing(world: World, three: list[Case]) -> None:
    before = [case.version for case in three]
    for what, value in ((ASSIGN, "999999"), (URGENCY, "very"), (TAG, " , "), ("close", "x")):
        with pytest.raises(Invalid):
            do(world, three, what, value)
    with pytest.raises(DomainError, match="Tick"):
        do(world, [], TAG, "word")
    assert [case.version for case in three] == before


def test_what_he_may_not_see_is_not_touched_and_not_reported(world: World, three: list[Case]) -> None:
    secret = world.register(confidentiality="restricted", their_reference="S")
    assert together.chosen_ids(world.session, world.supervisor, [secret.reference, three[0].reference]) == [three[0].id]
    report = do(world, [secret, three[0]], TAG, "word")
    assert [one["case"] for one in report.done] == [three[0].id]
    found = together.matching_ids(world.session, world.supervisor, CaseFilter(tag="word"), NOW.date(), NOW)
    assert found == [three[0].id]


@pytest.mark.usefixtures("three")
def test_more_than_can_be_done_at_once_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 2)
    with pytest.raises(DomainError, match="More than 2"):
        together.matching_ids(world.session, world.supervisor, CaseFilter(), NOW.date(), NOW)

"""A restricted case opened in an emergency: with a reason, told to those named, and reviewed by one of them."""

import pytest
from sqlalchemy import select

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import NeedToKnow
from mla_tracker.cases.models import Case
from mla_tracker.cases.queries import entries_of, find_case
from mla_tracker.casework.editing import grant_access
from mla_tracker.casework.emergency import accesses_of, review, take_access
from mla_tracker.core.errors import DomainError, Invalid, NotPermitted, NotVisible
from mla_tracker.reminders.models import Notice
from tests.factories.office import NOW, World

REASON = "The custody limit ends tonight and nobody named can be reached."


@pytest.fixture
def case(world: World) -> Case:
    """Restricted to the officer who registered it."""
    return world.register(confidentiality="restricted")


def takes(world: World, case: Case, actor: Actor, reason: str = REASON) -> str:
    return take_access(world.office, world.session, f" {case.reference.lower()} ", reason, actor=actor, now=NOW)


def named(world: World, case: Case) -> dict[int, int | None]:
    rows = world.session.execute(
        select(NeedToKnow.account_id, NeedToKnow.granted_by).where(NeedToKnow.case_id == case.id)
    )
    return {row.account_id: row.granted_by for row in rows}


def test_who_gives_a_reason_sees_it_and_those_named_are_told(world: World, case: Case) -> None:
    with pytest.raises(NotVisible):
        find_case(world.session, world.supervisor, case.reference)
    assert takes(world, case, world.supervisor) == case.reference
    assert find_case(world.session, world.supervisor, case.reference).id == case.id
    (last,) = entries_of(world.session, case.id)[-1:]
    assert (last.code, last.actor_id, last.detail["reason"]) == ("access_taken", world.supervisor.account_id, REASON)
    told = world.session.scalars(select(Notice.recipient_id).where(Notice.rung == "emergency_access")).all()
    assert told == [world.officer.account_id]


@pytest.mark.parametrize("keep", [True, False])
def test_one_of_those_named_decides_and_nobody_about_himself(world: World, case: Case, keep: bool) -> None:
    takes(world, case, world.supervisor)
    takes(world, case, world.other_officer)
    second, first = accesses_of(world.session, case.id)
    for wrong in (world.supervisor, world.other_officer):
        with pytest.raises(DomainError, match="himself"):
            review(world.office, world.session, case.id, first.id, keep=True, actor=wrong, now=NOW)
    for taken in (first, second):
        review(world.office, world.session, case.id, taken.id, keep=keep, actor=world.officer, now=NOW)
    assert (world.supervisor.account_id in named(world, case)) is keep
    with pytest.raises(DomainError, match="reviewed already"):
        review(world.office, world.session, case.id, first.id, keep=keep, actor=world.officer, now=NOW)


def test_without_a_reason_or_the_right_nothing_opens(world: World, case: Case) -> None:
    with pytest.raises(Invalid) as refused:
        takes(world, case, world.supervisor, "urgent")
    assert set(refused.value.errors) == {"reason"}
    auditor = Actor(world.supervisor.account_id, "x", None, frozenset())
    with pytest.raises(NotPermitted):
        takes(world, case, auditor)
    assert named(world, case) == {world.officer.account_id: world.officer.account_id}


def test_a_reference_that_is_none_and_one_that_needs_no_emergency_are_answered_alike(world: World, case: Case) -> None:
    ordinary = world.register()
    said = set()
    for reference, actor in (
        ("MLA-IN-2026-ZZZZZ", world.supervisor),
        (ordinary.reference, world.supervisor),
        (case.reference, world.officer),
    ):
        with pytest.raises(Invalid) as refused:
            take_access(world.office, world.session, reference, REASON, actor=actor, now=NOW)
        said.add(str(refused.value.errors))
    assert len(said) == 1


def test_naming_one_more_keeps_who_named_the_others_and_when(world: World, case: Case) -> None:
    other = world.other_officer.account_id or 0
    grant_access(world.office, world.session, case.id, world.supervisor.account_id or 0, actor=world.officer)
    grant_access(world.office, world.session, case.id, other, actor=world.supervisor)
    assert named(world, case) == {
        world.officer.account_id: world.officer.account_id,
        world.supervisor.account_id: world.officer.account_id,
        other: world.supervisor.account_id,
    }

"""The one clause that decides who sees which case, against a plain statement of the same rule."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, column, select, values
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import SYSTEM, Actor
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.services import create_account
from mla_tracker.accounts.visibility import restrict_to, visible

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
CASES = range(1, 7)


def seen_by(session: Session, actor: Actor) -> set[int]:
    """Which of the case numbers the clause lets through, asked as a condition on a column."""
    numbers = values(column("case_id", BigInteger), name="numbers").data([(case,) for case in CASES])
    return set(session.scalars(select(numbers.c.case_id).where(visible(actor, numbers.c.case_id))))


@pytest.fixture
def actors(session: Session) -> list[Actor]:
    """Two people of each role."""
    return [
        actor_of(
            create_account(
                session, email=f"{role}{number}@office.example", name=f"{role} {number}", role=role.value,
                password=None, now=NOW,
            )
        )
        for role in Role
        for number in (1, 2)
    ]  # fmt: skip


def expected(actor: Actor, named: dict[int, set[int]]) -> set[int]:
    """The rule in words: who reads no cases sees none; an unrestricted one is for all others; a restricted one for
    those named on it, whatever their rank.
    """
    if actor is SYSTEM:
        return set(CASES)
    if Permission.CASE_READ not in actor.permissions:
        return set()
    return {case for case in CASES if case not in named or actor.account_id in named[case]}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_before_and_after_being_named(session: Session, actors: list[Actor], role: Role) -> None:
    mine, other = (actor for actor in actors if actor.role == role)
    reads = role is not Role.ADMINISTRATOR
    restrict_to(session, 1, [], granted_by=None, at=NOW)
    restrict_to(session, 2, [mine.account_id or 0], granted_by=other.account_id, at=NOW)
    assert seen_by(session, mine) == ({2, 3, 4, 5, 6} if reads else set())
    assert seen_by(session, other) == ({3, 4, 5, 6} if reads else set())
    restrict_to(session, 2, None, granted_by=None, at=NOW)
    assert seen_by(session, other) == ({2, 3, 4, 5, 6} if reads else set())


def test_the_product_itself_sees_all_and_one_who_only_looks_like_it_does_not(session: Session) -> None:
    restrict_to(session, 1, [], granted_by=None, at=NOW)
    assert seen_by(session, SYSTEM) == set(CASES)
    assert seen_by(session, Actor(None, "", None, frozenset())) == set()
    somebody = Actor(None, "import", None, frozenset({Permission.CASE_READ}))
    assert seen_by(session, somebody) == set(CASES) - {1}


def test_a_disabled_person_sees_nothing(session: Session, actors: list[Actor]) -> None:
    gone = Actor(actors[0].account_id, "gone", Role.CASEWORKER, frozenset())
    restrict_to(session, 1, [actors[0].account_id or 0], granted_by=None, at=NOW)
    assert seen_by(session, gone) == set()
    assert ROLE_PERMISSIONS[Role.CASEWORKER] >= {Permission.CASE_READ}


def test_naming_anew_replaces_who_was_named(session: Session, actors: list[Actor]) -> None:
    first, second = actors[0], actors[1]
    restrict_to(session, 1, [first.account_id or 0], granted_by=None, at=NOW)
    restrict_to(session, 1, [second.account_id or 0], granted_by=None, at=NOW)
    assert 1 not in seen_by(session, first)
    assert 1 in seen_by(session, second)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    plan=st.dictionaries(st.sampled_from(list(CASES)), st.sets(st.integers(0, 7), max_size=8)),
    lifted=st.sets(st.sampled_from(list(CASES))),
)
def test_for_every_plan_each_person_sees_exactly_what_the_rule_says(
    session: Session, actors: list[Actor], plan: dict[int, set[int]], lifted: set[int]
) -> None:
    for case in CASES:
        restrict_to(session, case, None, granted_by=None, at=NOW)
    named = {case: {actors[place].account_id or 0 for place in places} for case, places in plan.items()}
    for case, people in named.items():
        restrict_to(session, case, people, granted_by=None, at=NOW)
    for case in lifted:
        restrict_to(session, case, None, granted_by=None, at=NOW)
        named.pop(case, None)
    for actor in (*actors, SYSTEM):
        assert seen_by(session, actor) == expected(actor, named), actor

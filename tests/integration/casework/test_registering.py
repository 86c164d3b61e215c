"""Taking in a request: what is complete is registered, what is wrong leaves nothing, what comes twice is one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.cases.particulars import ItemGiven
from mla_tracker.cases.queries import entries_of, find_case
from mla_tracker.casework.registering import register
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import Invalid, NotVisible
from tests.factories.office import NOW, RECEIVED, World, a_world, an_office


def codes(world: World, case: Case) -> list[str]:
    return [entry.code for entry in entries_of(world.session, case.id)]


@pytest.mark.parametrize(
    ("kind", "direction", "status", "series"),
    [
        ("mla", "incoming", "under_review", "MLA-IN-2026-"),
        ("mla", "outgoing", "drafting", "MLA-OUT-2026-"),
        ("extradition", "incoming", "under_review", "EXT-IN-2026-"),
        ("extradition", "outgoing", "preparing", "EXT-OUT-2026-"),
    ],
)
def test_a_complete_request_of_each_kind_is_taken_in(
    world: World, kind: str, direction: str, status: str, series: str
) -> None:
    case = world.register(kind, direction)
    assert case.status == status
    assert case.reference == f"{series}00001"
    assert case.opened_on == RECEIVED


def test_an_incomplete_request_is_received_and_waits_to_be_registered(world: World) -> None:
    case = world.register(items=())
    assert case.status == "received"
    assert codes(world, case) == ["received"]


def test_provisional_arrest_comes_before_the_formal_request(world: World) -> None:
    case = world.register("extradition", "incoming", provisional_arrest_warrant="Warrant 7/2026")
    assert case.status == "arrest_requested"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("subject", {"subject": "  "}),
        ("counterpart", {"counterpart": None}),
        ("opened_on", {"opened_on": NOW.date() + timedelta(days=1)}),
        ("needed_by_reason", {"needed_by": RECEIVED + timedelta(days=60)}),
        ("urgency_reason", {"urgency": "urgent"}),
        ("items", {"items": (ItemGiven("MAGIC"),)}),
        ("channel", {"channel": "pigeon"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_leaves_nothing(
    world: World, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        world.register(**changes)
    assert field in refused.value.errors
    assert world.session.scalar(select(func.count()).select_from(Case)) == 0
    assert world.session.scalar(select(func.count()).select_from(CaseEvent)) == 0


def test_the_same_form_sent_twice_makes_one_request(world: World) -> None:
    first = register(
        world.office, world.session, world.registration(submission_key="once"), actor=world.officer, recorded_at=NOW
    )
    again = register(
        world.office, world.session, world.registration(submission_key="once"), actor=world.officer, recorded_at=NOW
    )
    assert (again.reference, again.again) == (first.reference, True)


def test_a_restricted_request_has_no_running_number_and_is_not_there_for_others(world: World) -> None:
    case = world.register(confidentiality="restricted", named_people=(world.supervisor.account_id,))
    assert not case.reference[-5:].isdigit()
    with pytest.raises(NotVisible):
        find_case(world.session, world.other_officer, case.reference)
    assert find_case(world.session, world.supervisor, case.reference).id == case.id
    seen = world.session.scalars(select(Case.id).where(visible(world.other_officer, Case.id))).all()
    assert case.id not in seen


def test_numbers_run_without_gaps_when_many_register_at_once(sessions: Sessions) -> None:
    office = an_office(sessions)
    with sessions() as session:
        world = a_world(office, session)

    def one(number: int) -> str:
        with sessions() as own:
            given = replace(world.registration(), submission_key=f"key-{number % 15}")
            return register(office, own, given, actor=world.officer).reference

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(15)))
    with sessions() as session:
        references = sorted(session.scalars(select(Case.reference)))
    year = references[0].split("-")[2]
    assert references == [f"MLA-IN-{year}-{number:05d}" for number in range(1, 16)]


def test_fifty_identical_submissions_at_once_make_one_request(sessions: Sessions) -> None:
    office = an_office(sessions)
    with sessions() as session:
        world = a_world(office, session)

    def one(_number: int) -> str:
        with sessions() as own:
            return register(office, own, world.registration(submission_key="once"), actor=world.officer).reference

    with ThreadPoolExecutor(8) as pool:
        references = set(pool.map(one, range(50)))
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
    assert len(references) == 1

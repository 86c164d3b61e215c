"""A proceeding has its own reference, life and chain, and stands outside the requests."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text

from mla_tracker.accounts.actor import Actor
from mla_tracker.cases.life_cycle import TransitionNotAllowed
from mla_tracker.cases.models import Case
from mla_tracker.casework.proceeding_acts import NewProceeding, open_proceeding, record_in_proceeding
from mla_tracker.casework.trail_check import check_trail
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import Conflict, DomainError, Invalid, NotVisible
from mla_tracker.proceedings.models import Proceeding
from mla_tracker.proceedings.queries import find_proceeding, latest_proceedings
from tests.factories.office import NOW, World, a_world, an_office

DAY = date(2026, 4, 1)


@pytest.fixture
def world(sessions: Sessions) -> Iterator[World]:
    with sessions() as session:
        yield a_world(an_office(sessions), session)


def opened(world: World, **changes: Any) -> str:
    given: dict[str, Any] = {
        "kind": "PROSECUTION_IN_LIEU", "counterpart": "BR", "subject": "Bribery", "opened_on": DAY, **changes,
    }  # fmt: skip
    return open_proceeding(world.office, world.session, NewProceeding(**given), actor=world.officer, recorded_at=NOW)


def record(world: World, reference: str, code: str, *, by: Actor | None = None, on: date = DAY, **detail: Any) -> None:
    record_in_proceeding(
        world.office, world.session, reference, code, on=on, detail=detail, actor=by or world.officer, recorded_at=NOW
    )


def found(world: World, reference: str) -> Proceeding:
    world.session.expire_all()
    return find_proceeding(world.session, world.officer, reference)


def test_a_prosecution_in_lieu_from_opening_to_judgment(world: World) -> None:
    before = world.session.scalar(select(func.count()).select_from(Case))
    reference = opened(world)
    assert reference == "PRO-2026-00001"
    record(world, reference, "proceeding_assigned", national_authority="Economic Crime Prosecutor")
    record(world, reference, "proceeding_before_court", national_authority="District Court")
    record(world, reference, "proceeding_court_done", on=date(2026, 6, 1), court="Convicted")
    assert found(world, reference).status == "under_way"
    record(world, reference, "proceeding_ended", on=date(2026, 6, 2), outcome="convicted", result="Two years.")
    ended = found(world, reference)
    assert (ended.status, ended.outcome, ended.status_since) == ("closed", "convicted", date(2026, 6, 2))
    assert world.session.scalar(select(func.count()).select_from(Case)) == before
    assert opened(world) == "PRO-2026-00002"


def test_only_the_outcomes_of_the_kind_and_the_acts_of_the_table(world: World) -> None:
    reference = opened(world)
    with pytest.raises(TransitionNotAllowed):
        record(world, reference, "proceeding_court_done", court="x")
    with pytest.raises(Invalid) as wrong:
        record(world, reference, "proceeding_ended", outcome="person_transferred", result="x")
    assert set(wrong.value.errors) == {"outcome"}
    with pytest.raises(DomainError, match="reminder"):
        record(world, reference, "proceeding_lapsed")
    with pytest.raises(DomainError, match="before the opening"):
        record(world, reference, "proceeding_assigned", on=date(2026, 3, 1), national_authority="x")
    assert found(world, reference).version == 1


def test_consent_is_asked_where_the_kind_needs_it(world: World) -> None:
    reference = opened(world, kind="SENTENCED_TRANSFER")
    with pytest.raises(Invalid) as wrong:
        record(world, reference, "proceeding_ended", outcome="person_transferred", result="Moved.")
    assert set(wrong.value.errors) == {"person_consent"}


def test_two_at_once(world: World) -> None:
    reference = opened(world)
    with pytest.raises(Conflict):
        record_in_proceeding(
            world.office, world.session, reference, "proceeding_withdrawn", on=DAY, detail={"reasons": "x"},
            actor=world.officer, version=7, recorded_at=NOW,
        )  # fmt: skip


def test_who_may_not_see_the_request_sees_no_proceeding_of_it(world: World) -> None:
    case = world.register("extradition", confidentiality="restricted")
    reference = opened(world, case_id=case.id)
    with pytest.raises(NotVisible):
        find_proceeding(world.session, world.other_officer, reference)
    assert latest_proceedings(world.session, world.other_officer) == []
    assert [row.reference for row in latest_proceedings(world.session, world.officer)] == [reference]


def test_its_chain_is_walked_with_the_others(world: World) -> None:
    reference = opened(world)
    record(world, reference, "proceeding_assigned", national_authority="Prosecutor")
    assert check_trail(world.office).first is None
    row = found(world, reference)
    with world.office.sessions() as session:
        session.execute(
            text("UPDATE chain_head SET length = 3 WHERE chain = :chain"), {"chain": f"proceeding:{row.id}"}
        )
        session.commit()
    broken = check_trail(world.office).first
    assert broken is not None
    assert broken.chain == f"proceeding:{row.id}"

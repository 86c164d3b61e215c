"""What counts on a file: effective entries, the order of steps, and items only while their request is alive."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mla_tracker.cases.life_cycle import TransitionNotAllowed
from mla_tracker.cases.models import AssistanceItem, Case
from mla_tracker.cases.queries import entries_of
from mla_tracker.casework import editing
from mla_tracker.core.errors import DomainError, Invalid
from mla_tracker.deadlines.models import Deadline
from tests.factories.office import NOW, RECEIVED, World

DAY = RECEIVED + timedelta(days=10)


def annul(world: World, case: Case, code: str) -> None:
    seq = next(entry.seq for entry in entries_of(world.session, case.id) if entry.code == code)
    editing.correct(
        world.office, world.session, case.id, seq, reason="Entered by mistake", happened_on=None, annul=True,
        actor=world.officer,
    )  # fmt: skip


def limit(world: World, case: Case, rule: str) -> Deadline:
    return world.session.scalars(select(Deadline).where(Deadline.case_id == case.id, Deadline.rule_code == rule)).one()


def test_a_request_is_registered_on_the_day_it_is_entered(world: World) -> None:
    case = world.register()
    assert limit(world, case, "HOUSE_REGISTER").ended_on == NOW.date()
    assert limit(world, case, "HOUSE_REGISTER").end_kind == "missed"


def test_a_request_that_an_earlier_register_took_in_keeps_its_day(world: World) -> None:
    case = world.register(registered_on=RECEIVED + timedelta(days=1))
    assert limit(world, case, "HOUSE_REGISTER").end_kind == "met"
    for wrong in (RECEIVED - timedelta(days=1), NOW.date() + timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            world.register(registered_on=wrong)
        assert "registered_on" in refused.value.errors


def test_steps_dated_before_the_registration_still_end_the_clocks_that_it_started(world: World) -> None:
    case = world.register()
    world.record(case, "legal_basis_accepted", DAY, basis="UNCAC")
    world.record(case, "accepted", DAY, contents="complete", dual_criminality="given")
    assert limit(world, case, "HOUSE_REVIEW").ended_on == DAY


def test_an_annulled_consultation_is_none(world: World) -> None:
    case = world.register()
    world.record(case, "legal_basis_accepted", DAY, basis="UNCAC")
    world.record(case, "consultation_opened", DAY, subject="Grounds in view", reply_due="2026-04-15")
    world.record(case, "consultation_closed", DAY + timedelta(days=5), result="Heard.")
    refusing: dict[str, Any] = {"grounds": ["MLA_NONCONFORM"], "reasons": "No facts."}
    annul(world, case, "consultation_closed")
    annul(world, case, "consultation_opened")
    with pytest.raises(Invalid) as refused:
        world.record(case, "refusal_proposed", DAY + timedelta(days=6), **refusing)
    assert "no_consultation_reason" in refused.value.errors


def test_items_rest_with_their_request(world: World) -> None:
    case = world.register()
    item = world.session.scalars(select(AssistanceItem.id).where(AssistanceItem.case_id == case.id)).one()
    world.record(case, "withdrawn", DAY, withdrawn_by="The prosecutor.")
    with pytest.raises(TransitionNotAllowed, match="while the request is"):
        world.record(case, "item_accepted", DAY, item=item, dual_criminality="given")
    drafted = world.register("mla", "outgoing")
    item = world.session.scalars(select(AssistanceItem.id).where(AssistanceItem.case_id == drafted.id)).one()
    with pytest.raises(TransitionNotAllowed):
        world.record(drafted, "item_executed", DAY, item=item, result="Records.")


@pytest.mark.parametrize("code", ["received", "item_requested"])
def test_what_opens_a_request_or_an_item_is_not_annulled(world: World, code: str) -> None:
    case = world.register(facts_summary="")
    with pytest.raises(DomainError, match="opens the request or the item"):
        annul(world, case, code)

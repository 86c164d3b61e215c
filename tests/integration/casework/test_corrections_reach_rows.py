"""A correction reaches what it corrects: the rows beside the events are those that the effective events give."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis
from mla_tracker.cases.queries import entries_of
from mla_tracker.casework.editing import correct
from mla_tracker.casework.rebuilding import rebuild
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError
from mla_tracker.decisions.models import Postponement, Refusal, RefusalGround
from mla_tracker.exchanges.models import Consultation, Exchange, InformationRequest
from tests.factories.office import World, a_world, an_office

DAY = date(2026, 4, 1)


@pytest.fixture
def world(sessions: Sessions) -> Iterator[World]:
    with sessions() as session:
        yield a_world(an_office(sessions), session)


def annul(world: World, case: Case, code: str) -> None:
    _correct(world, case, code, annul=True, happened_on=None)


def redate(world: World, case: Case, code: str, on: date) -> None:
    _correct(world, case, code, annul=False, happened_on=on)


def _correct(world: World, case: Case, code: str, **how: Any) -> None:
    last = next(entry.seq for entry in reversed(entries_of(world.session, case.id)) if entry.code == code)
    correct(world.office, world.session, case.id, last, reason="Entered wrongly.", actor=world.officer, **how)


def only(world: World, model: Any, case: Case) -> Any:
    world.session.expire_all()
    return world.session.scalars(select(model).where(model.case_id == case.id)).one_or_none()


def accepted(world: World) -> Case:
    case = world.register()
    world.record(case, "legal_basis_accepted", DAY, basis="UNCAC")
    return case


def test_an_annulled_proposal_is_no_refusal(world: World) -> None:
    case = accepted(world)
    given: dict[str, Any] = {
        "grounds": ["MLA_DUAL_CRIM"],
        "reasons": "No offence here.",
        "no_consultation_reason": "The facts are clear.",
    }
    world.record(case, "refusal_proposed", DAY, **given)
    assert [ground.ground_code for ground in only(world, Refusal, case).grounds] == ["MLA_DUAL_CRIM"]
    annul(world, case, "refusal_proposed")
    assert only(world, Refusal, case) is None
    assert case.status == "under_review"
    assert world.session.scalars(select(RefusalGround)).all() == []


def test_an_approval_that_was_annulled_is_to_be_given_again(world: World) -> None:
    case = accepted(world)
    given: dict[str, Any] = {
        "grounds": ["MLA_DUAL_CRIM"],
        "reasons": "No offence here.",
        "no_consultation_reason": "The facts are clear.",
    }
    world.record(case, "refusal_proposed", DAY, **given)
    world.record(case, "refusal_approved", DAY, by=world.supervisor)
    annul(world, case, "refusal_approved")
    assert only(world, Refusal, case).approved_on is None
    with pytest.raises(DomainError, match="approval"):
        world.record(case, "refusal_communicated", DAY)


def test_a_round_of_information_follows_its_days(world: World) -> None:
    case = accepted(world)
    world.record(case, "information_requested", DAY, missing="The dates.", reply_due="2026-06-01")
    world.record(case, "information_received", date(2026, 5, 4))
    redate(world, case, "information_received", date(2026, 4, 20))
    assert only(world, InformationRequest, case).ended_on == date(2026, 4, 20)
    annul(world, case, "information_received")
    asked = only(world, InformationRequest, case)
    assert (asked.ended_on, asked.end_kind) == (None, None)
    assert case.status == "awaiting_information"


def test_a_round_that_another_act_overtook_ends_with_it(world: World) -> None:
    case = accepted(world)
    world.record(case, "information_requested", DAY, missing="The dates.", reply_due="2026-06-01")
    world.record(case, "withdrawn", date(2026, 5, 4), withdrawn_by="The prosecutor: not needed.")
    assert only(world, InformationRequest, case).end_kind == "overtaken"


def test_consultation_and_postponement_open_again(world: World) -> None:
    case = accepted(world)
    world.record(case, "consultation_opened", DAY, subject="Timing", reply_due="2026-05-01")
    world.record(case, "consultation_closed", date(2026, 4, 9), result="Agreed.")
    given: dict[str, Any] = {"ground": "PP_ONGOING", "reasons": "An investigation here.", "review_on": "2026-07-01"}
    world.record(case, "postponed", date(2026, 4, 10), communicated_on="2026-04-10", **given)
    world.record(case, "resumed", date(2026, 6, 1))
    annul(world, case, "resumed")
    assert only(world, Postponement, case).ended_on is None
    annul(world, case, "postponed")
    assert only(world, Postponement, case) is None
    annul(world, case, "consultation_closed")
    assert (only(world, Consultation, case).closed_on, only(world, Consultation, case).result) == (None, "")


def test_an_annulled_acceptance_leaves_the_basis_asserted(world: World) -> None:
    case = accepted(world)
    annul(world, case, "legal_basis_accepted")
    basis = only(world, CaseLegalBasis, case)
    assert (basis.accepted, basis.accepted_on) == (None, None)


def test_the_result_of_an_item_follows_its_act(world: World) -> None:
    case = accepted(world)
    world.record(case, "accepted", DAY, contents="complete", dual_criminality="given")
    item = only(world, AssistanceItem, case)
    world.record(case, "item_executed", DAY, item=item.id, result="Records of two accounts.")
    assert only(world, AssistanceItem, case).result == "Records of two accounts."
    annul(world, case, "item_executed")
    assert (only(world, AssistanceItem, case).result, only(world, AssistanceItem, case).outcome) == ("", None)


def test_an_inquiry_is_open_until_it_is_answered(world: World) -> None:
    case = accepted(world)
    world.record(case, "inquiry_recorded", DAY, inquiry="received", content="How far?")
    assert (only(world, Exchange, case).turn, only(world, Exchange, case).ended_on) == ("ours", None)
    world.record(case, "inquiry_recorded", date(2026, 4, 3), inquiry="answered", content="At the bank.")
    answered = only(world, Exchange, case)
    assert (answered.turn, answered.ended_on, answered.answer) == (None, date(2026, 4, 3), "At the bank.")
    annul(world, case, "inquiry_recorded")
    assert only(world, Exchange, case).ended_on is None


def test_the_rebuild_tells_of_a_row_that_no_event_gives_and_mends_it(world: World) -> None:
    case = accepted(world)
    world.record(case, "information_requested", DAY, missing="The dates.", reply_due="2026-06-01")
    world.session.execute(update(InformationRequest).values(missing="Something else", ended_on=DAY))
    world.session.commit()
    told = [str(found) for _, differences in rebuild(world.office, check_only=True) for found in differences]
    assert len(told) == 2
    assert "information_request 1 missing is stored as Something else" in told[1]
    assert [found for _, found in rebuild(world.office, check_only=False) if found]
    assert [found for _, found in rebuild(world.office, check_only=True) if found] == []
    assert only(world, InformationRequest, case).missing == "The dates."

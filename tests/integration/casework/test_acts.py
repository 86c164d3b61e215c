"""Acts on a request: what each needs, who may do it, what follows, and that a refused one leaves nothing."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import sessionmaker

from mla_tracker.audit.services import chain_head
from mla_tracker.cases.life_cycle import TransitionNotAllowed, life_cycles
from mla_tracker.cases.models import AssistanceItem, Case, CaseEvent, CaseLegalBasis
from mla_tracker.cases.open_act import SecondPersonNeeded
from mla_tracker.cases.particulars import BasisGiven
from mla_tracker.cases.queries import entries_of
from mla_tracker.cases.recording import Given
from mla_tracker.cases.registration import particulars_of
from mla_tracker.cases.replay import replay
from mla_tracker.casework import editing
from mla_tracker.casework.act import act
from mla_tracker.casework.office import Office
from mla_tracker.casework.rebuilding import rebuild
from mla_tracker.casework.recording import record
from mla_tracker.core.errors import Conflict, DomainError, Invalid, NotPermitted
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.queries import is_watched
from mla_tracker.decisions.models import Refusal
from mla_tracker.exchanges.models import InformationRequest
from tests.factories.office import NOW, RECEIVED, World

DAY = RECEIVED + timedelta(days=10)


def item_of(world: World, case: Case) -> int:
    return world.session.scalars(select(AssistanceItem.id).where(AssistanceItem.case_id == case.id)).one()


def accepted_basis(world: World, basis: str = "UNCAC") -> Case:
    case = world.register()
    world.record(case, "legal_basis_accepted", DAY, basis=basis)
    return case


def consulted(world: World, case: Case) -> None:
    world.record(case, "consultation_opened", DAY, subject="Grounds in view", reply_due="2026-04-15")
    world.record(case, "consultation_closed", DAY + timedelta(days=5), result="Heard.")


def state(world: World, case: Case) -> tuple[int, int, bytes, str]:
    """What a refused act must leave as it was."""
    session = world.session
    session.expire_all()
    number = session.scalar(select(func.count()).where(CaseEvent.case_id == case.id)) or 0
    head = chain_head(session, f"case:{case.id}")
    return number, head.length, head.mac, session.get_one(Case, case.id).status


def test_a_request_is_assisted_from_receipt_to_closing(world: World) -> None:
    case = accepted_basis(world)
    world.record(case, "accepted", DAY, contents="complete", dual_criminality="given")
    world.record(case, "execution_ordered", DAY)
    item = item_of(world, case)
    assert world.session.get_one(AssistanceItem, item).status == "in_execution"
    world.record(case, "item_executed", DAY + timedelta(days=30), item=item, result="Records.")
    world.record(case, "execution_ended", DAY + timedelta(days=31), result="All done.")
    world.record(case, "answer_sent", DAY + timedelta(days=33), results="Records.", use_limits="none")
    world.record(case, "closed", DAY + timedelta(days=60))
    assert (case.status, case.outcome) == ("closed", "executed_in_full")
    assert case.answered_on == DAY + timedelta(days=33)
    assert case.closed_on == DAY + timedelta(days=60)


def test_refusing_needs_ground_reasons_duties_and_a_second_person(world: World) -> None:
    case = accepted_basis(world)
    before = state(world, case)
    refusals: tuple[tuple[dict[str, Any], str], ...] = (
        ({"grounds": [], "reasons": "Because."}, "grounds"),
        ({"grounds": ["EX_NATIONALITY"], "reasons": "Because."}, "grounds"),
        ({"grounds": ["MLA_NONCONFORM"], "reasons": " "}, "reasons"),
        ({"grounds": ["MLA_NONCONFORM"], "reasons": "Because."}, "no_consultation_reason"),
    )
    for detail, field in refusals:
        with pytest.raises(Invalid) as refused:
            world.record(case, "refusal_proposed", DAY, **detail)
        assert field in refused.value.errors
        assert state(world, case) == before
    consulted(world, case)
    by = world.supervisor
    world.record(
        case, "refusal_proposed", DAY + timedelta(days=6), by=by, grounds=["MLA_NONCONFORM"], reasons="No facts."
    )
    with pytest.raises(SecondPersonNeeded):
        world.record(case, "refusal_approved", DAY + timedelta(days=7), by=by)
    with pytest.raises(NotPermitted):
        world.record(case, "refusal_approved", DAY + timedelta(days=7))


def test_a_refusal_is_proposed_approved_and_told(world: World) -> None:
    case = accepted_basis(world)
    consulted(world, case)
    world.record(case, "refusal_proposed", DAY + timedelta(days=6), grounds=["MLA_NONCONFORM"], reasons="No facts.")
    with pytest.raises(DomainError, match="approval of a second person"):
        world.record(case, "refusal_communicated", DAY + timedelta(days=7))
    world.record(case, "refusal_approved", DAY + timedelta(days=8), by=world.supervisor)
    world.record(case, "refusal_communicated", DAY + timedelta(days=9))
    refusal = world.session.scalars(select(Refusal).where(Refusal.case_id == case.id)).one()
    assert (case.status, case.outcome) == ("closed", "refused")
    assert refusal.communicated_on == DAY + timedelta(days=9)
    assert [ground.ground_code for ground in refusal.grounds] == ["MLA_NONCONFORM"]
    item = world.session.scalars(select(AssistanceItem).where(AssistanceItem.case_id == case.id)).one()
    assert item.outcome == "refused"


def test_a_ground_that_the_text_exempts_needs_no_consultation(world: World) -> None:
    """UNCAC 46(26) names paragraph 21; dual criminality stands in paragraph 9."""
    case = accepted_basis(world)
    world.record(case, "refusal_proposed", DAY, grounds=["MLA_DUAL_CRIM"], reasons="No offence here.")
    assert case.status == "refusal_pending"


def test_sending_a_refusal_back_refuses_nothing(world: World) -> None:
    case = accepted_basis(world)
    world.record(case, "refusal_proposed", DAY, grounds=["MLA_DUAL_CRIM"], reasons="No offence here.")
    world.record(case, "refusal_sent_back", DAY, by=world.supervisor, reasons="Ask for facts first.")
    assert (case.status, case.outcome) == ("under_review", None)


def test_without_an_accepted_basis_only_the_want_of_one_is_a_ground(world: World) -> None:
    case = world.register(bases=(), no_basis_named=True)
    world.record(case, "legal_basis_accepted", DAY, basis="none")
    with pytest.raises(Invalid):
        world.record(case, "refusal_proposed", DAY, grounds=["MLA_SOVEREIGNTY"], reasons="No.")
    world.record(case, "refusal_proposed", DAY, grounds=["MLA_NO_RECIPROCITY"], reasons="No treaty.")
    assert case.status == "refusal_pending"


def test_postponing_needs_the_consultation_and_resuming_returns(world: World) -> None:
    case = accepted_basis(world)
    given: dict[str, Any] = {"ground": "PP_ONGOING", "reasons": "A case here.", "review_on": "2026-07-01"}
    with pytest.raises(Invalid):
        world.record(case, "postponed", DAY, **given)
    consulted(world, case)
    world.record(case, "postponed", DAY + timedelta(days=6), **given)
    assert case.status == "postponed"
    world.record(case, "resumed", DAY + timedelta(days=60))
    assert case.status == "under_review"


def test_a_round_of_information_is_a_row_and_stops_house_clocks(world: World) -> None:
    case = accepted_basis(world)
    world.record(case, "information_requested", DAY, missing="The account number.", reply_due="2026-05-01")
    world.record(case, "information_reminded", DAY + timedelta(days=40))
    world.record(case, "information_received", DAY + timedelta(days=50))
    asked = world.session.scalars(select(InformationRequest).where(InformationRequest.case_id == case.id)).one()
    assert (asked.reminders, asked.end_kind) == (1, "answered")
    assert case.status == "under_review"


def test_a_part_may_be_refused_and_the_rest_executed(world: World) -> None:
    case = world.register()
    second = editing.add_item_to(
        world.office,
        world.session,
        case.id,
        world.registration().items[0],
        actor=world.officer,
        on=RECEIVED,
    )
    world.record(case, "legal_basis_accepted", DAY, basis="UNCAC")
    world.record(case, "accepted", DAY, contents="complete", dual_criminality="given")
    world.record(case, "execution_ordered", DAY)
    consulted(world, case)
    first = world.session.scalars(
        select(AssistanceItem.id).where(AssistanceItem.case_id == case.id, AssistanceItem.id != second)
    ).one()
    world.record(case, "item_refusal_proposed", DAY, item=first, grounds=["MLA_NONCONFORM"], reasons="No facts.")
    world.record(case, "item_refused", DAY, item=first, by=world.supervisor)
    with pytest.raises(DomainError, match="an end for every item"):
        world.record(case, "execution_ended", DAY + timedelta(days=20), result="Done.")
    world.record(case, "item_executed", DAY + timedelta(days=20), item=second, result="Records.")
    world.record(case, "execution_ended", DAY + timedelta(days=20), result="Done.")
    world.record(case, "answer_sent", DAY + timedelta(days=21), results="Records.", use_limits="none")
    assert case.outcome == "executed_in_part"


@pytest.mark.parametrize(("reply", "outcome"), [("refused", "refused"), ("returned", "returned")])
def test_what_the_other_state_answered_becomes_the_outcome(world: World, reply: str, outcome: str) -> None:
    case = world.register("mla", "outgoing")
    world.record(case, "submitted_for_approval", DAY, draft="1", contents="complete")
    world.record(case, "request_approved", DAY, by=world.supervisor, draft="1")
    world.record(case, "sent", DAY, language="pt")
    world.record(case, "negative_reply_received", DAY + timedelta(days=90), reply_kind=reply, reasons="None given.")
    world.record(case, "reply_accepted", DAY + timedelta(days=100))
    assert (case.status, case.outcome) == ("closed", outcome)


def test_an_approver_must_be_another_person(world: World) -> None:
    case = world.register("mla", "outgoing")
    world.record(case, "submitted_for_approval", DAY, by=world.supervisor, draft="1", contents="complete")
    with pytest.raises(SecondPersonNeeded):
        world.record(case, "request_approved", DAY, by=world.supervisor, draft="1")


def test_acts_in_the_wrong_order_or_on_an_impossible_day_leave_nothing(world: World) -> None:
    case = world.register()
    before = state(world, case)
    for code, on, wrong in (
        ("answer_sent", DAY, TransitionNotAllowed),
        ("acknowledged", RECEIVED - timedelta(days=1), DomainError),
        ("acknowledged", NOW.date() + timedelta(days=1), DomainError),
    ):
        with pytest.raises(wrong):
            world.record(case, code, on)
        assert state(world, case) == before


def test_an_act_on_what_moved_on_meanwhile_is_a_conflict(world: World) -> None:
    case = world.register()
    seen = case.version
    world.record(case, "acknowledged", DAY)
    with (
        pytest.raises(Conflict),
        act(world.office, world.session, case.id, actor=world.officer, version=seen, recorded_at=NOW) as opened,
    ):
        record(opened, Given("acknowledged", DAY))


def fail_in_the_middle(world: World, case: Case) -> None:
    with act(world.office, world.session, case.id, actor=world.officer, recorded_at=NOW) as opened:
        record(opened, Given("acknowledged", DAY))
        raise RuntimeError


def test_a_failure_in_the_middle_of_an_act_leaves_nothing(world: World) -> None:
    case = world.register()
    before = state(world, case)
    with pytest.raises(RuntimeError):
        fail_in_the_middle(world, case)
    assert state(world, case) == before


def test_a_correction_moves_the_day_and_what_follows_from_it(world: World) -> None:
    case = world.register()
    world.record(case, "acknowledged", DAY)
    seq = max(entry.seq for entry in entries_of(world.session, case.id))
    editing.correct(
        world.office, world.session, case.id, seq, reason="Letter of 5 March", happened_on=date(2026, 3, 5),
        annul=False,
        actor=world.officer,
    )  # fmt: skip
    assert case.acknowledged_on == date(2026, 3, 5)
    assert len(entries_of(world.session, case.id)) == seq + 1
    editing.correct(
        world.office,
        world.session,
        case.id,
        seq,
        reason="Never sent",
        happened_on=None,
        annul=True,
        actor=world.officer,
    )
    assert case.acknowledged_on is None


def test_annulling_what_later_acts_rest_on_is_refused(world: World) -> None:
    case = accepted_basis(world)
    world.record(case, "accepted", DAY, contents="complete", dual_criminality="given")
    registered = next(entry.seq for entry in entries_of(world.session, case.id) if entry.code == "registered")
    before = state(world, case)
    with pytest.raises(TransitionNotAllowed):
        editing.correct(
            world.office, world.session, case.id, registered, reason="Wrong", happened_on=None, annul=True,
            actor=world.officer,
        )  # fmt: skip
    assert state(world, case) == before


def test_asserted_and_accepted_are_two_questions(world: World) -> None:
    case = accepted_basis(world)
    rows = world.session.scalars(select(CaseLegalBasis).where(CaseLegalBasis.case_id == case.id)).all()
    assert [(row.basis_code, row.accepted, row.is_primary) for row in rows] == [("UNCAC", True, True)]


def test_stored_state_is_what_the_events_give(world: World) -> None:
    case = accepted_basis(world)
    consulted(world, case)
    world.record(case, "accepted", DAY + timedelta(days=6), contents="complete", dual_criminality="given")
    tables = life_cycles()
    standing = replay(tables, tables.of("mla", "incoming"), "incoming", entries_of(world.session, case.id))
    assert (case.status, case.decided_on) == (standing.place.status, standing.decided_on)
    office = Office(
        sessionmaker(world.session.get_bind(), join_transaction_mode="create_savepoint"),
        world.office.audit_key,
        world.office.country,
        world.office.zone,
    )
    assert [found for _, found in rebuild(office, check_only=True) if found] == []


def test_deadlines_start_stop_and_end_with_the_acts(world: World) -> None:
    case = world.register()

    def of(code: str) -> Deadline:
        return world.session.scalars(
            select(Deadline).where(Deadline.case_id == case.id, Deadline.rule_code == code)
        ).one()

    assert of("HOUSE_ACK").due_on == date(2026, 3, 9)
    world.record(case, "acknowledged", date(2026, 3, 10))
    assert (of("HOUSE_ACK").end_kind, of("HOUSE_ACK").ended_on) == ("missed", date(2026, 3, 10))
    assert of("UNCAC_ASAP").provisional
    world.record(case, "legal_basis_accepted", date(2026, 3, 10), basis="UNCAC")
    assert not of("UNCAC_ASAP").provisional
    assert case.next_due_on is not None
    world.record(case, "withdrawn", date(2026, 3, 20), withdrawn_by="The prosecutor.")
    assert of("UNCAC_ASAP").end_kind == "moot"
    assert case.next_due_on is None


def test_a_custody_limit_leads_the_case_though_the_other_state_must_act(world: World) -> None:
    asked = (BasisGiven("ECE", is_primary=True),)
    case = world.register(
        "extradition", provisional_arrest_warrant="Warrant 7/2026", bases=asked, counterpart="CH",
        counterpart_authority_id=None,
    )  # fmt: skip
    world.record(case, "arrested", DAY, place="Harbour District", notice_date=DAY.isoformat())
    limits = {row.rule_code: row for row in world.session.scalars(select(Deadline).where(Deadline.case_id == case.id))}
    assert limits["ECE_PROV_18"].due_on == DAY + timedelta(days=18)
    assert {row.bound for row in limits.values()} == {"theirs"}
    # Release is only allowed after 18 days and ordered after 40: the second is what must not pass unseen.
    assert case.next_due_on == limits["ECE_PROV_40"].due_on == DAY + timedelta(days=40)
    assert [is_watched(limits[code]) for code in ("ECE_PROV_18", "ECE_PROV_40")] == [False, True]
    assert case.next_custody


def test_a_corrected_receipt_moves_the_particulars_and_what_counts_from_them(world: World) -> None:
    case = world.register()
    first = entries_of(world.session, case.id)[0]
    earlier = RECEIVED - timedelta(days=3)
    before = case.next_due_on
    editing.correct(
        world.office, world.session, case.id, first.seq, reason="Stamp misread", happened_on=earlier, annul=False,
        actor=world.officer,
    )  # fmt: skip
    assert (case.received_on, case.opened_on) == (earlier, earlier)
    assert before is not None
    assert case.next_due_on is not None
    assert case.next_due_on < before


def test_the_day_of_receipt_is_changed_in_the_timeline_alone(world: World) -> None:
    case = world.register()
    new = replace(particulars_of(case), received_on=RECEIVED - timedelta(days=1))
    with pytest.raises(Invalid) as refused:
        editing.edit_particulars(world.office, world.session, case.id, new, version=case.version, actor=world.officer)
    assert "received_on" in refused.value.errors


def test_a_page_that_read_the_case_before_sees_what_another_act_committed(world: World) -> None:
    case = world.register()
    seen = case.version
    world.session.execute(update(Case).where(Case.id == case.id).values(version=seen + 1))
    with pytest.raises(Conflict), act(world.office, world.session, case.id, actor=world.officer, version=seen):
        pass


def test_an_act_in_which_nothing_happened_moves_no_version(world: World) -> None:
    case = world.register()
    before = case.version
    assert not editing.edit_particulars(
        world.office, world.session, case.id, particulars_of(case), version=before, actor=world.officer
    )
    assert world.session.get_one(Case, case.id).version == before


def test_a_correction_gives_no_day_to_come_and_touches_no_entry_of_the_file(world: World) -> None:
    case = world.register()
    editing.edit_particulars(
        world.office, world.session, case.id, replace(particulars_of(case), operation="Lantern"),
        version=case.version, actor=world.officer,
    )  # fmt: skip
    entries = entries_of(world.session, case.id)
    told = next(entry.seq for entry in entries if entry.code == "particulars_changed")
    for seq, day in ((entries[0].seq, date(2099, 1, 1)), (told, RECEIVED)):
        with pytest.raises(Invalid):
            editing.correct(
                world.office, world.session, case.id, seq, reason="Wrong", happened_on=day, annul=False,
                actor=world.officer,
            )  # fmt: skip


def house_limits(world: World, case: Case) -> dict[str | None, date | None]:
    """The due days of what the office owes on the case and has not ended."""
    rows = world.session.scalars(select(Deadline).where(Deadline.case_id == case.id, Deadline.ended_on.is_(None)))
    return {row.rule_code: row.due_on for row in rows if row.bound == "ours" and row.check_mark == "house"}


def test_a_clock_stands_still_while_information_is_awaited_and_goes_on_whatever_ends_the_wait(world: World) -> None:
    case = accepted_basis(world)
    world.record(case, "accepted", DAY, contents="complete", dual_criminality="given")
    world.record(case, "execution_ordered", DAY)
    before = house_limits(world, case)
    asked = DAY + timedelta(days=1)
    world.record(case, "information_requested", asked, missing="The account numbers", reply_due="2026-05-11")
    waiting = house_limits(world, case)
    stood = {code for code, day in before.items() if day is not None and code in waiting and waiting[code] is None}
    assert stood
    assert case.next_due_on is None or case.next_due_on not in {before[code] for code in stood}
    # The wait ends here by a consultation, which is no answer to the question.
    world.record(case, "consultation_opened", asked + timedelta(days=20), subject="Scope", reply_due="2026-05-11")
    going_on = house_limits(world, case)
    for code in stood:
        was, now = before[code], going_on[code]
        assert was is not None
        assert now is not None
        assert now >= was + timedelta(days=20)  # or more: the last day moves on to a working day

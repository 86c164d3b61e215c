"""Who sees a restricted request, and two people who edit the same one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from mla_tracker.accounts.actor import Actor
from mla_tracker.audit.services import chain_head
from mla_tracker.cases.duplicates import possible_duplicates
from mla_tracker.cases.listing import CaseFilter, cases_page
from mla_tracker.cases.models import Case
from mla_tracker.cases.particulars import EditConflict, Particulars, PersonGiven
from mla_tracker.cases.queries import entries_of, find_case, lock_case
from mla_tracker.cases.registration import particulars_of
from mla_tracker.casework import editing
from mla_tracker.casework.due import DueFilter, due_page, waiting_for
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import Conflict, DomainError, Invalid, NotPermitted, NotVisible
from tests.factories.office import NOW, World, a_world, an_office

SECRET_NAME = "Zvonimir Kraljević"


def secret(world: World, **changes: Any) -> Case:
    return world.register(
        subject="Wiretaps of a minister",
        confidentiality="restricted",
        their_reference="SECRET 1/2026",
        persons=(PersonGiven(((SECRET_NAME, "Latn"),), "suspect"),),
        needed_by=NOW.date() - timedelta(days=30),
        needed_by_reason="Trial.",
        **changes,
    )


def listed(world: World, actor: Actor, **filters: Any) -> tuple[list[str], int | None]:
    page = cases_page(world.session, actor, CaseFilter(**filters), order="newest", today=NOW.date(), after=None)
    return [row.reference for row in page.rows], page.total


WAYS: dict[str, Callable[[World, Actor], Any]] = {
    "list": lambda world, actor: listed(world, actor),
    "restricted only": lambda world, actor: listed(world, actor, restricted=True),
    "by its words": lambda world, actor: listed(world, actor, words="wiretaps minister"),
    "by the person": lambda world, actor: listed(world, actor, words="kraljevic"),
    "by their reference": lambda world, actor: listed(world, actor, words="SECRET 1/2026"),
    "by State": lambda world, actor: listed(world, actor, states=("BR",)),
    "overdue": lambda world, actor: listed(world, actor, overdue=True),
    "due": lambda world, actor: len(due_page(world.session, actor, DueFilter()).rows),
    "watched": lambda world, actor: len(due_page(world.session, actor, DueFilter(bound="theirs")).rows),
    "similar": lambda world, actor: listed(world, actor, words="Kraljevich Zvonimir", similar=True),
    "waiting": lambda world, actor: waiting_for(world.session, actor, None).total,
}


@pytest.mark.parametrize("way", WAYS)
def test_for_an_outsider_a_restricted_request_changes_nothing_anywhere(world: World, way: str) -> None:
    world.register()
    before = WAYS[way](world, world.other_officer)
    secret(world)
    assert WAYS[way](world, world.other_officer) == before
    if way not in ("watched", "waiting"):
        assert WAYS[way](world, world.officer) != before


def test_an_outsider_gets_no_hint_of_it_and_the_next_number_shows_no_gap(world: World) -> None:
    first = world.register()
    secret(world)
    again = world.registration(
        their_reference="SECRET 1/2026", persons=(PersonGiven(((SECRET_NAME, "Latn"),), "suspect"),)
    )
    assert list(possible_duplicates(world.session, world.other_officer, again)) == []
    assert len(possible_duplicates(world.session, world.officer, again)) == 1
    second = world.register()
    assert int(second.reference[-5:]) == int(first.reference[-5:]) + 1


def test_every_door_says_the_same_of_what_is_hidden_and_what_is_not_there(world: World) -> None:
    case = secret(world)
    outsider = world.other_officer
    said = set()
    for attempt in (
        lambda: find_case(world.session, outsider, case.reference),
        lambda: find_case(world.session, outsider, "MLA-IN-2026-99999"),
        lambda: lock_case(world.session, outsider, case.id),
        lambda: lock_case(world.session, outsider, 10**9),
        lambda: world.record(case, "acknowledged", NOW.date(), by=outsider),
        lambda: editing.assign(world.office, world.session, case.id, None, actor=outsider),
        lambda: editing.grant_access(world.office, world.session, case.id, outsider.account_id or 0, actor=outsider),
    ):
        with pytest.raises(NotVisible) as hidden:
            attempt()
        said.add(hidden.value.message)
    assert len(said) == 1


def test_named_people_see_it_until_they_are_taken_off_and_the_last_one_stays(world: World) -> None:
    case, other = secret(world), world.other_officer.account_id or 0
    editing.grant_access(world.office, world.session, case.id, other, actor=world.officer)
    assert find_case(world.session, world.other_officer, case.reference).id == case.id
    editing.end_access(world.office, world.session, case.id, other, actor=world.officer)
    with pytest.raises(NotVisible):
        find_case(world.session, world.other_officer, case.reference)
    with pytest.raises(DomainError, match="At least one person"):
        editing.end_access(world.office, world.session, case.id, world.officer.account_id or 0, actor=world.officer)


def test_a_new_lead_sees_the_restricted_request_he_is_given(world: World) -> None:
    case = secret(world)
    editing.assign(world.office, world.session, case.id, world.other_officer.account_id, actor=world.officer)
    assert find_case(world.session, world.other_officer, case.reference).lead_id == world.other_officer.account_id


def test_restricting_hides_at_once_and_lifting_shows_again(world: World) -> None:
    case = world.register()

    def level(value: str) -> None:
        world.session.refresh(case)
        new = replace(particulars_of(case), confidentiality=value)
        editing.edit_particulars(world.office, world.session, case.id, new, version=case.version, actor=world.officer)

    level("restricted")
    assert listed(world, world.other_officer) == ([], 0)
    level("ordinary")
    assert listed(world, world.other_officer) == ([case.reference], 1)


def test_who_may_not_restrict_may_not_name_people_either(world: World) -> None:
    case = world.register()
    reader = replace(world.officer, permissions=world.officer.permissions - {"case:restrict"})
    new = replace(particulars_of(case), confidentiality="restricted")
    for attempt in (
        lambda: editing.edit_particulars(world.office, world.session, case.id, new, version=case.version, actor=reader),
        lambda: editing.grant_access(world.office, world.session, case.id, 1, actor=reader),
        lambda: editing.end_access(world.office, world.session, case.id, 1, actor=reader),
    ):
        with pytest.raises(NotPermitted):
            attempt()


def edit(world: World, case: Case, actor: Actor, version: int, **changes: Any) -> bool:
    base = changes.pop("base", None) or particulars_of(case)
    new: Particulars = replace(base, **changes)
    return editing.edit_particulars(world.office, world.session, case.id, new, version=version, actor=actor)


def test_edits_of_other_fields_go_through_together(world: World) -> None:
    """The second form still holds what the first one changed; it left that field alone, so it undoes nothing."""
    case = world.register()
    seen, form = case.version, particulars_of(case)
    edit(world, case, world.officer, seen, operation="Tempest", languages=("pt", "fr"), hearing_on=NOW.date())
    assert edit(world, case, world.supervisor, seen, base=form, subject="A better line")
    world.session.refresh(case)
    assert (case.operation, case.subject, case.languages) == ("Tempest", "A better line", ["pt", "fr"])
    assert case.hearing_on == NOW.date()


def test_a_clash_in_one_field_shows_that_field_alone(world: World) -> None:
    case = world.register()
    seen, form = case.version, particulars_of(case)
    edit(world, case, world.officer, seen, operation="Tempest", subject="Marta's line")
    with pytest.raises(EditConflict) as conflict:
        edit(world, case, world.supervisor, seen, base=form, subject="Tomas's line")
    assert [one.field for one in conflict.value.differences] == ["subject"]


def test_a_field_that_both_changed_is_shown_with_what_was_stands_and_was_entered(world: World) -> None:
    case = world.register()
    seen, before = case.version, case.subject
    edit(world, case, world.officer, seen, subject="Marta's line")
    head = chain_head(world.session, f"case:{case.id}")
    with pytest.raises(EditConflict) as conflict:
        edit(world, case, world.supervisor, seen, subject="Tomas's line")
    (difference,) = conflict.value.differences
    assert (difference.field, difference.was) == ("subject", before)
    assert (difference.stands, difference.yours) == ("Marta's line", "Tomas's line")
    assert chain_head(world.session, f"case:{case.id}") == head
    assert edit(world, case, world.supervisor, conflict.value.version, subject="Tomas's line")


def test_both_entering_the_same_is_no_conflict(world: World) -> None:
    case = world.register()
    seen = case.version
    edit(world, case, world.officer, seen, subject="The same line")
    assert edit(world, case, world.supervisor, seen, subject="The same line") is False


def test_an_edit_that_changes_nothing_leaves_no_entry(world: World) -> None:
    case = world.register()
    before = len(entries_of(world.session, case.id))
    assert edit(world, case, world.officer, case.version) is False
    assert len(entries_of(world.session, case.id)) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"urgency": "urgent"}, "urgency_reason"),
        ({"needed_by": NOW.date()}, "needed_by_reason"),
        ({"wanted_for": "prosecution"}, "wanted_for"),
        ({"nature": "philosophical"}, "nature"),
        ({"counterpart": None}, "counterpart"),
    ],
)
def test_a_wrong_edit_is_said_beside_its_field_and_leaves_nothing(
    world: World, changes: dict[str, Any], field: str
) -> None:
    case = world.register()
    before = (chain_head(world.session, f"case:{case.id}"), case.version, particulars_of(case))
    with pytest.raises(Invalid) as refused:
        edit(world, case, world.officer, case.version, **changes)
    assert field in refused.value.errors
    world.session.refresh(case)
    assert (chain_head(world.session, f"case:{case.id}"), case.version, particulars_of(case)) == before


def test_of_two_who_save_at_the_same_moment_none_is_lost_unseen(sessions: Sessions) -> None:
    """Twelve pairs of threads: of each pair one saves and the other is shown the difference."""
    with sessions() as session:
        world = a_world(an_office(sessions), session)
        case = world.register()
        case_id, people = case.id, (world.officer, world.supervisor)
    for number in range(12):
        with sessions() as session:
            row = session.get_one(Case, case_id)
            version, form = row.version, particulars_of(row)
        start = Barrier(2)

        def save(
            actor: Actor, version: int = version, form: Particulars = form, start: Barrier = start, number: int = number
        ) -> str:
            new = replace(form, subject=f"{actor.name} {number}")
            with sessions() as own:
                start.wait(10)
                try:
                    editing.edit_particulars(world.office, own, case_id, new, version=version, actor=actor)
                except Conflict:
                    return "conflict"
            return actor.name

        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(save, people))
        assert ended.count("conflict") == 1
        winner = next(name for name in ended if name != "conflict")
        with sessions() as session:
            assert session.scalars(select(Case.subject)).one() == f"{winner} {number}"

"""Documents within acts: numbers, versions, origins, custody, deletion by a second person, holds, quotas."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Role
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct, SecondPersonNeeded
from mla_tracker.cases.queries import entries_of
from mla_tracker.casework.act import act
from mla_tracker.casework.documenting import delete_document
from mla_tracker.casework.editing import correct
from mla_tracker.casework.trail_check import check_trail
from mla_tracker.core.errors import DomainError, Invalid, NotPermitted, NotVisible
from mla_tracker.documents import queries, services
from mla_tracker.documents.custody import chain_of
from mla_tracker.documents.models import Document, DocumentVersion
from mla_tracker.documents.services import QuotaReached
from mla_tracker.documents.vault import Limits, Vault
from tests.factories.documents import PDF, particulars, place_of, received
from tests.factories.office import NOW, World

AUDITOR = Actor(None, "auditor", Role.AUDITOR, ROLE_PERMISSIONS[Role.AUDITOR])


@pytest.fixture
def case(world: World) -> Case:
    return world.register()


def acted(
    world: World, case: Case, change: Callable[[OpenAct], Any], *, by: Actor | None = None, later: int = 0
) -> Any:
    with act(
        world.office, world.session, case.id, actor=by or world.officer, recorded_at=NOW + timedelta(hours=later)
    ) as a:
        return change(a)


def added(world: World, case: Case, vault: Vault, **given: Any) -> Document:
    receipt = received(vault)
    found: Document = acted(world, case, lambda a: services.add(a, receipt, particulars(**given), vault.limits))
    return found


def codes(world: World, case: Case) -> list[str]:
    return [entry.code for entry in entries_of(world.session, case.id)]


def test_a_document_its_versions_and_what_was_made_of_it_name_their_hashes(
    world: World, case: Case, vault: Vault
) -> None:
    letter = added(world, case, vault)
    second = received(vault, PDF + b"more", "Letter 2.pdf")
    acted(world, case, lambda a: services.add_version(a, letter.number, second, vault.limits))
    translation = added(world, case, vault, title="Translation", relation="translation", source=letter.number)
    assert [letter.number, translation.number] == [1, 2]
    assert [version.number for version in queries.find_document(world.session, world.officer, case.id, 1).versions] == [
        1, 2,
    ]  # fmt: skip
    (version,) = translation.versions
    assert version.source_sha256 == second.sha256
    assert [one.number for one in queries.made_of(world.session, world.officer, letter)] == [2]
    entries = entries_of(world.session, case.id)
    assert [entry.code for entry in entries[-3:]] == ["document_added", "document_version_added", "document_added"]
    assert entries[-1].detail["source_sha256"] == second.sha256.hex()
    assert entries[-1].detail["sha256"] == version.sha256.hex()
    assert all("Letter" not in str(entry.detail) for entry in entries[-3:])
    assert check_trail(world.office).first is None


def test_every_derived_version_names_the_hash_of_its_source(world: World, case: Case, vault: Vault) -> None:
    added(world, case, vault)
    for relation in ("translation", "redaction", "extract", "conversion", "transcript"):
        added(world, case, vault, relation=relation, source=1)
    unnamed = world.session.scalar(
        select(func.count())
        .select_from(DocumentVersion)
        .join(Document)
        .where(Document.relation.is_not(None), DocumentVersion.source_sha256.is_(None))
    )
    assert unnamed == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "poem"}, "kind"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"relation": "parody", "source": 1}, "relation"),
    ],
)
def test_wrong_particulars_are_refused_beside_their_field(
    world: World, case: Case, vault: Vault, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as found:
        added(world, case, vault, **given)
    assert set(found.value.errors) == {field}


def test_a_source_must_be_there(world: World, case: Case, vault: Vault) -> None:
    with pytest.raises(NotVisible):
        added(world, case, vault, relation="translation", source=7)


def test_who_may_not_work_on_a_case_adds_nothing(world: World, case: Case, vault: Vault) -> None:
    receipt = received(vault)
    with pytest.raises(NotPermitted):
        acted(world, case, lambda a: services.add(a, receipt, particulars(), vault.limits), by=AUDITOR)
    assert world.session.scalar(select(func.count()).select_from(Document)) == 0


def test_the_product_stores_what_it_made(world: World, case: Case, vault: Vault) -> None:
    """As a letter is: within the act that made it, its PDF naming the hash of the document it was made of."""
    made = acted(world, case, lambda a: services.store_made(a, vault, particulars(), "Letter.pdf", PDF))
    again = acted(
        world, case, lambda a: services.store_made(a, vault, particulars(), "Letter.pdf", PDF + b"x", replaces=1)
    )
    copy = particulars(title="Copy", relation="conversion", source=1)
    derived = acted(world, case, lambda a: services.store_made(a, vault, copy, "Copy.pdf", PDF))
    assert [made.number, again.number, derived.number] == [1, 2, 1]
    assert made.made
    assert derived.source_sha256 == again.sha256


def test_documents_of_a_restricted_case_are_nowhere_for_others(world: World, vault: Vault) -> None:
    case = world.register(confidentiality="restricted", confidentiality_reason="Secret measures.")
    document = added(world, case, vault)
    added(world, case, vault, relation="translation", source=1)
    session, outsider = world.session, world.other_officer
    acted(world, case, lambda a: services.place_hold(a, "Proceedings are pending."))
    assert queries.documents_of(session, world.officer, case.id)
    assert queries.documents_of(session, outsider, case.id) == []
    assert queries.made_of(session, outsider, document) == []
    assert queries.hold_on(session, outsider, case.id) is None
    for look in (
        lambda: queries.find_document(session, outsider, case.id, 1),
        lambda: queries.find_version(session, outsider, case.id, 1, 1),
        lambda: acted(world, case, lambda a: services.change(a, 1, particulars(title="Mine")), by=outsider),
    ):
        with pytest.raises(NotVisible):
            look()


def test_particulars_are_corrected_and_no_event_tells_the_title(world: World, case: Case, vault: Vault) -> None:
    added(world, case, vault)
    assert acted(world, case, lambda a: services.change(a, 1, particulars(title="Another", language="fr")))
    assert not acted(world, case, lambda a: services.change(a, 1, particulars(title="Another", language="fr")))
    (changed,) = [entry for entry in entries_of(world.session, case.id) if entry.code == "document_changed"]
    assert changed.detail == {"document": 1, "fields": ["language", "title"]}


FULL = {"giver": "Court of Riga", "receiver": "Central Authority", "purpose": "Expertise", "means": "Courier 77"}


def test_custody_is_a_chain_of_events_that_can_be_corrected(world: World, case: Case, vault: Vault) -> None:
    added(world, case, vault, exhibit=True)
    at = NOW - timedelta(hours=3)
    first = acted(world, case, lambda a: services.record_custody(a, 1, "received", at=at, **FULL))
    back = {**FULL, "giver": FULL["receiver"], "receiver": FULL["giver"]}
    second = acted(world, case, lambda a: services.record_custody(a, 1, "returned", at=NOW, **back))
    chain = chain_of(entries_of(world.session, case.id), 1)
    assert [(one.seq, one.kind, one.at) for one in chain] == [(first, "received", at), (second, "returned", NOW)]
    correct(
        world.office, world.session, case.id, second, reason="It is still here.", happened_on=None, annul=True,
        actor=world.officer,
    )  # fmt: skip
    assert [one.kind for one in chain_of(entries_of(world.session, case.id), 1)] == ["received"]


def test_custody_is_refused_for_the_future_for_no_exhibit_and_without_a_part(
    world: World, case: Case, vault: Vault
) -> None:
    added(world, case, vault, exhibit=True)
    added(world, case, vault)
    later = NOW + timedelta(minutes=1)

    def attempt(number: int, at: datetime, parts: dict[str, str]) -> None:
        acted(world, case, lambda a: services.record_custody(a, number, "received", at=at, **parts))

    for number, at, parts in ((2, NOW, FULL), (1, later, FULL), (1, NOW, {**FULL, "means": " "})):
        with pytest.raises(DomainError):
            attempt(number, at, parts)
    assert "exhibit_received" not in codes(world, case)


REASON = "Added to the wrong request."


def test_a_deletion_takes_two_people_and_leaves_a_tombstone(world: World, case: Case, vault: Vault) -> None:
    document = added(world, case, vault, title="Statement of Ana Prado")
    (version,) = document.versions
    path = place_of(vault, version.storage_name)
    hash_before = version.sha256
    acted(world, case, lambda a: services.ask_deletion(a, 1, "added_by_mistake", REASON), by=world.supervisor)
    with pytest.raises(SecondPersonNeeded):
        delete_document(world.office, world.session, vault, case.id, 1, actor=world.supervisor)
    with pytest.raises(NotPermitted):
        delete_document(world.office, world.session, vault, case.id, 1, actor=world.officer)
    assert path.exists()
    acted(world, case, lambda a: services.decline_deletion(a, 1), by=world.supervisor)
    acted(world, case, lambda a: services.ask_deletion(a, 1, "added_by_mistake", REASON))
    delete_document(world.office, world.session, vault, case.id, 1, actor=world.supervisor)
    assert not path.exists()
    world.session.expire_all()
    tomb = queries.find_document(world.session, world.officer, case.id, 1)
    assert (tomb.number, tomb.kind, tomb.title) == (1, "request", "")
    assert (tomb.deletion_ground, tomb.deletion_reason) == ("added_by_mistake", REASON)
    assert (tomb.deletion_asked_by, tomb.deleted_by) == (world.officer.account_id, world.supervisor.account_id)
    (version,) = tomb.versions
    assert (version.wrapped_key, version.file_name, version.sha256) == (None, "", hash_before)
    assert codes(world, case)[-4:] == [
        "document_deletion_asked", "document_deletion_declined", "document_deletion_asked", "document_deleted",
    ]  # fmt: skip
    assert entries_of(world.session, case.id)[-1].detail["sha256"] == [hash_before.hex()]
    for change in (
        lambda a: services.change(a, 1, particulars()),
        lambda a: services.add_version(a, 1, received(vault), vault.limits),
        lambda a: services.ask_deletion(a, 1, "court_order", REASON),
    ):
        with pytest.raises(DomainError, match="was deleted"):
            acted(world, case, change)
    assert added(world, case, vault).number == 2


def test_a_legal_hold_keeps_everything(world: World, case: Case, vault: Vault) -> None:
    added(world, case, vault)
    acted(world, case, lambda a: services.ask_deletion(a, 1, "added_by_mistake", REASON))
    acted(world, case, lambda a: services.place_hold(a, "Proceedings are pending."))
    with pytest.raises(DomainError, match="legal hold"):
        delete_document(world.office, world.session, vault, case.id, 1, actor=world.supervisor)
    with pytest.raises(DomainError, match="already"):
        acted(world, case, lambda a: services.place_hold(a, "Proceedings are pending."))
    with pytest.raises(NotPermitted):
        acted(world, case, lambda a: services.lift_hold(a, "The proceedings ended."))
    acted(world, case, lambda a: services.lift_hold(a, "The proceedings ended."), by=world.supervisor)
    delete_document(world.office, world.session, vault, case.id, 1, actor=world.supervisor)
    acted(world, case, lambda a: services.place_hold(a, "Other proceedings are pending."))


def test_quotas_of_a_request_and_of_a_person(world: World, case: Case, vault: Vault) -> None:
    size = len(PDF)
    limits = replace(Limits(), case=2 * size, person_a_day=3 * size)

    def add(to: Case, *, by: Actor | None = None, later: int = 0) -> None:
        receipt = received(vault)
        acted(world, to, lambda a: services.add(a, receipt, particulars(), limits), by=by, later=later)

    other = world.register()
    add(case)
    add(case)
    with pytest.raises(QuotaReached, match="request"):
        add(case)
    add(other)
    with pytest.raises(QuotaReached, match="person"):
        add(other)
    add(other, by=world.other_officer)
    with pytest.raises(QuotaReached, match="request"):
        add(other, by=world.other_officer)
    third = world.register()
    add(third, later=25)


def test_an_act_that_fails_leaves_no_row_and_the_number_is_given_to_the_next(
    world: World, case: Case, vault: Vault
) -> None:
    receipt = received(vault)

    def fails(a: OpenAct) -> None:
        services.add(a, receipt, particulars(), vault.limits)
        raise DomainError("something else was wrong")

    with pytest.raises(DomainError):
        acted(world, case, fails)
    assert world.session.scalar(select(func.count()).select_from(Document)) == 0
    assert "document_added" not in codes(world, case)
    assert added(world, case, vault).number == 1

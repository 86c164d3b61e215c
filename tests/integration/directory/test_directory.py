"""The directory on the database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from mla_tracker.core.errors import Conflict, Invalid, NotVisible
from mla_tracker.directory.models import State
from mla_tracker.directory.queries import authorities_of, authority_names, own_authorities, state_by_code, states
from mla_tracker.directory.seeding import load_states
from mla_tracker.directory.services import (
    AuthorityGiven,
    add_authority,
    change_authority,
    require_authority,
    restore_authority,
    retire_authority,
)
from mla_tracker.instruments.seeding import load_seed
from mla_tracker.instruments.services import retire_code

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
TODAY = NOW.date()
MINISTRY = AuthorityGiven(
    type_code="CA_MLA",
    name="Ministry of Justice, Cooperation Unit",
    channels=("central_authority", "email"),
    languages=("fr", "en"),
    email="cooperation@justice.example",
    website="https://justice.example",
    verified_on=date(2026, 1, 5),
)


@pytest.fixture
def directory(session: Session) -> Session:
    load_seed(session, NOW)
    return session


def test_states_are_loaded_again_without_a_change(directory: Session) -> None:
    directory.execute(update(State).where(State.iso2 == "FR").values(name_en="Frankland"))
    load_states(directory)
    directory.expire_all()
    assert len(states(directory)) == 198
    assert state_by_code(directory, "fr").name_en == "France"


def test_an_unknown_state_is_not_there(directory: Session) -> None:
    with pytest.raises(NotVisible):
        state_by_code(directory, "ZZ")
    with pytest.raises(NotVisible):
        add_authority(directory, "ZZ", MINISTRY, today=TODAY)


def test_an_authority_of_a_state_and_a_body_of_our_own(directory: Session) -> None:
    theirs = add_authority(directory, "FR", MINISTRY, today=TODAY)
    ours = add_authority(directory, None, replace(MINISTRY, type_code="COURT", name=" District Court "), today=TODAY)
    assert [row.id for row in authorities_of(directory, "FR")] == [theirs.id]
    assert [row.name for row in own_authorities(directory)] == ["District Court"]
    assert authority_names(directory, [theirs.id, ours.id, None]) == {theirs.id: theirs.name, ours.id: ours.name}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"type_code": "NOWHERE"}, "type_code"),
        ({"channels": ("pigeon",)}, "channels"),
        ({"email": "a@b.example, c@d.example"}, "email"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"verified_on": date(2026, 3, 17)}, "verified_on"),
        ({"valid_from": date(2026, 2, 2), "valid_to": date(2026, 2, 1)}, "valid_to"),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(directory: Session, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        add_authority(directory, "FR", replace(MINISTRY, **changes), today=TODAY)
    assert list(caught.value.errors) == [field]


def test_a_change_says_what_was(directory: Session) -> None:
    row = add_authority(directory, "FR", MINISTRY, today=TODAY)
    was = change_authority(directory, row.id, replace(MINISTRY, phone="+33 1"), version=1, today=TODAY)
    assert (was, row.phone, row.version) == ({"phone": ""}, "+33 1", 2)
    assert change_authority(directory, row.id, replace(MINISTRY, phone="+33 1"), version=2, today=TODAY) == {}
    with pytest.raises(Conflict):
        change_authority(directory, row.id, MINISTRY, version=1, today=TODAY)


def test_what_is_retired_stays_and_can_come_back(directory: Session) -> None:
    row = add_authority(directory, "FR", MINISTRY, today=TODAY)
    retire_authority(directory, row.id, NOW)
    directory.flush()
    assert authorities_of(directory, "FR") == []
    assert [found.id for found in authorities_of(directory, "FR", retired=True)] == [row.id]
    restore_authority(directory, row.id)
    directory.flush()
    assert [found.id for found in authorities_of(directory, "FR")] == [row.id]
    with pytest.raises(NotVisible):
        require_authority(directory, 0)


def test_a_retired_type_stays_with_the_authority_that_has_it(directory: Session) -> None:
    row = add_authority(directory, "FR", MINISTRY, today=TODAY)
    retire_code(directory, "authority_type", "CA_MLA", NOW)
    change_authority(directory, row.id, replace(MINISTRY, phone="1"), version=1, today=TODAY)
    with pytest.raises(Invalid):
        add_authority(directory, "FR", MINISTRY, today=TODAY)

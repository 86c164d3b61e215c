"""Code lists on the database: a release brings rows, an office keeps its own, nothing is ever deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mla_tracker.core.code_list import CodeRow
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import Conflict, DomainError, Invalid, NotVisible
from mla_tracker.directory.models import State
from mla_tracker.instruments import seeding
from mla_tracker.instruments.models import OffenceRow
from mla_tracker.instruments.queries import catalogue, code_row, seed_catalogue
from mla_tracker.instruments.seeding import TABLES, load_seed, seed_rows
from mla_tracker.instruments.services import add_code, change_code, require_row, restore_code, retire_code

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OWN = {
    "code": "OFFICE_FRAUD",
    "label": "Fraud",
    "instrument": None,
    "article": None,
    "mandatory": None,
    "check": "house",
}


@pytest.fixture
def seeded(session: Session) -> Session:
    load_seed(session, NOW)
    session.commit()
    return session


def seen(session: Session, table: str, code: str) -> datetime:
    row = code_row(session, table, code)
    assert row is not None
    return row.changed_at


def counts(session: Session) -> dict[str, int]:
    return {name: session.scalar(select(func.count()).select_from(model)) or 0 for name, model in TABLES.items()}


def test_the_seed_is_loaded_once(session: Session) -> None:
    for model in TABLES.values():
        session.execute(delete(model))
    session.execute(delete(State))
    everything = sum(len(rows) for rows in seed_rows().values())
    assert load_seed(session, NOW) == everything
    before = counts(session)
    assert before == {name: len(rows) for name, rows in seed_rows().items()}
    assert load_seed(session, LATER) == 0
    assert counts(session) == before
    assert session.scalar(select(func.count()).select_from(State)) == 198


def test_the_tables_say_what_the_files_say(seeded: Session) -> None:
    from_tables, from_files = catalogue(seeded), seed_catalogue()
    for name in ("legal_bases", "grounds", "duty_rows", "bar_rules", "offences", "assistance_types", "delay_reasons"):
        assert dict(getattr(from_tables, name)) == dict(getattr(from_files, name)), name
    assert dict(from_tables.authority_types) == dict(from_files.authority_types)


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A new release: an offence with new words, one that is new, one that is no longer in the file."""
    rows = {name: list(inner) for name, inner in seed_rows().items()}
    first, second, *others = rows["offence"]
    changed = {**first, "label": "Bribery, said anew"}
    rows["offence"] = [changed, *others, {**first, "code": "NEW_OFFENCE", "label": "New"}]
    monkeypatch.setattr(seeding, "seed_rows", lambda: {name: tuple(inner) for name, inner in rows.items()})
    return {"changed": changed["code"], "gone": second["code"]}


def test_a_release_brings_what_changed_and_deletes_nothing(seeded: Session, release: dict[str, str]) -> None:
    load_seed(seeded, LATER)
    offences = catalogue(seeded).offences
    assert offences[release["changed"]].label == "Bribery, said anew"
    assert "NEW_OFFENCE" in offences
    assert release["gone"] in offences


def test_edits_of_the_office_survive_a_release(seeded: Session, release: dict[str, str]) -> None:
    code = release["changed"]
    change_code(seeded, "offence", code, {"label": "Our words"}, seen(seeded, "offence", code), LATER)
    add_code(seeded, "offence", OWN, LATER)
    retire_code(seeded, "offence", release["gone"], LATER)
    retire_code(seeded, "offence", "UNCAC_23", LATER)
    load_seed(seeded, LATER)
    offences = catalogue(seeded).offences
    assert offences[code].label == "Our words"
    assert offences["OFFICE_FRAUD"].label == "Fraud"
    assert offences.is_retired("UNCAC_23")


def test_a_row_of_the_office_is_not_taken_over_by_a_release_with_the_same_code(
    seeded: Session, release: dict[str, str]
) -> None:
    assert release
    add_code(seeded, "offence", {**OWN, "code": "NEW_OFFENCE"}, NOW)
    load_seed(seeded, LATER)
    assert catalogue(seeded).offences["NEW_OFFENCE"].label == "Fraud"


def test_a_retired_code_is_no_longer_offered_and_comes_back(seeded: Session) -> None:
    retire_code(seeded, "ground", "MLA_FISHING", LATER)
    assert "MLA_FISHING" not in {row.code for row in catalogue(seeded).grounds_available(["UNCAC"], "mla").grounds}
    assert catalogue(seeded).grounds["MLA_FISHING"].label
    restore_code(seeded, "ground", "MLA_FISHING", LATER)
    assert "MLA_FISHING" in {row.code for row in catalogue(seeded).grounds_available(["UNCAC"], "mla").grounds}


def test_a_change_is_seen_by_other_sessions_with_their_next_question(sessions: Sessions) -> None:
    with sessions() as session:
        load_seed(session, NOW)
        session.commit()
    with sessions() as reader:
        assert "UNCAC_23" in catalogue(reader).offences
        assert catalogue(reader) is catalogue(reader)
    with sessions() as admin, sessions() as reader:
        retire_code(admin, "offence", "UNCAC_23", LATER)
        assert "UNCAC_23" not in catalogue(admin).offences
        assert "UNCAC_23" in catalogue(reader).offences
        reader.rollback()
        admin.commit()
        assert "UNCAC_23" not in catalogue(reader).offences


def test_a_change_that_is_rolled_back_is_forgotten(sessions: Sessions) -> None:
    with sessions() as session:
        load_seed(session, NOW)
        session.commit()
        retire_code(session, "offence", "UNCAC_23", LATER)
        assert "UNCAC_23" not in catalogue(session).offences
        session.rollback()
        assert "UNCAC_23" in catalogue(session).offences


@pytest.mark.parametrize(
    ("table", "changes", "field"),
    [
        ("offence", {"code": "x"}, "code"),
        ("offence", {"code": "UNCAC_23"}, "code"),
        ("offence", {"label": ""}, "label"),
        ("offence", {"instrument": "NOWHERE"}, "instrument"),
        ("offence", {"check": "surely"}, "check"),
        ("offence", {"sources": ["x"]}, "sources"),
    ],
)
def test_what_an_administrator_adds_is_read_as_strictly_as_the_seed(
    seeded: Session, table: str, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        add_code(seeded, table, {**OWN, **changes}, NOW)
    assert list(caught.value.errors) == [field]
    assert seeded.scalar(select(func.count()).select_from(OffenceRow)) == 21


def test_a_ground_of_the_office_is_offered_under_its_basis(seeded: Session) -> None:
    ground = {
        "code": "MLA_OFFICE",
        "class": "refusal",
        "applies": ["mla"],
        "force": "discretionary",
        "label": "Our own",
        "bases": ["ECMA"],
        "sources": ["Act of 2020, section 4"],
        "curable": False,
        "check": "unchecked",
    }
    add_code(seeded, "ground", ground, NOW)
    assert "MLA_OFFICE" in {row.code for row in catalogue(seeded).grounds_available(["ECMA"], "mla").grounds}
    assert "MLA_OFFICE" not in {row.code for row in catalogue(seeded).grounds_available(["EU_EIO"], "mla").grounds}


def test_two_administrators_do_not_overwrite_each_other(seeded: Session) -> None:
    both_saw = seen(seeded, "offence", "UNCAC_23")
    change_code(seeded, "offence", "UNCAC_23", {"label": "First"}, both_saw, LATER)
    with pytest.raises(Conflict):
        change_code(seeded, "offence", "UNCAC_23", {"label": "Second"}, both_saw, LATER)
    assert catalogue(seeded).offences["UNCAC_23"].label == "First"


def test_a_code_is_never_renamed(seeded: Session) -> None:
    with pytest.raises(Invalid) as caught:
        change_code(seeded, "offence", "UNCAC_23", {"code": "UNCAC_24"}, seen(seeded, "offence", "UNCAC_23"), LATER)
    assert list(caught.value.errors) == ["code"]


@pytest.mark.parametrize("table", ["bar", "time_limit"])
def test_some_lists_are_kept_elsewhere(seeded: Session, table: str) -> None:
    with pytest.raises(DomainError):
        add_code(seeded, table, OWN, NOW)


@pytest.mark.parametrize(("table", "code"), [("offence", "NOWHERE"), ("account", "1")])
def test_an_unknown_list_or_code_is_not_there(seeded: Session, table: str, code: str) -> None:
    with pytest.raises(NotVisible):
        require_row(seeded, table, code)


def test_every_list_keeps_the_order_of_its_file(seeded: Session) -> None:
    for name, rows in seed_rows().items():
        stored: list[CodeRow] = list(seeded.scalars(select(TABLES[name]).order_by(TABLES[name].position)))
        assert [row.code for row in stored] == [row["code"] for row in rows], name


def test_a_duty_takes_new_words_from_an_administrator(seeded: Session) -> None:
    before = seen(seeded, "duty", "ECE_REFUSE_NOTIFY")
    change_code(seeded, "duty", "ECE_REFUSE_NOTIFY", {"article": "ECE 18(1), our reading"}, before, LATER)
    assert catalogue(seeded).duty_rows["ECE_REFUSE_NOTIFY"].article == "ECE 18(1), our reading"

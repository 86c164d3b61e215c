"""Passkeys against a key in software: what holds, and what an attacker would try."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account, Passkey, UserSession
from mla_tracker.accounts.passkeys import Place, add_passkey, proof_options, registration_options, show_passkey
from mla_tracker.accounts.second_factors import factors_of, remove_passkey
from mla_tracker.accounts.services import create_account
from mla_tracker.accounts.sessions import begin_session
from mla_tracker.core.errors import DomainError, Invalid
from tests.support.authenticator import Authenticator

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
PLACE = Place("http://localhost", "Central Authority")


@pytest.fixture
def anna(session: Session) -> Account:
    return create_account(session, email="anna@office.example", name="Anna", role="auditor", password=None, now=NOW)


@pytest.fixture
def here(session: Session, anna: Account) -> UserSession:
    return begin_session(session, anna.id, address="", agent="", now=NOW)[0]


def enrolled(session: Session, account: Account, here: UserSession, key: Authenticator) -> Passkey:
    options = registration_options(session, PLACE, account, here.id, NOW)
    return add_passkey(session, PLACE, account, here.id, answer=key.make(options), name=" Laptop ", now=NOW)


def shown(session: Session, account: Account, here: UserSession, key: Authenticator) -> bool:
    options = proof_options(session, PLACE, account.id, here.id, NOW)
    return show_passkey(session, PLACE, account.id, here.id, answer=key.show(options), now=NOW)


def test_a_passkey_is_made_and_shown(session: Session, anna: Account, here: UserSession) -> None:
    key = Authenticator()
    row = enrolled(session, anna, here, key)
    assert (row.name, row.credential_id, row.sign_count) == ("Laptop", key.credential_id, 0)
    assert shown(session, anna, here, key)
    assert shown(session, anna, here, key)
    assert (row.sign_count, row.used_at) == (2, NOW)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: replace(key, origin="https://localhost.evil.example"),
        lambda key: replace(key, origin="https://localhost"),
        lambda key: replace(key, host="evil.example"),
        lambda key: replace(key, key=Authenticator().key),
        lambda key: replace(key, credential_id=b"another"),
    ],
)
def test_another_origin_host_or_key_is_refused(
    session: Session, anna: Account, here: UserSession, spoil: Callable[[Authenticator], Authenticator]
) -> None:
    key = Authenticator()
    enrolled(session, anna, here, key)
    assert not shown(session, anna, here, spoil(key))
    assert shown(session, anna, here, key)


def test_an_answer_counts_once(session: Session, anna: Account, here: UserSession) -> None:
    key = Authenticator()
    enrolled(session, anna, here, key)
    answer = key.show(proof_options(session, PLACE, anna.id, here.id, NOW))
    assert show_passkey(session, PLACE, anna.id, here.id, answer=answer, now=NOW)
    assert not show_passkey(session, PLACE, anna.id, here.id, answer=answer, now=NOW)
    proof_options(session, PLACE, anna.id, here.id, NOW)
    assert not show_passkey(session, PLACE, anna.id, here.id, answer=answer, now=NOW)


def test_a_challenge_holds_five_minutes_and_in_its_own_session(
    session: Session, anna: Account, here: UserSession
) -> None:
    key = Authenticator()
    enrolled(session, anna, here, key)
    options = proof_options(session, PLACE, anna.id, here.id, NOW)
    late = NOW + timedelta(minutes=5)
    assert not show_passkey(session, PLACE, anna.id, here.id, answer=key.show(options), now=late)
    elsewhere, _token = begin_session(session, anna.id, address="", agent="", now=NOW)
    options = proof_options(session, PLACE, anna.id, here.id, NOW)
    assert not show_passkey(session, PLACE, anna.id, elsewhere.id, answer=key.show(options), now=NOW)


def test_a_copy_of_a_key_is_told_by_its_counter(session: Session, anna: Account, here: UserSession) -> None:
    key = Authenticator()
    enrolled(session, anna, here, key)
    copy = replace(key)
    assert shown(session, anna, here, key)
    assert shown(session, anna, here, key)
    assert not shown(session, anna, here, copy)


def test_a_passkey_of_another_person_opens_nothing(session: Session, anna: Account, here: UserSession) -> None:
    bela = create_account(session, email="bela@office.example", name="Bela", role="auditor", password=None, now=NOW)
    his, _token = begin_session(session, bela.id, address="", agent="", now=NOW)
    key = Authenticator()
    enrolled(session, bela, his, key)
    assert not shown(session, anna, here, key)
    with pytest.raises(Invalid, match="set up already"):
        enrolled(session, anna, here, key)


@pytest.mark.parametrize("answer", ["", "{}", "null", "[]", "not json", '{"id": "x"}', "\0"])
def test_what_is_no_answer_is_refused(session: Session, anna: Account, here: UserSession, answer: str) -> None:
    registration_options(session, PLACE, anna, here.id, NOW)
    with pytest.raises(Invalid):
        add_passkey(session, PLACE, anna, here.id, answer=answer, name="x", now=NOW)
    proof_options(session, PLACE, anna.id, here.id, NOW)
    assert not show_passkey(session, PLACE, anna.id, here.id, answer=answer, now=NOW)


def test_one_takes_away_his_own_passkeys_alone(session: Session, anna: Account, here: UserSession) -> None:
    row = enrolled(session, anna, here, Authenticator())
    bela = create_account(session, email="bela@office.example", name="Bela", role="auditor", password=None, now=NOW)
    assert not remove_passkey(session, bela.id, row.id, required=False)
    with pytest.raises(DomainError, match="requires"):
        remove_passkey(session, anna.id, row.id, required=True)
    enrolled(session, anna, here, Authenticator())
    assert remove_passkey(session, anna.id, row.id, required=True)
    assert len(factors_of(session, anna.id).passkeys) == 1

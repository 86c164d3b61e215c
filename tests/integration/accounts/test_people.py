"""Accounts made, changed and disabled."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Role
from mla_tracker.accounts.queries import account_by_id, people
from mla_tracker.accounts.services import (
    Preferences,
    change_password,
    change_preferences,
    change_role,
    create_account,
    disable_account,
    enable_account,
    preferences_of,
    set_password,
)
from mla_tracker.accounts.sessions import begin_session, find_session
from mla_tracker.accounts.signing_in import Refused, SignedIn, sign_in
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError, Invalid, NotVisible

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
FIRST, SECOND = "plenty of pelicans 7", "seven quiet herons wait"


def made(session: Session, name: str = "anna", role: str = "caseworker", **more: Any) -> Account:
    given = {
        "email": f"{name}@office.example",
        "name": name.title(),
        "role": role,
        "password": FIRST,
        "now": NOW,
        **more,
    }
    return create_account(session, **given)


def enters(session: Session, account: Account, password: str) -> bool:
    found = sign_in(session, email=account.email, password=password, address="192.0.2.1", agent="", now=NOW)
    assert isinstance(found, SignedIn | Refused)
    return isinstance(found, SignedIn)


def test_an_account_is_kept_in_lower_case_and_its_password_as_a_hash(session: Session) -> None:
    account = made(session, email=" Anna.Berg@Office.Example ", name=" Anna Berg ")
    assert (account.email, account.name, account.active) == ("anna.berg@office.example", "Anna Berg", True)
    assert account.password_hash is not None
    assert FIRST not in account.password_hash


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"email": "anna"}, {"email"}),
        ({"email": "anna berg@office.example"}, {"email"}),
        ({"email": "", "name": " ", "role": "boss"}, {"email", "name", "role"}),
        ({"password": "short"}, {"password"}),
        ({"name": "Anna\r\nBcc: evil@evil.example", "email": "anna@office.example"}, {"name"}),
        ({"email": "anna@office.example\r\nBcc:evil@evil.example"}, {"email"}),
        ({"name": "Pelican Keeper", "email": "pk@office.example", "password": "pelican keeper 1"}, {"password"}),
    ],
)
def test_what_is_wrong_is_said_beside_each_field(session: Session, given: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        made(session, **given)
    assert set(refused.value.errors) == fields


def test_an_address_has_one_account(session: Session) -> None:
    made(session)
    with pytest.raises(Invalid, match="There is an account"):
        made(session, email="ANNA@office.example")


def test_of_two_who_make_the_same_account_at_once_one_is_told(sessions: Sessions) -> None:
    start = Barrier(2)

    def one(_number: int) -> str:
        with sessions() as session:
            start.wait()
            try:
                made(session)
                session.commit()
            except Invalid as refused:
                return refused.errors["email"]
        return "made"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == ["There is an account with this address.", "made"]


def test_the_database_itself_refuses_a_role_that_is_none(session: Session) -> None:
    account = made(session)
    account.role = "boss"
    with pytest.raises(IntegrityError):
        session.flush()


def test_disabled_is_out_at_once_and_can_be_let_in_again(session: Session) -> None:
    account = made(session)
    disable_account(session, account, NOW)
    assert (account.active, account.disabled_at) == (False, NOW)
    assert not enters(session, account, FIRST)
    enable_account(account)
    assert (account.active, account.disabled_at) == (True, None)
    assert enters(session, account, FIRST)


def test_disabling_twice_keeps_the_first_day(session: Session) -> None:
    account = made(session)
    disable_account(session, account, NOW)
    disable_account(session, account, datetime(2027, 1, 1, tzinfo=UTC))
    assert account.disabled_at == NOW


def test_the_last_administrator_stays(session: Session) -> None:
    first = made(session, "ines", "administrator")
    with pytest.raises(DomainError, match="last administrator"):
        disable_account(session, first, NOW)
    with pytest.raises(DomainError, match="last administrator"):
        change_role(session, first, "auditor")
    gone = made(session, "jan", "administrator", active=False)
    with pytest.raises(DomainError):
        disable_account(session, first, NOW)
    enable_account(gone)
    session.flush()
    disable_account(session, first, NOW)
    change_role(session, gone, "administrator")


def test_two_administrators_who_disable_each_other_at_once_leave_one(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        ids = [made(session, name, "administrator").id for name in ("ines", "jan")]
    start = Barrier(2)

    def one(account_id: int) -> bool:
        with sessions() as session:
            account = account_by_id(session, account_id)
            start.wait()
            try:
                disable_account(session, account, NOW)
                session.commit()
            except DomainError:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, ids)) == [False, True]
    with sessions() as session:
        assert len(session.scalars(select(Account).where(Account.active)).all()) == 1


def test_a_role_that_is_none_is_refused(session: Session) -> None:
    with pytest.raises(Invalid):
        change_role(session, made(session), "boss")


def test_a_new_password_needs_the_present_one_and_ends_the_other_sessions(session: Session) -> None:
    account = made(session)
    here, token = begin_session(session, account.id, address="", agent="", now=NOW)
    _row, other = begin_session(session, account.id, address="", agent="", now=NOW)
    with pytest.raises(Invalid) as refused:
        change_password(session, account, present="wrong", new=SECOND, now=NOW, keep_session=here.id)
    assert set(refused.value.errors) == {"present"}
    with pytest.raises(Invalid):
        change_password(session, account, present=FIRST, new="short", now=NOW, keep_session=here.id)
    assert find_session(session, other, NOW) is not None
    change_password(session, account, present=FIRST, new=SECOND, now=NOW, keep_session=here.id)
    assert find_session(session, token, NOW) is not None
    assert find_session(session, other, NOW) is None
    assert enters(session, account, SECOND)
    assert not enters(session, account, FIRST)


def test_a_password_that_is_given_ends_every_session(session: Session) -> None:
    account = made(session)
    _row, token = begin_session(session, account.id, address="", agent="", now=NOW)
    set_password(session, account, SECOND, NOW)
    assert find_session(session, token, NOW) is None
    assert enters(session, account, SECOND)


def test_preferences_are_kept_with_the_account(session: Session) -> None:
    account = made(session)
    session.refresh(account)
    assert preferences_of(account) == Preferences("en", "", "system", "compact", True)
    wanted = Preferences("fr", "America/Sao_Paulo", "dark", "comfortable", False)
    change_preferences(account, wanted, languages=("en", "fr"))
    session.flush()
    session.refresh(account)
    assert preferences_of(account) == wanted


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "xx"), ("language", ""), ("time_zone", "Europe/Atlantis"), ("time_zone", "../etc/passwd"),
        ("time_zone", "Europe"), ("time_zone", "\0"), ("theme", "pink"), ("density", ""),
    ],
)  # fmt: skip
def test_what_the_office_does_not_offer_is_refused(session: Session, field: str, value: str) -> None:
    account = made(session)
    wanted = replace(Preferences("en", "", "system", "compact", True), **{field: value})  # type: ignore[arg-type]  # the types of the fields differ
    with pytest.raises(Invalid) as refused:
        change_preferences(account, wanted, languages=("en",))
    assert set(refused.value.errors) == {field}


def test_people_are_listed_the_active_ones_first_by_name(session: Session) -> None:
    made(session, "zoe")
    disable_account(session, made(session, "adam"), NOW)
    made(session, "bela", Role.AUDITOR.value)
    assert [account.name for account in people(session)] == ["Bela", "Zoe", "Adam"]


def test_an_unknown_account_is_not_visible(session: Session) -> None:
    with pytest.raises(NotVisible):
        account_by_id(session, 10**9)

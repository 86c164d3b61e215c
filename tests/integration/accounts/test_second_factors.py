"""Authenticator apps, recovery codes, resets by two administrators, and the seal on the seeds."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.guessing import LOCK_AFTER, WINDOW
from mla_tracker.accounts.models import Account, AuthenticatorApp, RecoveryCode
from mla_tracker.accounts.sealing import Seals, Unreadable
from mla_tracker.accounts.second_factors import (
    RESET_HOLDS,
    add_app,
    agree_reset,
    ask_reset,
    factors_of,
    new_recovery_codes,
    new_seed,
    remove_app,
    reseal,
    show_code,
)
from mla_tracker.accounts.services import create_account
from mla_tracker.accounts.sessions import begin_session, find_session
from mla_tracker.accounts.signing_in import SignedIn, sign_in
from mla_tracker.core.errors import DomainError, Invalid

NOW = datetime(2026, 3, 16, 9, 0, 0, tzinfo=UTC)
SEALS = Seals("a secret of the office, long enough")
PASSWORD = "plenty of pelicans 7"
STEP = timedelta(seconds=30)


def made(session: Session, name: str, role: str = "caseworker") -> Account:
    return create_account(
        session, email=f"{name}@office.example", name=name.title(), role=role, password=PASSWORD, now=NOW
    )


@pytest.fixture
def anna(session: Session) -> Account:
    return made(session, "anna")


@pytest.fixture
def seed(session: Session, anna: Account) -> str:
    """Anna has an app with this seed, set up ten minutes ago."""
    found = new_seed()
    earlier = NOW - timedelta(minutes=10)
    add_app(session, SEALS, anna.id, seed=found, code=pyotp.TOTP(found).at(earlier), now=earlier)
    return found


def shows(session: Session, account: Account, code: str, at: datetime = NOW, seals: Seals = SEALS) -> str:
    return show_code(session, seals, account, code, address="192.0.2.1", now=at).how


@pytest.mark.parametrize(("aside", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_aside_and_no_more(
    session: Session, anna: Account, seed: str, aside: int, counts: bool
) -> None:
    assert (shows(session, anna, pyotp.TOTP(seed).at(NOW + aside * STEP)) == "app") is counts


def test_a_code_counts_once_and_so_does_every_code_before_it(session: Session, anna: Account, seed: str) -> None:
    before, present = (pyotp.TOTP(seed).at(NOW + aside * STEP) for aside in (-1, 0))
    assert shows(session, anna, f" {present[:3]} {present[3:]} ") == "app"
    assert shows(session, anna, present) == ""
    assert shows(session, anna, before) == ""
    assert shows(session, anna, pyotp.TOTP(seed).at(NOW + STEP), NOW + STEP) == "app"


def test_an_app_is_kept_only_once_it_shows_the_right_code(session: Session, anna: Account) -> None:
    with pytest.raises(Invalid) as refused:
        add_app(session, SEALS, anna.id, seed=new_seed(), code="000000", now=NOW)
    assert set(refused.value.errors) == {"code"}
    assert not factors_of(session, anna.id).any


def test_the_seed_lies_sealed_and_another_office_cannot_read_it(session: Session, anna: Account, seed: str) -> None:
    sealed = session.scalars(select(AuthenticatorApp.seed_sealed)).one()
    assert seed.encode() not in sealed
    with pytest.raises(Unreadable):
        shows(session, anna, "000000", seals=Seals("another secret altogether, long"))


def test_a_new_secret_takes_over_and_the_former_one_can_go(session: Session, anna: Account, seed: str) -> None:
    new = "a new secret of the office, long enough"
    with pytest.raises(Unreadable):
        reseal(session, Seals(new))
    assert reseal(session, Seals(new, ["a secret of the office, long enough"])) == 1
    session.expire_all()
    assert shows(session, anna, pyotp.TOTP(seed).at(NOW), seals=Seals(new)) == "app"


def test_recovery_codes_count_once_each_and_only_their_hashes_are_kept(session: Session, anna: Account) -> None:
    codes = new_recovery_codes(session, anna.id)
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 24 for code in codes)
    kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert all(len(digest) == 32 for digest in kept)
    assert shows(session, anna, codes[0].upper().replace("-", " ")) == "recovery_code"
    assert shows(session, anna, codes[0]) == ""
    assert factors_of(session, anna.id).codes_left == 9
    new_recovery_codes(session, anna.id)
    assert shows(session, anna, codes[1]) == ""


def test_codes_of_another_do_not_count(session: Session, anna: Account) -> None:
    bela = made(session, "bela")
    (code, *_) = new_recovery_codes(session, bela.id)
    assert shows(session, anna, code) == ""


def test_guessing_codes_is_slowed_and_locks(session: Session, anna: Account, seed: str) -> None:
    at, looked_at = NOW, 0
    while looked_at < LOCK_AFTER:
        found = show_code(session, SEALS, anna, "not a code", address=f"192.0.2.{looked_at}", now=at)
        looked_at += found.until is None
        at = found.until or at
    right = show_code(session, SEALS, anna, pyotp.TOTP(seed).at(at), address="198.51.100.1", now=at)
    assert right.until == at + WINDOW
    assert isinstance(
        sign_in(session, email=anna.email, password=PASSWORD, address="192.0.2.1", agent="", now=at), SignedIn
    ), "the password has a budget of its own"


def test_with_a_factor_the_password_opens_a_pending_session_that_holds_ten_minutes(
    session: Session, anna: Account, seed: str
) -> None:
    assert seed
    found = sign_in(session, email=anna.email, password=PASSWORD, address="192.0.2.1", agent="", now=NOW)
    assert isinstance(found, SignedIn)
    assert found.pending
    seen = find_session(session, found.token, NOW + timedelta(minutes=9))
    assert seen is not None
    assert (seen.pending, seen.has_factor) == (True, True)
    assert find_session(session, found.token, NOW + timedelta(minutes=10)) is None


def test_the_last_factor_stays_where_one_is_required(session: Session, anna: Account, seed: str) -> None:
    assert seed
    with pytest.raises(DomainError, match="requires a second factor"):
        remove_app(session, anna.id, required=True)
    remove_app(session, anna.id, required=False)
    assert not factors_of(session, anna.id).any


def test_lost_factors_need_two_administrators_and_none_is_the_owner(session: Session, anna: Account, seed: str) -> None:
    assert seed
    ines, jan = made(session, "ines", "administrator"), made(session, "jan", "administrator")
    _row, token = begin_session(session, anna.id, address="", agent="", now=NOW)
    with pytest.raises(DomainError, match="Nobody has asked"):
        agree_reset(session, anna, agreed_by=jan.id, now=NOW)
    with pytest.raises(DomainError, match="himself"):
        ask_reset(session, anna, asked_by=anna.id, now=NOW)
    ask_reset(session, anna, asked_by=ines.id, now=NOW)
    for same in (ines.id, anna.id):
        with pytest.raises(DomainError, match="Another administrator"):
            agree_reset(session, anna, agreed_by=same, now=NOW)
    with pytest.raises(DomainError, match="lapsed"):
        agree_reset(session, anna, agreed_by=jan.id, now=NOW + RESET_HOLDS)
    assert factors_of(session, anna.id).any
    assert agree_reset(session, anna, agreed_by=jan.id, now=NOW) == ines.id
    assert not factors_of(session, anna.id).any
    assert find_session(session, token, NOW) is None


def test_nothing_is_asked_for_who_has_no_factor(session: Session, anna: Account) -> None:
    with pytest.raises(DomainError, match="no second factor"):
        ask_reset(session, anna, asked_by=made(session, "ines", "administrator").id, now=NOW)

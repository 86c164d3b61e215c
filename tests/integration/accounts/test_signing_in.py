"""Signing in against real rows: who gets in, whom guessing slows, and whom it does not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.guessing import LOCK_AFTER, WINDOW
from mla_tracker.accounts.models import Account, SignInAttempt, UserSession
from mla_tracker.accounts.services import create_account, disable_account
from mla_tracker.accounts.sessions import ABSOLUTE
from mla_tracker.accounts.signing_in import KnownBrowser, Refused, SignedIn, SlowDown, sign_in
from mla_tracker.core.database import Sessions

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
RIGHT, WRONG = "plenty of pelicans 7", "not the password"
OFFICE, ELSEWHERE = "192.0.2.1", "203.0.113.9"


class Door:
    """One attempt after the other; time passes only when told."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now = NOW

    def tries(
        self, name: str, password: str = WRONG, *, address: str = OFFICE, browser: KnownBrowser | None = None
    ) -> SignedIn | Refused | SlowDown:
        return sign_in(
            self.session, email=f"{name}@office.example", password=password, address=address, agent="Browser",
            now=self.now, browser=browser,
        )  # fmt: skip

    def fails(self, number: int, name: str, *, address: str = OFFICE, browser: KnownBrowser | None = None) -> None:
        """So many failures that are looked at, each as soon as it may be."""
        for _ in range(number):
            found = self.tries(name, address=address, browser=browser)
            while isinstance(found, SlowDown):
                self.now = found.until
                found = self.tries(name, address=address, browser=browser)
            assert isinstance(found, Refused)


@pytest.fixture
def people(session: Session) -> dict[str, Account]:
    return {
        name: create_account(
            session, email=f"{name}@office.example", name=name.title(), role="caseworker", password=RIGHT, now=NOW
        )
        for name in ("anna", "bela")
    }


@pytest.fixture
def door(session: Session, people: dict[str, Account]) -> Door:
    assert people
    return Door(session)


def test_the_right_password_opens_a_session_whose_token_is_not_kept(door: Door, people: dict[str, Account]) -> None:
    found = door.tries("anna", RIGHT)
    assert isinstance(found, SignedIn)
    row = door.session.get_one(UserSession, found.session_id)
    assert (row.account_id, row.address, row.agent) == (people["anna"].id, OFFICE, "Browser")
    assert row.expires_at == NOW + ABSOLUTE
    assert len(found.token) >= 43
    assert found.token.encode() not in row.token_hash


def test_an_address_is_the_same_in_capitals_and_with_spaces(door: Door) -> None:
    found = sign_in(
        door.session, email="  ANNA@Office.Example ", password=RIGHT, address=OFFICE, agent="", now=NOW
    )  # fmt: skip
    assert isinstance(found, SignedIn)


def test_unknown_wrong_disabled_and_without_password_are_refused_alike(door: Door, people: dict[str, Account]) -> None:
    create_account(door.session, email="new@office.example", name="New", role="auditor", password=None, now=NOW)
    disable_account(door.session, people["bela"], NOW)
    for name, password in (("anna", WRONG), ("nobody", RIGHT), ("bela", RIGHT), ("new", RIGHT), ("anna", "")):
        found = door.tries(name, password)
        assert isinstance(found, Refused), name
        door.now += timedelta(seconds=5)


def test_the_fifth_failure_delays_even_the_right_password_and_the_delay_passes(door: Door) -> None:
    for _ in range(5):
        assert isinstance(door.tries("anna"), Refused)
    found = door.tries("anna", RIGHT)
    assert found == SlowDown(NOW + timedelta(seconds=2))
    door.now += timedelta(seconds=2)
    assert isinstance(door.tries("anna", RIGHT), SignedIn)


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_the_twentieth_locks_for_a_quarter_of_an_hour_a_name_there_is_or_is_not(door: Door, name: str) -> None:
    door.fails(LOCK_AFTER, name)
    locked = door.now
    assert door.tries(name, RIGHT) == SlowDown(locked + WINDOW)
    door.now = locked + WINDOW - timedelta(seconds=1)
    assert isinstance(door.tries(name, RIGHT), SlowDown)
    door.now = locked + WINDOW
    assert isinstance(door.tries(name, RIGHT), SignedIn if name == "anna" else Refused)


def test_what_waits_is_not_counted_so_waiting_ends(door: Door) -> None:
    for _ in range(5):
        door.tries("anna")
    for _ in range(100):
        assert isinstance(door.tries("anna"), SlowDown)
    assert door.session.scalar(select(func.count(SignInAttempt.id))) == 5


def test_a_name_is_guarded_wherever_the_guesses_come_from(door: Door) -> None:
    for number in range(LOCK_AFTER):
        door.fails(1, "anna", address=f"203.0.113.{number}")
    assert isinstance(door.tries("anna", RIGHT, address="198.51.100.7"), SlowDown)


def test_an_address_is_guarded_whatever_names_it_tries(door: Door) -> None:
    for number in range(LOCK_AFTER):
        door.fails(1, f"name{number}", address=ELSEWHERE)
    assert isinstance(door.tries("anna", RIGHT, address=ELSEWHERE), SlowDown)
    assert isinstance(door.tries("anna", RIGHT, address=OFFICE), SignedIn)


def test_hammering_one_name_leaves_the_neighbours_at_the_same_address_alone(door: Door) -> None:
    door.fails(LOCK_AFTER, "anna")
    assert isinstance(door.tries("anna", RIGHT), SlowDown)
    assert isinstance(door.tries("bela", RIGHT), SignedIn)


def test_whoever_guesses_cannot_keep_the_owner_out_of_a_browser_he_uses(door: Door, people: dict[str, Account]) -> None:
    known = KnownBrowser("mark of Anna's browser", frozenset({people["anna"].id}))
    door.fails(LOCK_AFTER, "anna", address=ELSEWHERE)
    assert isinstance(door.tries("anna", RIGHT), SlowDown)
    assert isinstance(door.tries("anna", RIGHT, browser=known), SignedIn)


def test_a_known_browser_has_a_budget_too_and_only_for_its_own_people(door: Door, people: dict[str, Account]) -> None:
    known = KnownBrowser("mark", frozenset({people["anna"].id}))
    door.fails(LOCK_AFTER, "anna", browser=known)
    assert isinstance(door.tries("anna", RIGHT, browser=known), SlowDown)
    assert isinstance(door.tries("anna", RIGHT), SignedIn)
    door.fails(LOCK_AFTER, "bela")
    assert isinstance(door.tries("bela", RIGHT, browser=known), SlowDown)


def test_the_right_password_clears_what_the_owner_mistyped_there_and_nothing_else(door: Door) -> None:
    door.fails(3, "anna", address=OFFICE)
    door.fails(1, "anna", address=ELSEWHERE)
    assert isinstance(door.tries("anna", RIGHT, address=OFFICE), SignedIn)
    left = door.session.scalars(select(SignInAttempt.address)).all()
    assert left == [ELSEWHERE]


def test_old_failures_are_removed(door: Door) -> None:
    door.fails(3, "anna")
    door.now = NOW + 2 * WINDOW + timedelta(minutes=1)
    door.fails(1, "bela")
    assert door.session.scalar(select(func.count(SignInAttempt.id))) == 1


def test_the_trail_can_tell_a_first_delay_and_a_lock_by_the_count(door: Door, people: dict[str, Account]) -> None:
    counts = []
    for _ in range(6):
        found = door.tries("anna")
        if isinstance(found, Refused):
            assert found.account_id == people["anna"].id
            counts.append(found.failures)
    assert counts == [1, 2, 3, 4, 5]


def test_many_attempts_at_once_count_as_many(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        create_account(session, email="anna@office.example", name="Anna", role="caseworker", password=RIGHT, now=NOW)

    def one(_number: int) -> str:
        with sessions() as session, session.begin():
            return type(Door(session).tries("anna")).__name__

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(24)))
    assert found.count("Refused") == 5
    assert found.count("SlowDown") == 19

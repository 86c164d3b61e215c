"""How long a session holds, and who ends it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account, UserSession
from mla_tracker.accounts.queries import open_sessions
from mla_tracker.accounts.services import create_account, disable_account
from mla_tracker.accounts.sessions import (
    ABSOLUTE,
    IDLE,
    SEEN_EVERY,
    begin_session,
    end_all_sessions,
    end_session,
    find_session,
    owner_of,
)

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def anna(session: Session) -> Account:
    return create_account(
        session, email="anna@office.example", name="Anna", role="caseworker", password=None, now=NOW
    )  # fmt: skip


def begun(session: Session, account: Account, at: datetime = NOW) -> tuple[UserSession, str]:
    return begin_session(session, account.id, address="192.0.2.1", agent="B" * 5000, now=at)


def test_a_session_is_found_by_its_token_and_by_no_other(session: Session, anna: Account) -> None:
    row, token = begun(session, anna)
    seen = find_session(session, token, NOW)
    assert seen is not None
    assert (seen.session_id, seen.account) == (row.id, anna)
    for other in ("", token[:-1], token + "x", token.swapcase(), row.token_hash.hex()):
        assert find_session(session, other, NOW) is None


def test_the_name_of_a_browser_is_cut_to_what_a_list_can_show(session: Session, anna: Account) -> None:
    assert len(begun(session, anna)[0].agent) == 300


def test_thirty_minutes_without_a_page_end_it(session: Session, anna: Account) -> None:
    _row, token = begun(session, anna)
    assert find_session(session, token, NOW + IDLE - A_SECOND) is not None
    _row, token = begun(session, anna)
    assert find_session(session, token, NOW + IDLE) is None


def test_twelve_hours_end_it_however_busy_it_was(session: Session, anna: Account) -> None:
    _row, token = begun(session, anna)
    at = NOW
    while at < NOW + ABSOLUTE:
        assert find_session(session, token, at) is not None, at
        at += timedelta(minutes=20)
    assert find_session(session, token, NOW + ABSOLUTE) is None


def test_that_it_was_seen_is_written_once_a_minute_at_most(session: Session, anna: Account) -> None:
    row, token = begun(session, anna)
    for later, seen_at in ((A_SECOND, NOW), (SEEN_EVERY, NOW), (SEEN_EVERY + A_SECOND, NOW + SEEN_EVERY + A_SECOND)):
        find_session(session, token, NOW + later)
        session.refresh(row)
        assert row.last_seen_at == seen_at


def test_its_owner_ends_it_once_and_nobody_elses(session: Session, anna: Account) -> None:
    bela = create_account(session, email="bela@office.example", name="Bela", role="auditor", password=None, now=NOW)
    row, token = begun(session, anna)
    assert not end_session(session, row.id, bela.id, NOW)
    assert find_session(session, token, NOW) is not None
    assert end_session(session, row.id, anna.id, NOW)
    assert not end_session(session, row.id, anna.id, NOW)
    assert find_session(session, token, NOW) is None


def test_all_others_can_be_ended_at_once(session: Session, anna: Account) -> None:
    tokens = [begun(session, anna)[1] for _ in range(3)]
    kept, token = begun(session, anna)
    assert end_all_sessions(session, anna.id, NOW, but=kept.id) == 3
    assert [find_session(session, one, NOW) for one in tokens] == [None] * 3
    assert find_session(session, token, NOW) is not None


def test_a_disabled_account_has_no_session_left(session: Session, anna: Account) -> None:
    tokens = [begun(session, anna)[1] for _ in range(2)]
    disable_account(session, anna, NOW)
    assert [find_session(session, one, NOW) for one in tokens] == [None, None]
    assert list(open_sessions(session, anna.id, NOW)) == []


def test_the_list_holds_what_still_holds_the_last_seen_first(session: Session, anna: Account) -> None:
    old, _token = begun(session, anna, NOW - timedelta(minutes=20))
    new, _token = begun(session, anna, NOW)
    begun(session, anna, NOW - timedelta(minutes=31))
    ended, _token = begun(session, anna, NOW)
    end_session(session, ended.id, anna.id, NOW)
    assert [row.id for row in open_sessions(session, anna.id, NOW)] == [new.id, old.id]


def test_whose_a_token_was_is_known_after_its_end_and_of_no_invented_one(session: Session, anna: Account) -> None:
    row, token = begun(session, anna)
    end_session(session, row.id, anna.id, NOW)
    assert owner_of(session, token) == anna.id
    assert owner_of(session, "invented") is None

"""Signing in and the sessions: guessing is slowed, a session is a row that can be seen and ended.

The token lives in the browser; the table holds its SHA-256. A session ends after 30 minutes without a page, after 12
hours in any case, when its owner or an administrator ends it, and with the account.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account, SignInAttempt, UserSession
from mla_tracker.accounts.passwords import hashed, outdated, verified

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)

DELAY_AFTER: Final = 5
LOCK_AFTER: Final = 20
WINDOW: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token goes to the browser and is shown nowhere else."""

    account_id: int
    session_id: int
    token: str


@dataclass(frozen=True)
class SlowDown:
    """Too many failures: no attempt is looked at before `until`."""

    until: datetime


def sign_in(
    session: Session, *, email: str, password: str, address: str, agent: str, now: datetime
) -> SignedIn | SlowDown | None:
    """A session for the right password; None for a wrong one, an unknown name or a disabled account alike.

    After 5 failures within 15 minutes, for the name or the address, the next attempt waits 2, 4, 8 … seconds; after 20
    until the quarter of an hour is over. A name that is locked from one address is not locked from another.
    """
    name = email.strip().lower()
    if until := _locked_until(session, name, address, now):
        return SlowDown(until)
    account = session.scalar(select(Account).where(Account.email == name))
    right = verified(account.password_hash if account else None, password)
    if account is None or not right or not account.active:
        session.add(SignInAttempt(email_hash=_digest(name), address=address, at=now))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - 2 * WINDOW))
        return None
    if account.password_hash and outdated(account.password_hash):
        account.password_hash = hashed(password)
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.email_hash == _digest(name), SignInAttempt.address == address)
    )
    token = secrets.token_urlsafe(32)
    row = UserSession(
        token_hash=_digest(token),
        account_id=account.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + ABSOLUTE,
        address=address,
        agent=agent[:300],
    )
    session.add(row)
    session.flush()
    return SignedIn(account.id, row.id, token)


def _locked_until(session: Session, name: str, address: str, now: datetime) -> datetime | None:
    since = now - WINDOW
    both = (SignInAttempt.email_hash == _digest(name), SignInAttempt.address == address)
    found = session.execute(
        select(
            func.count().filter(*both),
            func.count().filter(SignInAttempt.address == address),
            func.max(SignInAttempt.at).filter(SignInAttempt.address == address),
        ).where(
            SignInAttempt.at > since, (SignInAttempt.email_hash == _digest(name)) | (SignInAttempt.address == address)
        )
    ).one()
    failures, last = max(found[0], found[1] // 2), found[2]
    if failures < DELAY_AFTER:
        return None
    wait = WINDOW if failures >= LOCK_AFTER else timedelta(seconds=2 ** min(failures - DELAY_AFTER + 1, 9))
    until: datetime = last + wait
    return until if until > now else None


@dataclass(frozen=True)
class Seen:
    """A session that is good, with its account."""

    session_id: int
    account: Account


def find_session(session: Session, token: str, now: datetime) -> Seen | None:
    """The session of this token, if it still holds; stamps that it was seen, at most once a minute."""
    row = session.execute(
        select(UserSession, Account)
        .join(Account, Account.id == UserSession.account_id)
        .where(
            UserSession.token_hash == _digest(token),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
            UserSession.last_seen_at > now - IDLE,
            Account.active,
        )
    ).one_or_none()
    if row is None:
        return None
    signed, account = row
    if signed.last_seen_at < now - SEEN_EVERY:
        session.execute(update(UserSession).where(UserSession.id == signed.id).values(last_seen_at=now))
        session.commit()
    return Seen(signed.id, account)


def end_session(session: Session, session_id: int, account_id: int, now: datetime) -> bool:
    """End one session of this account; False when there was none to end."""
    ended = session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.account_id == account_id, UserSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(UserSession.id)
    ).scalars()
    return ended.first() is not None


def end_all_sessions(session: Session, account_id: int, now: datetime, *, but: int | None = None) -> int:
    """End all sessions of an account, but for one if named; returns how many."""
    statement = update(UserSession).where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.id != but)
    return len(session.execute(statement.values(ended_at=now).returning(UserSession.id)).all())


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()

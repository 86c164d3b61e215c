"""Sessions: a signed-in browser is a row that can be seen and ended.

The token lives in the browser; the table holds its SHA-256. A session ends after 30 minutes without a page, after 12
hours in any case, when its owner or an administrator ends it, and with the account (ASVS 7.3, 7.4).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account, UserSession

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)
LONGEST_AGENT: Final = 300


@dataclass(frozen=True)
class Seen:
    """A session that is good, with its account."""

    session_id: int
    account: Account


def begin_session(
    session: Session, account_id: int, *, address: str, agent: str, now: datetime
) -> tuple[UserSession, str]:
    """A new session and its token, which goes to the browser and is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    row = UserSession(
        token_hash=_digest(token),
        account_id=account_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + ABSOLUTE,
        address=address,
        agent=agent[:LONGEST_AGENT],
    )
    session.add(row)
    session.flush()
    return row, token


def find_session(session: Session, token: str, now: datetime) -> Seen | None:
    """The session of this token, if it still holds; stamps that it was seen, at most once a minute, and commits that:
    call it before anything else is done in `session`.
    """
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


def owner_of(session: Session, token: str) -> int | None:
    """Whose session this token is or was, ended or not; None for a token that never was one."""
    return session.scalar(select(UserSession.account_id).where(UserSession.token_hash == _digest(token)))


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

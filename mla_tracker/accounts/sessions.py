"""Sessions: a signed-in browser is a row that can be seen and ended.

The token lives in the browser; the table holds its SHA-256. A session ends after 30 minutes without a page, after 12
hours in any case, when its owner or an administrator ends it, and with the account (ASVS 7.3, 7.4). One that waits for
the second factor is pending, opens nothing and holds ten minutes. Risky acts ask for a proof of the last five minutes
(ASVS 7.5.3).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account, AuthenticatorApp, Passkey, UserSession

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
PENDING: Final = timedelta(minutes=10)
FRESH: Final = timedelta(minutes=5)
SEEN_EVERY: Final = timedelta(minutes=1)
LONGEST_AGENT: Final = 300


@dataclass(frozen=True)
class Seen:
    """A session that is good, with its account. `pending`: the second factor is still to be shown; `proved_at`: the
    last proof of who it is; `has_factor`: whether the account has a second factor at all.
    """

    session_id: int
    account: Account
    pending: bool
    proved_at: datetime
    has_factor: bool

    def fresh(self, now: datetime) -> bool:
        """Whether the last proof is recent enough for a risky act."""
        return now - self.proved_at < FRESH


def begin_session(
    session: Session, account_id: int, *, address: str, agent: str, now: datetime, pending: bool = False
) -> tuple[UserSession, str]:
    """A new session and its token, which goes to the browser and is kept nowhere else. `pending`: the password was
    right, and a second factor is still to be shown.
    """
    token = secrets.token_urlsafe(32)
    row = UserSession(
        token_hash=_digest(token),
        account_id=account_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + (PENDING if pending else ABSOLUTE),
        address=address,
        agent=agent[:LONGEST_AGENT],
        pending=pending,
        proved_at=now,
    )
    session.add(row)
    session.flush()
    return row, token


def find_session(session: Session, token: str, now: datetime) -> Seen | None:
    """The session of this token, if it still holds; stamps that it was seen, at most once a minute, and commits that:
    call it before anything else is done in `session`.
    """
    factor = or_(
        exists().where(AuthenticatorApp.account_id == Account.id), exists().where(Passkey.account_id == Account.id)
    )
    row = session.execute(
        select(UserSession, Account, factor)
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
    signed, account, has_factor = row
    if signed.last_seen_at < now - SEEN_EVERY:
        session.execute(update(UserSession).where(UserSession.id == signed.id).values(last_seen_at=now))
        session.commit()
    return Seen(signed.id, account, signed.pending, signed.proved_at, has_factor)


def stamp_proof(session: Session, session_id: int, now: datetime) -> None:
    """The owner of this session has just proved again who he is."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(proved_at=now))


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

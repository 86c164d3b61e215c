"""Links with which a person sets a password without knowing one: invited, or having forgotten it (ASVS 6.4).

A link is made when its mail is, counts once, for half an hour, and is kept as a digest; a new one replaces the one
before. It opens no session: the second factor is still asked for at the sign-in that follows.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account, PasswordLink
from mla_tracker.accounts.services import set_password
from mla_tracker.core.errors import NotVisible

HOLDS: Final = timedelta(minutes=30)


def new_link(session: Session, account_id: int, now: datetime) -> str:
    """The token of a new link for this account; it goes into the mail and is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    values = {"token_hash": _digest(token), "expires_at": now + HOLDS}
    session.execute(
        insert(PasswordLink)
        .values(account_id=account_id, **values)
        .on_conflict_do_update(index_elements=["account_id"], set_=values)
    )
    return token


def linked_account(session: Session, token: str, now: datetime) -> Account:
    """Whose link this is. To look does not use it up: programs that read mail open every link.

    Raises `NotVisible` for a link that was used, replaced, has run out or never was one.
    """
    account = session.scalar(
        select(Account)
        .join(PasswordLink, PasswordLink.account_id == Account.id)
        .where(PasswordLink.token_hash == _digest(token), PasswordLink.expires_at > now, Account.active)
    )
    if account is None:
        raise NotVisible("This link no longer holds.")
    return account


def use_link(session: Session, token: str, password: str, now: datetime) -> Account:
    """Set the password and use the link up; all sessions end. Raises `Invalid` for a weak password, and the link then
    still holds; `NotVisible` as above.
    """
    account = linked_account(session, token, now)
    set_password(session, account, password, now)
    used = session.execute(
        delete(PasswordLink).where(PasswordLink.token_hash == _digest(token)).returning(PasswordLink.account_id)
    )
    if used.first() is None:  # at the same moment somebody else used it
        raise NotVisible("This link no longer holds.")
    return account


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

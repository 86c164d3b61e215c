"""Reads of people and their sessions."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account, UserSession
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Role
from mla_tracker.accounts.sessions import IDLE
from mla_tracker.core.errors import NotVisible


def actor_of(account: Account) -> Actor:
    """The account as the person behind an act, with the permissions of its role; a disabled one may nothing."""
    role = Role(account.role)
    return Actor(account.id, account.name, role, ROLE_PERMISSIONS[role] if account.active else frozenset())


def account_by_id(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NotVisible("There is no such account.")
    return account


def account_names(session: Session) -> dict[int | None, str]:
    """The name of every account by its id, of the disabled ones too: old entries name them. The system has none."""
    return {row.id: row.name for row in session.execute(select(Account.id, Account.name))}


def people(session: Session) -> Sequence[Account]:
    """Everybody, the active ones first, by name."""
    return session.scalars(select(Account).order_by(Account.active.desc(), Account.name, Account.id)).all()


def names_of(session: Session, account_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these accounts by their number."""
    wanted = {account_id for account_id in account_ids if account_id is not None}
    accounts = session.scalars(select(Account).where(Account.id.in_(wanted)).order_by(Account.id))
    return {account.id: account.name for account in accounts}


def open_sessions(session: Session, account_id: int, now: datetime) -> Sequence[UserSession]:
    """The sessions of an account that still hold, the last seen first."""
    return session.scalars(
        select(UserSession)
        .where(
            UserSession.account_id == account_id,
            UserSession.ended_at.is_(None),
            UserSession.pending.is_(False),
            UserSession.expires_at > now,
            UserSession.last_seen_at > now - IDLE,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id)
    ).all()

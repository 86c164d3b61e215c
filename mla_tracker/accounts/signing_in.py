"""Signing in with a password: the same answer and the same work for an unknown name, a wrong password and a disabled
account (ASVS 6.3.8).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.guessing import Attempt, count_failure, forgive, take_turns, waits_until
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.passwords import hashed, outdated, verified
from mla_tracker.accounts.second_factors import factors_of
from mla_tracker.accounts.sessions import begin_session


@dataclass(frozen=True)
class KnownBrowser:
    """A browser that proves to have signed in before: its own mark, and to which accounts."""

    mark: str
    account_ids: frozenset[int]


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token goes to the browser and is shown nowhere else. `pending`: it opens nothing before the
    second factor is shown.
    """

    account_id: int
    session_id: int
    token: str
    pending: bool


@dataclass(frozen=True)
class Refused:
    """No. `account_id` is for the trail alone, never for the answer; `failures` counts the fullest budget."""

    account_id: int | None
    failures: int


@dataclass(frozen=True)
class SlowDown:
    """Too many failures: no attempt is looked at before `until`."""

    until: datetime


def sign_in(
    session: Session,
    *,
    email: str,
    password: str,
    address: str,
    agent: str,
    now: datetime,
    browser: KnownBrowser | None = None,
) -> SignedIn | Refused | SlowDown:
    """A session for the right password of an active account. Flushes; the caller commits, also after a refusal."""
    name = email.strip().lower()
    account = session.scalar(select(Account).where(Account.email == name))
    known = browser is not None and account is not None and account.id in browser.account_ids
    attempt = Attempt(name, address, browser.mark if browser is not None and known else None)
    take_turns(session, attempt)
    if until := waits_until(session, attempt, now):
        return SlowDown(until)
    right = verified(account.password_hash if account else None, password)
    if account is None or not right or not account.active:
        return Refused(account.id if account else None, count_failure(session, attempt, now))
    if account.password_hash and outdated(account.password_hash):
        account.password_hash = hashed(password)
    forgive(session, attempt)
    pending = factors_of(session, account.id).any
    row, token = begin_session(session, account.id, address=address, agent=agent, now=now, pending=pending)
    return SignedIn(account.id, row.id, token, pending)

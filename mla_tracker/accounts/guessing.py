"""Guessing passwords is slowed, and slowing it locks nobody else out (ASVS 6.1.1, 6.3.1).

Failures within a quarter of an hour of the last one are counted in three budgets. A browser that has signed in to the
account before has one of its own, so that whoever guesses elsewhere, even at the same address, cannot keep the owner
out. All other browsers share two: that of the name, wherever they are, and that of their address, whatever the name. Of
one name at most four failures count against an address: what goes beyond is held by the name's own budget, and
hammering one name does not slow the neighbours who share the address. From the fifth failure on the next attempt waits
2, 4, 8, 16, then 30 seconds; the twentieth locks for a quarter of an hour. An attempt that has to wait is not looked at
and not counted.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import SignInAttempt

DELAY_AFTER: Final = 5
LOCK_AFTER: Final = 20
WINDOW: Final = timedelta(minutes=15)
LONGEST_DELAY: Final = timedelta(seconds=30)
OF_ONE_NAME: Final = DELAY_AFTER - 1


@dataclass(frozen=True)
class Attempt:
    """Who tries, as far as it can be told: the name as typed, the address, and the browser's own mark where this
    browser is known to the account of that name.
    """

    name: str
    address: str
    browser: str | None = None

    @property
    def name_digest(self) -> bytes:
        """Names are kept as digests: some people type their password here."""
        return _digest(self.name.strip().lower())

    @property
    def browser_digest(self) -> bytes | None:
        return _digest(self.browser) if self.browser is not None else None


def wait_after(failures: int) -> timedelta:
    """How long the next attempt waits after so many failures, counted from the last of them."""
    if failures < DELAY_AFTER:
        return timedelta(0)
    if failures >= LOCK_AFTER:
        return WINDOW
    return min(timedelta(seconds=2.0 ** min(failures - DELAY_AFTER + 1, 10)), LONGEST_DELAY)


def take_turns(session: Session, attempt: Attempt) -> None:
    """Let attempts that share a budget pass one after the other until the commit, so that many at once count as many.

    The locks are taken in one order whatever the attempt, so two attempts never wait for each other.
    """
    marks = [attempt.browser_digest] if attempt.browser_digest else [attempt.name_digest, _digest(attempt.address)]
    for key in sorted(int.from_bytes(mark[:8], signed=True) for mark in marks):
        session.execute(select(func.pg_advisory_xact_lock(key)))


def waits_until(session: Session, attempt: Attempt, now: datetime) -> datetime | None:
    """The moment before which this attempt is not looked at, or None when it may go on."""
    failures, last = _budget(session, attempt, now)
    if last is None:
        return None
    until = last + wait_after(failures)
    return until if until > now else None


def count_failure(session: Session, attempt: Attempt, now: datetime) -> int:
    """Count a failure; returns how many the fullest of its budgets now holds. Old ones are removed."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - 2 * WINDOW))
    session.add(
        SignInAttempt(email_hash=attempt.name_digest, address=attempt.address, browser=attempt.browser_digest, at=now)
    )
    session.flush()
    return _budget(session, attempt, now)[0]


def forgive(session: Session, attempt: Attempt) -> None:
    """After the right password: forget the failures of this browser, or of this name at this address."""
    mine = SignInAttempt.browser == attempt.browser_digest
    ours = and_(SignInAttempt.browser.is_(None), SignInAttempt.address == attempt.address)
    session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.email_hash == attempt.name_digest, mine if attempt.browser_digest else ours
        )
    )


def _budget(session: Session, attempt: Attempt, now: datetime) -> tuple[int, datetime | None]:
    """The failures of the fullest budget, and the last of them."""
    name = SignInAttempt.email_hash == attempt.name_digest
    if attempt.browser_digest is not None:
        return _counted(session, name & (SignInAttempt.browser == attempt.browser_digest), now)
    unknown = SignInAttempt.browser.is_(None)
    of_name = _counted(session, name & unknown, now)
    of_address = _counted(session, (SignInAttempt.address == attempt.address) & unknown, now, of_one_name=OF_ONE_NAME)
    return max(of_name, of_address, key=lambda budget: budget[0])


def _counted(
    session: Session, which: ColumnElement[bool], now: datetime, *, of_one_name: int = 1_000_000
) -> tuple[int, datetime | None]:
    last = session.scalar(select(func.max(SignInAttempt.at)).where(which, SignInAttempt.at > now - WINDOW))
    if last is None:
        return 0, None
    by_name = (
        select(func.count().label("failures"))
        .where(which, SignInAttempt.at > last - WINDOW)
        .group_by(SignInAttempt.email_hash)
        .subquery()
    )
    return int(session.scalar(select(func.sum(func.least(by_name.c.failures, of_one_name)))) or 0), last


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()

"""Who may send a notice at this moment: a claim under a lease, which ends by itself when its worker dies.

Leases run by the clock of the database server: workers on several machines agree on it, and a worker whose own clock
is wrong, or jumps, takes nothing from another.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from mla_tracker.reminders.models import CLAIMED, DEFERRED, PLANNED, Notice

LEASE_SECONDS: Final = 120


@dataclass(frozen=True)
class Lease:
    """The right to send one notice until a moment of the database's clock, which tells this claim from every other.

    `claimed` is this process's monotonic clock at the claim, `seconds` how long the lease runs.
    """

    notice_id: int
    until: datetime
    claimed: float
    seconds: float

    @property
    def seconds_left(self) -> float:
        """How long this process may still rely on the lease."""
        return self.claimed + self.seconds - time.monotonic()


def free_expired(session: Session, *, due_by: datetime) -> None:
    """Make the notices of workers that died claimable again; the caller commits. What another process frees is left."""
    now = func.statement_timestamp()
    expired = (
        select(Notice.id)
        .where(Notice.state == CLAIMED, Notice.claimed_until <= now)
        .with_for_update(skip_locked=True)
        .cte("expired")
    )
    session.execute(
        update(Notice)
        .where(Notice.id.in_(select(expired.c.id)))
        .values(state=PLANNED, claimed_until=None, next_attempt_at=func.least(Notice.claimed_until, due_by))
        .execution_options(synchronize_session=False)
    )


def claim(session: Session, *, due_by: datetime, number: int, for_seconds: float = LEASE_SECONDS) -> Sequence[Lease]:
    """Claim up to `number` notices that are due at `due_by`, the most pressing first. The caller commits at once.

    A retry waits for the clock on the wall, also where a later day is played through.
    """
    now = func.statement_timestamp()
    due = or_(
        and_(Notice.state == PLANNED, Notice.next_attempt_at <= due_by),
        and_(Notice.state == DEFERRED, Notice.next_attempt_at <= func.least(due_by, now)),
    )
    chosen = (
        select(Notice.id)
        .where(due)
        .order_by(Notice.priority, Notice.next_attempt_at, Notice.id)
        .limit(number)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    began = time.monotonic()
    rows = session.execute(
        update(Notice)
        .where(Notice.id.in_(select(chosen.c.id)))
        .values(
            state=CLAIMED,
            claimed_until=now + timedelta(seconds=for_seconds),
            next_attempt_at=None,
            attempts=Notice.attempts + 1,
        )
        .returning(Notice.id, Notice.claimed_until, Notice.priority, Notice.due_at)
        .execution_options(synchronize_session=False)
    ).all()
    return [
        Lease(row.id, row.claimed_until, began, for_seconds)
        for row in sorted(rows, key=lambda row: (row.priority, row.due_at, row.id))
    ]


def release(session: Session, leases: Collection[Lease]) -> None:
    """Give claimed notices back, as if they had not been tried. The caller commits."""
    for lease in leases:
        session.execute(
            update(Notice)
            .where(*held(lease))
            .values(
                state=PLANNED,
                claimed_until=None,
                next_attempt_at=func.least(Notice.due_at, func.statement_timestamp()),
                attempts=Notice.attempts - 1,
            )
            .execution_options(synchronize_session=False)
        )


def held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a notice is this claim's and no later one's."""
    return Notice.id == lease.notice_id, Notice.state == CLAIMED, Notice.claimed_until == lease.until

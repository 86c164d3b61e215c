"""Asking for snapshots and holding them while they are computed: rows and leases, no numbers.

Pages import this. The computing itself stands in `computing.py`, which only the worker and the commands load.
"""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Select, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.core.errors import DomainError
from mla_tracker.statistics.definitions import VERSION
from mla_tracker.statistics.models import Snapshot
from mla_tracker.statistics.periods import month_ends

UNRESTRICTED: Final = "unrestricted"
ALL: Final = "all"
SCOPES: Final = (UNRESTRICTED, ALL)

LEASE: Final = timedelta(minutes=15)
TREND_MONTHS: Final = 13

QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"


def request_snapshot(
    session: Session, on: date, scope: str, *, today: date, now: datetime, by: int | None = None
) -> Snapshot:
    """The row of the snapshot of that day, queued unless it is being computed. The caller commits, then sends the job.

    A day that has a snapshot is computed anew: where nothing was recorded for it since, the figures come out the same.
    Raises `DomainError` for a day that has not come.
    """
    if on > today:
        raise DomainError("Choose today or an earlier day.", "on")
    statement = insert(Snapshot).values(
        as_of=on, scope=scope, definition_version=VERSION, state=QUEUED, requested_at=now, requested_by=by
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Snapshot.as_of, Snapshot.scope, Snapshot.definition_version],
            set_={"state": QUEUED, "progress": 0, "requested_at": now, "requested_by": by, "failure": ""},
            where=or_(Snapshot.state.in_((DONE, FAILED)), (Snapshot.state == RUNNING) & (Snapshot.claimed_until < now)),
        )
    )
    return session.scalars(_row(on, scope).execution_options(populate_existing=True)).one()


def due_snapshots(session: Session, *, today: date, now: datetime) -> list[tuple[date, str]]:
    """What the sweep has to compute, the most wanted first: what was asked for, then yesterday, then the month ends
    that the trends need. A day counts as done from its first row on; one that failed is tried again a day later.
    """
    asked = session.execute(
        select(Snapshot.as_of, Snapshot.scope)
        .where(
            Snapshot.definition_version == VERSION,
            or_(Snapshot.state == QUEUED, (Snapshot.state == RUNNING) & (Snapshot.claimed_until < now)),
        )
        .order_by(Snapshot.as_of.desc(), Snapshot.scope)
    ).all()
    days = [today - timedelta(days=1), *reversed(month_ends(today, TREND_MONTHS))]
    present = {
        (on, scope)
        for on, scope in session.execute(
            select(Snapshot.as_of, Snapshot.scope).where(
                Snapshot.definition_version == VERSION,
                Snapshot.as_of.in_(days),
                or_(Snapshot.state != FAILED, Snapshot.claimed_until > now),
            )
        )
    }
    missing = [(on, scope) for on in dict.fromkeys(days) for scope in SCOPES if (on, scope) not in present]
    return list(dict.fromkeys([*((on, scope) for on, scope in asked), *missing]))


def claim(session: Session, on: date, scope: str, *, now: datetime) -> Snapshot | None:
    """Hold the snapshot of that day for computing and commit; None where somebody else holds it."""
    session.execute(
        insert(Snapshot)
        .values(as_of=on, scope=scope, definition_version=VERSION, state=QUEUED, requested_at=now)
        .on_conflict_do_nothing()
    )
    held = session.scalar(
        update(Snapshot)
        .where(
            Snapshot.as_of == on,
            Snapshot.scope == scope,
            Snapshot.definition_version == VERSION,
            or_(Snapshot.state != RUNNING, Snapshot.claimed_until < now),
        )
        .values(state=RUNNING, progress=0, claimed_until=now + LEASE, failure="")
        .returning(Snapshot)
        .execution_options(populate_existing=True)
    )
    session.commit()
    return held


def show_progress(session: Session, snapshot_id: int, percent: int) -> None:
    """How far the computation is, visible at once; commits."""
    session.execute(update(Snapshot).where(Snapshot.id == snapshot_id).values(progress=percent))
    session.commit()


def mark_failed(session: Session, snapshot_id: int, reason: str, *, now: datetime) -> None:
    """The computation broke off; the figures of before, if any, stand. The sweep leaves it alone for a day. Commits."""
    session.execute(
        update(Snapshot)
        .where(Snapshot.id == snapshot_id)
        .values(state=FAILED, claimed_until=now + timedelta(days=1), failure=reason[:300])
    )
    session.commit()


def _row(on: date, scope: str) -> Select[Snapshot]:
    return select(Snapshot).where(Snapshot.as_of == on, Snapshot.scope == scope, Snapshot.definition_version == VERSION)

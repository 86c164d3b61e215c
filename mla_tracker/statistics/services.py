"""Asking for snapshots and holding them while they are computed: rows and leases, no numbers.

Pages import this. The computing itself stands in `computing.py`, which only the worker and the commands load.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.core import clock
from mla_tracker.core.errors import DomainError
from mla_tracker.statistics.definitions import VERSION
from mla_tracker.statistics.models import Snapshot
from mla_tracker.statistics.periods import month_ends

UNRESTRICTED: Final = "unrestricted"
ALL: Final = "all"
SCOPES: Final = (UNRESTRICTED, ALL)

LEASE: Final = timedelta(minutes=15)
TREND_MONTHS: Final = 13
LAST_DAYS: Final = 7
"""Days back for which figures are computed anew when something was recorded late."""

KEPT_DAYS: Final = 35
ASKED_AT_MOST: Final = 3

QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"


@dataclass(frozen=True, order=True)
class Wanted:
    """Which snapshot: of which day, over which requests, and by what was known when."""

    on: date
    scope: str
    as_known: bool = False

    def row(self) -> list[ColumnElement[bool]]:
        """The condition of its row under the present definitions."""
        return [
            Snapshot.as_of == self.on,
            Snapshot.scope == self.scope,
            Snapshot.as_known == self.as_known,
            Snapshot.definition_version == VERSION,
        ]

    def values(self) -> dict[str, Any]:
        """The columns of its row."""
        return {
            "as_of": self.on, "scope": self.scope, "as_known": self.as_known, "definition_version": VERSION,
        }  # fmt: skip


def request_snapshot(
    session: Session, wanted: Wanted, *, today: date, now: datetime, by: int | None = None
) -> Snapshot:
    """The row of the snapshot, queued unless it is being computed. The caller commits, then sends the job.

    A day that has a snapshot is computed anew: where nothing was recorded for it since, the figures come out the same.
    Raises `DomainError` for a day that has not come or lies before the first case, and for a person who has
    `ASKED_AT_MOST` unfinished ones already.
    """
    _check_day(session, wanted.on, today)
    _check_patience(session, wanted, by)
    statement = insert(Snapshot).values(state=QUEUED, requested_at=now, requested_by=by, **wanted.values())
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Snapshot.as_of, Snapshot.scope, Snapshot.definition_version, Snapshot.as_known],
            set_={"state": QUEUED, "progress": 0, "requested_at": now, "requested_by": by, "failure": ""},
            where=or_(Snapshot.state.in_((DONE, FAILED)), (Snapshot.state == RUNNING) & (Snapshot.claimed_until < now)),
        )
    )
    return session.scalars(select(Snapshot).where(*wanted.row()).execution_options(populate_existing=True)).one()


def _check_day(session: Session, on: date, today: date) -> None:
    if on > today:
        raise DomainError("Choose today or an earlier day.", "on")
    first = session.scalar(select(func.min(Case.opened_on)))
    if first is not None and on < first:
        raise DomainError(f"The register begins on {first}; choose that day or a later one.", "on")


def _check_patience(session: Session, wanted: Wanted, by: int | None) -> None:
    if by is None:
        return
    waiting = session.scalar(
        select(func.count()).where(
            Snapshot.requested_by == by, Snapshot.state.in_((QUEUED, RUNNING)), ~and_(*wanted.row())
        )
    )
    if waiting is not None and waiting >= ASKED_AT_MOST:
        raise DomainError(f"{waiting} days that you asked for are still being computed; wait for them.", "on")


def due_snapshots(session: Session, *, today: date, now: datetime, zone: ZoneInfo) -> list[Wanted]:
    """What the sweep has to compute, the most wanted first: what was asked for, then yesterday, then the last days for
    which something was recorded since, once a day, then the month ends that the trends need.

    A day counts as done from its first row on; one that failed is tried again a day later.
    """
    asked = session.execute(
        select(Snapshot.as_of, Snapshot.scope, Snapshot.as_known)
        .where(
            Snapshot.definition_version == VERSION,
            or_(Snapshot.state == QUEUED, (Snapshot.state == RUNNING) & (Snapshot.claimed_until < now)),
        )
        .order_by(Snapshot.as_of.desc(), Snapshot.scope, Snapshot.as_known)
    ).all()
    yesterday = today - timedelta(days=1)
    ends = list(reversed(month_ends(today, TREND_MONTHS)))
    present = {
        Wanted(on, scope)
        for on, scope in session.execute(
            select(Snapshot.as_of, Snapshot.scope).where(
                Snapshot.definition_version == VERSION,
                ~Snapshot.as_known,
                Snapshot.as_of.in_([yesterday, *ends]),
                or_(Snapshot.state != FAILED, Snapshot.claimed_until > now),
            )
        )
    }
    missing = [Wanted(on, scope) for on in dict.fromkeys((yesterday, *ends)) for scope in SCOPES]
    missing = [one for one in missing if one not in present]
    newest = [one for one in missing if one.on == yesterday]
    stale = _stale(session, today=today, zone=zone)
    return list(dict.fromkeys([*(Wanted(*row) for row in asked), *newest, *stale, *missing]))


def _stale(session: Session, *, today: date, zone: ZoneInfo) -> list[Wanted]:
    """The snapshots of the last days that were not computed today and for whose day something was recorded since."""
    rows = session.execute(
        select(Snapshot.as_of, Snapshot.scope, Snapshot.computed_at)
        .where(
            Snapshot.definition_version == VERSION,
            ~Snapshot.as_known,
            Snapshot.state == DONE,
            Snapshot.as_of >= today - timedelta(days=LAST_DAYS),
            Snapshot.as_of < today,
            exists().where(CaseEvent.recorded_at > Snapshot.computed_at, CaseEvent.happened_on <= Snapshot.as_of),
        )
        .order_by(Snapshot.as_of.desc(), Snapshot.scope)
    )
    return [Wanted(on, scope) for on, scope, at in rows if at is not None and clock.local_date(at, zone) < today]


def prune(session: Session, *, today: date, now: datetime) -> int:
    """Drop the snapshots that nobody needs any more; returns how many. The caller commits.

    Ends of months stay as long as the trends show them and ends of years for ever; other days stay for `KEPT_DAYS`, and
    those that somebody asked for as long after that.
    """
    ends = [*month_ends(today, TREND_MONTHS), today]
    old = session.scalars(
        delete(Snapshot)
        .where(
            Snapshot.as_of.not_in(ends),
            Snapshot.as_of < today - timedelta(days=KEPT_DAYS),
            Snapshot.requested_at < now - timedelta(days=KEPT_DAYS),
            ~((func.extract("month", Snapshot.as_of) == 12) & (func.extract("day", Snapshot.as_of) == 31)),
            Snapshot.state.in_((DONE, FAILED)),
        )
        .returning(Snapshot.id)
    ).all()
    return len(old)


def claim(session: Session, wanted: Wanted, *, now: datetime) -> Snapshot | None:
    """Hold the snapshot for computing and commit; None where somebody else holds it."""
    session.execute(insert(Snapshot).values(state=QUEUED, requested_at=now, **wanted.values()).on_conflict_do_nothing())
    held = session.scalar(
        update(Snapshot)
        .where(*wanted.row(), or_(Snapshot.state != RUNNING, Snapshot.claimed_until < now))
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

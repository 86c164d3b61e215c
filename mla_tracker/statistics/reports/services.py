"""Asking for reports and holding them while they are computed: rows and leases, no numbers. Pages import this."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.core.errors import Invalid
from mla_tracker.statistics.definitions import VERSION
from mla_tracker.statistics.queries import may_read
from mla_tracker.statistics.reports.catalogue import BY_CODE
from mla_tracker.statistics.reports.models import ReportRun
from mla_tracker.statistics.services import DONE, FAILED, LEASE, QUEUED, RUNNING

LONGEST_YEARS: Final = 20
ASKED_AT_MOST: Final = 3
KEPT: Final = timedelta(days=400)


@dataclass(frozen=True)
class Order:
    """Which report: its code, the first and the last day, over which requests, for the public or not."""

    code: str
    first: date
    last: date
    scope: str
    public: bool = False

    def row(self) -> list[ColumnElement[bool]]:
        """The condition of its row under the present definitions."""
        return [getattr(ReportRun, name) == value for name, value in self.values().items()]

    def values(self) -> dict[str, Any]:
        """The columns of its row."""
        return {
            "code": self.code, "first_on": self.first, "last_on": self.last, "scope": self.scope,
            "public": self.public, "definition_version": VERSION,
        }  # fmt: skip


def check_order(order: Order, *, today: date) -> None:
    """Raises `Invalid` for a report that is none, and for a span that is empty, not yet begun, or too long."""
    problems = {}
    if order.code not in BY_CODE:
        problems["code"] = "There is no such report."
    if order.first > order.last:
        problems["to"] = "Choose a last day that is not before the first."
    elif order.last > today:
        problems["to"] = "Choose today or an earlier day."
    elif order.last.year - order.first.year > LONGEST_YEARS:
        problems["from"] = f"Choose a span of {LONGEST_YEARS} years at most."
    if problems:
        raise Invalid(problems)


def request_report(session: Session, order: Order, *, today: date, now: datetime, by: int | None = None) -> ReportRun:
    """The row of the report, queued unless it is being computed. The caller commits, then sends the job.

    Raises `Invalid` as `check_order` does, and for a person who has `ASKED_AT_MOST` unfinished ones already.
    """
    check_order(order, today=today)
    waiting = session.scalar(
        select(func.count()).where(
            ReportRun.requested_by == by, ReportRun.state.in_((QUEUED, RUNNING)), ~and_(*order.row())
        )
    )
    if by is not None and waiting is not None and waiting >= ASKED_AT_MOST:
        raise Invalid({"code": f"{waiting} reports that you asked for are still being computed; wait for them."})
    statement = insert(ReportRun).values(state=QUEUED, requested_at=now, requested_by=by, **order.values())
    session.execute(
        statement.on_conflict_do_update(
            constraint="uq_report_run_span",
            set_={"state": QUEUED, "progress": 0, "requested_at": now, "requested_by": by, "failure": ""},
            where=or_(
                ReportRun.state.in_((DONE, FAILED)), (ReportRun.state == RUNNING) & (ReportRun.claimed_until < now)
            ),
        )
    )
    return session.scalars(select(ReportRun).where(*order.row()).execution_options(populate_existing=True)).one()


def due_reports(session: Session, *, now: datetime) -> list[Order]:
    """What was asked for and is not computed yet, the first asked first."""
    rows = session.scalars(
        select(ReportRun)
        .where(
            ReportRun.definition_version == VERSION,
            or_(ReportRun.state == QUEUED, (ReportRun.state == RUNNING) & (ReportRun.claimed_until < now)),
        )
        .order_by(ReportRun.requested_at, ReportRun.id)
    )
    return [Order(row.code, row.first_on, row.last_on, row.scope, row.public) for row in rows]


def claim(session: Session, order: Order, *, now: datetime) -> ReportRun | None:
    """Hold the report for computing and commit; None where somebody else holds it."""
    session.execute(insert(ReportRun).values(state=QUEUED, requested_at=now, **order.values()).on_conflict_do_nothing())
    held = session.scalar(
        update(ReportRun)
        .where(*order.row(), or_(ReportRun.state != RUNNING, ReportRun.claimed_until < now))
        .values(state=RUNNING, progress=0, claimed_until=now + LEASE, failure="")
        .returning(ReportRun)
        .execution_options(populate_existing=True)
    )
    session.commit()
    return held


def prune(session: Session, *, now: datetime) -> None:
    """Drop what nobody asked for again in more than a year. The caller commits."""
    session.execute(delete(ReportRun).where(ReportRun.requested_at < now - KEPT, ReportRun.state.in_((DONE, FAILED))))


def may_have(actor: Actor, order: Order) -> bool:
    """Whether the actor may have the report: figures over these requests, and those by officer only where the
    dashboard, which shows the same, is open to him.
    """
    by_officer = order.code in BY_CODE and BY_CODE[order.code].by_officer
    return may_read(actor, order.scope) and (not by_officer or actor.may(Permission.DASHBOARD_READ))


def report_run(session: Session, actor: Actor, order: Order) -> ReportRun | None:
    """The report as it stands; None where there is none that the actor may have."""
    if not may_have(actor, order):
        return None
    return session.scalar(select(ReportRun).where(*order.row()))


def recent_runs(session: Session, actor: Actor, limit: int = 20) -> list[ReportRun]:
    """The reports asked for last that the actor may read."""
    rows = session.scalars(
        select(ReportRun)
        .where(ReportRun.definition_version == VERSION)
        .order_by(ReportRun.requested_at.desc(), ReportRun.id.desc())
        .limit(3 * limit)
    )
    return [row for row in rows if may_have(actor, Order(row.code, row.first_on, row.last_on, row.scope, row.public))][
        :limit
    ]


def references_of(session: Session, actor: Actor, case_ids: tuple[int, ...]) -> list[str]:
    """The references of the cases that the actor may see, for the check line that does not close."""
    return list(
        session.scalars(
            select(Case.reference).where(Case.id.in_(case_ids), visible(actor, Case.id)).order_by(Case.reference)
        )
    )

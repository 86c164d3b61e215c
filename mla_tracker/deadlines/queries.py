"""Reads of deadlines; whether one is overdue is asked of its day and today."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from mla_tracker.deadlines.danger import RELEASE
from mla_tracker.deadlines.models import Deadline


def deadlines_of(session: Session, case_id: int) -> Sequence[Deadline]:
    """All deadlines of a case: the running ones first by due day (without a day last), then those that ended."""
    return session.scalars(
        select(Deadline)
        .where(Deadline.case_id == case_id)
        .order_by(Deadline.ended_on.is_not(None), Deadline.due_on.nulls_last(), Deadline.id)
    ).all()


def running(*, bound: str | None = None) -> ColumnElement[bool]:
    """The condition of a deadline that runs and has a day; `bound` "ours" = we must act."""
    condition = and_(Deadline.ended_on.is_(None), Deadline.due_on.is_not(None))
    return condition if bound is None else and_(condition, Deadline.bound == bound)


def watched() -> ColumnElement[bool]:
    """The condition of a deadline by which a case is measured: ours and not provisional; or a custody limit at whose
    end the person is released, whoever has to act and even before the basis is accepted.
    """
    return or_(
        and_(Deadline.bound == "ours", ~Deadline.provisional),
        and_(Deadline.clock == "max_custody", Deadline.explanation["expiry"].has_any(array(sorted(RELEASE)))),
    )


def is_watched(deadline: Deadline) -> bool:
    """What `watched` asks of a row, of one that was read."""
    ours = deadline.bound == "ours" and not deadline.provisional
    expiry = deadline.explanation.get("expiry", ())
    return ours or (deadline.clock == "max_custody" and not RELEASE.isdisjoint(expiry))


def next_due(session: Session, case_id: int) -> Row[Any]:
    """The first day among the running deadlines that are watched, and whether custody runs."""
    return session.execute(
        select(
            func.min(Deadline.due_on).filter(running(), watched()).label("due_on"),
            func.coalesce(func.bool_or(Deadline.clock == "max_custody").filter(running()), False).label("custody"),
        ).where(Deadline.case_id == case_id)
    ).one()


def is_overdue(deadline: Deadline, today: date) -> bool:
    """Past its last day and not ended."""
    return deadline.ended_on is None and deadline.due_on is not None and today > deadline.due_on

"""Reads of deadlines; whether one is overdue is asked of its day and today."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session

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


def next_due(session: Session, case_id: int) -> Row[Any]:
    """The first day on which something of ours is due that counts (not provisional), and whether custody runs."""
    return session.execute(
        select(
            func.min(Deadline.due_on).filter(running(bound="ours"), ~Deadline.provisional).label("due_on"),
            func.coalesce(func.bool_or(Deadline.clock == "max_custody").filter(running()), False).label("custody"),
        ).where(Deadline.case_id == case_id)
    ).one()


def is_overdue(deadline: Deadline, today: date) -> bool:
    """Past its last day and not ended."""
    return deadline.ended_on is None and deadline.due_on is not None and today > deadline.due_on

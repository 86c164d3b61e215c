"""Reads of deadlines; whether one is overdue is asked of its day and today."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
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


def deadline_of(session: Session, case_id: int, deadline_id: int) -> Deadline | None:
    """One deadline of a case that the caller may see; None where the case has no such one."""
    return session.scalar(select(Deadline).where(Deadline.id == deadline_id, Deadline.case_id == case_id))


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


def late(today: date, now: datetime) -> ColumnElement[bool]:
    """The condition of a deadline past its last day; a limit in hours is past at its minute. `now` is aware."""
    return or_(
        and_(Deadline.due_at.is_(None), Deadline.due_on < today),
        and_(Deadline.due_at.is_not(None), Deadline.due_at < now),
    )


def is_overdue(deadline: Deadline, today: date, now: datetime) -> bool:
    """Past its last day, or its minute where it counts hours, and not ended."""
    if deadline.ended_on is not None or deadline.due_on is None:
        return False
    return deadline.due_at < now if deadline.due_at is not None else deadline.due_on < today

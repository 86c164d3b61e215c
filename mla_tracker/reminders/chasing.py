"""Chasing the other State: when a request that we sent waits too long, and the reminder to review.

Nothing leaves to another State by itself: the officer is told, reads the text that is prepared, sends it by the channel
of the case and records that he did (the act "reminder to the other State"), from which the next one is reckoned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mla_tracker.cases.models import Case, CaseEvent

CHASE_AFTER: Final = {"routine": 60, "urgent": 20, "most_urgent": 7}
"""House rule: so many calendar days after the sending, or after the last word between the two sides."""
_CONTACT: Final = (
    "sent",
    "chased",
    "acknowledged_abroad",
    "information_supplied",
    "consultation_reply_sent",
    "results_received_in_part",
    "forwarded_abroad",
    "resumed_abroad",
)


@dataclass(frozen=True)
class Chase:
    """A request of ours without an answer: since when there was no word, and how many days that is."""

    case_id: int
    lead_id: int
    since_on: date
    days: int


@dataclass(frozen=True)
class Reminder:
    """The reminder to prepare: its number, our sending and the former reminders, the other side's reference."""

    number: int
    reference: str
    their_reference: str
    sent_on: date
    former: Sequence[date]
    acknowledged_on: date | None


def chase_on(since_on: date, urgency: str) -> date:
    """The day from which a reminder is due; `since_on` is the last word between the two sides."""
    return since_on + timedelta(days=CHASE_AFTER[urgency])


def due_to_chase(session: Session, today: date) -> Sequence[Chase]:
    """Open outgoing requests with a lead whose other side is silent too long, the longest silence first."""
    last = (
        select(CaseEvent.case_id, func.max(CaseEvent.happened_on).label("since_on"))
        .where(CaseEvent.code.in_(_CONTACT))
        .group_by(CaseEvent.case_id)
        .subquery()
    )
    rows = session.execute(
        select(Case.id, Case.lead_id, Case.urgency, last.c.since_on)
        .join(last, last.c.case_id == Case.id)
        .where(
            Case.direction == "outgoing",
            Case.closed_on.is_(None),
            Case.sent_on.is_not(None),
            Case.answered_on.is_(None),
            Case.lead_id.is_not(None),
        )
        .order_by(last.c.since_on, Case.id)
    ).all()
    return [
        Chase(row.id, row.lead_id, row.since_on, (today - row.since_on).days)
        for row in rows
        if today >= chase_on(row.since_on, row.urgency)
    ]


def reminder_of(session: Session, case: Case) -> Reminder | None:
    """What the next reminder says; None for a request that was not sent, was answered, or is closed.

    The caller has asked whether the person sees the case.
    """
    if case.direction != "outgoing" or case.sent_on is None or case.closed_on is not None or case.answered_on:
        return None
    former = session.scalars(
        select(CaseEvent.happened_on)
        .where(CaseEvent.case_id == case.id, CaseEvent.code == "chased")
        .order_by(CaseEvent.happened_on, CaseEvent.seq)
    ).all()
    return Reminder(
        number=len(former) + 1,
        reference=case.reference,
        their_reference=case.their_reference,
        sent_on=case.sent_on,
        former=former,
        acknowledged_on=case.acknowledged_on,
    )

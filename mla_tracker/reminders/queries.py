"""Reads of the ledger: what was sent to whom about a case, and how the mail as a whole is doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.core import heartbeat, office_setting
from mla_tracker.core.errors import NotPermitted
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders.models import CLAIMED, DEAD, DEFERRED, OPEN_STATES, PLANNED, Notice
from mla_tracker.reminders.sending import LAST_SENT, STALE_AFTER, SWEEP, TROUBLE

SHOWN: Final = 200
"""Lists of the queue and of dead letters end here; the counts beside them do not."""


@dataclass(frozen=True)
class NoticeLine:
    """One notice as a page lists it. `reference` and `label` are None where the viewer may not see the case."""

    id: int
    kind: str
    reference: str | None
    label: str | None
    rung: str
    due_moment: str
    recipient: str | None
    why: str
    state: str
    reason: str | None
    due_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None
    attempts: int
    answer: str | None


@dataclass(frozen=True)
class MailHealth:
    """The queue in numbers: `waiting` to be sent for the first time, `deferred` to another try, `dead`."""

    waiting: int
    deferred: int
    claimed: int
    dead: int
    oldest_waiting_at: datetime | None
    last_sweep_at: datetime | None
    last_sent_at: datetime | None
    trouble: str | None


def notices_of(session: Session, actor: Actor, case_id: int) -> Sequence[NoticeLine]:
    """What was, will be or was not sent about a case, the latest first; empty where the actor may not see it."""
    return _lines(
        session, _selected(actor).where(Notice.case_id == case_id, Case.id.is_not(None)).order_by(*_LATEST_FIRST)
    )


def mail_health(session: Session, actor: Actor) -> MailHealth:
    """How the mail is doing. Raises `NotPermitted` without the right to administer it."""
    _may_administer(actor)
    counts = (
        select(Notice.state, func.count().label("number"))
        .where(Notice.state.in_((*OPEN_STATES, DEAD)))
        .group_by(Notice.state)
    )
    counted = {row.state: row.number for row in session.execute(counts)}
    return MailHealth(
        waiting=counted.get(PLANNED, 0),
        deferred=counted.get(DEFERRED, 0),
        claimed=counted.get(CLAIMED, 0),
        dead=counted.get(DEAD, 0),
        oldest_waiting_at=session.scalar(select(func.min(Notice.planned_at)).where(Notice.state.in_(OPEN_STATES))),
        last_sweep_at=heartbeat.last_beat(session, SWEEP),
        last_sent_at=heartbeat.last_beat(session, LAST_SENT),
        trouble=office_setting.read(session, TROUBLE) or None,
    )


def standing_still_since(session: Session, now: datetime) -> datetime | None:
    """The last sweep where it is older than three minutes; None while all is well.

    An office in which none ever ran stands still since its oldest notice waits; a new one has nothing to send.
    """
    last = heartbeat.last_beat(session, SWEEP) or session.scalar(
        select(func.min(Notice.planned_at)).where(Notice.state.in_(OPEN_STATES))
    )
    return last if last is not None and abs(now - last) > STALE_AFTER else None


def queue(session: Session, actor: Actor) -> Sequence[NoticeLine]:
    """What waits to be sent, the most pressing first; cases the actor may not see come without their reference."""
    _may_administer(actor)
    return _lines(
        session,
        _selected(actor)
        .where(Notice.state.in_(OPEN_STATES))
        .order_by(Notice.priority, Notice.next_attempt_at, Notice.id)
        .limit(SHOWN),
    )


def dead_letters(session: Session, actor: Actor) -> Sequence[NoticeLine]:
    """What could not be sent, the latest first; cases the actor may not see come without their reference."""
    _may_administer(actor)
    return _lines(session, _selected(actor).where(Notice.state == DEAD).order_by(Notice.id.desc()).limit(SHOWN))


_LATEST_FIRST = (Notice.due_at.desc(), Notice.id.desc())


def _selected(actor: Actor) -> Select[Notice, str, str, str]:
    return (
        select(Notice, Case.reference, Deadline.label, Account.name)
        .select_from(Notice)
        .outerjoin(Case, (Case.id == Notice.case_id) & visible(actor, Case.id))
        .outerjoin(Deadline, (Deadline.id == Notice.deadline_id) & (Deadline.case_id == Case.id))
        .outerjoin(Account, Account.id == Notice.recipient_id)
    )


def _lines(session: Session, selected: Select[Notice, str, str, str]) -> Sequence[NoticeLine]:
    return [
        NoticeLine(
            id=notice.id,
            kind=notice.kind,
            reference=reference,
            label=label,
            rung=notice.rung,
            due_moment=notice.due_moment,
            recipient=name,
            why=notice.why,
            state=notice.state,
            reason=notice.reason,
            due_at=notice.due_at,
            sent_at=notice.sent_at,
            next_attempt_at=notice.next_attempt_at,
            attempts=notice.attempts,
            answer=notice.smtp_answer or notice.error,
        )
        for notice, reference, label, name in session.execute(selected)
    ]


def _may_administer(actor: Actor) -> None:
    if not actor.may(Permission.ADMIN_MAIL):
        raise NotPermitted("This needs the right to administer the mail.")

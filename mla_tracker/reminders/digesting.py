"""What a digest says at the moment it is sent: one's own time limits (a supervisor: the office's), and the news."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Role
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.core import clock
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders.kinds import Kind
from mla_tracker.reminders.messages import DigestLine, DigestNotice
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.telling import IN_DIGEST

LINES: Final = 30
_WEEK: Final = timedelta(days=7)
_OLDEST: Final = timedelta(days=14)
_WORDS: Final = {
    Kind.ASSIGNED: "Assigned to you",
    Kind.REPLY: "Reply recorded",
    Kind.APPROVAL: "Approval asked",
    Kind.SILENCE: "No answer yet: a reminder can be prepared",
    Kind.UNVERIFIED: "Directory entries to verify",
}


def digest_facts(
    session: Session, notice: Notice, account: Account, now: datetime, zone: ZoneInfo
) -> DigestNotice | None:
    """The content of one digest; None where it would say nothing. News are those since the digest before."""
    actor, today = actor_of(account), clock.local_date(now, zone)
    whole = account.role == Role.SUPERVISOR
    mine: list[ColumnElement[bool]] = [
        visible(actor, Case.id),
        Deadline.ended_on.is_(None),
        Deadline.bound == "ours",
        ~Deadline.provisional,
        Deadline.due_on <= today + _WEEK,
    ]
    if not whole:
        mine.append(Case.lead_id == account.id)
    of_cases = select(Deadline, Case.reference).join(Case, Case.id == Deadline.case_id).where(*mine)
    rows = session.execute(of_cases.order_by(Deadline.due_on, Deadline.id).limit(LINES)).all()
    counted = select(func.count()).select_from(Deadline).join(Case, Case.id == Deadline.case_id).where(*mine)
    overdue = session.scalar(counted.where(Deadline.due_on < today)) or 0
    due = (session.scalar(counted) or 0) - overdue
    news = _news(session, notice, account)
    if not rows and not news:
        return None
    lines = tuple(DigestLine(reference, row.label if row.rule_code else "", row.due_on) for row, reference in rows)
    return DigestNotice(overdue=overdue, due=due, lines=lines, news=news, whole=whole)


def _news(session: Session, notice: Notice, account: Account) -> tuple[DigestLine, ...]:
    former = session.scalar(
        select(func.max(Notice.due_at)).where(
            Notice.kind == Kind.DIGEST, Notice.recipient_id == account.id, Notice.due_at < notice.due_at
        )
    )
    since = max(former, notice.due_at - _OLDEST) if former else notice.due_at - _OLDEST
    rows = session.execute(
        select(Notice.kind, Case.reference, Notice.case_id)
        .outerjoin(Case, (Case.id == Notice.case_id) & visible(actor_of(account), Case.id))
        .where(
            Notice.recipient_id == account.id,
            Notice.reason == IN_DIGEST,
            Notice.planned_at > since,
            Notice.planned_at <= notice.due_at,
        )
        .order_by(Notice.planned_at, Notice.id)
        .limit(LINES)
    ).all()
    return tuple(
        DigestLine(row.reference or "", _WORDS[Kind(row.kind)], None)
        for row in rows
        if row.case_id is None or row.reference is not None
    )

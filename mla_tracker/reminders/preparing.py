"""From a claimed notice to the mail that goes out, if it still should: checked once more at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

import structlog
from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Role
from mla_tracker.accounts.visibility import visible_to
from mla_tracker.cases.models import Case
from mla_tracker.core import clock
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders import account_letters
from mla_tracker.reminders.account_letters import ACCOUNT
from mla_tracker.reminders.digesting import digest_facts
from mla_tracker.reminders.kinds import Kind
from mla_tracker.reminders.leases import Lease
from mla_tracker.reminders.messages import (
    DeadlineNotice,
    Envelope,
    FloorNotice,
    Letterhead,
    NewsNotice,
    deadline_message,
    digest_message,
    floor_message,
    news_message,
)
from mla_tracker.reminders.mime import Mail
from mla_tracker.reminders.models import CLAIMED, SUPPRESSED, Notice
from mla_tracker.reminders.recipients import away
from mla_tracker.reminders.services import BEFORE_FLOOR, hand_on, obsolete
from mla_tracker.reminders.shapes import CUSTODY
from mla_tracker.reminders.telling import unverified
from mla_tracker.reminders.writing import ENDED, REASSIGNED

INACTIVE: Final = "inactive"
NOTHING: Final = "nothing_to_say"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Prepared:
    """What became of the claimed notices: mails to hand over, notices that need none, those that cannot be made.

    A lease that is in none of them is no longer ours.
    """

    mails: Sequence[tuple[Lease, Mail]]
    suppressed: int
    broken: Sequence[tuple[Lease, str]]


@dataclass(frozen=True)
class _Found:
    notice: Notice
    account: Account
    deadline: Deadline | None
    case: Case | None
    sees: bool
    away: bool


def prepare(session: Session, leases: Sequence[Lease], letterhead: Letterhead, at: datetime) -> Prepared:
    """The mails for what was claimed, in the order of the leases; `at` is the moment of which they speak.

    Asked again here: the recipient works here and may see the case, and the time limit still runs to the same date. A
    notice that should not go out any more is suppressed with the reason. The caller commits.
    """
    found = _find(session, leases, clock.local_date(at, letterhead.zone))
    mails, broken, suppressed = [], [], 0
    for lease in leases:
        if (row := found.get(lease.notice_id)) is None:
            continue
        if (reason := _why_not(session, row, letterhead, at)) is not None:
            _suppress(row.notice, reason)
            suppressed += 1
            continue
        try:
            made = _mail(session, row, letterhead, at)
            if made is None:
                _suppress(row.notice, NOTHING)
                suppressed += 1
                continue
            mails.append((lease, made))
        except Exception as problem:  # noqa: BLE001 - whatever it is, the others must go out
            _log.exception("notice could not be made into a message", notice=lease.notice_id)
            broken.append((lease, f"{type(problem).__name__} in the tracker itself"))
    return Prepared(mails, suppressed, broken)


def _find(session: Session, leases: Sequence[Lease], today: date) -> dict[int, _Found]:
    rows = session.execute(
        select(Notice, Account, Deadline, Case, visible_to(Account, Notice.case_id), away(Account, today))
        .join(Account, Account.id == Notice.recipient_id)
        .outerjoin(Deadline, Deadline.id == Notice.deadline_id)
        .outerjoin(Case, Case.id == Notice.case_id)
        .where(
            Notice.state == CLAIMED,
            tuple_(Notice.id, Notice.claimed_until).in_([(lease.notice_id, lease.until) for lease in leases]),
        )
    ).all()
    return {
        row[0].id: _Found(*cast("tuple[Notice, Account, Deadline | None, Case | None, bool, bool]", row))
        for row in rows
    }


def _why_not(session: Session, row: _Found, letterhead: Letterhead, at: datetime) -> str | None:
    """Why this notice must not go out; one that somebody else should get is planned for him."""
    notice, deadline = row.notice, row.deadline
    if notice.kind not in (Kind.DEADLINE, Kind.SUMMARY):
        return _why_no_news(row)
    if row.case is None:
        return None if row.account.active else INACTIVE
    if deadline is None:
        return ENDED
    if (reason := obsolete(notice, deadline)) is not None:
        return reason
    if _still_told(row, row.case):
        return None
    # The case before the notice, as in an act: so the two never wait for each other.
    session.execute(select(Case.id).where(Case.id == row.case.id).with_for_update(read=True, key_share=True))
    if hand_on(session, notice, deadline, now=at, zone=letterhead.zone):
        return notice.reason
    return None


def _why_no_news(row: _Found) -> str | None:
    """News go to who may see the request now; what is for its lead not to a former one."""
    if not row.account.active:
        return INACTIVE
    if row.case is None:
        return None
    for_lead = row.notice.kind in (Kind.ASSIGNED, Kind.REPLY, Kind.SILENCE)
    if not row.sees or (for_lead and row.case.lead_id != row.account.id):
        return REASSIGNED
    return ENDED if row.notice.kind == Kind.SILENCE and row.case.answered_on is not None else None


def _still_told(row: _Found, case: Case) -> bool:
    """The usual answer: the same officer, at work, or a supervisor, who may see the case. All others are asked for."""
    notice, account = row.notice, row.account
    if notice.why == "officer":
        place = case.lead_id == account.id and not row.away
    else:
        place = notice.why in ("supervisor", "unassigned") and account.role == Role.SUPERVISOR
    return place and account.active and row.sees


def _mail(session: Session, row: _Found, letterhead: Letterhead, at: datetime) -> Mail | None:
    """None for a digest that has nothing to say."""
    notice, account = row.notice, row.account
    envelope = Envelope(
        key=notice.notice_key,
        address=account.email,
        name=account.name,
        language=account.language.replace("-", "_"),
        thread=None if notice.case_id is None else str(notice.case_id),
    )
    if notice.kind == ACCOUNT:
        return account_letters.message(session, notice.rung, account.id, envelope, letterhead, at)
    if notice.kind == Kind.DIGEST:
        facts = digest_facts(session, notice, account, at, letterhead.zone)
        return None if facts is None else digest_message(facts, envelope, letterhead, at)
    if notice.kind not in (Kind.DEADLINE, Kind.SUMMARY):
        return news_message(_news_facts(session, row, letterhead, at), envelope, letterhead, at)
    if row.case is None or row.deadline is None:
        return floor_message(_floor_facts(session, notice), envelope, letterhead, at)
    return deadline_message(_deadline_facts(notice, row.deadline, row.case.reference), envelope, letterhead, at)


def _news_facts(session: Session, row: _Found, letterhead: Letterhead, at: datetime) -> NewsNotice:
    notice = row.notice
    reference = row.case.reference if row.case is not None else ""
    page, days = (f"/cases/{reference}" if reference else notice.about), 0
    if notice.kind == Kind.SILENCE:
        page, days = f"/reminders/letter/{reference}", int(notice.rung.partition("+")[2])
    if notice.kind == Kind.UNVERIFIED:
        days = unverified(session, clock.local_date(at, letterhead.zone))
    return NewsNotice(kind=notice.kind, reference=reference, days=days, page=page)


def _deadline_facts(notice: Notice, deadline: Deadline, reference: str) -> DeadlineNotice:
    if deadline.due_on is None:
        raise AssertionError("a time limit without a date is obsolete before this point")
    return DeadlineNotice(
        notice_id=notice.id,
        reference=reference,
        label=deadline.label if deadline.rule_code else "",
        rung=notice.rung,
        why=notice.why,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        cautious_on=deadline.cautious_on,
        custody=deadline.clock == CUSTODY,
        provisional=deadline.provisional,
        theirs=deadline.bound != "ours",
    )


def _floor_facts(session: Session, notice: Notice) -> FloorNotice:
    passed_over = select(func.count()).where(
        Notice.floor_id == notice.floor_id,
        Notice.recipient_id == notice.recipient_id,
        Notice.reason == BEFORE_FLOOR,
    )
    late = or_(Notice.rung.startswith("overdue"), Notice.rung == "chase")
    overdue = session.scalar(passed_over.where(late)) or 0
    return FloorNotice(overdue=overdue, soon=(session.scalar(passed_over) or 0) - overdue)


def _suppress(notice: Notice, reason: str) -> None:
    notice.state, notice.reason = SUPPRESSED, reason
    notice.claimed_until = notice.next_attempt_at = None

"""Sending: claim what is due under a lease, hand it over one message at a time, stamp the answer.

The only moment in which a message can be repeated lies between the server's answer and the stamp's commit; the repeat
bears the same Message-ID. A worker that dies loses nothing: its lease runs out and the next sweep claims again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from random import random
from typing import Final, cast

import structlog
from sqlalchemy import Update, and_, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Role
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.core import clock, heartbeat, office_setting
from mla_tracker.core.database import Sessions
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders import account_letters, rules
from mla_tracker.reminders.account_letters import ACCOUNT
from mla_tracker.reminders.mailer import BUDGET_SECONDS, Delayed, Mailer, Refused, Unreachable
from mla_tracker.reminders.messages import (
    DeadlineNotice,
    Envelope,
    FloorNotice,
    Letterhead,
    deadline_message,
    floor_message,
)
from mla_tracker.reminders.models import CLAIMED, DEAD, DEFERRED, OPEN_STATES, PLANNED, SENT, SUPPRESSED, Notice
from mla_tracker.reminders.services import BEFORE_FLOOR, ENDED, Planned, hand_on, obsolete, plan_missing

SWEEP: Final = "reminders.sweep"
LAST_SENT: Final = "reminders.sent"
TROUBLE: Final = "mail_trouble"
"""Office setting: what kept the last sweep from the mail server; empty while it answers."""

LEASE_SECONDS: Final = 120
_BATCH: Final = 20
_INACTIVE: Final = "inactive"
_REFUSED: Final = "refused"
_GAVE_UP: Final = "gave_up"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lease:
    """The right to send one notice until a moment. The moment tells this claim from every other."""

    notice_id: int
    until: datetime


class Outcome(StrEnum):
    """What became of a claimed notice."""

    SENT = "sent"
    SUPPRESSED = "suppressed"
    DEFERRED = "deferred"
    DEAD = "dead"
    LEFT = "left"
    """The lease was too old to begin with it: it is claimed again."""


@dataclass(frozen=True)
class Swept:
    """What one sweep did. `trouble` is what the mail server, or its absence, said when it stopped the sending."""

    planned: Planned
    outcomes: dict[Outcome, int]
    trouble: str | None = None


def sweep(sessions: Sessions, mailer: Mailer, letterhead: Letterhead, *, on: datetime | None = None) -> Swept:
    """Plan what is missing, then send everything that is due at `on` (now). Safe to repeat, and to run several at once.

    While no mail server can be reached the notices stay planned, without counting as tried.
    """
    moment = on or clock.now()
    planned = Planned(0, 0)
    try:
        planned = plan_missing(sessions, moment, letterhead.zone)
    finally:  # what was planned before is sent, whatever hinders the planning
        swept = flush(sessions, mailer, letterhead, due_by=moment)
    with sessions() as session, session.begin():
        heartbeat.stamp(session, SWEEP, clock.now())
    return replace(swept, planned=planned)


def flush(sessions: Sessions, mailer: Mailer, letterhead: Letterhead, *, due_by: datetime) -> Swept:
    """Send what is planned and due, without planning anything."""
    outcomes: dict[Outcome, int] = {}
    trouble = None
    leases = claim_due(sessions, due_by=due_by)
    try:
        for lease in leases:
            outcome = _send_or_put_off(sessions, lease, mailer, letterhead, at=due_by)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    except Unreachable as problem:
        trouble = str(problem)
        _log.error("mail server unreachable", answer=trouble)
    finally:
        leases.close()
        mailer.close()
    _note_trouble(sessions, trouble, sent=outcomes.get(Outcome.SENT, 0) > 0)
    if outcomes:
        _log.info("notices handled", **{outcome.value: number for outcome, number in outcomes.items()})
    return Swept(Planned(0, 0), outcomes, trouble)


def claim_due(
    sessions: Sessions, *, due_by: datetime, for_seconds: int = LEASE_SECONDS, batch: int = _BATCH
) -> "LeaseStream":
    """The notices that are due at `due_by`, most pressing first, each claimed until its lease runs out.

    Leases of workers that died are free again. Closing the stream gives back what was claimed and not begun.
    """
    return LeaseStream(sessions, due_by, timedelta(seconds=for_seconds), batch)


class LeaseStream:
    """Claims a few notices at a time, so that the lease of the last of them is still fresh when its turn comes."""

    def __init__(self, sessions: Sessions, due_by: datetime, lease: timedelta, batch: int) -> None:
        self._sessions = sessions
        self._due_by = due_by
        self._began = clock.now()
        self._lease = lease
        self._batch = batch
        self._claimed: list[Lease] = []

    def __iter__(self) -> Iterator[Lease]:
        while self._claimed or self._claim():
            yield self._claimed.pop(0)

    def close(self) -> None:
        """Give back what nobody began with."""
        with self._sessions() as session, session.begin():
            for lease in self._claimed:
                release(session, lease)
        self._claimed.clear()

    def _claim(self) -> bool:
        now = clock.now()
        until = now + self._lease
        due = or_(
            and_(Notice.state == PLANNED, Notice.next_attempt_at <= self._due_by),
            # A retry waits for the clock on the wall, also where a later day is played through.
            and_(Notice.state == DEFERRED, Notice.next_attempt_at <= min(self._due_by, self._began)),
        )
        with self._sessions() as session, session.begin():
            session.execute(
                update(Notice)
                .where(Notice.state == CLAIMED, Notice.claimed_until <= now)
                .values(state=PLANNED, claimed_until=None, next_attempt_at=Notice.claimed_until)
            )
            chosen = session.scalars(
                select(Notice.id)
                .where(due)
                .order_by(Notice.priority, Notice.next_attempt_at, Notice.id)
                .limit(self._batch)
                .with_for_update(skip_locked=True)
            ).all()
            if chosen:
                session.execute(
                    update(Notice)
                    .where(Notice.id.in_(chosen))
                    .values(state=CLAIMED, claimed_until=until, next_attempt_at=None, attempts=Notice.attempts + 1)
                )
        self._claimed = [Lease(notice_id, until) for notice_id in chosen]
        return bool(chosen)


def release(session: Session, lease: Lease) -> None:
    """Give a claimed notice back, as if it had not been tried. The caller commits."""
    session.execute(
        _claimed_by(lease).values(
            state=PLANNED, claimed_until=None, next_attempt_at=clock.now(), attempts=Notice.attempts - 1
        )
    )


def send(sessions: Sessions, lease: Lease, mailer: Mailer, letterhead: Letterhead, *, at: datetime) -> Outcome:
    """Send one claimed notice, if it still should be sent; `at` is the moment of which the message speaks.

    Checked again here: the recipient works here and may see the case, and the time limit still runs to the same date.
    Raises `Unreachable`, having given the notice back.
    """
    with sessions() as session, session.begin():
        prepared = _prepare(session, lease, letterhead, at)
    if isinstance(prepared, Outcome):
        return prepared
    try:
        answer = mailer.deliver(prepared)
    except Delayed as problem:
        return _stamp_delayed(sessions, lease, str(problem))
    except Refused as problem:
        _stamp_dead(sessions, lease, _REFUSED, str(problem))
        return Outcome.DEAD
    except Unreachable:
        with sessions() as session, session.begin():
            release(session, lease)
        raise
    with sessions() as session, session.begin():
        # Also when the lease ran out meanwhile: it was sent, and the ledger must say so.
        session.execute(
            update(Notice)
            .where(Notice.id == lease.notice_id, Notice.state.in_(OPEN_STATES))
            .values(
                state=SENT,
                reason=None,
                claimed_until=None,
                next_attempt_at=None,
                sent_at=clock.now(),
                smtp_answer=answer,
                message_id=str(prepared["Message-ID"]),
                error=None,
            )
        )
    return Outcome.SENT


def _send_or_put_off(
    sessions: Sessions, lease: Lease, mailer: Mailer, letterhead: Letterhead, *, at: datetime
) -> Outcome:
    """`send`, where one message that cannot be made or sent for an unforeseen reason holds up none of the others."""
    try:
        return send(sessions, lease, mailer, letterhead, at=at)
    except (Unreachable, SQLAlchemyError):
        raise
    except Exception as problem:  # noqa: BLE001 - whatever it is, the others must go out
        _log.exception("notice could not be sent", notice=lease.notice_id)
        return _stamp_delayed(sessions, lease, f"{type(problem).__name__} in the tracker itself")


def _prepare(session: Session, lease: Lease, letterhead: Letterhead, at: datetime) -> EmailMessage | Outcome:
    if lease.until - clock.now() < timedelta(seconds=BUDGET_SECONDS):
        return Outcome.LEFT
    found = session.execute(
        select(Notice, Account, Deadline, Case)
        .join(Account, Account.id == Notice.recipient_id)
        .outerjoin(Deadline, Deadline.id == Notice.deadline_id)
        .outerjoin(Case, Case.id == Notice.case_id)
        .where(Notice.id == lease.notice_id, Notice.state == CLAIMED, Notice.claimed_until == lease.until)
    ).one_or_none()
    if found is None:
        return Outcome.LEFT
    notice, account, deadline, case = cast("tuple[Notice, Account, Deadline | None, Case | None]", tuple(found))
    envelope = Envelope(
        key=notice.notice_key,
        address=account.email,
        name=account.name,
        language=account.language.replace("-", "_"),
        thread=None if notice.case_id is None else str(notice.case_id),
    )
    if case is None:
        if not account.active:
            return _suppress(notice, _INACTIVE)
        if notice.kind == ACCOUNT:
            return account_letters.message(session, notice.rung, account.id, envelope, letterhead, at)
        return floor_message(_floor_facts(session, notice), envelope, letterhead, at)
    if deadline is None:
        return _suppress(notice, ENDED)
    if (reason := obsolete(notice, deadline)) is not None:
        return _suppress(notice, reason)
    if not _still_told(session, notice, account, case):
        # The case before the notice, as in an act: so the two never wait for each other.
        session.execute(select(Case.id).where(Case.id == case.id).with_for_update(read=True, key_share=True))
        if hand_on(session, notice, deadline, now=at, zone=letterhead.zone):
            return Outcome.SUPPRESSED
    return deadline_message(_deadline_facts(notice, deadline, case.reference), envelope, letterhead, at)


def _still_told(session: Session, notice: Notice, account: Account, case: Case) -> bool:
    """The usual answer, asked cheaply: the same officer or a supervisor, at work, who may see the case."""
    place = case.lead_id == account.id if notice.why == "officer" else account.role == Role.SUPERVISOR
    if not (place and account.active):
        return False
    return session.scalar(select(Case.id).where(Case.id == case.id, visible(actor_of(account), Case.id))) is not None


def _deadline_facts(notice: Notice, deadline: Deadline, reference: str) -> DeadlineNotice:
    if deadline.due_on is None:
        raise AssertionError("a time limit without a date is obsolete before this point")
    return DeadlineNotice(
        reference=reference,
        label=deadline.label if deadline.rule_code else "",
        rung=notice.rung,
        why=notice.why,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        cautious_on=deadline.cautious_on,
        custody=deadline.clock == rules.CUSTODY,
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


def _suppress(notice: Notice, reason: str) -> Outcome:
    notice.state, notice.reason = SUPPRESSED, reason
    notice.claimed_until = notice.next_attempt_at = None
    return Outcome.SUPPRESSED


def _stamp_delayed(sessions: Sessions, lease: Lease, answer: str) -> Outcome:
    now = clock.now()
    with sessions() as session, session.begin():
        row = session.execute(
            select(Notice.attempts, Notice.first_attempt_at).where(Notice.id == lease.notice_id)
        ).one()
        first = row.first_attempt_at or now
        wait = rules.retry_after(row.attempts, now - first, random())  # noqa: S311 - spreads load, guards nothing
        if wait is not None:
            session.execute(
                _claimed_by(lease).values(
                    state=DEFERRED, claimed_until=None, next_attempt_at=now + wait, first_attempt_at=first, error=answer
                )
            )
            return Outcome.DEFERRED
    _stamp_dead(sessions, lease, _GAVE_UP, answer)
    return Outcome.DEAD


def _stamp_dead(sessions: Sessions, lease: Lease, reason: str, answer: str) -> None:
    with sessions() as session, session.begin():
        session.execute(_claimed_by(lease).values(state=DEAD, reason=reason, claimed_until=None, error=answer))
    _log.error("notice is dead", notice=lease.notice_id, reason=reason, answer=answer)


def _note_trouble(sessions: Sessions, trouble: str | None, *, sent: bool) -> None:
    with sessions() as session, session.begin():
        if sent:
            heartbeat.stamp(session, LAST_SENT, clock.now())
        if trouble or (sent and office_setting.read(session, TROUBLE)):
            office_setting.write(session, TROUBLE, trouble or "", clock.now())


def _claimed_by(lease: Lease) -> Update:
    return update(Notice).where(
        Notice.id == lease.notice_id, Notice.state == CLAIMED, Notice.claimed_until == lease.until
    )

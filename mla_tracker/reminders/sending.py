"""Sending: claim what is due under a lease, hand it over one message at a time, stamp the answer.

The only moment in which a message can be repeated lies between the server's answer and the stamp's commit; the repeat
bears the same Message-ID. A worker that dies loses nothing: its lease runs out and a later sweep claims again.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import random
from typing import Final

import structlog
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mla_tracker.core import heartbeat, office_setting
from mla_tracker.core.database import Sessions, server_now
from mla_tracker.reminders import rules
from mla_tracker.reminders.leases import Lease, claim, free_expired, held, release
from mla_tracker.reminders.mailer import BUDGET_SECONDS, Delayed, Mailer, Refused, TooSlow, Unreachable
from mla_tracker.reminders.messages import Letterhead
from mla_tracker.reminders.mime import Mail
from mla_tracker.reminders.models import DEAD, DEFERRED, OPEN_STATES, SENT, Notice
from mla_tracker.reminders.preparing import prepare
from mla_tracker.reminders.services import Planned, plan_missing
from mla_tracker.reminders.telling import plan_digests, tell_daily

SWEEP: Final = "reminders.sweep"
LAST_SENT: Final = "reminders.sent"
STALE_AFTER: Final = timedelta(minutes=3)
"""A sweep comes by every minute: when the last one is older than this, nobody looks after the reminders."""
TROUBLE: Final = "mail_trouble"
"""Office setting: what kept the last sweep from the mail server; empty while it answers."""

FLUSH_SECONDS: Final = 40.0
"""A flush claims nothing more after this and the next sweep goes on, so that signs of life pass between the two."""
_BATCH: Final = 50
_FRESH_SECONDS: Final = 5.0
"""A mail made longer ago is made anew: the recipient's rights are those of the moment of sending."""
_SENT: Final = (
    update(Notice)
    .where(Notice.id == bindparam("of"), Notice.state.in_(OPEN_STATES))
    .values(
        state=SENT,
        reason=None,
        claimed_until=None,
        next_attempt_at=None,
        sent_at=func.clock_timestamp(),
        smtp_answer=bindparam("answer"),
        message_id=bindparam("identity"),
        error=None,
    )
)
_REFUSED: Final = "refused"
_GAVE_UP: Final = "gave_up"

_log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What became of a claimed notice."""

    SENT = "sent"
    SUPPRESSED = "suppressed"
    DEFERRED = "deferred"
    DEAD = "dead"


@dataclass(frozen=True)
class Swept:
    """What one sweep did. `trouble` is what the mail server, or its absence, said when it stopped the sending; `more`
    says that its time ended before the queue did.
    """

    planned: Planned
    outcomes: dict[Outcome, int]
    trouble: str | None = None
    more: bool = False


def sweep(
    sessions: Sessions,
    mailer: Mailer,
    letterhead: Letterhead,
    *,
    on: datetime | None = None,
    seconds: float = FLUSH_SECONDS,
) -> Swept:
    """Plan what is missing, then send everything that is due at `on` (now, by the clock of the database).

    Safe to repeat, and to run several at once. While no mail server can be reached the notices stay planned, without
    counting as tried.
    """
    with sessions() as session, session.begin():
        moment = on or server_now(session)
    planned = Planned(0, 0)
    try:
        planned = plan_missing(sessions, moment, letterhead.zone)
        tell_daily(sessions, moment, letterhead.zone)
        plan_digests(sessions, moment, letterhead.zone)
    finally:  # what was planned before is sent, whatever hinders the planning
        swept = flush(sessions, mailer, letterhead, due_by=moment, seconds=seconds)
    with sessions() as session, session.begin():
        heartbeat.stamp(session, SWEEP, server_now(session))
    return replace(swept, planned=planned)


def flush(
    sessions: Sessions, mailer: Mailer, letterhead: Letterhead, *, due_by: datetime, seconds: float = FLUSH_SECONDS
) -> Swept:
    """Send what is planned and due at `due_by`, without planning anything; begins with nothing more after `seconds`."""
    run = _Run(sessions, mailer, letterhead, due_by, seconds)
    trouble = None
    try:
        run.send_all()
    except Unreachable as problem:
        trouble = str(problem)
        _log.error("mail server unreachable", answer=trouble)
    finally:
        mailer.close()
    _note_trouble(sessions, trouble, sent=run.outcomes.get(Outcome.SENT, 0) > 0)
    if run.outcomes:
        _log.info("notices handled", **{outcome.value: number for outcome, number in run.outcomes.items()})
    return Swept(Planned(0, 0), run.outcomes, trouble, run.more)


@dataclass
class _Run:
    """One flush: its connection to the mail server, and which recipients kept it waiting."""

    sessions: Sessions
    mailer: Mailer
    letterhead: Letterhead
    due_by: datetime
    seconds: float
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    more: bool = False

    def send_all(self) -> None:
        with self.sessions() as session, session.begin():
            free_expired(session, due_by=self.due_by)
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            with self.sessions() as session, session.begin():
                leases = list(claim(session, due_by=self.due_by, number=_BATCH))
            if not leases:
                return
            try:
                while leases:
                    self._send_some(leases)
            finally:  # what nobody began with is free at once; nothing, unless the mail server is away
                with self.sessions() as session, session.begin():
                    release(session, leases)
        self.more = True

    def _send_some(self, leases: list[Lease]) -> None:
        """Send the first of these for as long as what they say is fresh, and take them off the list."""
        with self.sessions() as session, session.begin():
            prepared = prepare(session, leases, self.letterhead, self.due_by)
        made = time.monotonic()
        self._count(Outcome.SUPPRESSED, prepared.suppressed)
        for lease, problem in prepared.broken:
            self._count(_stamp_delayed(self.sessions, lease, problem))
        leases[:] = [lease for lease, _mail in prepared.mails]
        with self.sessions() as session:
            # Each stamp is committed by itself in one journey to the database: as short as the window can be.
            session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            for lease, mail in prepared.mails:
                if lease.seconds_left < BUDGET_SECONDS or time.monotonic() - made > _FRESH_SECONDS:
                    leases[:] = [other for other in leases if other.seconds_left >= BUDGET_SECONDS]
                    return
                self._count(self._send(session, lease, mail))
                leases.remove(lease)

    def _send(self, session: Session, lease: Lease, mail: Mail) -> Outcome:
        try:
            if mail.recipient in self.slow:
                raise Delayed("held back: this recipient's server kept another message waiting too long")
            answer = self.mailer.deliver(mail)
        except Delayed as problem:
            if isinstance(problem, TooSlow):
                self.slow.add(mail.recipient)
            return _stamp_delayed(self.sessions, lease, str(problem))
        except Refused as problem:
            return _stamp_dead(self.sessions, lease, _REFUSED, str(problem))
        _stamp_sent(session, self.sessions, lease, mail, answer)
        return Outcome.SENT

    def _count(self, outcome: Outcome, number: int = 1) -> None:
        if number:
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + number


def _stamp_sent(session: Session, sessions: Sessions, lease: Lease, mail: Mail, answer: str) -> None:
    """Write down that it was sent, also when the lease ran out meanwhile.

    A database that restarts at this moment is asked again for as long as the lease keeps others away.
    """
    values = {"of": lease.notice_id, "answer": answer, "identity": mail.message_id}
    try:
        session.connection().execute(_SENT, values)
        return
    except DBAPIError as problem:
        _log.warning("stamp failed, trying again", notice=lease.notice_id, reason=type(problem).__name__)
    while True:
        try:
            with sessions() as other, other.begin():
                other.connection().execute(_SENT, values)
            break
        except DBAPIError:
            if lease.seconds_left < 0:
                raise
            time.sleep(1)
    session.rollback()
    session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


def _stamp_delayed(sessions: Sessions, lease: Lease, answer: str) -> Outcome:
    with sessions() as session, session.begin():
        row = session.execute(
            select(Notice.attempts, Notice.first_attempt_at, func.clock_timestamp().label("now")).where(
                Notice.id == lease.notice_id
            )
        ).one()
        first = row.first_attempt_at or row.now
        wait = rules.retry_after(row.attempts, row.now - first, random())  # noqa: S311 - spreads load, guards nothing
        if wait is not None:
            session.execute(
                update(Notice)
                .where(*held(lease))
                .values(
                    state=DEFERRED,
                    claimed_until=None,
                    next_attempt_at=row.now + wait,
                    first_attempt_at=first,
                    error=answer,
                )
            )
            return Outcome.DEFERRED
    return _stamp_dead(sessions, lease, _GAVE_UP, answer)


def _stamp_dead(sessions: Sessions, lease: Lease, reason: str, answer: str) -> Outcome:
    with sessions() as session, session.begin():
        session.execute(
            update(Notice).where(*held(lease)).values(state=DEAD, reason=reason, claimed_until=None, error=answer)
        )
    _log.error("notice is dead", notice=lease.notice_id, reason=reason, answer=answer)
    return Outcome.DEAD


def _note_trouble(sessions: Sessions, trouble: str | None, *, sent: bool) -> None:
    with sessions() as session, session.begin():
        now = server_now(session)
        if sent:
            heartbeat.stamp(session, LAST_SENT, now)
        if trouble or (sent and office_setting.read(session, TROUBLE)):
            office_setting.write(session, TROUBLE, trouble or "", now)

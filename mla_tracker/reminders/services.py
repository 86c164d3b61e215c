"""Planning: which notices should exist, written by the act that causes them or by the sweep that finds what is missing.

Both write under the unique notice key, so neither can tell anybody twice; the sweep recomputes from the time limits, so
nothing is lost when it, the broker or a worker stood still.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import visible
from mla_tracker.audit.chain import AuditKey
from mla_tracker.audit.services import record_administration
from mla_tracker.cases.models import Case
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError, NotPermitted, NotVisible
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders import rules
from mla_tracker.reminders.kinds import CHOOSABLE
from mla_tracker.reminders.models import DEAD, DEFERRED, PLANNED, SUPPRESSED, Notice, NoticeFloor
from mla_tracker.reminders.recipients import Audience
from mla_tracker.reminders.rules import Rung, Term
from mla_tracker.reminders.terms import term_of
from mla_tracker.reminders.writing import ENDED, MAIL, MOVED, PAUSED, REASSIGNED, WITHDRAWN, write

DEADLINE: Final = "deadline"
SUMMARY: Final = "summary"
OVERTAKEN: Final = "overtaken"
BEFORE_FLOOR: Final = "before_floor"
ACKNOWLEDGED: Final = "acknowledged"
NOBODY: Final = "nobody_to_tell"

_BATCH: Final = 500


@dataclass(frozen=True)
class Planned:
    """What a sweep did: time limits looked at, notices newly written (the suppressed among them)."""

    deadlines: int
    notices: int


def replan_case(session: Session, case_id: int, actor: Actor, *, now: datetime, zone: ZoneInfo) -> None:
    """Bring the ledger in line with the case after an act: the caller has rewritten its time limits and commits.

    Notices not yet sent whose limit ended, moved or is paused are withdrawn; those for somebody who no longer leads the
    case are planned for who does. `next_rung_on` of each limit is set; the sweep writes what is due.
    """
    del actor  # who acted changes nothing in what the others are told
    deadlines = session.scalars(
        select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.id).with_for_update()
    ).all()
    audience = Audience(session, [case_id], now=now, zone=zone)
    ladders = {row.id: audience.rungs(case_id, term, now) for row in deadlines if (term := term_of(row))}
    # Locked: what a worker claims at this moment is left to its own check before sending.
    waiting = session.scalars(
        select(Notice)
        .where(Notice.case_id == case_id, Notice.kind == DEADLINE, Notice.state.in_((PLANNED, DEFERRED)))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {row.id: row for row in deadlines}
    for notice in waiting:
        deadline = by_id.get(notice.deadline_id or 0)
        if (reason := obsolete(notice, deadline)) is not None:
            _withdraw(notice, reason)
            continue
        if deadline is not None:
            _hand_on(session, notice, deadline, audience, now=now)
    _close_alarms(session, [row.id for row in deadlines if row.id not in ladders])
    session.flush()
    decided = _decided_until(session, [row.id for row in deadlines if row.id in ladders])
    for row in deadlines:
        at = None
        if row.id in ladders:
            until = _later(decided.get(_decision(row)), audience.shape(case_id, row.clock).since)
            at = rules.next_rung_at(ladders[row.id], until, now)
        row.next_rung_on = clock.local_date(at, zone) if at else None
    session.flush()


def plan_missing(sessions: Sessions, now: datetime, zone: ZoneInfo) -> Planned:
    """Write the notices that should exist at `now` and do not; commits batch by batch, so that no act waits long.

    A time limit whose case is in an act at this moment is left to the next sweep. Safe to repeat, and to run twice
    at once.
    """
    seen = written = 0
    after = 0
    while True:
        with sessions() as session, session.begin():
            due = _due(session, clock.local_date(now, zone), after)
            written += _decide(session, due, now, zone)
        if not due:
            return Planned(seen, written)
        seen += len(due)
        after = due[-1].id


def set_notice_floor(
    session: Session, at: datetime, reason: str, *, zone: ZoneInfo, case_ids: Collection[int] | None = None
) -> NoticeFloor:
    """Nothing that was due before `at` is sent any more for these cases (None: for all that are there now).

    Their due rungs are recorded as suppressed and the next ones stand as planned; each person who would have been told
    gets one summary. Cases taken in afterwards are not touched. The caller commits, together with what it loaded.
    """
    session.flush()
    floor = NoticeFloor(floor_at=at, reason=reason, set_at=clock.now(), whole_office=case_ids is None, deadlines=0)
    session.add(floor)
    session.flush()
    for part in [None] if case_ids is None else list(_batches(sorted(case_ids))):
        after = 0
        while due := _due(session, clock.local_date(at, zone), after, case_ids=part):
            _decide(session, due, at, zone, floor=floor)
            floor.deadlines += len(due)
            after = due[-1].id
    _silence_news(session, case_ids)
    _plan_summaries(session, floor)
    session.flush()
    return floor


def hand_on(session: Session, notice: Notice, deadline: Deadline, *, now: datetime, zone: ZoneInfo) -> bool:
    """Withdraw a notice whose recipient no longer leads, supervises or sees the case, and plan it for who now does.

    Returns whether it was withdrawn. The caller commits.
    """
    return _hand_on(session, notice, deadline, Audience(session, [deadline.case_id], now=now, zone=zone), now=now)


def acknowledge(session: Session, actor: Actor, deadline_id: int, *, now: datetime, zone: ZoneInfo) -> None:
    """The person knows: the ladder is silent up to its next level; custody clocks go on. The caller
    commits.

    Raises `NotVisible` for a time limit of a case that the actor may not see.
    """
    row = session.scalar(
        select(Deadline).where(Deadline.id == deadline_id, visible(actor, Deadline.case_id)).with_for_update()
    )
    if row is None:
        raise NotVisible("There is no such time limit.")
    row.acknowledged_at = now
    term = term_of(row)
    if term is None:
        return
    rungs = Audience(session, [row.case_id], now=now, zone=zone).rungs(row.case_id, term, now)
    quiet = {rung.code for rung in rungs if rules.silenced(rung, rungs, now, custody=term.custody)}
    for notice in session.scalars(
        select(Notice)
        .where(Notice.deadline_id == row.id, Notice.state.in_((PLANNED, DEFERRED)))
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        if notice.rung in quiet:
            _withdraw(notice, ACKNOWLEDGED)
    session.flush()


def retry_dead(session: Session, actor: Actor, key: AuditKey, notice_id: int, *, now: datetime) -> None:
    """Put a dead letter back into the queue, on the trail of administration; the caller commits.

    Raises `NotPermitted` without the right to administer mail, `NotVisible` when there is no such dead letter, and
    `DomainError` for one that had nobody to go to: that one ends by itself when there is somebody.
    """
    if not actor.may(Permission.ADMIN_MAIL):
        raise NotPermitted("This needs the right to administer the mail.")
    notice = session.scalar(select(Notice).where(Notice.id == notice_id, Notice.state == DEAD).with_for_update())
    if notice is None:
        raise NotVisible("There is no such dead letter.")
    if notice.recipient_id is None:
        raise DomainError("Nobody leads or supervises this request: name somebody, and the reminder follows by itself.")
    notice.state, notice.reason, notice.next_attempt_at = PLANNED, None, now
    notice.attempts, notice.first_attempt_at = 0, None
    record_administration(
        session, key, actor_id=actor.account_id, code="mail_retried", detail={"notice": notice.id}, now=now
    )


def obsolete(notice: Notice, deadline: Deadline | None) -> str | None:
    """Why a notice about a time limit must not go out any more, or None."""
    if deadline is None or deadline.ended_on is not None:
        return ENDED
    term = term_of(deadline)
    if term is None:
        return PAUSED
    return MOVED if term.due_moment != notice.due_moment else None


def _hand_on(session: Session, notice: Notice, deadline: Deadline, audience: Audience, *, now: datetime) -> bool:
    term = term_of(deadline)
    if term is None:
        return False
    rungs = audience.rungs(deadline.case_id, term, notice.due_at)
    rung = next((rung for rung in rungs if rung.code == notice.rung), None)
    if rung is None:  # the ladder was changed since; the decision stands
        return False
    told = audience.of(deadline.case_id, rung)
    if notice.recipient_id in told:
        return False
    _withdraw(notice, REASSIGNED)
    session.flush()
    write(session, list(_rows(deadline, rung, told, now, state=PLANNED, audience=audience)))
    return True


def _due(session: Session, today: date, after: int, *, case_ids: Sequence[int] | None = None) -> Sequence[Deadline]:
    """The next time limits with a rung on or before `today`, locked with their cases.

    The case is locked first in an act and here both or neither: the two can never wait for each other.
    """
    statement = (
        select(Deadline)
        .join(Case, Case.id == Deadline.case_id)
        .where(Deadline.next_rung_on <= today, Deadline.id > after)
        .order_by(Deadline.id)
        .limit(_BATCH)
        .with_for_update(of=[Deadline, Case], key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if case_ids is not None:
        statement = statement.where(Deadline.case_id.in_(case_ids))
    return session.scalars(statement).all()


def _decide(
    session: Session, due: Sequence[Deadline], now: datetime, zone: ZoneInfo, floor: NoticeFloor | None = None
) -> int:
    """Write the ledger's word on every rung of these limits that is due and undecided, and when each is due next."""
    if not due:
        return 0
    audience = Audience(session, {row.case_id for row in due}, now=now, zone=zone)
    decided = _decided_until(session, [row.id for row in due])
    rows: list[dict[str, Any]] = []
    for row in due:
        term = term_of(row)
        if term is None:
            row.next_rung_on = None
            continue
        rungs = audience.rungs(row.case_id, term, now)
        until = _later(decided.get(_decision(row)), audience.shape(row.case_id, row.clock).since)
        decision = rules.decide(rungs, until, now)
        row.next_rung_on = clock.local_date(decision.next_at, zone) if decision.next_at else None
        # What was passed over before a floor nobody here was late with: the highest rung stands for it.
        for rung in decision.overtaken if floor is None else ():
            rows.extend(_rows(row, rung, audience.of(row.case_id, rung), now, state=SUPPRESSED, reason=OVERTAKEN))
        if decision.send is None:
            continue
        told = audience.of(row.case_id, decision.send)
        if floor is not None:
            written = _rows(row, decision.send, told, now, state=SUPPRESSED, reason=BEFORE_FLOOR, floor_id=floor.id)
        elif not told:
            # Asked again by every sweep until there is somebody; meanwhile one dead letter raises the alarm.
            row.next_rung_on = clock.local_date(decision.send.at, zone)
            rows.append(_row(row, term, decision.send, None, "nobody", now, state=DEAD, reason=NOBODY))
            continue
        elif rules.silenced(decision.send, rungs, row.acknowledged_at, custody=term.custody):
            written = _rows(row, decision.send, told, now, state=SUPPRESSED, reason=ACKNOWLEDGED)
        else:
            written = _rows(row, decision.send, told, now, state=PLANNED, audience=audience)
        rows.extend(written)
    session.flush()
    _close_alarms(session, {row["deadline_id"] for row in rows if row["state"] == PLANNED})
    return write(session, rows)


def _rows(
    deadline: Deadline,
    rung: Rung,
    told: dict[int, str],
    now: datetime,
    *,
    state: str,
    reason: str | None = None,
    floor_id: int | None = None,
    audience: Audience | None = None,
) -> Iterator[dict[str, Any]]:
    term = term_of(deadline)
    if term is None:
        raise AssertionError("only a running time limit with a date has rungs")
    for recipient, why in told.items():
        row = _row(deadline, term, rung, recipient, why, now, state=state, reason=reason, floor_id=floor_id)
        if audience is not None:
            row["next_attempt_at"] = audience.may_be_told_at(recipient, term)
        yield row


def _row(
    deadline: Deadline,
    term: Term,
    rung: Rung,
    recipient: int | None,
    why: str,
    now: datetime,
    *,
    state: str,
    reason: str | None = None,
    floor_id: int | None = None,
) -> dict[str, Any]:
    what = f"deadline:{deadline.case_id}:{deadline.run_key}"
    return {
        "notice_key": rules.notice_key(what, term.due_moment, rung.code, recipient, MAIL),
        "kind": DEADLINE,
        "case_id": deadline.case_id,
        "deadline_id": deadline.id,
        "floor_id": floor_id,
        "rung": rung.code,
        "due_moment": term.due_moment,
        "recipient_id": recipient,
        "channel": MAIL,
        "why": why,
        "priority": rules.PRIORITY.get(term.clock, 3),
        "due_at": rung.at,
        "planned_at": now,
        "state": state,
        "reason": reason,
        "next_attempt_at": now if state == PLANNED else None,
    }


def _close_alarms(session: Session, deadline_ids: Collection[int]) -> None:
    """There is somebody to tell again, or nothing to tell: the dead letters to nobody are settled."""
    if deadline_ids:
        session.execute(
            update(Notice)
            .where(Notice.deadline_id.in_(deadline_ids), Notice.recipient_id.is_(None), Notice.state == DEAD)
            .values(state=SUPPRESSED, reason=OVERTAKEN)
        )


def _decided_until(session: Session, deadline_ids: Collection[int]) -> dict[tuple[int, str], datetime]:
    """For each time limit and due moment the latest rung on which the ledger has a word that stands."""
    if not deadline_ids:
        return {}
    rows = session.execute(
        select(Notice.deadline_id, Notice.due_moment, func.max(Notice.due_at))
        .where(
            Notice.deadline_id.in_(deadline_ids),
            Notice.recipient_id.is_not(None),
            func.coalesce(Notice.reason, "").not_in(WITHDRAWN),
        )
        .group_by(Notice.deadline_id, Notice.due_moment)
    )
    return {(deadline_id, due_moment): at for deadline_id, due_moment, at in rows if deadline_id is not None}


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


def _decision(row: Deadline) -> tuple[int, str]:
    term = term_of(row)
    return row.id, term.due_moment if term else ""


def _batches(whole: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(whole), _BATCH):
        yield whole[start : start + _BATCH]


def _withdraw(notice: Notice, reason: str) -> None:
    notice.state, notice.reason = SUPPRESSED, reason
    notice.next_attempt_at = notice.claimed_until = None


def _silence_news(session: Session, case_ids: Collection[int] | None) -> None:
    """What the load itself would have told of, event by event, stands behind the summary."""
    news = update(Notice).where(Notice.state == PLANNED, Notice.kind.in_(kind.value for kind in CHOOSABLE))
    if case_ids is not None:
        news = news.where(Notice.case_id.in_(case_ids))
    session.execute(
        news.values(state=SUPPRESSED, reason=BEFORE_FLOOR, next_attempt_at=None).execution_options(
            synchronize_session=False
        )
    )


def _plan_summaries(session: Session, floor: NoticeFloor) -> None:
    people = session.scalars(
        select(Notice.recipient_id)
        .where(Notice.floor_id == floor.id, Notice.recipient_id.is_not(None))
        .distinct()
        .order_by(Notice.recipient_id)
    ).all()
    write(
        session,
        [
            {
                "notice_key": rules.notice_key(f"floor:{floor.id}", floor.floor_at.isoformat(), SUMMARY, person, MAIL),
                "kind": SUMMARY,
                "case_id": None,
                "deadline_id": None,
                "floor_id": floor.id,
                "rung": SUMMARY,
                "due_moment": floor.floor_at.isoformat(),
                "recipient_id": person,
                "channel": MAIL,
                "why": SUMMARY,
                "priority": 3,
                "due_at": floor.floor_at,
                "planned_at": floor.set_at,
                "state": PLANNED,
                "reason": None,
                "next_attempt_at": floor.set_at,
            }
            for person in people
        ],
    )

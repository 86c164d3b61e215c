"""Live counters: what is on file now, for the person who looks. Never mixed with the figures of a snapshot.

Each number is counted by the same conditions as the list of requests, so that the list behind it has as many rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.listing import CaseFilter, conditions
from mla_tracker.cases.models import AssistanceItem, Case, CaseEvent
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.queries import running
from mla_tracker.directory.models import Authority
from mla_tracker.statistics.definitions import NO_RESPONSE_DAYS
from mla_tracker.statistics.periods import AGE_BANDS

LISTED: Final = 8
OLDEST: Final = 10
COUNTED_AT_MOST: Final = 50_000
"""Open cases up to which they are counted for each look; beyond, the figures of the snapshot must do."""


@dataclass(frozen=True)
class Counters:
    """What is open now, and the parts of it that need somebody."""

    open: int
    overdue: int
    custody: int
    no_response: int
    next_custody_end: date | None
    oldest_sent: date | None


@dataclass(frozen=True)
class Band:
    """Open cases of an age: `first` to `last` days since they were opened here (`last` None = and more)."""

    first: int
    last: int | None
    cases: int
    overdue: int
    opened_from: date | None
    opened_to: date


@dataclass(frozen=True)
class Officer:
    """The open and overdue cases of one lead; `account_id` None = not assigned."""

    account_id: int | None
    name: str
    open: int
    overdue: int


@dataclass(frozen=True)
class Silent:
    """A request of ours without response, with the reminders sent."""

    reference: str
    counterpart: str
    sent_on: date
    reminders: int
    last_reminder_on: date | None


@dataclass(frozen=True)
class Executing:
    """The cases with an open measure at one executing authority, and those of them that are overdue."""

    authority_id: int
    name: str
    open: int
    overdue: int


@dataclass(frozen=True)
class Custody:
    """A case in which a person is in custody for extradition, with the limit that ends first."""

    reference: str
    counterpart: str
    label: str
    due_on: date


def can_be_counted(session: Session, actor: Actor, chosen: CaseFilter, today: date, now: datetime) -> bool:
    """Whether few enough cases are open to be counted now."""
    where = (visible(actor, Case.id), *conditions(replace(chosen, open_only=True), today, now))
    capped = select(literal(1)).select_from(Case).where(*where).limit(COUNTED_AT_MOST + 1).subquery()
    return (session.scalar(select(func.count()).select_from(capped)) or 0) <= COUNTED_AT_MOST


def no_answer_since(today: date) -> date:
    """Requests sent on this day or earlier and not answered count as without response."""
    return today - timedelta(days=NO_RESPONSE_DAYS)


def counters(session: Session, actor: Actor, chosen: CaseFilter, today: date, now: datetime) -> Counters:
    """The counters in one query over the open cases."""
    chosen = replace(chosen, open_only=True)
    silent = _all(replace(chosen, no_answer_since=no_answer_since(today)), today, now)
    row = session.execute(
        select(
            func.count(),
            func.count().filter(_all(replace(chosen, overdue=True), today, now)),
            func.count().filter(_all(replace(chosen, custody=True), today, now)),
            func.count().filter(silent),
            func.min(Case.sent_on).filter(silent),
        ).where(visible(actor, Case.id), *conditions(chosen, today, now))
    ).one()
    ends = session.scalar(
        select(func.min(Deadline.due_on))
        .join(Case, Case.id == Deadline.case_id)
        .where(
            running(),
            Deadline.clock == "max_custody",
            visible(actor, Case.id),
            *conditions(replace(chosen, custody=True), today, now),
        )
    )
    return Counters(row[0], row[1], row[2], row[3], ends, row[4])


def ages(session: Session, actor: Actor, chosen: CaseFilter, today: date, now: datetime) -> list[Band]:
    """The open cases by age, all bands, the youngest first."""
    chosen = replace(chosen, open_only=True)
    spans = [
        (first, last, None if last is None else today - timedelta(days=last), today - timedelta(days=first))
        for first, last in AGE_BANDS
    ]
    columns: list[ColumnElement[int]] = []
    for _first, _last, since, until in spans:
        within = replace(chosen, opened_from=since, opened_to=until)
        columns.append(func.count().filter(_all(within, today, now)))
        columns.append(func.count().filter(_all(replace(within, overdue=True), today, now)))
    row = session.execute(select(*columns).where(visible(actor, Case.id), *conditions(chosen, today, now))).one()
    return [
        Band(first, last, row[2 * number], row[2 * number + 1], since, until)
        for number, (first, last, since, until) in enumerate(spans)
    ]


def officers(session: Session, actor: Actor, chosen: CaseFilter, today: date, now: datetime) -> list[Officer]:
    """Overdue against open cases for each lead, the most overdue first; those without a lead last."""
    chosen = replace(chosen, open_only=True)
    late = func.count().filter(_all(replace(chosen, overdue=True), today, now))
    rows = session.execute(
        select(Case.lead_id, func.coalesce(Account.name, ""), func.count(), late)
        .outerjoin(Account, Account.id == Case.lead_id)
        .where(visible(actor, Case.id), *conditions(chosen, today, now))
        .group_by(Case.lead_id, Account.name)
        .order_by(Case.lead_id.is_(None), late.desc(), func.count().desc(), Account.name)
    )
    return [Officer(number, name, count, overdue) for number, name, count, overdue in rows]


def executing(
    session: Session, actor: Actor, chosen: CaseFilter, today: date, now: datetime, limit: int = LISTED
) -> list[Executing]:
    """The executing authorities with the most overdue cases, then those with the most open ones."""
    chosen = replace(chosen, open_only=True)
    number = func.count(Case.id.distinct())
    late = number.filter(_all(replace(chosen, overdue=True), today, now))
    rows = session.execute(
        select(Authority.id, Authority.name, number, late)
        .join(AssistanceItem, AssistanceItem.executing_authority_id == Authority.id)
        .join(Case, Case.id == AssistanceItem.case_id)
        .where(AssistanceItem.outcome.is_(None), visible(actor, Case.id), *conditions(chosen, today, now))
        .group_by(Authority.id, Authority.name)
        .order_by(late.desc(), number.desc(), Authority.name, Authority.id)
        .limit(limit)
    )
    return [Executing(*row) for row in rows]


def custody(
    session: Session, actor: Actor, chosen: CaseFilter, today: date, now: datetime, limit: int = LISTED
) -> list[Custody]:
    """The persons in custody, by the limit that ends first."""
    first = (
        select(Deadline.case_id, Deadline.label, Deadline.due_on)
        .ext(distinct_on(Deadline.case_id))
        .where(running(), Deadline.clock == "max_custody")
        .order_by(Deadline.case_id, Deadline.due_on, Deadline.id)
        .subquery()
    )
    rows = session.execute(
        select(Case.reference, Case.counterpart, first.c.label, first.c.due_on)
        .join(first, first.c.case_id == Case.id)
        .where(visible(actor, Case.id), *conditions(replace(chosen, custody=True), today, now))
        .order_by(first.c.due_on, Case.id)
        .limit(limit)
    )
    return [Custody(reference, state or "", label, due_on) for reference, state, label, due_on in rows]


def oldest_open(session: Session, actor: Actor, state: str, direction: str, limit: int = OLDEST) -> Sequence[Row[Any]]:
    """The open requests of one direction with a State that wait longest: since their receipt, ours since sending."""
    since = case((Case.direction == "incoming", Case.opened_on), else_=Case.sent_on)
    return session.execute(
        select(Case.reference, Case.their_reference, since.label("since"))
        .where(
            visible(actor, Case.id), Case.counterpart == state, Case.direction == direction, Case.closed_on.is_(None),
            Case.answered_on.is_(None), Case.parent_id.is_(None), since.is_not(None),
        )
        .order_by(since, Case.id)
        .limit(limit)
    ).all()  # fmt: skip


def without_response(
    session: Session, actor: Actor, chosen: CaseFilter, today: date, now: datetime, limit: int = LISTED
) -> Sequence[Silent]:
    """Requests of ours without response, the longest first, with how often the other State was reminded."""
    chosen = replace(chosen, no_answer_since=no_answer_since(today))
    found = (
        select(Case.id, Case.reference, Case.counterpart, Case.sent_on)
        .where(visible(actor, Case.id), *conditions(chosen, today, now))
        .order_by(Case.sent_on, Case.id)
        .limit(limit)
        .subquery()
    )
    chased = (
        select(CaseEvent.case_id, func.count().label("reminders"), func.max(CaseEvent.happened_on).label("last_on"))
        .where(CaseEvent.code == "chased", CaseEvent.case_id.in_(select(found.c.id)))
        .group_by(CaseEvent.case_id)
        .subquery()
    )
    rows = session.execute(
        select(found, func.coalesce(chased.c.reminders, 0), chased.c.last_on)
        .outerjoin(chased, chased.c.case_id == found.c.id)
        .order_by(found.c.sent_on, found.c.id)
    )
    return [Silent(ref, state or "", sent, number, last) for _id, ref, state, sent, number, last in rows]


def _all(filters: CaseFilter, today: date, now: datetime) -> ColumnElement[bool]:
    return and_(*conditions(filters, today, now))

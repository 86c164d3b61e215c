"""What falls due across the cases that a person may see: deadlines joined to their cases, in order of danger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.listing import LARGEST_ID, count_capped
from mla_tracker.cases.models import Case
from mla_tracker.cases.particulars import DIRECTIONS, KINDS
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.queries import late, running
from mla_tracker.decisions.models import Refusal

PAGE: Final = 50
CUSTODY: Final = "max_custody"


@dataclass(frozen=True)
class DueFilter:
    """Which running deadlines: of one lead, bound to us or the other side, within days, custody limits only or none.

    `late_at`: the moment at which what is past counts as overdue; `late` True asks for these alone, False for others.
    """

    lead_id: int | None = None
    bound: str = "ours"
    since: date | None = None
    to: date | None = None
    custody: bool | None = None
    late: bool | None = None
    late_at: tuple[date, datetime] | None = None


@dataclass(frozen=True)
class DuePage:
    """One page, the earliest day first; `after` is the key of the next one."""

    rows: Sequence[Any]
    after: str | None


@dataclass(frozen=True)
class Waiting:
    """Cases that wait for somebody, the longest waiting first; `total` is None above the cap of counts."""

    rows: Sequence[Any]
    total: int | None


def due_page(
    session: Session, actor: Actor, filters: DueFilter, *, after: str | None = None, size: int = PAGE
) -> DuePage:
    """Running deadlines by due day. Provisional ones are shown on their case alone, but for limits of custody."""
    statement = (
        select(
            Deadline.id,
            Deadline.case_id,
            Deadline.label,
            Deadline.source,
            Deadline.clock,
            Deadline.bound,
            Deadline.started_on,
            Deadline.started_at,
            Deadline.due_on,
            Deadline.due_at,
            Deadline.cautious_on,
            Deadline.check_mark,
            Case.reference,
            Case.subject,
            Case.counterpart,
            Case.kind,
            Case.direction,
            Case.status,
            Case.lead_id,
            Account.name.label("lead"),
        )
        .join(Case, Case.id == Deadline.case_id)
        .outerjoin(Account, Account.id == Case.lead_id)
        .where(*_conditions(actor, filters))
        .order_by(Deadline.due_on, Deadline.id)
        .limit(size + 1)
    )
    if after and (key := _key(after)):
        statement = statement.where(tuple_(Deadline.due_on, Deadline.id) > key)
    rows = session.execute(statement).all()
    following = f"{rows[size - 1].due_on}~{rows[size - 1].id}" if len(rows) > size else None
    return DuePage(rows[:size], following)


def _open_cases_of(lead_id: int) -> Select[tuple[int]]:
    """The open cases of a lead, found first: his few among all deadlines by day would be a walk through the office's.

    A closed case has no deadline that runs.
    """
    mine = select(Case.id).where(Case.lead_id == lead_id, Case.closed_on.is_(None))
    return select(mine.cte("mine").prefix_with("MATERIALIZED").c.id)


def _conditions(actor: Actor, filters: DueFilter) -> list[ColumnElement[bool]]:
    found = [visible(actor, Case.id), running(bound=None if filters.custody else filters.bound)]
    if not filters.custody:
        found.append(~Deadline.provisional)
    if filters.lead_id is not None:
        found.append(Deadline.case_id.in_(_open_cases_of(filters.lead_id)))
    if filters.since is not None:
        found.append(Deadline.due_on >= filters.since)
    if filters.to is not None:
        found.append(Deadline.due_on <= filters.to)
    if filters.late is not None and filters.late_at is not None:
        past = late(*filters.late_at)
        found.append(past if filters.late else ~past)
    if filters.custody is not None:
        found.append(Deadline.clock == CUSTODY if filters.custody else Deadline.clock != CUSTODY)
    return found


def _key(text: str) -> tuple[date, int] | None:
    day, _, number = text.partition("~")
    try:
        key = date.fromisoformat(day), int(number)
    except ValueError:
        return None
    return key if 0 <= key[1] <= LARGEST_ID else None


def leads_open(session: Session, actor: Actor, lead_id: int | None) -> bool:
    """Whether there is any open case that the actor may see, of one lead or of the whole office."""
    of_lead = [Case.lead_id == lead_id] if lead_id is not None else []
    found = select(Case.id).where(visible(actor, Case.id), Case.closed_on.is_(None), *of_lead).limit(1)
    return session.scalar(found) is not None


def waiting_for(session: Session, actor: Actor, lead_id: int | None, *, size: int = 15) -> Waiting:
    """Open cases whose status waits for the other State, a court, an executing authority or a third party."""
    where = [visible(actor, Case.id), Case.closed_on.is_(None), _turn_of_others()]
    if lead_id is not None:
        where.append(Case.lead_id == lead_id)
    return _cases(session, where, size)


def to_approve(session: Session, actor: Actor, *, size: int = 15) -> Waiting:
    """Open cases in which a second person is asked: drafts to approve, and refusals that were proposed.

    Empty for whoever has no right to approve. Whether it is this person's own proposal is asked by the act.
    """
    if not actor.may(Permission.REQUEST_APPROVE):
        return Waiting([], 0)
    proposed = exists().where(Refusal.case_id == Case.id, Refusal.approved_on.is_(None), Refusal.sent_back_on.is_(None))
    asked = or_(Case.status == "awaiting_approval", and_(Case.status == "refusal_pending", proposed))
    return _cases(session, [visible(actor, Case.id), Case.closed_on.is_(None), asked], size)


def _turn_of_others() -> ColumnElement[bool]:
    """A status of another's turn. The same code may be ours in one life cycle and theirs in another."""
    tables = life_cycles()
    found = []
    for kind in KINDS:
        for direction in DIRECTIONS:
            codes = [
                status.code
                for status in tables.of(kind, direction).statuses.values()
                if status.whose_turn != "ours" and not status.terminal
            ]
            found.append(and_(Case.kind == kind, Case.direction == direction, Case.status.in_(codes)))
    return or_(*found)


def _cases(session: Session, where: Sequence[ColumnElement[bool]], size: int) -> Waiting:
    rows = session.execute(
        select(
            Case.reference,
            Case.subject,
            Case.counterpart,
            Case.kind,
            Case.direction,
            Case.status,
            Case.status_since,
            Case.next_due_on,
        )
        .where(*where)
        .order_by(Case.status_since, Case.id)
        .limit(size)
    ).all()
    return Waiting(rows, len(rows) if len(rows) < size else count_capped(session, where))

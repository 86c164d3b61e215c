"""Reading the facts of every case as it was on a day, as columns: what the statistics are made of and what they export.

"As it was on" means: by the days on which things happened, as they are known now. Milestones come from the columns
that the act derives; where one of them lies after the day, or a case was reopened, the events up to the day decide.
Particulars such as the State or the needed-by date are those of now.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Date, Row, Select, Subquery, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import RestrictedCase
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.queries import watched
from mla_tracker.decisions.models import Postponement, Refusal, RefusalGround
from mla_tracker.exchanges.models import InformationRequest
from mla_tracker.statistics.earlier import PART, as_known, put_right
from mla_tracker.statistics.fact_columns import Facts
from mla_tracker.statistics.rules import Dates, Flags
from mla_tracker.statistics.services import UNRESTRICTED

_EPOCH: Final = date(1970, 1, 1)
_NONE: Final = -(2**31)
_DAYS: Final = (
    "opened_on", "sent_on", "acknowledged_on", "decided_on", "executed_on", "answered_on", "closed_on", "needed_by",
)  # fmt: skip
_FROM_DEADLINES: Final = ("met", "missed", "overdue", "custody")
BINDING: Final = ("hard", "max_custody")
"""Clocks that bind without excuse. A target may be missed with reasons told, and many are the office's own: they do not
decide whether an answer was on time."""


def read_facts(
    session: Session, on: date, scope: str, *, known_at: datetime | None = None, year_from: date | None = None
) -> Facts:
    """The facts of all cases opened by `on`, of restricted ones only in the scope `all`; ordered by case.

    `known_at`: by what had been recorded at that moment. `year_from`: the first day whose refusals are read, the first
    of January without it.
    """
    since = year_from or date(on.year, 1, 1)
    parts = [_part(session, rows, on) for rows in _rows(session, on, scope, since)]
    if not parts:
        return _part(session, [], on)
    facts = _joined(parts)
    return facts if known_at is None else as_known(session, facts, on, known_at)


def _joined(parts: list[Facts]) -> Facts:
    """The parts as one; each column of the parts is let go as soon as it is joined, or a million cases stand twice."""
    columns = {}
    for column in fields(Facts):
        columns[column.name] = np.concatenate([getattr(part, column.name) for part in parts])
        for part in parts:
            delattr(part, column.name)
    return Facts(**columns)


def _rows(session: Session, on: date, scope: str, since: date) -> Iterator[Sequence[Row[Any]]]:
    # Past the ORM, which would look at each of a million rows.
    result = session.connection().execute(_statement(on, scope, since), execution_options={"yield_per": PART})
    yield from result.partitions()


def _statement(on: date, scope: str, since: date) -> Select[Any]:
    """One row a case; what hangs on it is aggregated once, not asked for each row."""
    limits, refusals, asked = _limits(on), _refusals(on, since), _rounds(on)
    postponed = exists().where(
        Postponement.case_id == Case.id,
        Postponement.postponed_on <= on,
        or_(Postponement.ended_on.is_(None), Postponement.ended_on > on),
    )
    reopened = exists().where(CaseEvent.case_id == Case.id, CaseEvent.code == "reopened")
    columns: list[Any] = [
        Case.id, Case.reference, Case.kind, Case.direction, func.coalesce(Case.counterpart, "").label("counterpart"),
        *(_ordinal(getattr(Case, name)).label(name) for name in _DAYS), Case.outcome, Case.taken_over,
        (Case.parent_id.is_not(None)).label("supplement"),
        (Case.received_on.is_not(None)).label("received_known"),
        *(func.coalesce(limits.c[name], False).label(name) for name in _FROM_DEADLINES),
        postponed.label("postponed"),
        func.coalesce(asked.c.rounds, 0).label("rounds"),
        func.coalesce(asked.c.asking, 0).label("asking"),
        refusals.c.refused,
        reopened.label("reopened"),
    ]  # fmt: skip
    statement = select(*columns)
    for beside in (limits, refusals, asked):
        statement = statement.outerjoin(beside, beside.c.case_id == Case.id)
    statement = statement.where(Case.opened_on <= on).order_by(Case.id)
    if scope == UNRESTRICTED:
        statement = statement.where(~exists().where(RestrictedCase.case_id == Case.id))
    return statement


def _ordinal(column: Any) -> ColumnElement[int]:
    """A day as a number, which becomes an array many times faster than a date does."""
    return func.coalesce(column - literal(_EPOCH, Date), _NONE)


def _limits(on: date) -> Subquery:
    """What the deadlines of a case say on the day."""
    binding = and_(Deadline.bound == "ours", Deadline.clock.in_(BINDING), Deadline.ended_on <= on)
    return (
        select(
            Deadline.case_id,
            func.bool_or(and_(binding, Deadline.end_kind == "met")).label("met"),
            func.bool_or(and_(binding, Deadline.end_kind == "missed")).label("missed"),
            func.bool_or(and_(running_on(on), watched(), Deadline.due_on < on)).label("overdue"),
            func.bool_or(and_(running_on(on), Deadline.clock == "max_custody")).label("custody"),
        )
        .where(Deadline.started_on <= on)
        .group_by(Deadline.case_id)
        .subquery()
    )


def _refusals(on: date, since: date) -> Subquery:
    """The refusals told from `since` to the day, with their grounds."""
    told = told_on()
    return (
        select(
            Refusal.case_id,
            func.array_agg(
                func.concat(
                    case((Refusal.given_by == "other_state", "abroad"), else_="us"),
                    literal(":"),
                    func.coalesce(RefusalGround.ground_code, literal("")),
                )
            ).label("refused"),
        )
        .outerjoin(RefusalGround, RefusalGround.refusal_id == Refusal.id)
        .where(Refusal.sent_back_on.is_(None), Refusal.approved_on.is_not(None), told >= since, told <= on)
        .group_by(Refusal.case_id)
        .subquery()
    )


def _rounds(on: date) -> Subquery:
    """Rounds of additional information asked by the day, and the days they took so far."""
    ended = func.least(func.coalesce(InformationRequest.ended_on, on), on)
    return (
        select(
            InformationRequest.case_id,
            func.count().label("rounds"),
            func.sum(ended - InformationRequest.asked_on).label("asking"),
        )
        .where(InformationRequest.asked_on <= on)
        .group_by(InformationRequest.case_id)
        .subquery()
    )


def told_on() -> ColumnElement[date]:
    """The day of a refusal in figures: that on which the other State was told; without one, that of the approval."""
    return func.coalesce(Refusal.communicated_on, Refusal.approved_on)


def running_on(on: date) -> ColumnElement[bool]:
    """The condition of a deadline with a day that had started and not ended on `on`."""
    return and_(
        Deadline.due_on.is_not(None),
        Deadline.started_on <= on,
        or_(Deadline.ended_on.is_(None), Deadline.ended_on > on),
    )


def _part(session: Session, rows: Sequence[Row[Any]], on: date) -> Facts:
    day = np.datetime64(on, "D")
    read = {name: list(values) for name, values in zip(_names(rows), zip(*rows, strict=True), strict=True)}

    def column(name: str) -> list[Any]:
        return read.get(name, [])

    def dates(name: str) -> Dates:
        numbers = np.array(column(name), dtype=np.int64)
        return np.where(numbers == _NONE, np.datetime64("NaT", "D"), numbers.astype("datetime64[D]"))

    def by_then(name: str) -> Dates:
        """The column where it lies by the day; what lies later had not happened."""
        found = dates(name)
        return np.where(found <= day, found, np.datetime64("NaT", "D"))

    def words(name: str) -> NDArray[np.object_]:
        # The few codes of a column are kept once, not for each case.
        known: dict[Any, Any] = {}
        return np.array([known.setdefault(value, value) for value in column(name)], dtype=object)

    def flags(name: str) -> Flags:
        return np.array(column(name), dtype=np.bool_)

    def whole(name: str) -> NDArray[np.int64]:
        return np.array(column(name), dtype=np.int64)

    closed, outcome = by_then("closed_on"), words("outcome")
    outcome[np.isnat(closed)] = None
    facts = Facts(
        case_id=whole("id"),
        reference=words("reference"),
        kind=words("kind"),
        direction=words("direction"),
        counterpart=words("counterpart"),
        opened=by_then("opened_on"),
        sent=by_then("sent_on"),
        acknowledged=by_then("acknowledged_on"),
        decided=by_then("decided_on"),
        executed=by_then("executed_on"),
        answered=by_then("answered_on"),
        closed=closed,
        outcome=outcome,
        needed_by=dates("needed_by"),
        taken_over=flags("taken_over"),
        supplement=flags("supplement"),
        received_known=flags("received_known"),
        met=flags("met"),
        missed=flags("missed"),
        overdue=flags("overdue"),
        custody=flags("custody"),
        postponed=flags("postponed"),
        rounds=whole("rounds"),
        asking=whole("asking"),
        refused=_refused(column("refused")),
    )
    reopened = column("reopened")
    later = np.zeros(len(rows), dtype=np.bool_)
    for name in ("decided_on", "executed_on", "answered_on"):
        later |= dates(name) > day
    indexes = [int(index) for index in np.flatnonzero(later | np.array(reopened, dtype=np.bool_))]
    put_right(session, facts, indexes, [reopened[index] for index in indexes], on)
    ended = ~np.isnat(facts.closed)
    for still in (facts.overdue, facts.custody, facts.postponed):
        still &= ~ended
    return facts


def _names(rows: Sequence[Row[Any]]) -> Sequence[str]:
    return rows[0]._fields if rows else ()


def _refused(told: Sequence[list[str] | None]) -> NDArray[np.object_]:
    found = np.empty(len(told), dtype=object)
    for index, texts in enumerate(told):
        found[index] = tuple(sorted({tuple(text.split(":", 1)) for text in texts})) if texts else ()
    return found

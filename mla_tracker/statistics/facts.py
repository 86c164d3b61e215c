"""The facts of every case as it was on a day, as columns: what the statistics are made of and what they export.

"As it was on" means: by the days on which things happened, as they are known now. Milestones come from the columns
that the act derives; where one of them lies after the day, or a case was reopened, the events up to the day decide.
Particulars such as the State or the needed-by date are those of now.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import RestrictedCase
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.cases.queries import entries_of
from mla_tracker.cases.replay import ANSWERED, DECIDED, EXECUTED, effective, replay
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.queries import watched
from mla_tracker.decisions.models import Postponement, Refusal, RefusalGround
from mla_tracker.statistics.definitions import NO_RESPONSE_DAYS
from mla_tracker.statistics.rules import Dates, Flags, as_dates
from mla_tracker.statistics.services import UNRESTRICTED

PART: Final = 20_000
"""Rows read and turned into arrays at a time."""

_FROM_DEADLINES: Final = ("met", "missed", "overdue", "custody")
BINDING: Final = ("hard", "max_custody")
"""Clocks that bind without excuse. A target may be missed with reasons told, and many are the office's own: they do not
decide whether an answer was on time."""

GIVEN_UP: Final = "abandoned"


@dataclass
class Facts:
    """One entry a case in every column; `NaT` = has not happened by the day. `counted`: it is a request in the
    statistics."""

    case_id: NDArray[np.int64]
    reference: NDArray[np.object_]
    kind: NDArray[np.object_]
    direction: NDArray[np.object_]
    counterpart: NDArray[np.object_]
    opened: Dates
    sent: Dates
    acknowledged: Dates
    decided: Dates
    executed: Dates
    answered: Dates
    closed: Dates
    outcome: NDArray[np.object_]
    needed_by: Dates
    taken_over: Flags
    supplement: Flags
    received_known: Flags
    met: Flags
    missed: Flags
    overdue: Flags
    custody: Flags
    postponed: Flags
    refused: NDArray[np.object_] = field(repr=False)
    """Per case the refusals told in the year of the day, as ("us" or "abroad", ground code or "")."""

    def __len__(self) -> int:
        return int(self.case_id.size)

    @property
    def incoming(self) -> Flags:
        found: Flags = self.direction == "incoming"
        return found

    @property
    def start(self) -> Dates:
        """The day from which delay counts: receipt; for requests of ours, sending. NaT where it was not recorded."""
        received = np.where(self.taken_over & ~self.received_known, np.datetime64("NaT", "D"), self.opened)
        return np.where(self.incoming, received, self.sent)

    @property
    def is_request(self) -> Flags:
        """A request that counts: no supplement, not given up before sending, and, if ours, sent."""
        given_up: Flags = self.outcome == GIVEN_UP
        unsent: Flags = ~self.incoming & np.isnat(self.sent) & ~self.taken_over
        counts: Flags = ~self.supplement & ~given_up & ~unsent
        return counts


def read_facts(session: Session, on: date, scope: str) -> Facts:
    """The facts of all cases opened by `on`, of restricted ones only in the scope `all`; ordered by case."""
    parts = [_part(session, rows, on) for rows in _rows(session, on, scope)]
    if not parts:
        return _part(session, [], on)
    return Facts(
        **{column.name: np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Facts)}
    )


def _rows(session: Session, on: date, scope: str) -> Iterator[Sequence[Row[Any]]]:
    result = session.execute(_statement(on, scope), execution_options={"yield_per": PART})
    yield from result.partitions()


def _statement(on: date, scope: str) -> Select[Any]:
    """One row a case; what hangs on it is aggregated once, not asked for each row."""
    binding = and_(Deadline.bound == "ours", Deadline.clock.in_(BINDING), Deadline.ended_on <= on)
    deadlines = (
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
    told = func.coalesce(Refusal.communicated_on, Refusal.approved_on)
    refusals = (
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
        .where(
            Refusal.sent_back_on.is_(None), Refusal.approved_on.is_not(None), told >= date(on.year, 1, 1), told <= on
        )
        .group_by(Refusal.case_id)
        .subquery()
    )
    postponed = exists().where(
        Postponement.case_id == Case.id,
        Postponement.postponed_on <= on,
        or_(Postponement.ended_on.is_(None), Postponement.ended_on > on),
    )
    reopened = exists().where(CaseEvent.case_id == Case.id, CaseEvent.code == "reopened")
    columns: list[Any] = [
        Case.id, Case.reference, Case.kind, Case.direction,
            func.coalesce(Case.counterpart, "").label("counterpart"),
            Case.opened_on, Case.sent_on, Case.acknowledged_on, Case.decided_on, Case.executed_on, Case.answered_on,
            Case.closed_on, Case.outcome, Case.needed_by, Case.taken_over,
            (Case.parent_id.is_not(None)).label("supplement"),
            (Case.received_on.is_not(None)).label("received_known"),
            *(func.coalesce(deadlines.c[name], literal_column("false")).label(name) for name in _FROM_DEADLINES),
            postponed.label("postponed"),
            refusals.c.refused,
            reopened.label("reopened"),
    ]  # fmt: skip
    statement = (
        select(*columns)
        .outerjoin(deadlines, deadlines.c.case_id == Case.id)
        .outerjoin(refusals, refusals.c.case_id == Case.id)
        .where(Case.opened_on <= on)
        .order_by(Case.id)
    )
    if scope == UNRESTRICTED:
        statement = statement.where(~exists().where(RestrictedCase.case_id == Case.id))
    return statement


def running_on(on: date) -> ColumnElement[bool]:
    """The condition of a deadline with a day that had started and not ended on `on`."""
    return and_(
        Deadline.due_on.is_not(None),
        Deadline.started_on <= on,
        or_(Deadline.ended_on.is_(None), Deadline.ended_on > on),
    )


def _part(session: Session, rows: Sequence[Row[Any]], on: date) -> Facts:
    day = np.datetime64(on, "D")

    def dates(name: str) -> Dates:
        return as_dates([getattr(row, name) for row in rows])

    def by_then(name: str) -> Dates:
        """The column where it lies by the day; what lies later had not happened."""
        found = dates(name)
        return np.where(found <= day, found, np.datetime64("NaT", "D"))

    def words(name: str) -> NDArray[np.object_]:
        return np.array([getattr(row, name) for row in rows], dtype=object)

    def flags(name: str) -> Flags:
        return np.array([getattr(row, name) for row in rows], dtype=np.bool_)

    closed, outcome = by_then("closed_on"), words("outcome")
    outcome[np.isnat(closed)] = None
    facts = Facts(
        case_id=np.array([row.id for row in rows], dtype=np.int64),
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
        refused=_refused(rows),
    )
    later = [
        index
        for index, row in enumerate(rows)
        if row.reopened or any(value is not None and value > on for value in (row.decided_on, row.executed_on,
        row.answered_on)) ]  # fmt: skip
    _earlier(session, facts, later, [rows[index].reopened for index in later], on)
    ended = ~np.isnat(facts.closed)
    for still in (facts.overdue, facts.custody, facts.postponed):
        still &= ~ended
    return facts


def _refused(rows: Sequence[Row[Any]]) -> NDArray[np.object_]:
    found = np.empty(len(rows), dtype=object)
    for index, row in enumerate(rows):
        found[index] = tuple(sorted({tuple(text.split(":", 1)) for text in row.refused or ()}))
    return found


def _earlier(session: Session, facts: Facts, indexes: Sequence[int], reopened: Sequence[bool], on: date) -> None:
    """Put right, from the events up to the day, what the columns of now cannot say of these cases.

    Decision, execution and answer keep the *last* such event: one after the day hides an earlier one. Reopening takes
    back the closing, and the answer too until there is a new one.
    """
    if not indexes:
        return
    milestones = _milestones(session, [int(facts.case_id[index]) for index in indexes], on)
    nothing = np.datetime64("NaT", "D")
    for index, was_reopened in zip(indexes, reopened, strict=True):
        number = int(facts.case_id[index])
        for column, codes in ((facts.decided, DECIDED), (facts.executed, EXECUTED), (facts.answered, ANSWERED)):
            if np.isnat(column[index]):
                days = [day for code in codes if (day := milestones.get((number, code)))]
                column[index] = max(days) if days else nothing
        if was_reopened:
            _reopened(session, facts, index, number, on)


def _milestones(session: Session, numbers: Sequence[int], on: date) -> dict[tuple[int, str], date]:
    """The last day by `on` of each milestone event of these cases; entries that were corrected are left to
    `_reopened`."""
    found: dict[tuple[int, str], date] = {}
    corrected = select(CaseEvent.case_id, CaseEvent.corrects_seq).where(CaseEvent.corrects_seq.is_not(None)).subquery()
    for first in range(0, len(numbers), PART):
        rows = session.execute(
            select(CaseEvent.case_id, CaseEvent.code, func.max(CaseEvent.happened_on))
            .where(
                CaseEvent.case_id.in_(numbers[first : first + PART]),
                CaseEvent.code.in_(DECIDED | EXECUTED | ANSWERED),
                CaseEvent.item_id.is_(None),
                CaseEvent.happened_on <= on,
                ~exists().where(corrected.c.case_id == CaseEvent.case_id, corrected.c.corrects_seq == CaseEvent.seq),
            )
            .group_by(CaseEvent.case_id, CaseEvent.code)
        )
        found.update({(number, code): day for number, code, day in rows})
    return found


def _reopened(session: Session, facts: Facts, index: int, number: int, on: date) -> None:
    """A reopened case: replay what was recorded before the first reopening after the day; no new answer = no answer."""
    entries = entries_of(session, number)
    effective_entries = effective(entries)
    reopenings = [entry for entry in effective_entries if entry.code == "reopened"]
    later = [entry for entry in reopenings if entry.happened_on > on]
    if later:
        before = [entry for entry in entries if entry.seq < later[0].seq]
        tables = life_cycles()
        cycle = tables.of(str(facts.kind[index]), str(facts.direction[index]))
        standing = replay(tables, cycle, str(facts.direction[index]), before)
        if standing.closed_on is not None and standing.closed_on <= on:
            facts.closed[index] = standing.closed_on
            facts.outcome[index] = standing.place.outcome
    earlier = [entry for entry in reopenings if entry.happened_on <= on]
    if earlier and np.isnat(facts.closed[index]):
        answers = [
            entry for entry in effective_entries
            if entry.item_id is None and entry.code in ANSWERED and entry.happened_on <= on and entry.seq >
            earlier[-1].seq ]  # fmt: skip
        if not answers:
            facts.answered[index] = np.datetime64("NaT", "D")


def without_response(facts: Facts, on: date) -> Flags:
    """Open requests of ours that were sent long enough ago and neither acknowledged nor answered."""
    limit = np.datetime64(on - timedelta(days=NO_RESPONSE_DAYS), "D")
    silent: Flags = (
        ~facts.incoming
        & np.isnat(facts.closed)
        & (facts.sent <= limit)
        & np.isnat(facts.acknowledged)
        & np.isnat(facts.answered)
    )
    return silent

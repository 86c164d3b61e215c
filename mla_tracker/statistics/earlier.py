"""What the columns of now cannot say of a day that is past: put right from the events, case by case.

Two questions are answered. *As it was on* a day: by the days on which things happened, whenever they were recorded.
*As known on* a day: by what had been recorded by its end. Only the cases that need it are read: those with a milestone
after the day or a reopening, and, for the second question, those for which something was recorded later.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Final

import numpy as np
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import CaseEvent
from mla_tracker.cases.queries import entries_of
from mla_tracker.cases.replay import ANSWERED, DECIDED, EXECUTED, Entry, Standing, effective, replay
from mla_tracker.decisions.models import Refusal
from mla_tracker.statistics.fact_columns import Facts
from mla_tracker.statistics.rules import Dates

PART: Final = 20_000
_NOTHING: Final = np.datetime64("NaT", "D")
_TOLD: Final = frozenset(
    {
        "refusal_communicated", "nationality_refusal_communicated", "reply_accepted", "nationality_refusal_received",
        "refusal_approved", "court_refused", "court_barred", "item_refused", "item_court_barred", "item_refused_abroad",
    }
)  # fmt: skip


def put_right(session: Session, facts: Facts, indexes: Sequence[int], reopened: Sequence[bool], on: date) -> None:
    """As it was: decision, execution and answer keep the *last* such event, so that one after the day hides an earlier
    one. Reopening takes back the closing, and the answer too until there is a new one.
    """
    if not indexes:
        return
    milestones = _milestones(session, [int(facts.case_id[index]) for index in indexes], on)
    for index, was_reopened in zip(indexes, reopened, strict=True):
        number = int(facts.case_id[index])
        for column, codes in ((facts.decided, DECIDED), (facts.executed, EXECUTED), (facts.answered, ANSWERED)):
            if np.isnat(column[index]):
                days = [day for code in codes if (day := milestones.get((number, code)))]
                column[index] = max(days) if days else _NOTHING
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
        standing = _replayed(facts, index, [entry for entry in entries if entry.seq < later[0].seq])
        if standing.closed_on is not None and standing.closed_on <= on:
            facts.closed[index] = standing.closed_on
            facts.outcome[index] = standing.place.outcome
    earlier = [entry for entry in reopenings if entry.happened_on <= on]
    if earlier and np.isnat(facts.closed[index]):
        answers = [
            entry
            for entry in effective_entries
            if entry.item_id is None
            and entry.code in ANSWERED
            and entry.happened_on <= on
            and entry.seq > earlier[-1].seq
        ]
        if not answers:
            facts.answered[index] = _NOTHING


def _replayed(facts: Facts, index: int, entries: Sequence[Entry]) -> Standing:
    tables = life_cycles()
    kind, direction = str(facts.kind[index]), str(facts.direction[index])
    return replay(tables, tables.of(kind, direction), direction, entries)


def as_known(session: Session, facts: Facts, on: date, at: datetime) -> Facts:
    """The facts by what had been recorded at the moment `at`; cases registered later are left out.

    The State, the needed-by date and other particulars, and the deadlines that follow from them, are those of now.
    """
    late = session.scalars(
        select(CaseEvent.case_id)
        .where(CaseEvent.recorded_at > at, or_(CaseEvent.happened_on <= on, CaseEvent.corrects_seq.is_not(None)))
        .distinct()
    ).all()
    places = {int(number): index for index, number in enumerate(facts.case_id)}
    kept = np.ones(len(facts), dtype=np.bool_)
    for number in late:
        index = places.get(number)
        if index is None:
            continue
        last = session.scalar(
            select(func.max(CaseEvent.seq)).where(CaseEvent.case_id == number, CaseEvent.recorded_at <= at)
        )
        if last is None:
            kept[index] = False
            continue
        known = [entry for entry in entries_of(session, number) if entry.seq <= last]
        _stand(facts, index, _replayed(facts, index, known), on)
        facts.refused[index] = _refused_as_known(session, facts, index, known)
    if kept.all():
        return facts
    return Facts(**{column.name: getattr(facts, column.name)[kept] for column in fields(Facts)})


def _stand(facts: Facts, index: int, standing: Standing, on: date) -> None:
    columns: tuple[tuple[Dates, date | None], ...] = (
        (facts.sent, standing.sent_on),
        (facts.acknowledged, standing.acknowledged_on),
        (facts.decided, standing.decided_on),
        (facts.executed, standing.executed_on),
        (facts.answered, standing.answered_on),
        (facts.closed, standing.closed_on),
    )
    for column, day in columns:
        column[index] = day if day is not None and day <= on else _NOTHING
    facts.outcome[index] = None if np.isnat(facts.closed[index]) else standing.place.outcome


def _refused_as_known(
    session: Session, facts: Facts, index: int, known: Sequence[Entry]
) -> tuple[tuple[str, str], ...]:
    """The refusals of the case that had been told by an entry known then; none where the case had none."""
    if not facts.refused[index]:
        return ()
    told = {entry.happened_on for entry in effective(known) if entry.code in _TOLD}
    rows = session.execute(
        select(Refusal.given_by, func.coalesce(Refusal.communicated_on, Refusal.approved_on)).where(
            Refusal.case_id == int(facts.case_id[index])
        )
    ).all()
    sides = {"abroad" if given_by == "other_state" else "us" for given_by, day in rows if day in told}
    return tuple(pair for pair in facts.refused[index] if pair[0] in sides)

"""Computing a snapshot: facts, counts, figures, stored together. Run by the worker and the commands, never by a
page.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from itertools import repeat
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.statistics.counting import Counted, count, whole_days
from mla_tracker.statistics.course import Course, read_course
from mla_tracker.statistics.earlier import PART
from mla_tracker.statistics.fact_columns import Facts
from mla_tracker.statistics.facts import read_facts
from mla_tracker.statistics.figures import Figure, figures
from mla_tracker.statistics.limits import Limits, read_limits
from mla_tracker.statistics.models import Snapshot, SnapshotCase, SnapshotFigure
from mla_tracker.statistics.queries import recorded_since
from mla_tracker.statistics.services import (
    DONE,
    Wanted,
    claim,
    due_snapshots,
    mark_failed,
    prune,
    show_progress,
)
from mla_tracker.statistics.turns import SIDES

_COUNTED, _FIGURED = 60, 85
_DAYS = ("acknowledge", "reply", "decide", "execute", "answer")
_COLUMNS = (
    "snapshot_id", "case_id", "kind", "direction", "counterpart", "started_on",
    *(f"days_{code}" for code in _DAYS), "days_waiting", *(f"days_{side}" for side in SIDES), "marks",
)  # fmt: skip
_log = structlog.get_logger(__name__)


def compute_snapshot(sessions: Sessions, wanted: Wanted, *, zone: ZoneInfo) -> int | None:
    """Compute the figures of a day and return the snapshot's id; None when another process is at it.

    Safe to repeat: a day has one snapshot for each scope, knowledge and version of the definitions, and its id stays.
    Where its figures change because something was recorded later for a day up to `on`, it says that it was restated
    and why.
    """
    began = monotonic()
    with sessions() as session:
        held = claim(session, wanted, now=clock.now())
        if held is None:
            return None
        number, before = held.id, held.computed_at
        try:
            _compute(session, held, zone, before, began)
        except Exception as problem:
            session.rollback()
            mark_failed(session, number, type(problem).__name__, now=clock.now())
            raise
    return number


def compute_due(sessions: Sessions, *, zone: ZoneInfo, seconds: float) -> int:
    """Compute what is due, one after the other, for about so many seconds, and drop what is old; returns how many were
    computed.
    """
    until, done, tried = monotonic() + seconds, 0, set[Wanted]()
    while monotonic() < until:
        with sessions() as session:
            now = clock.now()
            due = due_snapshots(session, today=clock.local_date(now, zone), now=now, zone=zone)
        waiting = [entry for entry in due if entry not in tried]
        if not waiting:
            break
        tried.add(waiting[0])
        done += compute_snapshot(sessions, waiting[0], zone=zone) is not None
    with sessions() as session:
        now = clock.now()
        prune(session, today=clock.local_date(now, zone), now=now)
        session.commit()
    return done


@dataclass(frozen=True)
class Measured:
    """The facts of a day and what is counted of them: what a snapshot stores and an export gives out."""

    facts: Facts
    course: Course
    limits: Limits
    counted: Counted


def measure(session: Session, on: date, scope: str, *, known_at: datetime | None = None) -> Measured:
    """Read and count the cases as it was on `on`, or as known at the moment `known_at`."""
    facts = read_facts(session, on, scope, known_at=known_at)
    course, limits = read_course(session, facts, on, known_at=known_at), read_limits(session, facts, on)
    return Measured(facts, course, limits, count(facts, course, limits, on))


def end_of_day(on: date, zone: ZoneInfo) -> datetime:
    """The moment at which the day `on` is over in `zone`."""
    return datetime.combine(on + timedelta(days=1), time(), zone)


def _compute(session: Session, held: Snapshot, zone: ZoneInfo, before: datetime | None, began: float) -> None:
    on, number = held.as_of, held.id
    measured = measure(session, on, held.scope, known_at=end_of_day(on, zone) if held.as_known else None)
    facts, counted = measured.facts, measured.counted
    show_progress(session, number, _COUNTED)
    found = list(figures(facts, counted, on))
    show_progress(session, number, _FIGURED)
    session.execute(delete(SnapshotCase).where(SnapshotCase.snapshot_id == number))
    restated = held.restated
    if before is not None and clock.local_date(before, zone) > on and _differ(session, number, found):
        restated = _reason(session, on, before)
    session.execute(delete(SnapshotFigure).where(SnapshotFigure.snapshot_id == number))
    _store_figures(session, number, found)
    _store_cases(session, number, facts, counted)
    session.execute(
        update(Snapshot)
        .where(Snapshot.id == number)
        .values(
            state=DONE,
            progress=100,
            claimed_until=None,
            computed_at=clock.now(),
            seconds=round(monotonic() - began, 3),
            cases=len(facts),
            restated=restated,
        )
    )
    session.commit()
    _log.info("snapshot computed", on=on.isoformat(), scope=held.scope, cases=len(facts), figures=len(found))


def _differ(session: Session, number: int, found: Iterable[Figure]) -> bool:
    """Whether any figure is another than the stored one."""
    stored = {
        tuple(row[:4]): tuple(row[4:])
        for row in session.execute(
            select(
                SnapshotFigure.measure, SnapshotFigure.kind, SnapshotFigure.direction, SnapshotFigure.state,
                SnapshotFigure.n, SnapshotFigure.mean, SnapshotFigure.median, SnapshotFigure.p75, SnapshotFigure.p90,
                SnapshotFigure.km_median,
            ).where(SnapshotFigure.snapshot_id == number)
        )
    }  # fmt: skip
    fresh = {
        (figure.measure, figure.kind, figure.direction, figure.state): (
            figure.n, figure.mean, figure.median, figure.p75, figure.p90, figure.km_median,
        )
        for figure in found
    }  # fmt: skip
    return stored != fresh


def _reason(session: Session, on: date, before: datetime) -> str:
    """Why figures of a day that was over have changed."""
    entries, requests = recorded_since(session, on, before)
    if entries == 1:
        return "1 entry for that day or earlier was recorded afterwards."
    if entries:
        return f"{entries} entries of {requests} requests for that day or earlier were recorded afterwards."
    return "Particulars, corrections or restrictions of requests were changed afterwards."


def _store_figures(session: Session, number: int, found: Iterable[Figure]) -> None:
    names = [column.name for column in fields(Figure)]
    rows = (
        (number, *(json.dumps(value) if name == "extra" else value for name, value in vars(figure).items()))
        for figure in found
    )
    _copy(session, SnapshotFigure.__tablename__, ("snapshot_id", *names), rows)


def _store_cases(session: Session, number: int, facts: Facts, counted: Counted) -> None:
    _copy(session, SnapshotCase.__tablename__, _COLUMNS, _case_rows(number, facts, counted))


def _case_rows(number: int, facts: Facts, counted: Counted) -> Iterator[Sequence[Any]]:
    """A row a case, made in parts: as Python's own numbers all of them would need many times the memory."""
    start = facts.start
    for first in range(0, len(facts), PART):
        part = slice(first, first + PART)
        columns = [counted.days[name][part] for name in _DAYS]
        columns += [counted.waiting[part], *(counted.sides[part, place] for place in range(len(SIDES)))]
        yield from zip(
            repeat(number), facts.case_id[part].tolist(), facts.kind[part], facts.direction[part],
            facts.counterpart[part], start[part].astype(object), *(whole_days(column) for column in columns),
            counted.marks_between(first, first + PART), strict=False,
        )  # fmt: skip


def _copy(session: Session, table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    """Write the rows through COPY: a million of them take seconds."""
    cursor: Any = session.connection().connection.cursor()
    with cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)

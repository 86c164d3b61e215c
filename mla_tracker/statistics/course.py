"""The course of each case from its entries: whose turn it was how long, and the first reply with substance.

Entries are read as columns through COPY, in parts of the cases, so that ten million of them need neither the time nor
the memory of as many objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mla_tracker.cases.models import CaseEvent
from mla_tracker.cases.queries import entries_of
from mla_tracker.cases.replay import Entry, effective
from mla_tracker.statistics.fact_columns import Facts
from mla_tracker.statistics.rules import Dates, Flags
from mla_tracker.statistics.turns import KINDS, SIDES, Moves, Whole, days_by_side, turns

PART: Final = 50_000
"""Cases whose entries are read at a time."""

REPLIES: Final[Mapping[str, frozenset[str]]] = {
    "incoming": frozenset(
        {
            "information_requested", "consultation_opened", "postponed", "results_sent_in_part", "answer_sent",
            "part_refusal_communicated", "refusal_communicated", "nationality_refusal_communicated", "returned",
            "forwarded", "grant_communicated", "surrendered", "surrendered_conditionally", "surrendered_temporarily",
        }
    ),
    "outgoing": frozenset(
        {
            "information_asked_of_us", "consultation_from_abroad", "results_received_in_part", "results_received",
            "negative_reply_received", "nationality_refusal_received", "postponed_abroad", "granted_abroad",
            "surrendered_to_us", "surrendered_to_us_conditionally", "temporarily_surrendered_to_us",
        }
    ),
}  # fmt: skip
"""What counts as a reply with substance: more than an acknowledgement, a status report or a notice of delay."""

_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Course:
    """One row a case: days on each of `turns.SIDES` from start to end (to the day, where it still waits), whether they
    are known, and the day of the first reply with substance."""

    sides: Whole
    known: Flags
    replied: Dates


def read_course(session: Session, facts: Facts, on: date, *, known_at: datetime | None = None) -> Course:
    """The course of all cases up to `on`, by the entries recorded by the moment `known_at` where one is given.

    Sides are known for requests with a start that were not taken over from an earlier register, which never recorded
    whose turn it was, and whose end does not lie before the start.
    """
    until = np.where(np.isnat(facts.final), np.datetime64(on, "D"), facts.final)
    start = np.where(np.isnat(facts.start), until, facts.start)
    known: Flags = facts.is_request & ~np.isnat(facts.start) & ~facts.taken_over & (until >= start)
    end = np.where(known, until, start)
    cycle = _cycles(facts)
    reading = _Reading(session, on, known_at)
    sides = np.zeros((len(facts), len(SIDES)), dtype=np.int64)
    replied = np.full(len(facts), np.datetime64("NaT", "D"))
    for first in range(0, len(facts), PART):
        part = slice(first, first + PART)
        number = facts.case_id[part]
        place, event, day = reading.entries(number)
        _first_reply(replied[part], facts.direction[part], place, event, day)
        moving = event < len(turns().events)
        moves = Moves(place[moving], cycle[part][place[moving]], event[moving], day[moving])
        sides[part] = days_by_side(moves, *(dates[part].astype(np.int64) + _EPOCH for dates in (start, end)))
    sides[~known] = 0
    return Course(sides, known, replied)


def _cycles(facts: Facts) -> Whole:
    found = np.zeros(len(facts), dtype=np.int64)
    for number, (kind, direction) in enumerate(KINDS):
        found[(facts.kind == kind) & (facts.direction == direction)] = number
    return found


def _codes() -> list[str]:
    """The codes that matter, those that move cases first and in the order of `turns().events`."""
    moving = list(turns().events)
    return [*moving, *sorted(frozenset().union(*REPLIES.values()) - set(moving))]


class _Reading:
    """Reads the entries of a part of the cases: place of the case in `number`, code (as its place in `_codes`), day."""

    def __init__(self, session: Session, on: date, known_at: datetime | None) -> None:
        self._session, self._on, self._known_at = session, on, known_at or datetime.max.replace(tzinfo=UTC)
        rows = session.scalars(
            select(CaseEvent.case_id)
            .where(CaseEvent.corrects_seq.is_not(None), CaseEvent.recorded_at <= self._known_at)
            .distinct()
            .order_by(CaseEvent.case_id)
        ).all()
        self._corrected = np.array(rows, dtype=np.int64)

    def entries(self, number: Whole) -> tuple[Whole, Whole, Whole]:
        """The entries in the order of cases and of recording, those of corrected cases with the corrections folded in
        whenever they were made.
        """
        found = self._recorded(number)
        slow = np.flatnonzero(np.isin(number, self._corrected))
        if not slow.size:
            return found
        codes = {code: place for place, code in enumerate(_codes())}
        rows = [
            (int(place), codes[entry.code], entry.happened_on.toordinal())
            for place in slow
            for entry in effective(self._known(int(number[place])))
            if entry.item_id is None and entry.code in codes and entry.happened_on <= self._on
        ]
        kept = ~np.isin(found[0], slow)
        more = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        joined = [np.concatenate((column[kept], extra)) for column, extra in zip(found, more, strict=True)]
        order = np.argsort(joined[0], kind="stable")
        place, event, day = (column[order] for column in joined)
        return place, event, day

    def _recorded(self, number: Whole) -> tuple[Whole, Whole, Whole]:
        cursor: Any = self._session.connection().connection.cursor()
        told = bytearray()
        with (
            cursor,
            cursor.copy(
                "COPY (SELECT e.case_id, c.place - 1, e.happened_on - DATE '0001-01-01' + 1 "
                "FROM case_event e JOIN unnest(%s::text[]) WITH ORDINALITY AS c(code, place) ON c.code = e.code "
                "WHERE e.case_id BETWEEN %s AND %s AND e.item_id IS NULL AND e.happened_on <= %s "
                "AND e.recorded_at <= %s ORDER BY e.case_id, e.seq) TO STDOUT",
                (_codes(), int(number[0]), int(number[-1]), self._on, self._known_at),
            ) as copy,
        ):
            for block in copy:
                told += block
        case, event, day = np.fromstring(told.decode(), dtype=np.int64, sep=" ").reshape(-1, 3).T
        place = np.searchsorted(number, case)
        kept = number[place] == case
        return place[kept], event[kept], day[kept]

    def _known(self, number: int) -> list[Entry]:
        last = self._session.scalar(
            select(func.max(CaseEvent.seq)).where(CaseEvent.case_id == number, CaseEvent.recorded_at <= self._known_at)
        )
        return [entry for entry in entries_of(self._session, number) if last is not None and entry.seq <= last]


def _first_reply(replied: Dates, direction: NDArray[np.object_], place: Whole, event: Whole, day: Whole) -> None:
    codes = _codes()
    far = np.iinfo(np.int64).max
    earliest = np.full(replied.size, far)
    for name, wanted in REPLIES.items():
        is_reply = np.array([code in wanted for code in codes])
        chosen = is_reply[event] & (direction[place] == name)
        np.minimum.at(earliest, place[chosen], day[chosen])
    found = earliest < far
    replied[found] = (earliest[found] - _EPOCH).astype("datetime64[D]")

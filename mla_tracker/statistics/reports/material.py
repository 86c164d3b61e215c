"""What the reports are made of: the facts as they were on the last day of the span, and what hangs on the cases.

Whatever hangs on cases (items, bases, offences, refusals ...) is read whole and laid beside the facts by the case, so
that the scope of the facts is the scope of everything, and what counts as a request is decided in one place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select
from sqlalchemy.orm import Session

from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.instruments.queries import catalogue
from mla_tracker.statistics.course import Course, read_course
from mla_tracker.statistics.fact_columns import Facts
from mla_tracker.statistics.facts import read_facts
from mla_tracker.statistics.reports.content import Words, say
from mla_tracker.statistics.rules import Dates, Days, Flags, Flow, days_between, flow, summarise
from mla_tracker.statistics.turns import KINDS

NAMES: Final = {
    ("mla", "incoming"): "Incoming requests for mutual legal assistance",
    ("mla", "outgoing"): "Outgoing requests for mutual legal assistance",
    ("extradition", "incoming"): "Incoming requests for extradition",
    ("extradition", "outgoing"): "Outgoing requests for extradition",
}
SHORT: Final = {
    ("mla", "incoming"): "Assistance, incoming",
    ("mla", "outgoing"): "Assistance, outgoing",
    ("extradition", "incoming"): "Extradition, incoming",
    ("extradition", "outgoing"): "Extradition, outgoing",
}
"""The same for the head of a column."""
DIRECTIONS: Final = {"incoming": "Requests from other States", "outgoing": "Our requests"}
GRANTED: Final = ("executed_in_full", "executed_in_part", "surrendered")

Places = NDArray[np.int64]


@dataclass
class Material:
    """The cases and the span of one report. `first` and `last` are both included."""

    session: Session
    facts: Facts
    first: date
    last: date

    @cached_property
    def codes(self) -> Catalogue:
        """The code lists, retired codes too."""
        return catalogue(self.session)

    @cached_property
    def course(self) -> Course:
        """Whose turn it was, and the first replies, by the last day."""
        return read_course(self.session, self.facts, self.last)

    @cached_property
    def is_request(self) -> Flags:
        return self.facts.is_request

    @cached_property
    def start(self) -> Dates:
        return self.facts.start

    @cached_property
    def line(self) -> Flow:
        """The check line of the span."""
        return self.line_of(self.first, self.last)

    def line_of(self, first: date, last: date) -> Flow:
        """The check line of a part of the span."""
        nothing = np.datetime64("NaT", "D")
        started = np.where(self.is_request, self.start, nothing)
        return flow(started, np.where(self.is_request, self.facts.closed, nothing), first, last)

    def of(self, kind: str = "", direction: str = "") -> Flags:
        """The cases of a kind and direction; "" for all."""
        found = np.ones(len(self.facts), dtype=np.bool_)
        if kind:
            found &= self.facts.kind == kind
        if direction:
            found &= self.facts.direction == direction
        return found

    def kinds(self) -> list[tuple[Words, Flags]]:
        """The four kinds with their names."""
        return [(say(NAMES[kind, direction]), self.of(kind, direction)) for kind, direction in KINDS]

    def within(self, dates: Dates) -> Flags:
        """Whether each day lies in the span."""
        found: Flags = (dates >= np.datetime64(self.first, "D")) & (dates <= np.datetime64(self.last, "D"))
        return found

    def years(self) -> list[tuple[date, date]]:
        """The calendar years of the span, the first and the last cut to it."""
        return [
            (max(self.first, date(year, 1, 1)), min(self.last, date(year, 12, 31)))
            for year in range(self.first.year, self.last.year + 1)
        ]

    def closed_as(self, *outcomes: str) -> Flags:
        """Requests closed in the span with one of the outcomes."""
        found: Flags = self.line.closed & np.isin(self.facts.outcome.astype(str), outcomes)
        return found

    def took(self, end: Dates) -> Days:
        """Days from the start to an end that lies in the span, for requests; NaN for all others. What was taken over
        without such a day and what ends before it starts is left out, as in the statistics.
        """
        days = days_between(self.start, end)
        counts = self.is_request & self.within(end) & (days >= 0)
        return np.where(counts, days, np.nan)

    def beside(self, statement: Select[*tuple[Any, ...]]) -> tuple[Places, list[list[Any]]]:
        """The rows of a statement whose first column is the case: the place of the case in the facts, and the other
        columns; rows of cases that are not among the facts are left out.
        """
        rows = self.session.execute(statement).all()
        if not rows:
            return np.zeros(0, dtype=np.int64), [[] for _ in statement.selected_columns][1:]
        number = np.array([row[0] for row in rows], dtype=np.int64)
        place = np.minimum(np.searchsorted(self.facts.case_id, number), max(len(self.facts) - 1, 0))
        kept = np.flatnonzero(self.facts.case_id[place] == number) if len(self.facts) else np.zeros(0, dtype=np.int64)
        columns = list(zip(*rows, strict=True))[1:]
        return place[kept], [[column[index] for index in kept] for column in columns]


def read_material(session: Session, first: date, last: date, scope: str) -> Material:
    """The material of the span, over unrestricted requests or all."""
    return Material(session, read_facts(session, last, scope, year_from=first), first, last)


def figures_of_days(days: Days) -> tuple[int, float | None, float | None, float | None, float | None]:
    """Number, mean, median, P75 and P90 of day counts; NaN is left out, and below the floor all but the number."""
    known = days[~np.isnan(days)]
    found = summarise(known)
    if found.withheld:
        return found.n, None, None, None, None
    return found.n, found.mean, found.median, found.p75, found.p90


def number_of(flags: Flags) -> int:
    """How many are set."""
    return int(np.count_nonzero(flags))


def requests(place: Places, kept: Sequence[bool] | Flags) -> int:
    """How many cases the kept rows belong to, each counted once."""
    return int(np.unique(place[np.asarray(kept, dtype=np.bool_)]).size) if place.size else 0

"""The figures of a snapshot from what was counted: for all, for each kind and direction, and for each State. Pure.

Loads SciPy through `survival`: only the worker and the commands import this.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np

from mla_tracker.statistics.competing import Tally, aalen_johansen, log_rank
from mla_tracker.statistics.competing import described as end_described
from mla_tracker.statistics.counting import DURATION_CODES, Counted
from mla_tracker.statistics.definitions import END, FLOOR, KEPT, PASSED, TURN
from mla_tracker.statistics.fact_columns import Facts
from mla_tracker.statistics.rules import Days, Flags, share, summarise, withheld_reason
from mla_tracker.statistics.survival import described, kaplan_meier
from mla_tracker.statistics.turns import SIDES

KINDS: Final = ("", "mla", "extradition")
DIRECTIONS: Final = ("", "incoming", "outgoing")
_APART: Final = ("waiting", "on_time", "response_rate", "rounds")
_FAMILIES_APART: Final = (END, KEPT, PASSED)
"""Counts whose figures say more than how many, and are made each in its own way."""


@dataclass(frozen=True)
class Figure:
    """One figure as it is stored; see `models.SnapshotFigure`."""

    measure: str
    kind: str
    direction: str
    state: str
    n: int
    mean: float | None = None
    median: float | None = None
    p75: float | None = None
    p90: float | None = None
    km_median: float | None = None
    withheld: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def figures(facts: Facts, counted: Counted, on: date) -> Iterator[Figure]:
    """Every figure that counts at least one case; for all States together also those that count none."""
    numbers = _Numbers(facts, counted)
    for kind in KINDS:
        of_kind = np.ones(len(facts), dtype=np.bool_) if not kind else facts.kind == kind
        for direction in DIRECTIONS:
            group = of_kind if not direction else of_kind & (facts.direction == direction)
            whole = _Group(counted, numbers, np.flatnonzero(group), (kind, direction, ""), on)
            yield from whole.figures(_directions(facts, whole) if not direction else {})
            for state, members in _by_state(facts, group):
                part = _Group(counted, numbers, members, (kind, direction, state), on)
                yield from part.figures(part.compared_with(whole))


def _directions(facts: Facts, whole: "_Group") -> dict[str, Any]:
    """The log-rank comparison of incoming with outgoing requests."""
    members = whole.members[facts.incoming[whole.members]]
    incoming = _Group(whole.counted, whole.numbers, members, whole.place, whole.on)
    return incoming.compared_with(whole)


def _by_state(facts: Facts, group: Flags) -> Iterator[tuple[str, Any]]:
    members = np.flatnonzero(group)
    if not members.size:
        return
    states = facts.counterpart[members].astype(str)
    order = np.argsort(states, kind="stable")
    names, first = np.unique(states[order], return_index=True)
    for name, part in zip(names, np.split(members[order], first[1:]), strict=True):
        if name:
            yield str(name), part


class _Numbers:
    """How many cases stand in each count, for every kind, direction and State at once: one pass for each count."""

    def __init__(self, facts: Facts, counted: Counted) -> None:
        names, state = np.unique(facts.counterpart.astype(str), return_inverse=True)
        self._states = {str(name): place for place, name in enumerate(names)}
        extradition, outgoing = facts.kind == "extradition", ~facts.incoming
        key = (extradition * 2 + outgoing) * max(names.size, 1) + state
        shape = (2, 2, max(names.size, 1))
        size = int(np.prod(shape))
        self._of = {
            code: np.bincount(key[flags], minlength=size).reshape(shape) for code, flags in counted.marks.items()
        }

    def of(self, place: tuple[str, str, str]) -> dict[str, int]:
        """The counts of one group."""
        kind, direction, state = place
        chosen = (
            slice(None) if not kind else slice(1, 2) if kind == "extradition" else slice(0, 1),
            slice(None) if not direction else slice(1, 2) if direction == "outgoing" else slice(0, 1),
            slice(None) if not state else slice(self._states[state], self._states[state] + 1),
        )
        return {code: int(table[chosen].sum()) for code, table in self._of.items()}


class _Group:
    """The cases of one kind, direction and State ("" for all), and the figures over them."""

    def __init__(
        self, counted: Counted, numbers: "_Numbers", members: Any, place: tuple[str, str, str], on: date
    ) -> None:
        self.counted, self.numbers, self.members, self.place, self.on = counted, numbers, members, place, on
        self.answered = _known(counted.days["answer"][members])
        self.still = _known(np.where(counted.in_cohort[members], counted.waiting[members], np.nan))
        self.number = numbers.of(place)

    def figures(self, compared: dict[str, Any]) -> Iterator[Figure]:
        """All figures of the group; of one State only those that count a case."""
        for figure in self._all(compared):
            if figure.n or not self.place[2] or figure.extra.get("of"):
                yield figure

    def compared_with(self, whole: "_Group") -> dict[str, Any]:
        """The log-rank comparison of this group with the rest of `whole`; nothing where it cannot be made."""
        if len(self.members) < FLOOR:
            return {}
        found = log_rank(self._tally(whole.last), whole.tally)
        return {"differs": {"statistic": found.statistic, "probability": found.probability}} if found else {}

    @cached_property
    def last(self) -> int:
        """The longest day count."""
        return int(max((days.max() for days in (self.answered, self.still) if days.size), default=0.0))

    @cached_property
    def tally(self) -> Tally:
        """The ends and ages of this group by day."""
        return self._tally(self.last)

    def _tally(self, last: int) -> Tally:
        return Tally.of(self.answered, self.still, last)

    def _all(self, compared: dict[str, Any]) -> Iterator[Figure]:
        for code in DURATION_CODES:
            if code != "answer":
                yield self._summary(code, self._days(self.counted.days[code]))
        yield self._answer(compared)
        yield self._summary("net", self.answered_net)
        yield self._summary("waiting", self._days(self.counted.waiting))
        yield from self._ends()
        yield from self._sides()
        yield from self._limits()
        yield from self._shares()
        yield self._rounds()
        for code, n in self.number.items():
            if code not in _APART and not code.startswith(_FAMILIES_APART):
                yield Figure(code, *self.place, n)

    def _days(self, column: Days) -> Days:
        return _known(column[self.members])

    @property
    def answered_net(self) -> Days:
        """Days to the final answer without those of the other State."""
        sides = self.counted.sides[self.members]
        net: Days = sides.sum(axis=1) - sides[:, SIDES.index("other_state")]
        return _known(net)

    def _answer(self, compared: dict[str, Any]) -> Figure:
        extra = {"waiting": int(self.still.size)} | compared
        curve = kaplan_meier(self.answered, self.still)
        if curve is None:
            return self._summary("answer", self.answered, extra)
        return self._summary("answer", self.answered, extra | described(curve), km_median=curve.quantile(0.5)[0])

    def _summary(
        self, code: str, days: Days, extra: dict[str, Any] | None = None, km_median: float | None = None
    ) -> Figure:
        found, more = summarise(days), extra or {}
        if found.p25 is not None:
            more = more | {"p05": found.p05, "p25": found.p25}
        return Figure(
            code, *self.place, found.n, found.mean, found.median, found.p75, found.p90, km_median, found.withheld, more
        )

    def _ends(self) -> Iterator[Figure]:
        """The competing ends: how many met each; by which day, with bands, for all States together."""
        ends = {code: self._days(days) for code, days in self.counted.ends.items()}
        incidences = aalen_johansen(ends, self._days(self.counted.open_age)) if not self.place[2] else {}
        for code, days in ends.items():
            incidence = incidences.get(code)
            extra = end_described(incidence) if incidence is not None and days.size else {}
            yield self._summary(END + code, days, extra, incidence.quantile(0.5)[0] if incidence is not None else None)

    def _sides(self) -> Iterator[Figure]:
        """Days of the ended requests by side; the shares are of all their days, and sum to 1."""
        sides = self.counted.sides[self.members]
        sides = sides[~np.isnan(sides[:, 0])]
        every = float(sides.sum())
        for place, side in enumerate(SIDES):
            days = sides[:, place]
            total = float(days.sum())
            extra = {"days": total, "of": len(days), "each": total / len(days) if len(days) else None,
                     "share": total / every if every else None}  # fmt: skip
            yield self._summary(TURN + side, days[days > 0], extra)

    def _limits(self) -> Iterator[Figure]:
        """For each time limit, how many kept it, and how late the others were."""
        for rule, column in self.counted.late.items():
            late = self._days(column)
            kept = int(np.count_nonzero(late == 0))
            yield self._share(KEPT + rule, kept, late.size)
            yield self._summary(PASSED + rule, late[late > 0])

    def _shares(self) -> Iterator[Figure]:
        number = self.number
        for code, other in (("on_time", "late"), ("response_rate", "unanswered")):
            yield self._share(code, number.get(code, 0), number.get(code, 0) + number.get(other, 0))
        closed, new, closing = (number.get(code, 0) for code in ("closed", "new", "closing"))
        period = (self.on - date(self.on.year, 1, 1)).days + 1
        yield Figure(
            "clearance", *self.place, closed, withheld=withheld_reason(new),
            extra={"of": new, "share": share(closed, new)},
        )  # fmt: skip
        yield Figure(
            "disposition", *self.place, closing, withheld=withheld_reason(closed),
            extra={"of": closed, "days": closing / closed * period if closed >= FLOOR else None},
        )  # fmt: skip

    def _share(self, code: str, part: int, whole: int) -> Figure:
        """A share with its parts: n of `of`."""
        return Figure(
            code, *self.place, part, withheld=withheld_reason(whole), extra={"of": whole, "share": share(part, whole)}
        )

    def _rounds(self) -> Figure:
        rounds, asking = self._days(self.counted.rounds), self._days(self.counted.asking)
        extra = {"of": rounds.size, "rounds": int(rounds.sum()), "days": int(asking.sum())}
        return Figure("rounds", *self.place, self.number.get("rounds", 0), extra=extra)


def _known(days: Days) -> Days:
    return days[~np.isnan(days)]

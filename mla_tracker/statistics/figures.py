"""The figures of a snapshot from what was counted: for all, for each kind and direction, and for each State. Pure.

Loads SciPy through `survival`: only the worker and the commands import this.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from mla_tracker.statistics.counting import DURATION_CODES, Counted
from mla_tracker.statistics.facts import Facts
from mla_tracker.statistics.rules import Days, Flags, share, summarise, withheld_reason
from mla_tracker.statistics.survival import described, kaplan_meier

KINDS: Final = ("", "mla", "extradition")
DIRECTIONS: Final = ("", "incoming", "outgoing")


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


def figures(facts: Facts, counted: Counted) -> Iterator[Figure]:
    """Every figure that counts at least one case; for all States together also those that count none."""
    for kind in KINDS:
        of_kind = np.ones(len(facts), dtype=np.bool_) if not kind else facts.kind == kind
        for direction in DIRECTIONS:
            group = of_kind if not direction else of_kind & (facts.direction == direction)
            yield from _group(counted, np.flatnonzero(group), kind, direction, "")
            for state, members in _by_state(facts, group):
                yield from _group(counted, members, kind, direction, state)


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


def _group(counted: Counted, members: Any, kind: str, direction: str, state: str) -> Iterator[Figure]:
    place = (kind, direction, state)
    for code in DURATION_CODES:
        days = _known(counted.days[code][members])
        if days.size or not state:
            yield _duration(code, place, days, counted, members)
    waiting = _known(counted.waiting[members])
    if waiting.size or not state:
        yield _summary("waiting", place, waiting, {})
    for code, flags in counted.marks.items():
        n = int(np.count_nonzero(flags[members]))
        if code not in ("waiting", "on_time") and (n or not state):
            yield Figure(code, *place, n)
    yield from _on_time(counted, members, place)


def _duration(code: str, place: tuple[str, str, str], days: Days, counted: Counted, members: Any) -> Figure:
    if code != "answer":
        return _summary(code, place, days, {})
    still = _known(np.where(counted.in_cohort[members], counted.waiting[members], np.nan))
    extra: dict[str, Any] = {"waiting": int(still.size)}
    curve = kaplan_meier(days, still)
    if curve is None:
        return _summary(code, place, days, extra)
    return _summary(code, place, days, extra | described(curve), km_median=curve.quantile(0.5)[0])


def _summary(
    code: str, place: tuple[str, str, str], days: Days, extra: dict[str, Any], km_median: float | None = None
) -> Figure:
    found = summarise(days)
    if found.p25 is not None:
        extra = extra | {"p05": found.p05, "p25": found.p25}
    return Figure(
        code, *place, found.n, found.mean, found.median, found.p75, found.p90, km_median, found.withheld, extra
    )


def _on_time(counted: Counted, members: Any, place: tuple[str, str, str]) -> Iterator[Figure]:
    """The share with its parts: n are the requests on time, `of` those that had a date to keep."""
    kept, passed = (
        int(np.count_nonzero(flags[members])) if (flags := counted.marks.get(code)) is not None else 0
        for code in ("on_time", "late")
    )
    if kept + passed or not place[2]:
        whole = kept + passed
        yield Figure(
            "on_time", *place, kept, withheld=withheld_reason(whole), extra={"of": whole, "share": share(kept, whole)}
        )


def _known(days: Days) -> Days:
    return days[~np.isnan(days)]

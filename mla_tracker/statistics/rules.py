"""How figures are made of days: summaries, shares, ages, the check line. Pure functions over arrays and dates.

Day counts are whole days: received and answered on the same day is 0. Quantiles are those of numpy's default (linear
between the two nearest cases), so that anybody can recompute them. Percentiles are never combined across groups: each
group is computed from its own cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mla_tracker.statistics.definitions import FLOOR

Days = NDArray[np.float64]
Dates = NDArray[np.datetime64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Summary:
    """What is said of one group of day counts.

    Below the floor only `n` and the median are given, and `withheld` says why the rest is not; with no case at all
    there is no median either.
    """

    n: int
    mean: float | None = None
    median: float | None = None
    p25: float | None = None
    p75: float | None = None
    p90: float | None = None
    p05: float | None = None
    withheld: str | None = None


def summarise(days: Days) -> Summary:
    """Mean, median, quartiles and the 90th percentile of the day counts; see `Summary` for small groups."""
    n = int(days.size)
    if n == 0:
        return Summary(0, withheld="No case.")
    median = float(np.median(days))
    if n < FLOOR:
        return Summary(n, median=median, withheld=withheld_reason(n))
    p05, p25, p75, p90 = (float(value) for value in np.quantile(days, (0.05, 0.25, 0.75, 0.9)))
    return Summary(n, float(days.mean()), median, p25, p75, p90, p05)


def withheld_reason(n: int) -> str | None:
    """Why a figure over `n` cases is not given; None when it is."""
    return None if n >= FLOOR else f"Fewer than {FLOOR} cases ({n})."


def share(part: int, whole: int) -> float | None:
    """The share of `whole`, None below the floor."""
    return part / whole if whole >= FLOOR else None


def days_between(start: Dates, end: Dates) -> Days:
    """Whole days from `start` to `end`, NaN where one of them is not known; negative where the end is dated earlier."""
    difference: Days = (end - start).astype("timedelta64[D]").astype(np.float64)
    difference[np.isnat(start) | np.isnat(end)] = np.nan
    return difference


def final_day(answered: Dates, closed: Dates) -> Dates:
    """The day on which a request ended for the other side: its final answer, or its end where there was none."""
    return np.where(np.isnat(answered), closed, answered)


@dataclass(frozen=True)
class Flow:
    """Which requests stand in each column of the check line, and those for which it does not balance."""

    opening: Flags
    new: Flags
    closed: Flags
    closing: Flags

    @property
    def gap(self) -> Flags:
        """The requests whose columns do not balance; none when the line closes."""
        balance = self.opening.astype(int) + self.new.astype(int) - self.closed.astype(int) - self.closing.astype(int)
        unbalanced: Flags = balance != 0
        return unbalanced


def flow(start: Dates, closed: Dates, first: date, last: date) -> Flow:
    """opening + new - closed = closing for the days `first` to `last`, both included, each column counted by itself.

    The line fails to close for a request that closed before it started, or closed without a known start; `gap` names
    those.
    """
    begin, end = np.datetime64(first, "D"), np.datetime64(last, "D")
    known = ~np.isnat(start)
    shut = ~np.isnat(closed)
    return Flow(
        opening=known & (start < begin) & ~(shut & (closed < begin)),
        new=known & (start >= begin) & (start <= end),
        closed=shut & (closed >= begin) & (closed <= end),
        closing=known & (start <= end) & ~(shut & (closed <= end)),
    )


def as_dates(values: Sequence[Any]) -> Dates:
    """Dates (None where not known) as an array of days."""
    return np.array(values, dtype="datetime64[D]")

"""Ends that compete, and the comparison of two groups: Aalen-Johansen and the log-rank test.

A request that was refused will never be executed: to call it censored would promise that it might be. So the share
that has met one end by a day is its cumulative incidence, and the incidences of all ends and the share still open sum
to 1. What still waits is censored at its age. Bands are log-log by the delta method on Greenwood's variance (Collett,
Modelling Survival Data in Medical Research, ch. 12), which stay between 0 and 1. Only the worker and the commands
import this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.stats import chi2, norm

from mla_tracker.statistics.definitions import FLOOR
from mla_tracker.statistics.rules import Days
from mla_tracker.statistics.survival import CONFIDENCE, QUANTILES, thinned

_Z: Final = float(norm.ppf((1 + CONFIDENCE) / 2))


@dataclass(frozen=True)
class Incidence:
    """The share that has met one end by each day on which anything ended; `days[0]` is 0 with a share of 0."""

    days: Days
    share: Days
    low: Days
    high: Days

    def quantile(self, part: float) -> tuple[float | None, float | None, float | None]:
        """The first day by which `part` of all requests have met this end, with its band; None where never reached."""
        return self._first(self.share, part), self._first(self.high, part), self._first(self.low, part)

    def _first(self, values: Days, level: float) -> float | None:
        reached = np.flatnonzero(values >= level - 1e-12)
        return float(self.days[reached[0]]) if reached.size else None


@dataclass(frozen=True)
class Comparison:
    """The log-rank test of two groups: chi-square with one degree of freedom, and the two-sided probability."""

    statistic: float
    probability: float


def aalen_johansen(ends: Mapping[str, Days], waiting: Days) -> dict[str, Incidence]:
    """The incidence of each end from the day counts of those that met it, and the ages of what waits.

    Empty below the floor or when nothing ended. Ends of one day meet the same number at risk.
    """
    everything = np.sort(np.concatenate([*ends.values(), waiting]))
    met = np.concatenate([*ends.values()]) if ends else np.array([])
    if not met.size or everything.size < FLOOR:
        return {}
    days, counted = np.unique(met, return_counts=True)
    any_end = counted.astype(np.float64)
    at_risk = (everything.size - np.searchsorted(everything, days, side="left")).astype(float)
    survival = np.cumprod(1 - any_end / at_risk)
    before = np.concatenate(([1.0], survival[:-1]))
    found = {}
    for code, counts in ends.items():
        of_this = _counts(counts, days)
        share = np.cumsum(before * of_this / at_risk)
        low, high = _band(share, _variance(share, any_end, of_this, at_risk, before))
        found[code] = Incidence(*(np.concatenate(([first], rest)) for first, rest in (
            (0.0, days), (0.0, share), (0.0, low), (0.0, high),
        )))  # fmt: skip
    return found


def _counts(values: Days, days: Days) -> Days:
    own, counts = np.unique(values, return_counts=True)
    found = np.zeros(days.size)
    found[np.searchsorted(days, own)] = counts
    return found


def _variance(share: Days, any_end: Days, of_this: Days, at_risk: Days, before: Days) -> Days:
    """Greenwood's variance of the incidence by each day, its sums over earlier days expanded into running sums.

    On the last day everything at risk may end: that day's own term of the first sum is 0 times infinity, which is 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        first = any_end / (at_risk * (at_risk - any_end))
    first[~np.isfinite(first)] = 0.0
    third = before * of_this / at_risk**2
    quadratic = share**2 * np.cumsum(first) - 2 * share * np.cumsum(first * share) + np.cumsum(first * share**2)
    own = np.cumsum(before**2 * of_this * (at_risk - of_this) / at_risk**3)
    mixed = share * np.cumsum(third) - np.cumsum(third * share)
    variance: Days = np.maximum(quadratic + own - 2 * mixed, 0.0)
    return variance


def _band(share: Days, variance: Days) -> tuple[Days, Days]:
    """The log-log band; at 0 and at 1 there is none and it meets the curve."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        transformed = np.log(-np.log(share))
        spread = _Z * np.sqrt(variance) / (share * np.abs(np.log(share)))
        low, high = np.exp(-np.exp(transformed + spread)), np.exp(-np.exp(transformed - spread))
    inside = (share > 0) & (share < 1)
    return np.where(inside, low, share), np.where(inside, high, share)


@dataclass(frozen=True)
class Tally:
    """How many requests of a group ended on each whole day from 0 on, and how many were at risk just before it."""

    ended: Days
    at_risk: Days

    @classmethod
    def of(cls, ended: Days, waiting: Days, last: int) -> "Tally":
        """The tally up to the day `last`, which no day count exceeds."""
        counts = [np.bincount(days.astype(np.int64), minlength=last + 1).astype(float) for days in (ended, waiting)]
        at_risk: Days = np.cumsum((counts[0] + counts[1])[::-1])[::-1]
        return cls(counts[0], at_risk)


def log_rank(part: Tally, whole: Tally) -> Comparison | None:
    """Whether the requests of `part` take as long as the others of `whole`, of which they are a part.

    None below the floor on either side, or where it cannot be told (nothing ended while both were at risk). From
    tallies, because a part is compared for each State: SciPy's test sorts all requests for each of them.
    """
    size, rest = part.at_risk[0], whole.at_risk[0] - part.at_risk[0]
    if min(size, rest) < FLOOR:
        return None
    days = np.flatnonzero(whole.ended)
    ended, at_risk, share = whole.ended[days], whole.at_risk[days], part.at_risk[days] / whole.at_risk[days]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(at_risk > 1, ended * share * (1 - share) * (at_risk - ended) / (at_risk - 1), 0.0).sum()
    if variance <= 0:
        return None
    statistic = float((part.ended.sum() - (ended * share).sum()) ** 2 / variance)
    return Comparison(statistic, float(chi2.sf(statistic, 1)))


def described(incidence: Incidence) -> dict[str, Any]:
    """The incidence as it is kept with a figure: its steps and the days by which parts of all have met this end."""
    changes = np.flatnonzero(np.concatenate(([True], np.diff(incidence.share) > 0)))
    kept = changes[thinned(changes.size)]
    return {
        "incidence": {
            "days": [int(day) for day in incidence.days[kept]],
            **{
                name: [round(float(value), 6) for value in getattr(incidence, name)[kept]]
                for name in ("share", "low", "high")
            },
        },
        "quantiles": [
            {"part": part, "days": days, "low": low, "high": high}
            for part in QUANTILES
            for days, low, high in [incidence.quantile(part)]
        ],
    }

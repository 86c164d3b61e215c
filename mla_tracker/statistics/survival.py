"""Time to an end when some are still waiting: the Kaplan-Meier estimate.

What still waits is censored at its age, never left out and never counted as ended. Bands are log-log (they stay
between 0 and 1 and equal those of the usual packages). This is the only module that loads SciPy, so pages must not
import it.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import CensoredData, ecdf

from mla_tracker.statistics.definitions import FLOOR
from mla_tracker.statistics.rules import Days

CONFIDENCE: Final = 0.95
MILESTONES: Final = (30, 90, 180, 270, 365, 540, 720, 1095)
QUANTILES: Final = (0.25, 0.5, 0.75, 0.9)
STEPS_KEPT: Final = 240
"""Steps of a curve that are kept with a figure: more than a picture shows, few enough for every State."""


@dataclass(frozen=True)
class Curve:
    """The share still waiting after each day on which something ended, with its band.

    `days[0]` is 0 with a share of 1. `at_risk` and `ended` are the numbers still waiting just before that day and
    ended on it.
    """

    days: Days
    share: Days
    low: Days
    high: Days
    at_risk: Days
    ended: Days

    def after(self, day: float) -> tuple[float, float, float]:
        """Share, lower and upper band after `day`."""
        index = int(np.searchsorted(self.days, day, side="right")) - 1
        return float(self.share[index]), float(self.low[index]), float(self.high[index])

    def quantile(self, part: float) -> tuple[float | None, float | None, float | None]:
        """The first day by which `part` of all have ended, and the band of that day; None where the curve does not
        reach.

        The band holds every day that the band of the curve does not exclude (Brookmeyer and Crowley).
        """
        level = 1 - part
        return self._first(self.share, level), self._first(self.low, level), self._first(self.high, level)

    def _first(self, values: Days, level: float) -> float | None:
        # A tolerance of one rounding: half of eight is half, whatever the multiplications before it did.
        reached = np.flatnonzero(values <= level + 1e-12)
        return float(self.days[reached[0]]) if reached.size else None


def kaplan_meier(ended: Days, waiting: Days) -> Curve | None:
    """The curve for the day counts of what ended and the ages of what waits; None below the floor or when nothing
    ended."""
    if ended.size == 0 or ended.size + waiting.size < FLOOR:
        return None
    fit = ecdf(CensoredData(uncensored=ended, right=waiting)).sf
    band = _band(fit)
    days, unsorted_at = np.unique(ended, return_counts=True)
    order = np.searchsorted(fit.quantiles, days)
    everything = np.sort(np.concatenate((ended, waiting)))
    at_risk = everything.size - np.searchsorted(everything, days, side="left")
    low, high = _filled(band.low.probabilities[order]), _filled(band.high.probabilities[order])
    return Curve(
        days=np.concatenate(([0.0], days)),
        share=np.concatenate(([1.0], fit.probabilities[order])),
        low=np.concatenate(([1.0], low)),
        high=np.concatenate(([1.0], high)),
        at_risk=np.concatenate(([float(everything.size)], at_risk.astype(float))),
        ended=np.concatenate(([0.0], unsorted_at.astype(float))),
    )


def _band(fit: Any) -> Any:
    """The log-log band. SciPy warns that it has none where the curve is at 0: `_filled` gives it there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return fit.confidence_interval(confidence_level=CONFIDENCE, method="log-log")


def _filled(values: Days) -> Days:
    """Once nothing waits any more, the curve and both edges of its band are at 0."""
    return np.where(np.isnan(values), 0.0, values)


def described(curve: Curve) -> dict[str, Any]:
    """The curve as it is kept with a figure: steps, quantiles and milestones, ready to be shown without computing.

    `beyond` says how many are known to take longer than the last day on which anything ended: what can be said where
    the curve does not reach a quantile.
    """
    kept = thinned(curve.days.size)
    longest = float(curve.days[-1])
    return {
        "curve": {
            "days": [int(day) for day in curve.days[kept]],
            "share": _rounded(curve.share[kept]),
            "low": _rounded(curve.low[kept]),
            "high": _rounded(curve.high[kept]),
        },
        "quantiles": [
            {"part": part, "days": days, "low": low, "high": high}
            for part in QUANTILES
            for days, low, high in [curve.quantile(part)]
        ],
        "beyond": {"days": int(longest), "cases": int(curve.at_risk[-1] - curve.ended[-1])},
        "milestones": _milestones(curve),
    }


def thinned(size: int) -> NDArray[np.int64]:
    """Places of the steps that are kept of `size`: all, or evenly spread ones with the first and the last."""
    return np.unique(np.linspace(0, size - 1, min(size, STEPS_KEPT)).round().astype(np.int64))


def _milestones(curve: Curve) -> list[dict[str, Any]]:
    rows = []
    for day in MILESTONES:
        if day > curve.days[-1]:
            break
        share, low, high = curve.after(day)
        index = int(np.searchsorted(curve.days, day, side="right")) - 1
        following = min(index + 1, curve.days.size - 1)
        rows.append(
            {
                "day": day,
                "at_risk": int(curve.at_risk[following]) if following > index else 0,
                "ended": int(curve.ended[: index + 1].sum()),
                "share": round(share, 6),
                "low": round(low, 6),
                "high": round(high, 6),
            }
        )
    return rows


def _rounded(values: Sequence[float] | Days) -> list[float]:
    return [round(float(value), 6) for value in values]

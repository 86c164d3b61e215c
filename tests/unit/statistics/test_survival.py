"""The Kaplan-Meier estimate against lifelines, and against a table worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_times

from mla_tracker.statistics.definitions import FLOOR
from mla_tracker.statistics.survival import QUANTILES, described, kaplan_meier

ages = st.lists(st.integers(0, 900).map(float), max_size=120)


def array(values: list[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=float)


@settings(max_examples=60, deadline=None)
@given(ages, ages)
def test_equal_to_lifelines(ended: list[float], waiting: list[float]) -> None:
    curve = kaplan_meier(array(ended), array(waiting))
    if not ended or len(ended) + len(waiting) < FLOOR:
        assert curve is None
        return
    assert curve is not None
    theirs = KaplanMeierFitter().fit(ended + waiting, [True] * len(ended) + [False] * len(waiting), alpha=0.05)
    at = curve.days[1:]
    assert np.allclose(curve.share[1:], theirs.survival_function_at_times(at).to_numpy(), atol=1e-12)
    band = theirs.confidence_interval_.loc[at].to_numpy()
    assert np.allclose(curve.low[1:], band[:, 0], atol=1e-9)
    assert np.allclose(curve.high[1:], band[:, 1], atol=1e-9)
    table = theirs.event_table.loc[at]
    assert list(curve.at_risk[1:]) == list(table["at_risk"])
    assert list(curve.ended[1:]) == list(table["observed"])


@pytest.mark.filterwarnings("ignore::lifelines.exceptions.ApproximationWarning")
@settings(max_examples=40, deadline=None)
@given(ages.filter(lambda values: len(values) > FLOOR), ages)
def test_quantiles_and_their_bands_equal_lifelines(ended: list[float], waiting: list[float]) -> None:
    curve = kaplan_meier(array(ended), array(waiting))
    assert curve is not None
    theirs = KaplanMeierFitter().fit(ended + waiting, [True] * len(ended) + [False] * len(waiting))
    for part in QUANTILES:
        level = 1 - part
        # A share that meets the level exactly is decided by the last bit, in theirs as in ours.
        if np.any(np.abs(curve.share - level) < 1e-9):
            continue
        days, low, high = curve.quantile(part)
        assert known(days) == float(theirs.percentile(level))
        band = qth_survival_times(level, theirs.confidence_interval_)
        assert known(low) == float(band.iloc[0, 0])
        assert known(high) == float(band.iloc[0, 1])


def known(value: float | None) -> float:
    """lifelines says infinity where the curve does not reach."""
    return float("inf") if value is None else value


def test_by_hand() -> None:
    """Ten requests: six ended, four wait. Before day 6 ten are at risk, one ends: 0.9; and so on."""
    curve = kaplan_meier(array([6, 13, 21, 30, 37, 38]), array([10, 16, 31, 49]))
    assert curve is not None
    assert list(curve.days) == [0, 6, 13, 21, 30, 37, 38]
    assert curve.share == pytest.approx([1, 0.9, 0.9 * 7 / 8, 0.9 * 7 / 8 * 5 / 6, 0.525, 0.525 * 2 / 3, 0.175])
    assert list(curve.at_risk) == [10, 10, 8, 6, 5, 3, 2]
    assert curve.quantile(0.5)[0] == 37
    assert curve.quantile(0.9)[0] is None
    assert curve.after(20) == curve.after(13)


def test_half_of_an_even_number_is_reached_exactly() -> None:
    curve = kaplan_meier(array([float(day) for day in range(10, 130, 10)]), array([500.0] * 12))
    assert curve is not None
    assert curve.quantile(0.5)[0] == 120


def test_what_is_kept_is_enough_to_show_without_computing() -> None:
    curve = kaplan_meier(array([float(day) for day in range(0, 400, 7)]), array([10.0, 200.0, 700.0]))
    assert curve is not None
    kept = described(curve)
    lengths = {len(column) for column in kept["curve"].values()}
    assert len(lengths) == 1
    milestones = kept["milestones"]
    assert [one["day"] for one in milestones] == [30, 90, 180, 270, 365]
    assert [one["ended"] for one in milestones] == sorted(one["ended"] for one in milestones)
    assert [one["share"] for one in milestones] == sorted((one["share"] for one in milestones), reverse=True)
    assert [one["part"] for one in kept["quantiles"]] == list(QUANTILES)

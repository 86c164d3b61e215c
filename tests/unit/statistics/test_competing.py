"""Competing ends and the comparison of groups against lifelines, and against sums worked out by hand."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter
from lifelines.statistics import logrank_test
from scipy.stats import CensoredData, logrank

from mla_tracker.statistics.competing import Tally, aalen_johansen, described, log_rank
from mla_tracker.statistics.definitions import FLOOR
from mla_tracker.statistics.survival import kaplan_meier

Array = np.ndarray[tuple[int], np.dtype[np.float64]]
fates = st.lists(st.tuples(st.integers(1, 900), st.sampled_from((0, 1, 2))), max_size=100)
ages = st.lists(st.integers(0, 900).map(float), max_size=80)


def array(values: list[float]) -> Array:
    return np.array(values, dtype=float)


def of(told: list[tuple[int, int]], end: int) -> Array:
    return array([float(day) for day, met in told if met == end])


@settings(max_examples=60, deadline=None)
@given(fates)
def test_incidence_and_band_equal_lifelines(told: list[tuple[int, int]]) -> None:
    """lifelines cannot take two different ends on one day (it moves them at random): such days are left to the next
    test."""
    days = [day for day, met in told if met]
    assume(all(len({met for day, met in told if met and day == one}) == 1 for one in set(days)))
    found = aalen_johansen({"one": of(told, 1), "two": of(told, 2)}, of(told, 0))
    if not days or len(told) < FLOOR:
        assert found == {}
        return
    for end, code in ((1, "one"), (2, "two")):
        if not of(told, end).size:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = AalenJohansenFitter(calculate_variance=True).fit(*map(list, zip(*told, strict=True)), end)
        at = found[code].days[1:]
        assert np.allclose(found[code].share[1:], theirs.cumulative_density_.loc[at].to_numpy()[:, 0], atol=1e-9)
        variance = theirs.variance_.loc[at].to_numpy()
        band = theirs.confidence_interval_.loc[at].to_numpy()
        inside = np.isfinite(variance) & (found[code].share[1:] > 0) & (found[code].share[1:] < 1)
        assert np.allclose(found[code].low[1:][inside], np.nanmin(band[inside], axis=1, initial=1), atol=1e-9)
        assert np.allclose(found[code].high[1:][inside], np.nanmax(band[inside], axis=1, initial=0), atol=1e-9)


@settings(max_examples=80, deadline=None)
@given(fates)
def test_the_ends_and_what_is_still_open_sum_to_all(told: list[tuple[int, int]]) -> None:
    found = aalen_johansen({"one": of(told, 1), "two": of(told, 2)}, of(told, 0))
    if not found:
        return
    curve = kaplan_meier(np.concatenate((of(told, 1), of(told, 2))), of(told, 0))
    assert curve is not None
    assert list(found["one"].days) == list(curve.days)
    assert np.allclose(found["one"].share + found["two"].share + curve.share, 1, atol=1e-12)
    for incidence in found.values():
        assert np.all(np.diff(incidence.share) >= 0)
        assert np.all(incidence.low <= incidence.share + 1e-12)
        assert np.all(incidence.share <= incidence.high + 1e-12)


def test_by_hand() -> None:
    """Ten requests: executed on days 10 and 30, refused on day 20, one censored on day 15, six still wait."""
    found = aalen_johansen({"executed": array([10, 30]), "refused": array([20])}, array([15, *[90] * 6]))
    executed, refused = found["executed"], found["refused"]
    assert list(executed.days) == [0, 10, 20, 30]
    assert executed.share == pytest.approx([0, 1 / 10, 1 / 10, 1 / 10 + 0.9 * 7 / 8 / 7])
    assert refused.share == pytest.approx([0, 0, 0.9 / 8, 0.9 / 8])
    assert executed.quantile(0.1)[0] == 10
    assert executed.quantile(0.5)[0] is None


def test_what_is_kept_has_only_the_steps() -> None:
    kept = described(aalen_johansen({"executed": array([10, 30]), "refused": array([20])}, array([90] * 9))["executed"])
    assert kept["incidence"]["days"] == [0, 10, 30]
    assert [one["part"] for one in kept["quantiles"]] == [0.25, 0.5, 0.75, 0.9]


@settings(max_examples=80, deadline=None)
@given(ages, ages, ages, ages)
def test_log_rank_equals_lifelines_and_scipy(
    one: list[float], one_waits: list[float], two: list[float], waits: list[float]
) -> None:
    last = int(max([0.0, *one, *one_waits, *two, *waits]))
    part = Tally.of(array(one), array(one_waits), last)
    found = log_rank(part, Tally.of(array(one + two), array(one_waits + waits), last))
    if min(len(one) + len(one_waits), len(two) + len(waits)) < FLOOR or not one + two:
        assert found is None
        return
    theirs = logrank_test(
        one + one_waits, two + waits, [1] * len(one) + [0] * len(one_waits), [1] * len(two) + [0] * len(waits)
    )
    if found is None:
        assert not np.isfinite(theirs.test_statistic)
        return
    assert found.statistic == pytest.approx(theirs.test_statistic, abs=1e-9, rel=1e-9)
    assert found.probability == pytest.approx(theirs.p_value, abs=1e-9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scipys = logrank(
            CensoredData(uncensored=array(one), right=array(one_waits)),
            CensoredData(uncensored=array(two), right=array(waits)),
        )
    assert scipys.pvalue == pytest.approx(found.probability, abs=1e-9)

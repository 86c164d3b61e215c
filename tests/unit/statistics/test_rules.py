"""The arithmetic of figures: summaries, the floor, the check line, months."""

from datetime import date, timedelta
from statistics import mean, median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.statistics.definitions import FLOOR, MEASURES, definition, is_known
from mla_tracker.statistics.periods import AGE_BANDS, age_band, month_ends, months_before
from mla_tracker.statistics.rules import as_dates, days_between, final_day, flow, share, summarise

days_of = st.lists(st.integers(0, 4000), max_size=80)
some_day = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@given(days_of)
def test_a_summary_is_what_anybody_computes(values: list[int]) -> None:
    found = summarise(np.array(values, dtype=float))
    assert found.n == len(values)
    if not values:
        assert (found.median, found.withheld) == (None, "No case.")
        return
    assert found.median == median(values)
    if len(values) < FLOOR:
        assert (found.mean, found.p25, found.p75, found.p90) == (None, None, None, None)
        assert found.withheld == f"Fewer than {FLOOR} cases ({len(values)})."
        return
    assert found.withheld is None
    assert found.mean == pytest.approx(mean(values))
    ordered = sorted(values)
    for part, value in ((0.25, found.p25), (0.75, found.p75), (0.9, found.p90)):
        place = part * (len(ordered) - 1)
        below, rest = int(place), place - int(place)
        above = ordered[min(below + 1, len(ordered) - 1)]
        assert value == pytest.approx(ordered[below] + rest * (above - ordered[below]))


@pytest.mark.parametrize(("part", "whole", "expected"), [(0, 0, None), (9, 9, None), (0, 10, 0.0), (7, 10, 0.7)])
def test_a_share_needs_the_floor(part: int, whole: int, expected: float | None) -> None:
    assert share(part, whole) == expected


def test_days_are_whole_and_unknown_where_a_date_is() -> None:
    start = as_dates([date(2024, 2, 28), date(2024, 3, 1), None, date(2024, 3, 1)])
    end = as_dates([date(2024, 3, 1), date(2024, 3, 1), date(2024, 3, 1), date(2024, 2, 29)])
    found = days_between(start, end)
    assert list(found[[0, 1, 3]]) == [2, 0, -1]
    assert np.isnan(found[2])


def test_the_final_day_is_the_answer_and_without_one_the_end() -> None:
    answered = as_dates([date(2025, 1, 5), None, None])
    closed = as_dates([date(2025, 2, 1), date(2025, 3, 1), None])
    found = final_day(answered, closed)
    assert list(found[:2].astype(object)) == [date(2025, 1, 5), date(2025, 3, 1)]
    assert np.isnat(found[2])


@given(st.lists(st.tuples(some_day, st.none() | st.integers(0, 3000)), max_size=60), some_day)
def test_the_check_line_closes_for_whatever_ends_after_it_began(
    cases: list[tuple[date, int | None]], last: date
) -> None:
    start = as_dates([opened for opened, _ in cases])
    closed = as_dates([None if days is None else opened + timedelta(days=days) for opened, days in cases])
    line = flow(start, closed, date(last.year, 1, 1), last)
    assert line.opening.sum() + line.new.sum() - line.closed.sum() == line.closing.sum()
    assert not line.gap.any()


@given(st.lists(st.tuples(st.none() | some_day, st.none() | some_day), max_size=60), some_day)
def test_a_line_that_does_not_close_names_the_cases(cases: list[tuple[date | None, date | None]], last: date) -> None:
    start, closed = as_dates([first for first, _ in cases]), as_dates([end for _, end in cases])
    line = flow(start, closed, date(last.year, 1, 1), last)
    unbalanced = line.opening.sum() + line.new.sum() - line.closed.sum() != line.closing.sum()
    assert line.gap.any() or not unbalanced
    for index in np.flatnonzero(line.gap):
        assert cases[index][0] is None or (cases[index][1] or date.max) < (cases[index][0] or date.min)


@given(st.integers(0, 10_000))
def test_every_age_lies_in_one_band(age: int) -> None:
    first, last = age_band(age)
    assert (first, last) in AGE_BANDS
    assert first <= age
    assert last is None or age <= last


@given(some_day, st.integers(1, 30))
def test_ends_of_months(day: date, count: int) -> None:
    ends = month_ends(day, count)
    assert len(ends) == count
    assert all((end + timedelta(days=1)).day == 1 for end in ends)
    assert ends == sorted(ends)
    assert ends[-1] < day
    assert (day - ends[-1]).days <= 31


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 24), 60, date(2021, 11, 24)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_back(day: date, months: int, expected: date) -> None:
    assert months_before(day, months) == expected


def test_every_measure_has_words_and_a_code_of_its_own() -> None:
    codes = [measure.code for measure in MEASURES]
    assert len(codes) == len(set(codes))
    for measure in MEASURES:
        assert measure.label
        assert measure.words.endswith((".", "closes."))
        assert is_known(measure.code)
        assert definition(measure.code) is measure


@pytest.mark.parametrize(
    "code", ["ground.MLA_DUAL_CRIM", "ground_abroad.EXT_NATIONAL", "outcome.refused", "not_recorded.answer"]
)
def test_lines_of_families_are_known(code: str) -> None:
    assert is_known(code)
    assert definition(code).code == code


@pytest.mark.parametrize("code", ["", "nonsense", "ground.", "ground.x y", "ground.'; --", "answer.x"])
def test_other_codes_are_not(code: str) -> None:
    assert not is_known(code)

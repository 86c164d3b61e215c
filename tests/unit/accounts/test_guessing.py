"""How long the next attempt waits."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.accounts.guessing import LONGEST_DELAY, WINDOW, Attempt, wait_after


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (4, 0), (5, 2), (6, 4), (7, 8), (8, 16), (9, 30), (19, 30), (20, 900), (21, 900), (9999, 900)],
)
def test_the_fifth_failure_delays_and_the_twentieth_locks(failures: int, seconds: int) -> None:
    assert wait_after(failures) == timedelta(seconds=seconds)


@given(st.integers(0, 10**9))
def test_one_failure_more_never_waits_less(failures: int) -> None:
    assert wait_after(failures) <= wait_after(failures + 1) <= WINDOW


def test_the_lock_can_be_reached_within_the_window() -> None:
    assert sum((wait_after(failures) for failures in range(20)), timedelta(0)) < WINDOW
    assert LONGEST_DELAY < WINDOW


def test_a_name_is_counted_however_it_is_typed_and_never_kept_as_typed() -> None:
    typed = Attempt("  Marta@Office.Example ", "192.0.2.1")
    assert typed.name_digest == Attempt("marta@office.example", "198.51.100.1").name_digest
    assert b"marta" not in typed.name_digest
    assert typed.browser_digest is None

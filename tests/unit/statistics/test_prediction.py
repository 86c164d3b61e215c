"""What comparable requests say: by hand, and against the same counts over every case."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.statistics.prediction import predicted
from mla_tracker.statistics.survival import kaplan_meier

pairs = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 900), st.none()),
        st.tuples(st.none(), st.integers(0, 900)),
    ),
    max_size=60,
)


def test_by_hand() -> None:
    """Sixty requests: ten answered before day 200, 31 after day 320, 14 between, five still wait."""
    took: list[tuple[int | None, int | None]] = [(100, None)] * 10
    took += [(400, None)] * 31 + [(250, None)] * 14 + [(None, 230)] * 3 + [(None, 500)] * 2
    found = predicted(took, 200, 120, "state")
    assert (found.open_after, found.known, found.longer) == (50, 47, 33)
    assert found.unlikely
    assert found.half == 200
    assert not predicted(took, 200, 250, "state").unlikely


@given(pairs, st.integers(0, 400), st.integers(0, 400))
def test_known_are_those_whose_fate_is_decided(
    took: list[tuple[int | None, int | None]], age: int, further: int
) -> None:
    found = predicted(took, age, further, "state")
    after = [pair for pair in took if max(value for value in pair if value is not None) > age]
    assert found.open_after == len(after)
    undecided = [waits for days, waits in after if days is None and waits is not None and waits < age + further]
    assert found.known == len(after) - len(undecided)
    assert 0 <= found.longer <= found.known


@given(pairs, st.integers(0, 300))
def test_half_is_that_of_the_curve(took: list[tuple[int | None, int | None]], age: int) -> None:
    found = predicted(took, age, None, "state")
    ended = np.array([days - age for days, _ in took if days is not None and days > age], dtype=float)
    waiting = np.array([waits - age for _, waits in took if waits is not None and waits > age], dtype=float)
    curve = kaplan_meier(ended, waiting)
    if curve is not None and not np.any(np.abs(curve.share - 0.5) < 1e-9):
        assert found.half == curve.quantile(0.5)[0]

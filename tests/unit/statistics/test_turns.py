"""The days of the sides: against a replay of the tables, and that they sum to the gross days whatever was recorded."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.replay import Entry, walk
from mla_tracker.statistics.turns import KINDS, OURS, SIDES, Moves, days_by_side, turns

START = date(2025, 1, 1)


def moves(rows: list[tuple[int, int, int, int]]) -> Moves:
    return Moves(*(np.array(column, dtype=np.int64) for column in (zip(*rows, strict=True) if rows else [[]] * 4)))


def ordinals(*days: date) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([day.toordinal() for day in days], dtype=np.int64)


def told(*steps: tuple[str, int]) -> list[Entry]:
    return [Entry(seq, code, START + timedelta(days=day)) for seq, (code, day) in enumerate(steps, start=1)]


def moves_of(entries: list[Entry], cycle: int) -> Moves:
    known = turns().events
    return moves([(0, cycle, known[one.code], one.happened_on.toordinal()) for one in entries if one.code in known])


@pytest.mark.parametrize(
    ("kind", "direction", "steps", "days", "expected"),
    [
        ("mla", "incoming", [("received", 0), ("registered", 1), ("information_requested", 10),
            ("information_received", 40), ("accepted", 45), ("execution_ordered", 50), ("execution_ended", 80),
            ("answer_sent", 90)], 90, {"ours": 1 + 9 + 5 + 5 + 10, "other_state": 30, "executing_authority": 30}),
        ("mla", "incoming", [("received", 0), ("registered", 0), ("accepted", 5), ("execution_ordered", 5),
            ("litigation_opened", 20), ("litigation_ended", 140)], 200,
            {"ours": 5, "executing_authority": 15 + 60, "court": 120}),
        ("mla", "outgoing", [("opened", -30), ("sent", 0), ("acknowledged_abroad", 9),
            ("information_asked_of_us", 40), ("information_supplied", 52), ("results_received", 100)], 100,
            {"ours": 12, "other_state": 88}),
        ("extradition", "incoming", [("received", 0), ("registered", 2), ("sent_to_court", 10), ("committed", 60)], 70,
            {"ours": 20, "court": 50}),
    ],
)  # fmt: skip
def test_by_hand(kind: str, direction: str, steps: list[tuple[str, int]], days: int, expected: dict[str, int]) -> None:
    cycle = KINDS.index((kind, direction))
    found = days_by_side(moves_of(told(*steps), cycle), ordinals(START), ordinals(START + timedelta(days=days)))[0]
    assert {side: int(count) for side, count in zip(SIDES, found, strict=True) if count} == expected


events = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(sorted(turns().events)), st.integers(-400, 900)),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(events, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 900)), min_size=4, max_size=4))
def test_the_sides_sum_to_the_gross_days(rows: list[tuple[int, int, str, int]], bounds: list[tuple[int, int]]) -> None:
    known = turns().events
    ordered = sorted(rows, key=lambda row: row[0])
    cycle_of = {row[0]: row[1] for row in ordered}
    base = START.toordinal()
    told_moves = moves([(case, cycle_of[case], known[code], base + day) for case, _, code, day in ordered])
    start = np.array([base + first for first, _ in bounds])
    end = start + np.array([length for _, length in bounds])
    found = days_by_side(told_moves, start, end)
    assert np.all(found >= 0)
    assert list(found.sum(axis=1)) == list(end - start)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_equal_to_a_replay_of_the_tables(data: st.DataObject) -> None:
    """A random life that the tables permit: the status after each entry says whose turn it is."""
    kind, direction = data.draw(st.sampled_from(KINDS))
    tables = life_cycles()
    cycle = tables.of(kind, direction)
    steps = [Entry(1, {"incoming": "received", "outgoing": "opened"}[direction], START)]
    status: str | None = None
    for seq in range(2, 16):
        *_, (_, _, place, _) = walk(tables, cycle, direction, steps)
        status = place.status
        rows = [row.event for row in cycle.open_from(status, direction) if row.to not in ("stated", "replayed")]
        if not rows:
            break
        day = steps[-1].happened_on + timedelta(days=data.draw(st.integers(0, 40)))
        steps.append(Entry(seq, data.draw(st.sampled_from(sorted(set(rows)))), day))
    last = steps[-1].happened_on + timedelta(days=7)
    expected = dict.fromkeys(SIDES, 0)
    walked = [
        (entry.happened_on, place.status) for entry, moved, place, _ in walk(tables, cycle, direction, steps) if moved
    ]
    for (day, status), (until, _) in zip(walked, [*walked[1:], (last, None)], strict=True):
        known = cycle.statuses[str(status)]
        expected["ours" if known.terminal else known.whose_turn] += (until - day).days
    found = days_by_side(moves_of(steps, KINDS.index((kind, direction))), ordinals(START), ordinals(last))[0]
    assert dict(zip(SIDES, map(int, found), strict=True)) == expected


def test_a_case_without_entries_is_ours() -> None:
    found = days_by_side(moves([]), ordinals(START), ordinals(START + timedelta(days=9)))
    assert found[0, OURS] == found.sum() == 9

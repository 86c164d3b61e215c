"""What is written into a cell is what comes back, and no cell can be taken for a formula."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mla_tracker.casework.register_file.columns import (
    ALL_NAMES,
    KINDS,
    CellError,
    Shape,
    read,
    write,
)
from mla_tracker.core.cells import neutralised, restored

ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TEXT = st.text(max_size=60)
STARTS = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "'", "''", "'=", "\\", ";", "\n"])
PARTS = st.text(max_size=20).map(str.strip).filter(bool)
VALUES: dict[Shape, st.SearchStrategy[Any]] = {
    Shape.TEXT: TEXT,
    Shape.DAY: st.dates(),
    Shape.MOMENT: st.datetimes(timezones=ZONES),
    Shape.NUMBER: st.integers(),
    Shape.YES_NO: st.booleans(),
    Shape.LIST: st.lists(PARTS).map(tuple),
    Shape.JSON: st.recursive(
        st.booleans() | st.integers() | TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=8,
    ),
}


def test_every_shape_has_its_values_here() -> None:
    assert set(VALUES) == set(Shape)


@given(st.sampled_from(Shape).flatmap(lambda shape: st.tuples(st.just(shape), VALUES[shape])))
@example((Shape.LIST, ("a;b", "c\\", "\\;", "d\\;e", ";")))
@example((Shape.LIST, ()))
@example((Shape.TEXT, "  kept as it stands \n"))
def test_a_value_comes_back_as_it_was(given_value: tuple[Shape, Any]) -> None:
    shape, value = given_value
    assert read(shape, write(shape, value)) == value


@pytest.mark.parametrize("shape", list(Shape))
def test_nothing_is_an_empty_cell(shape: Shape) -> None:
    assert write(shape, None) == ""
    assert read(shape, "") == {Shape.TEXT: "", Shape.LIST: ()}.get(shape)


@given(st.tuples(STARTS | st.just(""), TEXT).map("".join))
def test_neutralising_loses_nothing(text: str) -> None:
    cell = neutralised(text)
    assert restored(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["'tis", "'", "''", "'=1", "O'Neill", "", "-1", "=SUM(A1)", "@x", "+4930", "\tx"])
def test_texts_that_look_like_neutralised_ones_stay_apart(text: str) -> None:
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize("text", ["'tis", "O'Neill", "'"])
def test_an_apostrophe_of_a_foreign_file_stays(text: str) -> None:
    assert restored(text) == text


@pytest.mark.parametrize(
    ("shape", "text", "value"),
    [
        (Shape.DAY, "2026-11-24T00:00:00", date(2026, 11, 24)),
        (Shape.DAY, " 2026-11-24 ", date(2026, 11, 24)),
        (Shape.NUMBER, "3.0", 3),
        (Shape.YES_NO, "TRUE", True),
        (Shape.YES_NO, "0", False),
        (Shape.LIST, " a ; ;b", ("a", "b")),
        (Shape.MOMENT, "2026-11-24T09:40:00Z", datetime.fromisoformat("2026-11-24T09:40:00+00:00")),
    ],
)
def test_what_spreadsheets_make_of_a_value_is_read(shape: Shape, text: str, value: Any) -> None:
    assert read(shape, text) == value


@pytest.mark.parametrize(
    ("shape", "text", "words"),
    [
        (Shape.DAY, "24/11/2026", "takes a day"),
        (Shape.DAY, "2026-11-24T09:40:00", "takes a day"),
        (Shape.DAY, "2026-02-30", "takes a day"),
        (Shape.MOMENT, "yesterday", "takes a moment"),
        (Shape.MOMENT, "2026-11-24T09:40:00", "offset from UTC"),
        (Shape.NUMBER, "three", "whole number"),
        (Shape.NUMBER, "3.5", "whole number"),
        (Shape.NUMBER, "inf.0", "whole number"),
        (Shape.YES_NO, "perhaps", "yes or no"),
        (Shape.JSON, "{", "takes JSON"),
    ],
)
def test_a_cell_says_what_it_takes(shape: Shape, text: str, words: str) -> None:
    with pytest.raises(CellError, match=words):
        read(shape, text)


def test_a_file_has_each_column_once() -> None:
    assert len(ALL_NAMES) == len(set(ALL_NAMES))
    assert all(len({column.name for column in columns}) == len(columns) for columns in KINDS.values())

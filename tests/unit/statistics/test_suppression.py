"""What a public version hides, and that it cannot be worked out from what it shows."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from mla_tracker.statistics.reports.content import Column, Kind, Row, Table, paper_from, say, to_json, with_total
from mla_tracker.statistics.reports.suppression import THRESHOLD, for_publication, is_hidden, suppressed
from tests.factories.reports import a_paper

HEADS = (Column(say("State"), Kind.STATE), Column(say("New")), Column(say("Refused")), Column(say("All")))


def table(*lines: tuple[int, int]) -> Table:
    rows = [Row((f"S{number}", one, two, one + two)) for number, (one, two) in enumerate(lines)]
    return Table(say("A table"), HEADS, with_total(rows, say("All"), HEADS), sums=((1, 2, 3),))


def shown(found: Table) -> list[list[object]]:
    return [["x" if is_hidden(cell) else cell for cell in row.cells[1:]] for row in found.rows]


def test_a_small_count_takes_others_with_it() -> None:
    found = suppressed(table((3, 40), (20, 30), (12, 9)))
    assert shown(found) == [["x", "x", 43], [20, 30, 50], ["x", "x", 21], [35, 79, 114]]


def test_zeros_and_large_counts_stay() -> None:
    plain = table((0, 40), (20, 30))
    assert suppressed(plain) == plain


def test_days_and_shares_of_a_line_go_with_its_count() -> None:
    heads = (Column(say("State"), Kind.STATE), Column(say("n")), Column(say("Median"), Kind.DAYS))
    found = suppressed(Table(say("t"), heads, (Row(("KE", 2, 41.0)), Row(("BR", 30, 88.5)))))
    assert [["x" if is_hidden(cell) else cell for cell in row.cells] for row in found.rows] == [
        ["KE", "x", "x"],
        ["BR", 30, 88.5],
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=3))
def test_nothing_hidden_can_be_worked_out(lines: list[tuple[int, int]]) -> None:
    """Every table with the same visible cells is tried: a hidden count below the threshold has more than one value.

    What is hidden in a line or column whose every other number is 0 cannot be protected by hiding more: then the sum
    is hidden too.
    """
    found = suppressed(table(*lines))
    seen = shown(found)
    parts = [(line, column) for line in range(len(lines)) for column in range(2) if seen[line][column] == "x"]
    if not parts:
        return
    values: dict[tuple[int, int], set[int]] = {place: set() for place in parts}
    limit = max(max(pair) for pair in lines) + THRESHOLD
    if len(parts) > 4:
        return
    for guess in product(range(1, limit), repeat=len(parts)):
        tried = [list(pair) for pair in lines]
        for (line, column), value in zip(parts, guess, strict=True):
            tried[line][column] = value
        again = shown(table(*((one, two) for one, two in tried)))
        agrees = all(
            said == "x" or said == other
            for said_line, line in zip(seen, again, strict=True)
            for said, other in zip(said_line, line, strict=True)
        )
        if agrees:
            for place, value in zip(parts, guess, strict=True):
                values[place].add(value)
    for (line, column), possible in values.items():
        assert len(possible) > 1, (lines, seen, line, column)


def test_a_public_paper_names_no_case() -> None:
    paper = for_publication(a_paper())
    assert all(not check.gap for report in paper.reports for check in report.checks)
    assert "Public version" in str(paper.notes[-1])


def test_a_paper_survives_storing() -> None:
    for paper in (a_paper(), for_publication(a_paper())):
        assert paper_from(to_json(paper)) == paper

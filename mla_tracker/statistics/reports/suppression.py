"""Small numbers in what is published: a count under the threshold may describe a person, and is hidden.

A hidden count that could be worked out from its line, its total or the other hidden ones is no secret: so further
cells are hidden until, in every sum, the hidden ones are at least two and add up to the threshold or more. Days and
shares of a line with a hidden count are hidden with it. Zeros stay: nobody is described by them.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mla_tracker.statistics.reports.content import (
    HIDDEN,
    Cell,
    Check,
    Hidden,
    Kind,
    Paper,
    Report,
    Row,
    Table,
    changed,
    say,
)

THRESHOLD: Final = 5

Place = tuple[int, int]


def for_publication(paper: Paper) -> Paper:
    """The public version of a paper: small counts hidden, and no case named."""
    note = say(
        "Public version: counts from 1 to %(most)s, what they could be worked out from, and the days and shares beside "
        "them are not given.",
        most=THRESHOLD - 1,
    )
    return changed(paper, (_report(one) for one in paper.reports), note)


def _report(report: Report) -> Report:
    checks = tuple(check for check in (_check(one) for one in report.checks) if check is not None)
    tables = tuple(suppressed(_said(table)) for table in report.tables if not table.internal)
    return replace(report, tables=tables, checks=checks)


def _said(table: Table) -> Table:
    """The table without the notes that tell a small number."""
    notes = [
        note for note in table.notes if not any(isinstance(n, int) and 0 < n < THRESHOLD for n in note.values.values())
    ]
    return replace(table, notes=tuple(notes))


def _check(check: Check) -> Check | None:
    """The check line without the cases; left out where one of its numbers is small."""
    small = any(0 < number < THRESHOLD for number in (check.opening, check.new, check.closed, check.closing))
    return None if small else replace(check, gap=())


def suppressed(table: Table) -> Table:
    """The table with its small counts hidden, and what they could be worked out from."""
    counts = {
        (line, column): cell
        for line, row in enumerate(table.rows)
        for column, cell in enumerate(row.cells)
        if table.columns[column].kind is Kind.COUNT and isinstance(cell, int)
    }
    hidden = {place for place, number in counts.items() if 0 < number < THRESHOLD}
    sums = list(_sums(table, counts))
    while True:
        more = {place for group in sums if (place := _one_more(group, counts, hidden)) is not None}
        if not more:
            break
        hidden |= more
    if not hidden:
        return table
    touched = {line for line, _ in hidden}
    rows = tuple(_row(table, line, row, hidden, line in touched) for line, row in enumerate(table.rows))
    return replace(table, rows=rows)


def _sums(table: Table, counts: dict[Place, int]) -> Iterator[list[Place]]:
    """The places that stand in one sum: the columns of `sums` in each line, and each column with its total."""
    for line in range(len(table.rows)):
        for columns in table.sums:
            yield [(line, column) for column in columns if (line, column) in counts]
    if table.rows and table.rows[-1].total:
        for column in range(len(table.columns)):
            yield [(line, column) for line in range(len(table.rows)) if (line, column) in counts]


def _one_more(group: list[Place], counts: dict[Place, int], hidden: set[Place]) -> Place | None:
    """The next cell of the sum to hide; None where what is hidden cannot be worked out, or all is hidden."""
    inside = [place for place in group if place in hidden]
    if not inside or (len(inside) > 1 and sum(counts[place] for place in inside) >= THRESHOLD):
        return None
    left = sorted((place for place in group if place not in hidden and counts[place]), key=lambda at: (counts[at], at))
    return left[0] if left else None


def _row(table: Table, line: int, row: Row, hidden: set[Place], touched: bool) -> Row:
    def cell(column: int, value: Cell) -> Cell:
        derived = table.columns[column].kind in (Kind.DAYS, Kind.SHARE, Kind.DAY)
        return HIDDEN if (line, column) in hidden or (touched and derived and value is not None) else value

    return replace(row, cells=tuple(cell(column, value) for column, value in enumerate(row.cells)))


def is_hidden(cell: Cell) -> bool:
    """Whether the public version leaves the cell out."""
    return isinstance(cell, Hidden)

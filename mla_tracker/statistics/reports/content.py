"""What a report says: tables, notes, check lines, apart from how it looks. Plain values that go to JSON and back.

Texts are English with named places for values, so that a page can translate them. A cell is a number, a code, a day, a
text, nothing, or hidden: hidden ones are those that a public version must not give.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final


@dataclass(frozen=True)
class Words:
    """A text with the values of its `%(places)s`."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text


def say(text: str, **values: Any) -> Words:
    """A text of a report."""
    return Words(text, values)


class Kind(StrEnum):
    """What the cells of a column are. `NAME` is a name as entered, `STATE` an ISO code; shares are parts of 1."""

    WORDS = "words"
    NAME = "name"
    STATE = "state"
    COUNT = "count"
    DAYS = "days"
    SHARE = "share"
    DAY = "day"


NUMBERS: Final = frozenset({Kind.COUNT, Kind.DAYS, Kind.SHARE})


@dataclass(frozen=True)
class Hidden:
    """A cell that the public version leaves out."""


HIDDEN: Final = Hidden()
Cell = int | float | str | date | Words | Hidden | None


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    label: Words
    kind: Kind = Kind.COUNT


@dataclass(frozen=True)
class Row:
    """A line of a table; `total` marks the last one of a table whose counts sum to it."""

    cells: tuple[Cell, ...]
    total: bool = False


@dataclass(frozen=True)
class Table:
    """`sums`: the columns of which one is the sum or the balance of the others, in every line. What can be worked out
    through them, or through the total line, must be hidden with what is hidden. An `internal` table names people of
    the office and has no place in a public version.
    """

    title: Words
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Words, ...] = ()
    sums: tuple[tuple[int, ...], ...] = ()
    unit: Words = field(default_factory=lambda: Words("Requests"))
    internal: bool = False


@dataclass(frozen=True)
class Check:
    """opening + new - closed = closing for one kind, with the cases for which it does not hold."""

    label: Words
    opening: int
    new: int
    closed: int
    closing: int
    gap: tuple[int, ...] = ()

    @property
    def closes(self) -> bool:
        return self.opening + self.new - self.closed == self.closing and not self.gap


@dataclass(frozen=True)
class Report:
    """One ready report. `measures` are the codes of the definitions that it uses."""

    code: str
    title: Words
    tables: tuple[Table, ...]
    notes: tuple[Words, ...] = ()
    checks: tuple[Check, ...] = ()
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """What is handed out: one report, or a pack of several, over one span."""

    code: str
    title: Words
    first: date
    last: date
    scope: str
    public: bool
    version: int
    reports: tuple[Report, ...]
    notes: tuple[Words, ...] = ()


def to_json(value: Any) -> Any:
    """A report as plain values that JSON can hold."""
    match value:
        case Words():
            return {"say": value.text, "with": to_json(dict(value.values))} if value.values else {"say": value.text}
        case Hidden():
            return {"hidden": True}
        case date():
            return {"day": value.isoformat()}
        case Kind():
            return value.value
        case tuple() | list():
            return [to_json(one) for one in value]
        case dict():
            return {name: to_json(one) for name, one in value.items()}
        case Paper() | Report() | Table() | Row() | Column() | Check():
            return {name: to_json(getattr(value, name)) for name in value.__dataclass_fields__}
        case _:
            return value


def paper_from(stored: Mapping[str, Any]) -> Paper:
    """The paper that was stored by `to_json`."""
    given = {name: _plain(value) for name, value in stored.items() if name != "reports"}
    return Paper(**given, reports=tuple(_report(one) for one in stored["reports"]))


def _report(stored: Mapping[str, Any]) -> Report:
    return Report(
        code=stored["code"],
        title=_plain(stored["title"]),
        tables=tuple(_table(one) for one in stored["tables"]),
        notes=_plain(stored["notes"]),
        checks=tuple(Check(**{name: _plain(value) for name, value in one.items()}) for one in stored["checks"]),
        measures=tuple(stored["measures"]),
    )


def _table(stored: Mapping[str, Any]) -> Table:
    return Table(
        title=_plain(stored["title"]),
        columns=tuple(Column(_plain(one["label"]), Kind(one["kind"])) for one in stored["columns"]),
        rows=tuple(Row(_plain(one["cells"]), one["total"]) for one in stored["rows"]),
        notes=_plain(stored["notes"]),
        sums=_plain(stored["sums"]),
        unit=_plain(stored["unit"]),
        internal=stored["internal"],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_plain(one) for one in value)
    if not isinstance(value, dict):
        return value
    if "hidden" in value:
        return HIDDEN
    if "day" in value:
        return date.fromisoformat(value["day"])
    return Words(value["say"], {name: _plain(one) for name, one in value.get("with", {}).items()})


def with_total(rows: Iterable[Row], label: Words, columns: Iterable[Column]) -> tuple[Row, ...]:
    """The lines and under them one that sums their counts; its other cells are empty."""
    lines, kinds = tuple(rows), [column.kind for column in columns]
    if not lines:
        return ()
    sums: list[Cell] = [
        sum(cell for row in lines if isinstance(cell := row.cells[place], int)) if kind is Kind.COUNT else None
        for place, kind in enumerate(kinds)
    ]
    sums[0] = label
    return (*lines, Row(tuple(sums), total=True))


def changed(paper: Paper, reports: Iterable[Report], *notes: Words) -> Paper:
    """The paper with other reports in it and further notes."""
    return replace(paper, reports=tuple(reports), notes=(*paper.notes, *notes))

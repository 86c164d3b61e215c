"""The rows of a register as typed values, gathered by case, and what is wrong with them by sheet, row and column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mla_tracker.casework.register_file.columns import BY_NAME, ROW, CellError, read
from mla_tracker.casework.register_file.formats import FileRow, read_rows
from mla_tracker.casework.register_file.mapping import NO_COLUMN, Mapped, RegisterMap

SURPLUS: Final = "There are more cells than headings; a text with the separator in it stands in quotes."


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row. `column` "" = the row as a whole."""

    sheet: str
    row: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        where = f"{self.sheet}, row {self.row}" + (f", {self.column}" if self.column else "")
        what = f" “{self.value}”" if self.value else ""
        return f"{where}{what}: {self.message}"


@dataclass
class Row:
    """A row with its typed values."""

    place: FileRow
    kind: str
    values: dict[str, Any]

    def problem(self, message: str, column: str = "") -> Problem:
        value = self.place.cells.get(column, "")
        return Problem(self.place.sheet, self.place.number, column, value[:80], message)


@dataclass
class CaseRows:
    """A case row with the rows that name its reference."""

    case: Row
    parts: dict[str, list[Row]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Row]:
        return self.parts.get(kind, [])


class Wrong(Exception):
    """Problems of the rows of one case."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


def read_file(path: Path, register_map: RegisterMap | None) -> tuple[list[Row], list[Problem]]:
    """All rows with their cells as values; what a column does not take is a problem."""
    rows: list[Row] = []
    problems: list[Problem] = []
    lacking: set[tuple[str, str]] = set()
    for place in read_rows(path):
        if place.surplus:
            problems.append(Problem(place.sheet, place.number, "", "", SURPLUS))
            continue
        if register_map is None:
            read_row, wrong = _own_row(place)
            rows += read_row
        else:
            mapped: Mapped = register_map.case_of(place.cells)
            wrong = [
                Problem(place.sheet, place.number, item.column, item.value, item.message)
                for item in mapped.problems
                if (place.sheet, item.column) not in lacking
            ]
            # A heading that is not there is wrong in every row: the first one tells of it.
            lacking |= {(place.sheet, item.column) for item in mapped.problems if item.message == NO_COLUMN}
            if mapped.values is not None:
                rows.append(Row(place, "case", mapped.values))
        problems += wrong
    return rows, problems


def _own_row(place: FileRow) -> tuple[list[Row], list[Problem]]:
    kind = place.cells.get(ROW) or (place.sheet if place.sheet in BY_NAME else "")
    if kind not in BY_NAME:
        known = ", ".join(BY_NAME)
        return [], [
            Problem(place.sheet, place.number, ROW, kind, f"Takes one of: {known}. Another register needs a map.")
        ]
    values: dict[str, Any] = {}
    problems = []
    for name, column in BY_NAME[kind].items():
        try:
            values[name] = read(column.shape, place.cells.get(name, ""))
        except CellError as problem:
            problems.append(Problem(place.sheet, place.number, name, place.cells[name][:80], f"{problem}."))
    problems += [
        Problem(place.sheet, place.number, name, "", f"A row of kind {kind} has no such column.")
        for name, text in place.cells.items()
        if name and name not in BY_NAME[kind] and name != ROW and text.strip()
    ]
    return ([] if problems else [Row(place, kind, values)]), problems


def group(rows: Sequence[Row]) -> tuple[list[CaseRows], list[Row], list[Problem]]:
    """The cases in the order of the file with their parts; parents before their supplements."""
    problems: list[Problem] = []
    cases: dict[str, CaseRows] = {}
    for row in rows:
        if row.kind != "case":
            continue
        key = row.values.get("reference") or row.values.get("former_reference") or f"row {row.place.number}"
        if key in cases:
            problems.append(row.problem(f"{key} stands twice in the file.", "reference"))
        else:
            cases[key] = CaseRows(row)
    for row in rows:
        if row.kind in ("case", "authority"):
            continue
        owner = cases.get(row.values["reference"])
        if owner is None:
            problems.append(row.problem("There is no case with this reference in the file.", "reference"))
        else:
            owner.parts.setdefault(row.kind, []).append(row)
    return _parents_first(cases), [row for row in rows if row.kind == "authority"], problems


def _parents_first(cases: Mapping[str, CaseRows]) -> list[CaseRows]:
    """The order of the file, but for parents that stand behind their supplements; a second export gives that order."""
    ordered: dict[str, CaseRows] = {}
    for key in cases:
        line: list[str] = []
        above: str | None = key
        while above is not None and above in cases and above not in ordered and above not in line:
            line.append(above)
            above = cases[above].case.values.get("parent")
        ordered |= {name: cases[name] for name in reversed(line)}
    return list(ordered.values())

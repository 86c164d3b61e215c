"""A paper as a file: CSV with one line a cell for machines, a workbook with one sheet a report for people.

`Voice` says how texts and values are written, so that a page gives files in the reader's language and a command in
English. Nothing in a file can be taken for a formula.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter

from mla_tracker.core.cells import neutralised
from mla_tracker.statistics.reports.content import NUMBERS, Cell, Check, Hidden, Kind, Paper, Report, Table, Words

_FORMATS: Final = {Kind.COUNT: "#,##0", Kind.DAYS: "#,##0", Kind.SHARE: "0%", Kind.DAY: "yyyy-mm-dd"}
HIDDEN_MARK: Final = "…"
CSV_HEADS: Final = ("report", "table", "line", "column", "value", "unit")


@dataclass(frozen=True)
class Voice:
    """How the words of a paper, names of States and days are written."""

    words: Callable[[Words], str]
    state: Callable[[str], str]
    day: Callable[[date], str]
    rtl: bool = False


PLAIN: Final = Voice(words=str, state=lambda code: code, day=lambda day: day.isoformat())
"""English, with codes of States and ISO days."""


def csv_of(paper: Paper, voice: Voice) -> bytes:
    """One line a cell: report, table, line, column, value, unit. Hidden cells have the value `hidden`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(CSV_HEADS)
    for report in paper.reports:
        for table in report.tables:
            for line in _csv_lines(report, table, voice):
                writer.writerow([_safe(value) for value in line])
        for check in report.checks:
            for name, value in _balance(check):
                writer.writerow([report.code, "check", _safe(voice.words(check.label)), name, value, "requests"])
    return text.getvalue().encode()


def _csv_lines(report: Report, table: Table, voice: Voice) -> Iterator[Sequence[Any]]:
    title = voice.words(table.title)
    for row in table.rows:
        name = spoken(row.cells[0], table.columns[0].kind, voice)
        for column, cell in zip(table.columns[1:], row.cells[1:], strict=True):
            value: Any = "hidden" if isinstance(cell, Hidden) else cell
            if column.kind not in NUMBERS and not isinstance(cell, Hidden):
                value = spoken(cell, column.kind, voice)
            yield report.code, title, name, voice.words(column.label), value, _unit(table, column.kind, voice)


def _unit(table: Table, kind: Kind, voice: Voice) -> str:
    return voice.words(table.unit).lower() if kind is Kind.COUNT else kind.value if kind in NUMBERS else ""


def _balance(check: Check) -> Iterator[tuple[str, Any]]:
    yield from (("opening", check.opening), ("new", check.new), ("closed", check.closed), ("closing", check.closing))
    yield "closes", "true" if check.closes else "false"


def spoken(cell: Cell, kind: Kind, voice: Voice) -> str:
    """A cell as text."""
    match cell:
        case None:
            return ""
        case Hidden():
            return HIDDEN_MARK
        case Words():
            return voice.words(cell)
        case date():
            return voice.day(cell)
        case str():
            return voice.state(cell) if kind is Kind.STATE else cell
        case _:
            return f"{cell:.0%}" if kind is Kind.SHARE else f"{cell:.0f}" if kind is Kind.DAYS else f"{cell:,}"


def _safe(value: Any) -> Any:
    return neutralised(value) if isinstance(value, str) else value


def xlsx_of(paper: Paper, voice: Voice) -> bytes:
    """A workbook: one sheet a report, its tables under one another, notes and definitions beneath."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _FORMATS.items()}
    strong = {kind: book.add_format({"num_format": shape, "bold": True, "top": 1}) for kind, shape in _FORMATS.items()}
    plain, bold = book.add_format(), book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for report in paper.reports:
        sheet = book.add_worksheet(report.code)
        if voice.rtl:
            sheet.right_to_left()
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, 20, 14)
        line = 0
        for text in heading(paper, report, voice):
            sheet.write_string(line, 0, text, bold if line == 0 else plain)
            line += 1
        for table in report.tables:
            line += 1
            sheet.write_string(line, 0, voice.words(table.title), bold)
            for place, column in enumerate(table.columns):
                sheet.write_string(line + 1, place, voice.words(column.label), head)
            line += 2
            for row in table.rows:
                shapes = strong if row.total else formats
                for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
                    _write(sheet, (line, place), cell, column.kind, shapes.get(column.kind, plain), voice)
                line += 1
            for note in table.notes:
                sheet.write_string(line, 0, voice.words(note))
                line += 1
        for text in footnotes(paper, report, voice):
            line += 1
            sheet.write_string(line, 0, text)
    book.close()
    return content.getvalue()


def _write(sheet: Any, place: tuple[int, int], cell: Cell, kind: Kind, shape: Any, voice: Voice) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(*place, cell, shape)
    elif isinstance(cell, date):
        sheet.write_datetime(*place, datetime(cell.year, cell.month, cell.day), shape)  # noqa: DTZ001 - a cell has no zone
    elif cell is not None:
        sheet.write_string(*place, spoken(cell, kind, voice), shape)


def heading(paper: Paper, report: Report, voice: Voice) -> list[str]:
    """What stands over a report: its number and title, the span, what it is over."""
    span = Words("From %(first)s to %(last)s", {"first": voice.day(paper.first), "last": voice.day(paper.last)})
    return [
        f"{report.code} {voice.words(report.title)}",
        voice.words(span),
        *(voice.words(note) for note in paper.notes),
    ]


def footnotes(paper: Paper, report: Report, voice: Voice) -> list[str]:
    """What stands under a report: its notes, its check lines, the version of the definitions."""
    notes = [voice.words(note) for note in report.notes]
    notes += [check_in_words(check, voice) for check in report.checks]
    version = Words("Version %(version)s of the definitions.", {"version": paper.version})
    return [*notes, voice.words(version)]


def check_in_words(check: Check, voice: Voice) -> str:
    """`opening + new - closed = closing` for a kind, and whether it closes."""
    line = f"{check.opening:,} + {check.new:,} − {check.closed:,} = {check.closing:,}"
    verdict = Words("the line closes") if check.closes else Words("the line does not close")
    return f"{voice.words(check.label)}: {line}; {voice.words(verdict)}"

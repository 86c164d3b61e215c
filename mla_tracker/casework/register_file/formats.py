"""CSV, XLSX and JSON: rows of text out, rows of text in, with the place of each for messages."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from mla_tracker.casework.register_file.columns import ALL_NAMES, BY_NAME, KINDS, ROW, write
from mla_tracker.core.cells import neutralised, restored
from mla_tracker.core.errors import DomainError

FORMATS: Final = ("csv", "xlsx", "json")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class FileRow:
    """A row as it stands in a file: where (sheet and row, as a spreadsheet shows them) and its cells by heading.

    `surplus`: it has filled cells beyond the heading, mostly since a text with the separator in it lacks its quotes.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]
    surplus: bool = False


class UnreadableFile(DomainError):
    """The file is not what its name says, or has no heading."""


class TooLong(DomainError):
    """A text is longer than a cell of a workbook can hold; it would be lost."""


def write_csv(rows: Iterable[tuple[str, Values]], out: TextIO) -> None:
    """One file with the union of all columns; what could start a formula is neutralised."""
    writer = csv.writer(out)
    writer.writerow(ALL_NAMES)
    for kind, values in rows:
        texts = _texts(kind, values)
        writer.writerow([neutralised(texts.get(name, "")) for name in ALL_NAMES])


def write_json(rows: Iterable[tuple[str, Values]], out: TextIO) -> None:
    """A list of objects, one a line."""
    out.write("[")
    for number, (kind, values) in enumerate(rows):
        out.write(("," if number else "") + "\n" + json.dumps(_texts(kind, values), ensure_ascii=False))
    out.write("\n]\n")


def write_xlsx(rows: Iterable[tuple[str, Values]], out: BinaryIO) -> None:
    """A sheet a kind, in text cells: a spreadsheet computes nothing in them."""
    book = xlsxwriter.Workbook(
        out, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheets: dict[str, Any] = {}
    filled: dict[str, int] = {}
    bold = book.add_format({"bold": True})
    for kind in KINDS:
        sheet = sheets[kind] = book.add_worksheet(kind)
        for place, name in enumerate((ROW, *BY_NAME[kind])):
            sheet.write_string(0, place, name, bold)
        sheet.freeze_panes(1, 0)
        filled[kind] = 0
    for kind, values in rows:
        filled[kind] += 1
        texts = _texts(kind, values)
        for place, name in enumerate((ROW, *BY_NAME[kind])):
            if sheets[kind].write_string(filled[kind], place, neutralised(texts.get(name, ""))) != 0:
                where = f"{kind} {texts.get('reference', '')}, {name}"
                raise TooLong(f"{where}: is too long for a workbook, which cuts it off; take csv or json.")
    book.close()


def _texts(kind: str, values: Values) -> dict[str, str]:
    texts = {name: write(column.shape, values.get(name)) for name, column in BY_NAME[kind].items()}
    return {ROW: kind, **{name: text for name, text in texts.items() if text}}


def read_rows(path: Path) -> Iterator[FileRow]:
    """The rows of a file by the end of its name. Raises `UnreadableFile`."""
    kind = path.suffix.lower().removeprefix(".")
    if kind == "csv":
        yield from _read_csv(path)
    elif kind in ("xlsx", "xls", "ods"):
        yield from _read_workbook(path)
    elif kind == "json":
        yield from _read_json(path)
    else:
        raise UnreadableFile(f"{path.name}: takes a file that ends in .csv, .xlsx, .xls, .ods or .json.")


def _read_csv(path: Path) -> Iterator[FileRow]:
    try:
        # As bytes: reading as text would turn every line end inside a cell into a plain one.
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UnreadableFile(f"{path.name}: is not UTF-8; save it as “CSV UTF-8”.") from problem
    sample = re.split(r"[\r\n]", text, maxsplit=1)[0]
    separator = max(",;\t", key=sample.count)
    # A cell may be as long as the file: the limit of the csv module would refuse a long summary that the export wrote.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    heading = next(lines, None)
    if not heading:
        raise UnreadableFile(f"{path.name}: has no heading.")
    for number, cells in enumerate(lines, start=2):
        if any(cell.strip() for cell in cells):
            named = dict(
                zip_longest((name.strip() for name in heading), map(restored, cells[: len(heading)]), fillvalue="")
            )
            yield FileRow(path.name, number, named, surplus=any(map(str.strip, cells[len(heading) :])))


def _read_workbook(path: Path) -> Iterator[FileRow]:
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as problem:
        raise UnreadableFile(f"{path.name}: cannot be read as a workbook.") from problem
    for sheet in book.sheet_names:
        rows = iter(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
        heading = next(rows, None)
        if heading is None:
            continue
        names = [str(name).strip() for name in heading]
        for number, cells in enumerate(rows, start=2):
            named = {name: restored(_plain(cell)) for name, cell in zip(names, cells, strict=False) if name}
            if any(cell.strip() for cell in named.values()):
                yield FileRow(sheet, number, named)


def _plain(cell: Any) -> str:
    """A cell of a workbook as text: days and moments in ISO form, whole numbers without a point."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _read_json(path: Path) -> Iterator[FileRow]:
    try:
        loaded = json.loads(path.read_text("utf-8-sig"))
    except ValueError as problem:
        raise UnreadableFile(f"{path.name}: is not JSON.") from problem
    if not isinstance(loaded, list) or not all(isinstance(row, dict) for row in loaded):
        raise UnreadableFile(f"{path.name}: takes a list of objects.")
    for number, row in enumerate(loaded, start=1):
        yield FileRow(path.name, number, {name: "" if value is None else str(value) for name, value in row.items()})

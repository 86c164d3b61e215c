"""The three formats carry every text, and a workbook computes nothing."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from mla_tracker.casework.register_file.formats import (
    FORMATS,
    TooLong,
    UnreadableFile,
    read_rows,
    write_csv,
    write_json,
    write_xlsx,
)

Rows = list[tuple[str, dict[str, Any]]]
# What a workbook can hold: XML knows no control characters but these, and no unpaired surrogates.
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from(
    "\t\n\r"
)
TEXTS = st.text(CHARACTERS, min_size=1, max_size=40) | st.sampled_from(
    ["=1+1", "'x", "'=x", "-", "@a", '"', '""', ";,\t"]
)


def written(form: str, rows: Iterable[tuple[str, Mapping[str, Any]]], folder: Path) -> Path:
    path = folder / f"register.{form}"
    if form == "xlsx":
        with path.open("wb") as stream:
            write_xlsx(rows, stream)
        return path
    writer: Callable[..., None] = {"csv": write_csv, "json": write_json}[form]
    with path.open("w", encoding="utf-8", newline="") as text:
        writer(rows, text)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


@pytest.mark.parametrize("form", FORMATS)
@given(texts=st.lists(TEXTS.filter(str.strip), min_size=1, max_size=4))
@example(texts=["_x0041_", "=A1", "line\nbreak", " spaces ", "سجل", "1.0", "2026-11-24", "TRUE"])
@example(texts=["a form\r\nsends these", "\rfirst", "last\r\n", "an old\rMac"])
def test_every_text_comes_back(folder: Path, form: str, texts: list[str]) -> None:
    rows: Rows = [("case", {"reference": str(number), "subject": text}) for number, text in enumerate(texts)]
    found = [row.cells["subject"] for row in read_rows(written(form, rows, folder))]
    assert found == texts


def test_a_formula_is_text_in_a_workbook(tmp_path: Path) -> None:
    path = written(
        "xlsx", [("case", {"reference": "=1+1", "subject": "=HYPERLINK(1)", "their_reference": "12"})], tmp_path
    )
    heading, cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("case").to_python()[:2]
    told = dict(zip(heading, cells, strict=True))
    assert (told["reference"], told["subject"], told["their_reference"]) == ("'=1+1", "'=HYPERLINK(1)", "12")
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_a_text_longer_than_a_cell_of_a_workbook_is_not_cut(tmp_path: Path) -> None:
    rows: Rows = [("case", {"reference": "MLA-IN-2026-00001", "facts_summary": "x" * 40_000})]
    with pytest.raises(TooLong, match="facts_summary"):
        written("xlsx", rows, tmp_path)
    for form in ("csv", "json"):
        assert next(iter(read_rows(written(form, rows, tmp_path)))).cells["facts_summary"] == "x" * 40_000


def test_a_long_cell_of_a_text_file_is_read(tmp_path: Path) -> None:
    rows: Rows = [("case", {"reference": "MLA-IN-2026-00001", "facts_summary": "x" * 200_000})]
    assert len(next(iter(read_rows(written("csv", rows, tmp_path)))).cells["facts_summary"]) == 200_000


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_are_numbered_as_the_file_shows_them(tmp_path: Path, separator: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(
        [["a", "b"], ["1", "two\nlines"], ["", " "], ["3"], ["4", "5", "6"]]
    )
    path = tmp_path / "old.csv"
    path.write_text(f"\ufeff{text.getvalue()}", "utf-8")
    rows = list(read_rows(path))
    assert [dict(row.cells) for row in rows] == [
        {"a": "1", "b": "two\nlines"},
        {"a": "3", "b": ""},
        {"a": "4", "b": "5"},
    ]
    assert [(row.number, row.surplus) for row in rows] == [(2, False), (4, False), (5, True)]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("register.csv", "Objet;é\n".encode("latin-1"), "UTF-8"),
        ("register.csv", b"", "no heading"),
        ("register.txt", b"a", "ends in"),
        ("register.json", b"{}", "list of objects"),
        ("register.json", b"[", "not JSON"),
        ("register.json", "[é]".encode("latin-1"), "not JSON"),
        ("register.xlsx", b"no workbook", "workbook"),
    ],
)
def test_a_file_that_is_none_says_so(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=words):
        list(read_rows(tmp_path / name))


def test_json_takes_numbers_and_nothing(tmp_path: Path) -> None:
    path = tmp_path / "register.json"
    path.write_text(json.dumps([{"number": 3, "note": None}]), "utf-8")
    assert [dict(row.cells) for row in read_rows(path)] == [{"number": "3", "note": ""}]

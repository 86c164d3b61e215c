"""Papers and files: what the renderer's child process typesets, and that text stays text in every format."""

import csv
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from mla_tracker.render.client import Renderer, RenderingFailed
from mla_tracker.statistics.reports.files import CSV_HEADS, PLAIN, csv_of, xlsx_of
from mla_tracker.statistics.reports.suppression import for_publication
from mla_tracker.statistics.reports.typeset import document
from tests.factories.reports import a_paper


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[Renderer]:
    made = Renderer(tmp_path)
    yield made
    made.close()


def test_a_paper_becomes_a_pdf_with_pages_and_our_fonts(renderer: Renderer) -> None:
    pdf = renderer.paper(document(a_paper(), PLAIN))
    assert pdf.startswith(b"%PDF-")
    fonts = b"".join(_streams(pdf)) + pdf
    for family in (b"SourceSans3", b"SourceSerif4", b"NotoSansArabic"):
        assert family in fonts, family
    again = renderer.paper(document(a_paper(), PLAIN))
    assert again.startswith(b"%PDF-")


def _streams(pdf: bytes) -> Iterator[bytes]:
    for part in pdf.split(b"stream\n")[1:]:
        try:
            yield zlib.decompressobj().decompress(part)
        except zlib.error:
            continue


def test_a_paper_that_cannot_be_read_is_told(renderer: Renderer) -> None:
    with pytest.raises(RenderingFailed):
        renderer.paper({"title": "no reports in it"})
    assert renderer.paper(document(a_paper(), PLAIN)).startswith(b"%PDF-")


def test_a_workbook_has_numbers_as_numbers_and_text_as_text() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of(a_paper(), PLAIN)))
    assert book.sheet_names == ["R2"]
    rows = book.get_sheet_by_name("R2").to_python()
    brazil = next(row for row in rows if row[0] == "BR")
    assert brazil[1:5] == ["=1+1 <b>", 41.0, 88.5, 0.25]
    assert any("4 + 3 − 2 = 6; the line does not close" in str(row[0]) for row in rows)


def test_the_table_for_machines() -> None:
    rows = list(csv.reader(io.StringIO(csv_of(for_publication(a_paper()), PLAIN).decode())))
    assert tuple(rows[0]) == CSV_HEADS
    assert ["R2", "By State", "BR", "Name", "'=1+1 <b>", ""] in rows
    assert ["R2", "By State", "KE", "Requests", "hidden", "requests"] in rows
    assert not any(row[1] == "check" for row in rows[1:])

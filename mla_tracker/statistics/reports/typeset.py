"""A paper as the renderer's template reads it: nothing but text, already in the reader's words."""

from typing import Any, Final

from mla_tracker.statistics.reports.content import NUMBERS, Kind, Paper, Table
from mla_tracker.statistics.reports.files import Voice, footnotes, heading, spoken

_WIDE: Final = 7
"""More columns than this stand on a page turned on its side."""


def document(paper: Paper, voice: Voice, *, lang: str = "en") -> dict[str, Any]:
    """What `render/paper.typ` is given: per report its heading, tables of texts, notes under them."""
    reports = []
    for report in paper.reports:
        title, *lines = heading(paper, report, voice)
        reports.append(
            {
                "title": title,
                "lines": lines,
                "tables": [_table(table, voice) for table in report.tables if table.rows],
                "footnotes": footnotes(paper, report, voice),
                "wide": any(len(table.columns) > _WIDE for table in report.tables),
            }
        )
    return {"title": voice.words(paper.title), "lang": lang, "rtl": voice.rtl, "reports": reports}


def _table(table: Table, voice: Voice) -> dict[str, Any]:
    kinds = [column.kind for column in table.columns]
    return {
        "title": voice.words(table.title),
        "columns": [
            {"label": voice.words(column.label), "numeric": column.kind in NUMBERS or column.kind is Kind.DAY}
            for column in table.columns
        ],
        "rows": [
            {
                "cells": [spoken(cell, kind, voice) or "–" for cell, kind in zip(row.cells, kinds, strict=True)],
                "total": row.total,
            }
            for row in table.rows
        ],
        "notes": [voice.words(note) for note in table.notes],
    }

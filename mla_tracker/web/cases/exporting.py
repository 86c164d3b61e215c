"""The list as a file: the columns that stand on the page, for what the reader may see."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import xlsxwriter
from flask import Response, stream_with_context
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.listing import CaseFilter, cases_page
from mla_tracker.core.cells import neutralised
from mla_tracker.core.errors import NotPermitted, NotVisible
from mla_tracker.web.cases.presenting import outcome_label, status_label
from mla_tracker.web.context import current_actor, db, exported, now, today

_BATCH: Final = 500
_PIECE: Final = 64 * 1024
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_list(wanted: str, filters: CaseFilter) -> Response:
    """CSV or XLSX of the filtered list, newest first. The whole register with all its parts is the command's."""
    if not current_actor().may(Permission.CASE_EXPORT):
        raise NotPermitted("This needs the right to export.")
    if wanted not in ("csv", "xlsx"):
        raise NotVisible("There is no such format.")
    exported("cases_exported", wanted)
    if wanted == "csv":
        response = Response(stream_with_context(_csv(filters)), content_type="text/csv; charset=utf-8")
    else:
        response = Response(stream_with_context(_xlsx(filters)), content_type=_XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="requests-{today()}.{wanted}"'
    return response


def _heads() -> list[str]:
    return [
        _("Reference"), _("Kind"), _("Direction"), _("State"), _("Their reference"), _("Subject"), _("Status"),
        _("Outcome"), _("Opened on"), _("Next due on"), _("Closed on"), _("Lead"),
    ]  # fmt: skip


def _lines(filters: CaseFilter) -> Iterator[Sequence[Any]]:
    after: str | None = None
    tables = life_cycles()
    while True:
        page = cases_page(
            db(),
            current_actor(),
            filters,
            order="newest",
            today=today(),
            now=now(),
            after=after,
            size=_BATCH,
            counted=False,
        )
        for row in page.rows:
            cycle = tables.of(row.kind, row.direction)
            yield (
                row.reference, row.kind, row.direction, row.counterpart or "", row.their_reference, row.subject,
                status_label(cycle, row.status), outcome_label(cycle, row.outcome), row.opened_on, row.next_due_on,
                row.closed_on, row.lead or "",
            )  # fmt: skip
        if page.after is None:
            return
        after = page.after


def _csv(filters: CaseFilter) -> Iterator[str]:
    for line in _with_heads(filters):
        buffer = io.StringIO()
        csv.writer(buffer).writerow([_plain(value) for value in line])
        yield buffer.getvalue()


def _with_heads(filters: CaseFilter) -> Iterable[Sequence[Any]]:
    yield _heads()
    yield from _lines(filters)


def _plain(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    return neutralised("" if value is None else str(value))


def _xlsx(filters: CaseFilter) -> Iterator[bytes]:
    """Written row by row to a file and sent from there: a register of any size takes no more memory than a row."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "requests.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder}
        book = xlsxwriter.Workbook(path, options)
        sheet = book.add_worksheet(_("Requests")[:31])
        for number, line in enumerate(_with_heads(filters)):
            for column, value in enumerate(line):
                sheet.write_string(number, column, "" if value is None else str(value))
        book.close()
        with path.open("rb") as finished:
            while piece := finished.read(_PIECE):
                yield piece

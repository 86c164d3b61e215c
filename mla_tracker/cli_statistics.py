"""`mla-tracker statistics`: compute the figures of a day; give out the facts behind them."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import xlsxwriter

from mla_tracker.cli_office import opened_sessions, running, say
from mla_tracker.core import clock
from mla_tracker.core.cells import neutralised
from mla_tracker.core.errors import DomainError
from mla_tracker.statistics.computing import compute_snapshot, end_of_day, measure
from mla_tracker.statistics.export import COLUMNS, export_rows
from mla_tracker.statistics.models import Snapshot
from mla_tracker.statistics.services import ALL, SCOPES, UNRESTRICTED, Wanted

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def statistics() -> None:
    """Delay statistics."""


@statistics.command()
@click.option("--on", type=DAY, help="As it was at the end of this day (YYYY-MM-DD); today without it.")
@click.option("--as-known", is_flag=True, help="By what had been recorded by the end of that day.")
@click.option("--json", "as_json", is_flag=True, help="Print what was computed as JSON.")
def compute(*, on: datetime | None, as_known: bool, as_json: bool) -> None:
    """Compute the figures of a day in both scopes. Safe to repeat."""
    with running() as settings, opened_sessions(settings) as sessions:
        today = clock.today(settings.zone)
        day = on.date() if on else today
        if day > today:
            raise DomainError("Choose today or an earlier day.")
        told = []
        for scope in SCOPES:
            number = compute_snapshot(sessions, Wanted(day, scope, as_known), zone=settings.zone)
            if number is None:
                say(f"{day} ({scope}) is being computed by another process.")
                continue
            with sessions() as session:
                snapshot = session.get_one(Snapshot, number)
                told.append(
                    {
                        "on": day.isoformat(),
                        "scope": scope,
                        "as_known": as_known,
                        "definitions": snapshot.definition_version,
                        "cases": snapshot.cases,
                        "seconds": snapshot.seconds,
                        "restated": snapshot.restated,
                    }
                )
    if as_json:
        click.echo(json.dumps(told, indent=2))
        return
    for line in told:
        restated = f", restated: {line['restated']}" if line["restated"] else ""
        click.echo(f"{line['on']}, {line['scope']}: {line['cases']} cases in {line['seconds']} s{restated}")


@statistics.command()
@click.option("--from", "since", type=DAY, help="Only requests received or sent on this day or later.")
@click.option("--to", "until", type=DAY, help="The facts as they were at the end of this day; today without it.")
@click.option("--format", "form", type=click.Choice(["csv", "json", "xlsx"]), default="csv", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; standard output without it.")
@click.option("--restricted", is_flag=True, help="With restricted requests.")
@click.option("--as-known", is_flag=True, help="By what had been recorded by the end of that day.")
def export(
    *, since: datetime | None, until: datetime | None, form: str, output: Path | None, restricted: bool, as_known: bool
) -> None:
    """Give out one row a case: its days, what is censored, in which counts it stands."""
    with running() as settings, opened_sessions(settings) as sessions:
        day = until.date() if until else clock.today(settings.zone)
        with sessions() as session:
            known_at = end_of_day(day, settings.zone) if as_known else None
            measured = measure(session, day, ALL if restricted else UNRESTRICTED, known_at=known_at)
    rows = export_rows(measured, since=since.date() if since else None)
    content = {"csv": csv_of, "json": _json, "xlsx": _xlsx}[form](rows)
    if output:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def csv_of(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The rows of an export as CSV in UTF-8, with their heads."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue().encode()


def _json(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return json.dumps(list(rows), default=date.isoformat, ensure_ascii=False, indent=1).encode() + b"\n"


def _xlsx(rows: Iterable[Mapping[str, Any]]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, day = book.add_worksheet("facts"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, COLUMNS)
    for number, row in enumerate(rows, start=1):
        for column, name in enumerate(COLUMNS):
            value = row[name]
            if isinstance(value, date):
                sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 - a cell has no zone
            elif value is not None:
                sheet.write(number, column, ";".join(value) if isinstance(value, list) else value)
    sheet.freeze_panes(1, 1)
    book.close()
    return content.getvalue()


def _cell(value: Any) -> Any:
    """A value as text: ISO days, lists by semicolon, nothing that a spreadsheet would take for a formula."""
    if isinstance(value, list):
        value = ";".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutralised(value) if isinstance(value, str) else value

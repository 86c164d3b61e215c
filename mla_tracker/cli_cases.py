"""`mla-tracker cases`: the register out and in."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.casework.register_file.export import register_rows
from mla_tracker.casework.register_file.formats import FORMATS, write_csv, write_json, write_xlsx
from mla_tracker.casework.register_file.importing import ImportRefused, load_register
from mla_tracker.casework.register_file.mapping import read_map
from mla_tracker.cli_office import running, say
from mla_tracker.office_from_settings import open_office

MOST_SHOWN = 200


@click.group()
def cases() -> None:
    """The register as a file."""


@cases.command("export")
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Standard output by default.")
def export_cases(*, form: str, output: Path | None) -> None:
    """Write every case with its items, persons and events; what `cases import` reads back without loss."""
    with running() as settings, open_office(settings).sessions() as session:
        rows = register_rows(session, SYSTEM)
        if output is None:
            _write(form, rows, sys.stdout.buffer)
        else:
            unfinished = output.with_name(f".{output.name}.unfinished")
            try:
                with unfinished.open("wb") as stream:
                    _write(form, rows, stream)
                unfinished.replace(output)
            finally:
                unfinished.unlink(missing_ok=True)
            say(f"Written to {output}.")


def _write(form: str, rows: Iterator[tuple[str, dict[str, Any]]], stream: Any) -> None:
    if form == "xlsx":
        write_xlsx(rows, stream)
        return
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    if form == "csv":
        write_csv(rows, text)
    else:
        write_json(rows, text)
    text.flush()
    text.detach()


@cases.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Try everything, keep nothing.")
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="For another register."
)
@click.option("--json", "as_json", is_flag=True, help="The report for a machine.")
def import_cases(*, file: Path, dry_run: bool, map_file: Path | None, as_json: bool) -> None:
    """Load a register, all or nothing; each problem is named by sheet, row and column."""
    register_map = read_map(map_file) if map_file is not None else None
    with running() as settings:
        office = open_office(settings)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        number = 0
        try:
            with Progress(*columns, transient=True, console=Console(stderr=True)) as progress:
                task = progress.add_task("Cases", total=None)
                for step in load_register(office, file, register_map=register_map, dry_run=dry_run):
                    number = step.total
                    progress.update(task, completed=step.done, total=step.total)
        except ImportRefused as refused:
            _tell_problems(refused, as_json=as_json)
            sys.exit(1)
    if as_json:
        click.echo(json.dumps({"loaded": 0 if dry_run else number, "tried": number, "problems": []}))
    elif dry_run:
        say(f"{number} cases can be loaded. Nothing was kept.")
    else:
        say(f"{number} cases are loaded. Reminders that were due before are not sent.")


def _tell_problems(refused: ImportRefused, *, as_json: bool) -> None:
    if as_json:
        found = [
            {"sheet": one.sheet, "row": one.row, "column": one.column, "value": one.value, "message": one.message}
            for one in refused.problems
        ]
        click.echo(json.dumps({"loaded": 0, "problems": found}, ensure_ascii=False))
        return
    for one in refused.problems[:MOST_SHOWN]:
        click.echo(str(one), err=True)
    if len(refused.problems) > MOST_SHOWN:
        say(f"… and {len(refused.problems) - MOST_SHOWN} more.")
    say(refused.message)

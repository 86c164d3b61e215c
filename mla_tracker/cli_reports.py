"""`mla-tracker report`: a ready report or a pack over a span of days, as a file."""

import json
import sys
from datetime import date, datetime
from pathlib import Path

import click
from babel import Locale

from mla_tracker.cli_office import opened_sessions, running
from mla_tracker.core import clock
from mla_tracker.render.client import Renderer
from mla_tracker.statistics.reports.catalogue import REPORTS
from mla_tracker.statistics.reports.computing import make_paper
from mla_tracker.statistics.reports.content import Paper, to_json
from mla_tracker.statistics.reports.files import Voice, csv_of, xlsx_of
from mla_tracker.statistics.reports.services import Order, check_order
from mla_tracker.statistics.reports.typeset import document
from mla_tracker.statistics.services import ALL, UNRESTRICTED

DAY = click.DateTime(["%Y-%m-%d"])
ENGLISH = Voice(words=str, state=lambda code: Locale("en").territories.get(code, code), day=lambda day: day.isoformat())
CODES = [kind.code for kind in REPORTS]


@click.command()
@click.argument("code", type=click.Choice(CODES, case_sensitive=False))
@click.option(
    "--from", "first", type=DAY, help="The first day; the first of January of the last day's year without it."
)
@click.option("--to", "last", type=DAY, help="The last day; today without it.")
@click.option("--format", "form", type=click.Choice(["csv", "json", "pdf", "xlsx"]), default="csv", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; standard output without it.")
@click.option("--restricted", is_flag=True, help="Over all requests, restricted ones included.")
@click.option("--public", is_flag=True, help="The version for the public: small counts are hidden.")
def report(
    *, code: str, first: datetime | None, last: datetime | None, form: str, output: Path | None, restricted: bool,
    public: bool,
) -> None:  # fmt: skip
    """Give out a report: R1 to R16, or the pack for FATF or UNCAC reviewers.

    R1 flow, R2 States, R3 legal bases, R4 offences, R5 types of assistance, R6 refusals, R7 returned requests, R8
    durations, R9 time limits, R10 backlog, R11 no response, R12 assets, R13 persons sought, R15 confidentiality, R16
    civil and administrative matters.
    """
    with running() as settings, opened_sessions(settings) as sessions:
        today = clock.today(settings.zone)
        until = last.date() if last else today
        since = first.date() if first else date(until.year, 1, 1)
        order = Order(code.upper(), since, until, ALL if restricted else UNRESTRICTED, public)
        check_order(order, today=today)
        with sessions() as session:
            paper = make_paper(session, order)
        content = _content(paper, form, settings.var_dir / "cache" / "charts")
    if output:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _content(paper: Paper, form: str, folder: Path) -> bytes:
    if form == "csv":
        return csv_of(paper, ENGLISH)
    if form == "json":
        return json.dumps(to_json(paper), ensure_ascii=False, indent=1).encode() + b"\n"
    if form == "xlsx":
        return xlsx_of(paper, ENGLISH)
    renderer = Renderer(folder)
    try:
        return renderer.paper(document(paper, ENGLISH))
    finally:
        renderer.close()

"""`mla-tracker events`: the events as the source of truth."""

import json
import sys

import click

from mla_tracker.casework.rebuilding import rebuild
from mla_tracker.cli_office import running, say
from mla_tracker.office_from_settings import open_office

MOST_SHOWN = 200


@click.group()
def events() -> None:
    """What follows from the events."""


@events.command("rebuild")
@click.option("--check", "check_only", is_flag=True, help="Change nothing; non-zero when there is any difference.")
@click.option("--json", "as_json", is_flag=True, help="The report for a machine.")
def rebuild_events(*, check_only: bool, as_json: bool) -> None:
    """Derive status, outcome, milestones and deadlines of every case anew and tell what was stored otherwise."""
    cases, found = 0, []
    with running() as settings:
        for _case_id, differences in rebuild(open_office(settings), check_only=check_only):
            cases += 1
            found += differences
    if as_json:
        click.echo(json.dumps({"cases": cases, "differences": [str(one) for one in found]}, ensure_ascii=False))
    else:
        for one in found[:MOST_SHOWN]:
            click.echo(str(one))
        say(f"{cases} cases, {len(found)} differences{'' if check_only or not found else ', put right'}.")
    if check_only and found:
        sys.exit(1)

"""`mla-tracker deadline`: the calculator of the deadline engine."""

import json

import click

from mla_tracker.deadlines.calculator import UNITS
from mla_tracker.deadlines.calculator import compute as compute_due
from mla_tracker.deadlines.calendar import calendar_for, read_place
from mla_tracker.deadlines.wording import in_words


@click.group()
def deadline() -> None:
    """When a period ends, and why."""


@deadline.command()
@click.option(
    "--from", "start", required=True, help="2026-11-24, or with the hour 2026-11-24T09:40 (there), T09:40+01:00."
)
@click.option("--length", type=click.IntRange(0, 100_000), required=True)
@click.option("--unit", type=click.Choice(list(UNITS)), required=True)
@click.option("--calendar", "place", required=True, metavar="CC[-SUB]", help="Whose weekends and holidays: CH, CH-ZH.")
@click.option("--counting", type=click.Choice(["exclusive", "inclusive"]), default="exclusive", show_default=True)
@click.option("--roll", is_flag=True, help="A last day that is no working day moves to the next one.")
@click.option("--json", "as_json", is_flag=True, help="For a machine; the key `due` is the last day or moment.")
def compute(*, start: str, length: int, unit: str, place: str, counting: str, roll: bool, as_json: bool) -> None:
    """Print the last day in time and how it came about."""
    found = compute_due(
        start, length, unit, calendar_for(*read_place(place)), inclusive=counting == "inclusive", roll=roll
    )
    if as_json:
        click.echo(json.dumps(found.as_json()))
        return
    click.echo(found.last)
    for line in in_words(found.due.steps):
        click.echo(f"  {line}")
    if not found.calendar.known:
        click.echo(f"  The holidays of {found.calendar.name} are not known: weekends alone were left out.")

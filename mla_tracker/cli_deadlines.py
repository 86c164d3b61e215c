"""`mla-tracker deadline`: the calculator of the deadline engine."""

import json
from typing import Final

import click

from mla_tracker.deadlines.calendar import calendar_for, read_place
from mla_tracker.deadlines.counting import Period, due, parse_start
from mla_tracker.deadlines.wording import in_words
from mla_tracker.instruments.time_limits import Unit

_UNITS: Final = {
    "hours": (Unit.HOURS, False),
    "calendar-days": (Unit.DAYS, False),
    "working-days": (Unit.DAYS, True),
    "weeks": (Unit.WEEKS, False),
    "months": (Unit.MONTHS, False),
    "years": (Unit.YEARS, False),
}


@click.group()
def deadline() -> None:
    """When a period ends, and why."""


@deadline.command()
@click.option(
    "--from", "start", required=True, help="2026-11-24, or with the hour 2026-11-24T09:40 (there), T09:40+01:00."
)
@click.option("--length", type=click.IntRange(0, 100_000), required=True)
@click.option("--unit", type=click.Choice(list(_UNITS)), required=True)
@click.option("--calendar", "place", required=True, metavar="CC[-SUB]", help="Whose weekends and holidays: CH, CH-ZH.")
@click.option("--counting", type=click.Choice(["exclusive", "inclusive"]), default="exclusive", show_default=True)
@click.option("--roll", is_flag=True, help="A last day that is no working day moves to the next one.")
@click.option("--json", "as_json", is_flag=True, help="For a machine; the key `due` is the last day or moment.")
def compute(*, start: str, length: int, unit: str, place: str, counting: str, roll: bool, as_json: bool) -> None:
    """Print the last day in time and how it came about."""
    calendar = calendar_for(*read_place(place))
    kind, working = _UNITS[unit]
    period = Period(
        amount=length,
        unit=kind,
        working=working,
        inclusive=counting == "inclusive",
        roll="next_working_day" if roll and kind is not Unit.HOURS else "none",
    )
    found = due(period, parse_start(start, calendar.zone), calendar)
    last = found.at.astimezone(calendar.zone).isoformat() if found.at else found.on.isoformat()
    if as_json:
        known = {"calendar": calendar.name, "holidays_known": calendar.known, "zone": str(calendar.zone)}
        click.echo(json.dumps({"due": last, **known, "steps": list(found.steps)}))
        return
    click.echo(last)
    for line in in_words(found.steps):
        click.echo(f"  {line}")
    if not calendar.known:
        click.echo(f"  The holidays of {calendar.name} are not known: weekends alone were left out.")

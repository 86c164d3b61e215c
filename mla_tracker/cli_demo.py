"""`mla-tracker demo`: invented cases to look around in."""

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mla_tracker.casework.demo.load import CASES, SEED, has_cases, load
from mla_tracker.cli_office import running, say
from mla_tracker.core.errors import DomainError
from mla_tracker.office_from_settings import open_office
from mla_tracker.statistics.computing import compute_due

LONGEST_SECONDS = 20.0
"""For the first figures; what is not computed by then the schedule computes."""


@click.group()
def demo() -> None:
    """Demonstration cases; never in production."""


@demo.command("load")
@click.option("--cases", type=click.IntRange(2, 100_000), default=CASES, show_default=True, help="How many.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="The same seed and day give the same cases.")
def load_cases(*, cases: int, seed: int) -> None:
    """Fill an empty office with invented cases of five years, with today as their anchor."""
    with running() as settings:
        if settings.production:
            raise DomainError("Demonstration cases do not belong into a production office.")
        office = open_office(settings)
        with office.sessions() as session:
            if has_cases(session):
                raise DomainError("This office has cases already; the demonstration is for an empty one.")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, transient=True) as progress:
            task = progress.add_task("Demonstration cases", total=cases)
            for step in load(office, cases=cases, seed=seed):
                progress.update(task, completed=step.done)
        compute_due(office.sessions, zone=office.zone, seconds=LONGEST_SECONDS)
    say(f"{cases} demonstration cases are loaded.")

"""`mla-tracker reminders` and `mla-tracker mail`: what the schedule runs each minute, by hand."""

from datetime import date, datetime, timedelta
from math import inf

import click

from config.settings import Settings
from mla_tracker.cli_office import opened_sessions, running
from mla_tracker.core import clock
from mla_tracker.reminders import rules, sending
from mla_tracker.reminders.mailer import Mailer, make_mailer
from mla_tracker.reminders.messages import Letterhead
from mla_tracker.reminders.sending import Outcome, Swept


@click.group()
def reminders() -> None:
    """Reminders of time limits."""


@reminders.command()
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Play the end of this day through (YYYY-MM-DD); today, up to this moment, without it.",
)
def run(*, on: datetime | None) -> None:
    """Plan what is due and send it. Safe to repeat, and beside a running worker: nobody is told twice."""
    with running() as settings, opened_sessions(settings) as sessions:
        moment = _end_of(on.date(), settings) if on else None
        _report(sending.sweep(sessions, _mailer(settings), _letterhead(settings), on=moment, seconds=inf))


@click.group()
def mail() -> None:
    """Outgoing mail."""


@mail.command()
def flush() -> None:
    """Send what is planned and due now, without planning anything. Safe to repeat."""
    with running() as settings, opened_sessions(settings) as sessions:
        _report(sending.flush(sessions, _mailer(settings), _letterhead(settings), due_by=clock.now(), seconds=inf))


def _end_of(day: date, settings: Settings) -> datetime:
    """The last moment of a local day; for today the present one."""
    if day == clock.today(settings.zone):
        return clock.now()
    return rules.day_begins(day + timedelta(days=1), settings.zone) - timedelta(seconds=1)


def _mailer(settings: Settings) -> Mailer:
    return make_mailer(settings.mail_url)


def _letterhead(settings: Settings) -> Letterhead:
    return Letterhead(settings.mail_from, settings.base_url, settings.zone)


def _report(swept: Swept) -> None:
    """Print what was done; the exit code is 1 when the mail server could not be reached."""
    done = swept.outcomes
    click.echo(
        f"{swept.planned.notices} planned, {done.get(Outcome.SENT, 0)} sent, "
        f"{done.get(Outcome.DEFERRED, 0)} to be tried again, "
        f"{done.get(Outcome.SUPPRESSED, 0)} no longer needed, {done.get(Outcome.DEAD, 0)} failed for good"
    )
    if swept.trouble:
        raise click.ClickException(f"The mail server could not be reached, the rest waits: {swept.trouble}")

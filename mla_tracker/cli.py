"""The command line `mla-tracker`. A verb is one line here and a click command in a file beside.

To add a verb: write `@click.command()` in `cli_<subject>.py`, decide nothing there (open the office with `cli_office`,
call a service, print), and name it in `VERBS`.
"""

from importlib import import_module

import click

from config.settings import SettingsError
from mla_tracker.core.errors import DomainError
from mla_tracker.standalone.places import StandaloneError

VERBS: dict[str, str] = {
    "serve": "mla_tracker.cli_servers:serve",
    "web": "mla_tracker.cli_servers:web",
    "worker": "mla_tracker.cli_servers:worker",
    "schedule": "mla_tracker.cli_servers:schedule",
    "db": "mla_tracker.cli_database:db",
    "cases": "mla_tracker.cli_cases:cases",
    "demo": "mla_tracker.cli_demo:demo",
    "user": "mla_tracker.cli_people:user",
    "secrets": "mla_tracker.cli_secrets:secrets",
    "deadline": "mla_tracker.cli_deadlines:deadline",
    "events": "mla_tracker.cli_events:events",
    "reminders": "mla_tracker.cli_reminders:reminders",
    "mail": "mla_tracker.cli_reminders:mail",
    "statistics": "mla_tracker.cli_statistics:statistics",
    "report": "mla_tracker.cli_reports:report",
    "audit": "mla_tracker.cli_audit:audit",
    "doctor": "mla_tracker.cli_doctor:doctor",
}


class _Verbs(click.Group):
    """Loads the code of a verb when it is asked for, so that no verb pays for another's libraries."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = VERBS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as problem:
            click.echo(f"The settings do not allow a start.\n{problem}", err=True)
            raise SystemExit(2) from problem
        except (StandaloneError, DomainError) as problem:
            raise click.ClickException(str(problem)) from problem


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mla-tracker", message="%(version)s")
def main() -> None:
    """A register of requests for mutual legal assistance and extradition. Settings come from the environment."""


if __name__ == "__main__":
    main()

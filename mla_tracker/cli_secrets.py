"""`mla-tracker secrets`: the secrets of the office that the settings hold."""

import click

from mla_tracker.accounts.second_factors import reseal
from mla_tracker.audit.services import record_administration
from mla_tracker.cli_office import opened_sessions, running
from mla_tracker.core import clock
from mla_tracker.office_from_settings import audit_key, seals


@click.group()
def secrets() -> None:
    """Secrets that the settings hold."""


@secrets.command()
def rotate() -> None:
    """Seal what is kept sealed anew with MLA_SECRET_KEY.

    Put a new secret into MLA_SECRET_KEY and the one before into MLA_FORMER_SECRET_KEYS, restart, run this, and take the
    former one out again after twelve hours, when the sessions that it signed have ended.
    """
    with running() as settings, opened_sessions(settings) as sessions, sessions() as session:
        number = reseal(session, seals(settings))
        record_administration(
            session,
            audit_key(settings),
            actor_id=None,
            code="secrets_rotated",
            detail={"number": number},
            now=clock.now(),
        )
        session.commit()
    click.echo(f"{number} sealed anew.")

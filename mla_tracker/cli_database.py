"""`mla-tracker db`: the schema and the code lists."""

import click

from mla_tracker.cli_office import opened_sessions, running, say
from mla_tracker.core import clock
from mla_tracker.core.schema import upgrade as upgrade_schema
from mla_tracker.instruments.seeding import load_seed


@click.group()
def db() -> None:
    """The database's schema and the code lists in it."""


@db.command()
def upgrade() -> None:
    """Run the migrations that are missing, give the runtime role its rights, load the code lists. Safe to repeat."""
    with running() as settings, opened_sessions(settings) as sessions:
        apart = upgrade_schema(settings.owner_url, settings.runtime_url)
        with sessions() as session:
            load_seed(session, clock.now())
            session.commit()
    if not apart:
        say("The product runs as the owner of its tables, so nothing guards the trail: set MLA_MIGRATION_DATABASE_URL.")

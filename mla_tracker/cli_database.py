"""`mla-tracker db`: the schema."""

import click

from mla_tracker.cli_office import running, say
from mla_tracker.core.schema import upgrade as upgrade_schema


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Run the migrations that are missing, then give the runtime role its rights. Safe to repeat."""
    with running() as settings:
        apart = upgrade_schema(settings.owner_url, settings.runtime_url)
    if not apart:
        say("The product runs as the owner of its tables, so nothing guards the trail: set MLA_MIGRATION_DATABASE_URL.")

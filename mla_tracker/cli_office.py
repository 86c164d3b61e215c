"""How a command reaches the office: the settings, the servers that run (or run for its own duration), the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import psycopg

from config import logging
from config.settings import DEMONSTRATION_DOMAIN, Settings, SettingsError, load
from mla_tracker.standalone.servers import Addresses, Wanted, private_servers

if TYPE_CHECKING:
    from mla_tracker.core.database import Sessions


def say(text: str) -> None:
    """Tell the person at the terminal; standard output stays free for what a command prints."""
    click.echo(text, err=True)


def start(process: str) -> Settings:
    """Read the settings and set up logging for this process."""
    settings = load()
    logging.configure(level=settings.log_level, style="json" if settings.production else "console", process=process)
    return settings


def wanted(settings: Settings) -> Wanted:
    """The servers that no setting names: those are to be private."""
    return Wanted(
        settings.var_dir,
        postgres=settings.database_url is None,
        broker=settings.redis_url is None,
        postgres_bin=settings.postgres_bin,
        redis_server=settings.redis_server,
    )


def with_addresses(settings: Settings, private: Addresses) -> Settings:
    """The settings with the private servers' addresses where none was set."""
    return settings.with_servers(
        database_url=settings.database_url or private.database_url,
        migration_database_url=settings.migration_database_url or private.migration_database_url,
        redis_url=settings.redis_url or private.redis_url,
    )


@contextmanager
def running(process: str = "command") -> Iterator[Settings]:
    """Settings in which every server has an address and answers."""
    settings = start(process)
    with private_servers(wanted(settings), say) as private:
        yield with_addresses(settings, private)


@contextmanager
def opened_sessions(settings: Settings) -> "Iterator[Sessions]":
    """A session factory for the block, on the database of `settings` as the runtime role."""
    from mla_tracker.core.database import make_engine, make_sessions

    engine = make_engine(settings.runtime_url, pool_size=2)
    try:
        yield make_sessions(engine)
    finally:
        engine.dispose()


def libpq(settings: Settings) -> str:
    """The runtime role's address as libpq reads it, for a statement that needs no object mapping."""
    return settings.runtime_url.replace("postgresql+psycopg://", "postgresql://", 1)


def refuse_demonstration_logins(settings: Settings) -> None:
    """Production does not start with accounts whose password everybody knows. Raises SettingsError naming them."""
    if not settings.production:
        return
    with psycopg.connect(libpq(settings), autocommit=True) as connection:
        known = connection.execute(
            "SELECT email FROM account WHERE active AND email LIKE %s ORDER BY email", [f"%@{DEMONSTRATION_DOMAIN}"]
        ).fetchall()
    if known:
        names = ", ".join(email for (email,) in known)
        raise SettingsError(
            f"MLA_ENV: production refuses the demonstration logins {names}; "
            "end each with `mla-tracker user disable EMAIL`"
        )

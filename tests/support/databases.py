"""A database of its own for each test process, copied from a template that is made once in a test run.

The template is migrated and holds the code lists, as an office does after its first start.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from mla_tracker.core.schema import upgrade
from mla_tracker.instruments.seeding import load_seed
from mla_tracker.standalone.postgres import OWNER, RUNTIME, ensure_database, ensure_roles

TEMPLATE = "mla_test_template"


@dataclass(frozen=True)
class TestDatabase:
    """The database of one test process. `renew` throws it away and copies the template anew (some 50 ms)."""

    __test__ = False

    name: str
    superuser: URL
    password: str | None
    template: str

    @property
    def runtime_url(self) -> str:
        """As the product runs: a role that owns nothing."""
        return self._url(RUNTIME)

    @property
    def owner_url(self) -> str:
        """As migrations run."""
        return self._url(OWNER)

    def renew(self) -> None:
        """Start again from the migrated template, whatever is still connected."""
        with _connected(self.superuser) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))
            ensure_database(connection, self.name, template=self.template, builtin_locale=_builtin(connection))

    def drop(self) -> None:
        """Leave nothing behind on a server that outlives the tests."""
        with _connected(self.superuser) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def _url(self, role: str) -> str:
        url = self.superuser.set(username=role, password=self.password, database=self.name)
        return url.render_as_string(hide_password=False)


def make_database(superuser: URL, folder: Path, worker: str, *, own_server: bool) -> TestDatabase:
    """The database of the test process `worker`. The first to come migrates the template, the others wait for it.

    `own_server` is false for a server named from outside: there the roles get a password of this run.
    """
    run = folder.name.rsplit("-", 1)[-1]
    template = TEMPLATE if own_server else f"{TEMPLATE}_{run}".lower()
    with _one_at_a_time(folder / "template.lock"):
        password = None if own_server else _run_password(folder)
        database = TestDatabase(
            f"mla_test_{worker}" if own_server else f"mla_test_{run}_{worker}".lower(), superuser, password, template
        )
        if not (folder / "template.ready").exists():
            with _connected(superuser) as connection:
                ensure_roles(connection, password=password)
                ensure_database(connection, template, builtin_locale=_builtin(connection))
            at_template = TestDatabase(template, superuser, password, template)
            upgrade(at_template.owner_url, at_template.runtime_url)
            _load_code_lists(at_template.runtime_url)
            (folder / "template.ready").touch()
    database.renew()
    return database


def _load_code_lists(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        load_seed(session, datetime(2026, 1, 1, tzinfo=UTC))
        session.commit()


def superuser_of(runtime_url: str) -> URL:
    """The superuser's address on the private server that answers at `runtime_url`."""
    return make_url(runtime_url).set(username="postgres", database="postgres")


def drop_template(superuser: URL, folder: Path) -> None:
    """Take away this run's template from a server that outlives the tests."""
    run = folder.name.rsplit("-", 1)[-1]
    TestDatabase(f"{TEMPLATE}_{run}".lower(), superuser, None, "template0").drop()


@contextmanager
def _connected(superuser: URL) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    dsn = superuser.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def _builtin(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    return connection.info.server_version >= 170000


def _run_password(folder: Path) -> str:
    kept = folder / "password"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(24), encoding="ascii")
    return kept.read_text(encoding="ascii")


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

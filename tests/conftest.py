"""Fixtures for all tests. Nothing is started until a test asks for it: the rules are tested without a database.

`session` is rolled back and is what most tests of queries and services want; `sessions` commits for real (acts,
workers, two sessions at once) and costs a fresh copy of the migrated template afterwards. Both work as the role that
the product runs as.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from config.settings import Settings, load
from mla_tracker.core.database import Sessions, make_engine, make_sessions
from mla_tracker.standalone.servers import Addresses, Wanted, private_servers
from tests.support.databases import TestDatabase, drop_template, make_database, superuser_of
from tests.support.mail import SmtpSink, listening

_FOLDER = "MLA_TEST_FOLDER"


def pytest_configure(config: pytest.Config) -> None:
    """One folder for the test run, shared by all its processes; PostgreSQL's account must be able to enter it."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="mla-tests-"))
        folder.chmod(0o755)
        os.environ[_FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that made the folder removes it, after all others have stopped."""
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ[_FOLDER])
        if (outside := os.environ.get("MLA_TEST_DATABASE_URL")) and (folder / "template.ready").exists():
            drop_template(make_url(outside), folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder of this test run."""
    return Path(os.environ[_FOLDER])


@pytest.fixture(scope="session")
def servers(run_folder: Path) -> Iterator[Addresses]:
    """PostgreSQL and the broker for this test run: private ones, or those that the environment names."""
    database_url, redis_url = os.environ.get("MLA_TEST_DATABASE_URL"), os.environ.get("MLA_TEST_REDIS_URL")
    wanted = Wanted(run_folder / "var", postgres=database_url is None, broker=redis_url is None, durable=False)
    with private_servers(wanted, say=lambda _text: None) as private:
        yield Addresses(database_url or private.database_url, None, redis_url or private.redis_url)


@pytest.fixture(scope="session")
def database(servers: Addresses, run_folder: Path) -> Iterator[TestDatabase]:
    """This process's own database."""
    assert servers.database_url is not None
    own = "MLA_TEST_DATABASE_URL" not in os.environ
    superuser = superuser_of(servers.database_url) if own else make_url(servers.database_url)
    made = make_database(superuser, run_folder, os.environ.get("PYTEST_XDIST_WORKER", "alone"), own_server=own)
    yield made
    made.drop()


@pytest.fixture(scope="session")
def redis_url(servers: Addresses) -> str:
    """The broker's address. It is shared by all processes of the run: use keys and queues of your own."""
    assert servers.redis_url is not None
    return servers.redis_url


@pytest.fixture
def settings(database: TestDatabase, redis_url: str, tmp_path: Path) -> Settings:
    """The settings of a development office with an empty var folder, on this process's database."""
    given = {
        "MLA_VAR_DIR": str(tmp_path / "var"),
        "MLA_DATABASE_URL": database.runtime_url,
        "MLA_MIGRATION_DATABASE_URL": database.owner_url,
        "MLA_REDIS_URL": redis_url,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MLA_") and not name.startswith("MLA_TEST_")]:
            patch.delenv(name)
        for name, value in given.items():
            patch.setenv(name, value)
        return load()


@pytest.fixture(scope="session")
def _engine(database: TestDatabase) -> Iterator[Engine]:
    engine = make_engine(database.runtime_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(_engine: Engine) -> Engine:
    """An engine as the runtime role."""
    return _engine


@pytest.fixture
def owner_engine(database: TestDatabase) -> Iterator[Engine]:
    """An engine as the role that owns the schema."""
    engine = create_engine(database.owner_url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is undone afterwards, even what the test commits."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as made:
            yield made
        outer.rollback()


@pytest.fixture
def sessions(engine: Engine, database: TestDatabase) -> Iterator[Sessions]:
    """A factory of sessions that commit for real; the database is made anew afterwards."""
    yield make_sessions(engine)
    engine.dispose()
    database.renew()


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    """A mail server that keeps what it is sent."""
    with listening() as sink:
        yield sink


@pytest.fixture
def fixed_day() -> date:
    """A Monday in an ordinary week."""
    return date(2026, 3, 16)

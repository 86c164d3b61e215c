"""Two offices: one with cases to take out, an empty one to take them into."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mla_tracker.audit.chain import AuditKey
from mla_tracker.casework.office import Office
from mla_tracker.core.database import Sessions, make_engine, make_sessions
from tests.factories.office import an_office
from tests.support.databases import TestDatabase

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "import"


@pytest.fixture
def office(sessions: Sessions) -> Office:
    """An office that commits for real; empty but for the code lists."""
    return an_office(sessions)


@pytest.fixture
def other_office(database: TestDatabase) -> Iterator[Office]:
    """Another empty office, with a database and a sealing key of its own."""
    second = replace(database, name=f"{database.name}_second")
    second.renew()
    engine = make_engine(second.runtime_url)
    yield Office(make_sessions(engine), AuditKey(b"o" * 32), "AT", ZoneInfo("Europe/Vienna"))
    engine.dispose()
    second.drop()

"""An office with a request and an empty store."""

from pathlib import Path

import pytest

from mla_tracker.core.database import Sessions
from mla_tracker.documents.vault import Vault
from tests.factories.documents import a_vault
from tests.factories.office import World, a_world, an_office


@pytest.fixture
def world(sessions: Sessions) -> World:
    """People and bodies; commits for real, since acts and the worker take turns."""
    return a_world(an_office(sessions), sessions())


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return a_vault(tmp_path)

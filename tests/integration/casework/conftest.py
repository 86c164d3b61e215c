"""An office for the acts; everything is undone afterwards."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories.office import World, a_world, an_office


@pytest.fixture
def world(session: Session) -> World:
    """People and bodies in the rolled-back session."""
    return a_world(an_office(sessionmaker(session.get_bind())), session)

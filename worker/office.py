"""What a task works on: the database of this office, opened once in each process of the worker.

The command that starts the worker calls `configure`; a child process opens connections of its own on first use.
"""

from functools import cache

from config.settings import Settings
from mla_tracker.casework.office import Office
from mla_tracker.core.database import Sessions
from mla_tracker.office_from_settings import open_office

_configured: list[Settings] = []


def configure(settings: Settings) -> None:
    """Say which office this process works for; connections to a former one are forgotten."""
    _configured[:] = [settings]
    office.cache_clear()


def settings() -> Settings:
    """The settings this process was started with."""
    return _configured[0]


@cache
def office() -> Office:
    """The office as the domain knows it, with connections of this process."""
    return open_office(settings(), pool_size=2)


def sessions() -> Sessions:
    """The session factory of this process."""
    return office().sessions

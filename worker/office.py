"""What a task works on: the database of this office, opened once in each process of the worker.

The command that starts the worker calls `configure`; a child process opens connections of its own on first use.
"""

from functools import cache

from config.settings import Settings
from mla_tracker.core.database import Sessions, make_engine, make_sessions

_configured: list[Settings] = []


def configure(settings: Settings) -> None:
    """Say which office this process works for; connections to a former one are forgotten."""
    _configured[:] = [settings]
    sessions.cache_clear()


def settings() -> Settings:
    """The settings this process was started with."""
    return _configured[0]


@cache
def sessions() -> Sessions:
    """The session factory of this process."""
    return make_sessions(make_engine(settings().runtime_url, pool_size=2))

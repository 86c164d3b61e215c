"""One engine, one session factory, one declarative base: for the web process, the worker and the commands alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import TIMESTAMP, Engine, MetaData, Text, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Sessions = sessionmaker[Session]


class Base(DeclarativeBase):
    """Declarative base: every constraint has a name, text is TEXT, every moment is stored with its zone."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text(), datetime: TIMESTAMP(timezone=True)}


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine that notices a server that went away and never waits for ever for a connection."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5},
    )


def make_sessions(engine: Engine) -> Sessions:
    """The session factory; objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def session_scope(sessions: Sessions) -> Iterator[Session]:
    """A session that is always closed; what was not committed is rolled back. The act or service commits."""
    with sessions() as session:
        yield session


def server_now(session: Session) -> datetime:
    """The moment by the clock of the database server: one clock for the workers of all machines, whatever theirs say.

    The one question about the time beside `core/clock.py`; for leases and for what a sweep takes as now.
    """
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment

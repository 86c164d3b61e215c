"""Bringing a database to the newest schema, and what the runtime role may do in it.

Migrations run as the owner. The product runs as a role that owns nothing: it gets its rights here, table by table,
after each upgrade. Where both are one role (an office that named only one address) there is nothing to grant,
and nothing is protected either: `doctor` says so.
"""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from mla_tracker.core.folders import MIGRATIONS

APPEND_ONLY = frozenset(
    {
        "case_event",
        "case_event_detail",
        "administration_entry",
        "administration_detail",
        "access_entry",
        "anchor",
        "anchor_leaf",
        "proceeding_event",
        "proceeding_event_detail",
    }
)
"""Tables the product may add to and read, never change, empty or delete from."""

_VERSIONS = "alembic_version"
_ONE_AT_A_TIME = 7_305_118_001


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection; there is no file that could hold an address."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(owner_url: str, runtime_url: str) -> bool:
    """Run the migrations that are missing as the owner, then give the runtime role exactly its rights; safe to repeat.

    Two at once wait for each other. Returns False when both are the same role, so that nothing was granted.
    """
    runtime = make_url(runtime_url).username
    apart = runtime is not None and runtime != make_url(owner_url).username
    engine = create_engine(owner_url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.commit()
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
        if apart and runtime is not None:
            _grant(connection, runtime)
            connection.commit()
    return apart


def _grant(connection: Connection, role: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    who = quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {who}"))
    for table in inspect(connection).get_table_names():
        rights = "SELECT, INSERT, UPDATE, DELETE"
        if table == _VERSIONS:
            rights = "SELECT"
        elif table in APPEND_ONLY:
            rights = "SELECT, INSERT"
        connection.execute(text(f"REVOKE ALL ON TABLE {quote(table)} FROM {who}"))
        connection.execute(text(f"GRANT {rights} ON TABLE {quote(table)} TO {who}"))
    connection.execute(text(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {who}"))

"""One line of revisions, and the schema it makes is the one that the models describe."""

from importlib import import_module
from pkgutil import walk_packages

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import mla_tracker
from mla_tracker.core.database import Base
from mla_tracker.core.folders import MIGRATIONS
from mla_tracker.core.schema import alembic_config

WITHOUT_TABLES = ("mla_tracker.app", "mla_tracker.cli", "mla_tracker.standalone", "mla_tracker.web")


def import_all_models() -> None:
    """Load every module below the pages, wherever a table may be described."""
    for module in walk_packages(mla_tracker.__path__, "mla_tracker."):
        if not module.name.startswith(WITHOUT_TABLES):
            import_module(module.name)


def test_there_is_one_head_and_no_fork() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert script.get_bases() == ["0000"]


def test_file_names_tell_the_order() -> None:
    for revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions():
        assert revision.path.rsplit("/", 1)[-1].startswith(f"{revision.revision}_")


def test_models_and_migrated_schema_agree(owner_engine: Engine) -> None:
    import_all_models()
    with owner_engine.connect() as connection:
        assert alembic_config(connection).attributes["connection"] is connection
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []

"""What the runtime role may do, and that an upgrade can be repeated."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from mla_tracker.core import heartbeat, office_setting
from mla_tracker.core.database import Sessions
from mla_tracker.core.schema import APPEND_ONLY, upgrade
from tests.support.databases import TestDatabase


def test_upgrade_again_changes_nothing(database: TestDatabase) -> None:
    assert upgrade(database.owner_url, database.runtime_url)
    assert upgrade(database.owner_url, database.runtime_url)


def test_one_role_for_both_grants_nothing(database: TestDatabase) -> None:
    assert not upgrade(database.owner_url, database.owner_url)


def test_runtime_role_owns_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        owned = connection.scalar(text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"))
        user = connection.scalar(text("SELECT current_user"))
    assert (user, owned) == ("mla_app", 0)


def test_runtime_role_cannot_change_the_schema(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("CREATE TABLE sneaked (id int)"))


def test_append_only_tables_take_no_change_from_the_runtime_role(engine: Engine) -> None:
    allowed = text("SELECT has_any_column_privilege(:table, 'UPDATE'), has_table_privilege(:table, 'DELETE, TRUNCATE')")
    with engine.connect() as connection:
        for table in APPEND_ONLY & set(inspect(connection).get_table_names()):
            assert connection.execute(allowed, {"table": table}).one() == (False, False), table


def test_every_table_can_be_read_by_the_runtime_role(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            assert connection.scalar(text("SELECT has_table_privilege(:table, 'SELECT')"), {"table": table}), table


def test_an_earlier_beat_never_replaces_a_later_one(session: Session) -> None:
    early, late = datetime(2026, 3, 16, 8, 58, tzinfo=UTC), datetime(2026, 3, 16, 9, tzinfo=UTC)
    assert heartbeat.last_beat(session, heartbeat.SCHEDULE) is None
    heartbeat.stamp(session, heartbeat.SCHEDULE, late)
    heartbeat.stamp(session, heartbeat.SCHEDULE, early)
    assert heartbeat.last_beat(session, heartbeat.SCHEDULE) == late
    back = late - heartbeat.CLOCK_PUT_BACK - timedelta(seconds=1)
    heartbeat.stamp(session, heartbeat.SCHEDULE, back)
    assert heartbeat.last_beat(session, heartbeat.SCHEDULE) == back  # the clock was put back


@pytest.mark.parametrize("value", ["first", "second"])
def test_committed_work_of_one_test_is_gone_in_the_next(sessions: Sessions, value: str) -> None:
    with sessions() as session:
        assert office_setting.read(session, "word") is None
        office_setting.write(session, "word", value, datetime(2026, 3, 16, tzinfo=UTC))
        session.commit()
        assert office_setting.read(session, "word") == value

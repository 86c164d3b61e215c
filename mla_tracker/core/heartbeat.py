"""Proof that the schedule, the broker, a worker and the database work together: a task stamps a row each minute."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mla_tracker.core.database import Base

SCHEDULE = "schedule"
CLOCK_PUT_BACK: Final = timedelta(minutes=5)


class Heartbeat(Base):
    """When `name` last showed that it is alive."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]


def stamp(session: Session, name: str, at: datetime) -> None:
    """Record that `name` was alive at the moment `at`; a later stamp is not replaced by an earlier one.

    Unless it lies so far ahead that a clock must have been put back: a stop would stay hidden until that moment.
    """
    statement = insert(Heartbeat).values(name=name, beat_at=at)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Heartbeat.name],
            set_={"beat_at": statement.excluded.beat_at},
            where=or_(
                Heartbeat.beat_at < statement.excluded.beat_at,
                Heartbeat.beat_at > statement.excluded.beat_at + CLOCK_PUT_BACK,
            ),
        )
    )


def last_beat(session: Session, name: str) -> datetime | None:
    """When `name` was last alive; None when it never was."""
    beat = session.get(Heartbeat, name, populate_existing=True)
    return beat.beat_at if beat else None

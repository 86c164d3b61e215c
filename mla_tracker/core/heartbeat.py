"""Proof that the schedule, the broker, a worker and the database work together: a task stamps a row each minute."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mla_tracker.core.database import Base

SCHEDULE = "schedule"


class Heartbeat(Base):
    """When `name` last showed that it is alive."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]


def stamp(session: Session, name: str, at: datetime) -> None:
    """Record that `name` was alive at the moment `at`; a later stamp is never replaced by an earlier one."""
    statement = insert(Heartbeat).values(name=name, beat_at=at)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Heartbeat.name],
            set_={"beat_at": statement.excluded.beat_at},
            where=Heartbeat.beat_at < statement.excluded.beat_at,
        )
    )


def last_beat(session: Session, name: str) -> datetime | None:
    """When `name` was last alive; None when it never was."""
    beat = session.get(Heartbeat, name, populate_existing=True)
    return beat.beat_at if beat else None

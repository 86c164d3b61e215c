"""Small facts about this office that are kept with its data: one text per key."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mla_tracker.core.database import Base


class OfficeSetting(Base):
    """One fact. A key that is absent means that the product's default applies."""

    __tablename__ = "office_setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    changed_at: Mapped[datetime]


def read(session: Session, key: str) -> str | None:
    """The text kept under `key`; None when nothing was."""
    row = session.get(OfficeSetting, key, populate_existing=True)
    return row.value if row else None


def write(session: Session, key: str, value: str, at: datetime) -> None:
    """Keep `value` under `key`, in place of what was there."""
    statement = insert(OfficeSetting).values(key=key, value=value, changed_at=at)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[OfficeSetting.key],
            set_={"value": statement.excluded.value, "changed_at": statement.excluded.changed_at},
        )
    )

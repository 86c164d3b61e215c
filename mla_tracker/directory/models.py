"""States and their treaties, the types of authority, and the authorities themselves."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.code_list import CodeRow
from mla_tracker.core.database import Base


class State(Base):
    """A State or another party to the Conventions, by its ISO 3166-1 alpha-2 code.

    `treaties` maps a treaty (UNCAC, UNTOC, BUDAPEST) to what is recorded of it: status, date (text: of some only the
    year is known), act and check mark. It warns, it never decides: reservations and later acts are not in it.
    """

    __tablename__ = "state"

    iso2: Mapped[str] = mapped_column(primary_key=True)
    iso3: Mapped[str]
    name_en: Mapped[str]
    treaties: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB)


class AuthorityType(CodeRow, Base):
    """A type of authority: one of the five that the directory of the expert meeting collects, or another."""

    __tablename__ = "authority_type"


class Authority(Base):
    """An authority of another State (`state`), or a body of our own side (`own`, without a State).

    `verified_on` is the day on which somebody last made sure of the entry. What is no longer in use is retired and
    stays, because cases name it; `valid_from` and `valid_to` are its own first and last day where they are known.
    """

    __tablename__ = "authority"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    state: Mapped[str | None] = mapped_column(ForeignKey("state.iso2"))
    own: Mapped[bool] = mapped_column(Boolean, server_default="false")
    type_code: Mapped[str] = mapped_column(ForeignKey("authority_type.code"))
    name: Mapped[str]
    name_native: Mapped[str] = mapped_column(server_default="")
    competent_for: Mapped[str] = mapped_column(server_default="")
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    address: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    urgent_contact: Mapped[str] = mapped_column(server_default="")
    website: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    verified_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __table_args__: Any = (
        CheckConstraint("own = (state is null)", name="own_or_state"),
        Index("ix_authority_of_state", "state", "type_code"),
        Index("ix_authority_own", "name", postgresql_where=text("own")),
    )

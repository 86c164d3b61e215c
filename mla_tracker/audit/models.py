"""The trail as tables: entries of administration, heads of the chains, the anchors, the log of looking.

All but the heads are append-only: triggers refuse every UPDATE, DELETE and TRUNCATE, and the runtime role has no right
to any. A head is rewritten by each entry and never deleted. `actor_id` is an account's id without a foreign key: the
trail stands for itself.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mla_tracker.core.database import Base


class ChainedEntry:
    """What every chained entry with a detail has; the table adds what it is about."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer)
    code: Mapped[str]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    detail_digest: Mapped[bytes] = mapped_column(LargeBinary)
    mac: Mapped[bytes] = mapped_column(LargeBinary)


class ChainHead(Base):
    """Where a chain ("case:42", "administration", "access:…", "anchors") ends, and up to where it is anchored."""

    __tablename__ = "chain_head"

    chain: Mapped[str] = mapped_column(primary_key=True)
    length: Mapped[int] = mapped_column(Integer)
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    anchored_length: Mapped[int] = mapped_column(Integer, server_default="0")

    __table_args__ = (Index("ix_chain_head_not_anchored", "chain", postgresql_where=text("length <> anchored_length")),)


class AdministrationEntry(ChainedEntry, Base):
    """Something done to the office rather than to a case: a person, a right, a code, a setting, a sign-in."""

    __tablename__ = "administration_entry"

    detail: Mapped["AdministrationDetail | None"] = relationship()

    __table_args__ = (
        UniqueConstraint("seq"),
        Index("ix_administration_entry_by_code", "code", "seq"),
        Index("ix_administration_entry_by_actor", "actor_id", "seq"),
        Index("ix_administration_entry_by_moment", "recorded_at"),
    )


class AdministrationDetail(Base):
    """The detail of an entry with its salt, apart from it."""

    __tablename__ = "administration_detail"

    entry_id: Mapped[int] = mapped_column(ForeignKey("administration_entry.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[str]


class AccessEntry(Base):
    """Somebody looked: at what kind of thing (`code`), at which case, where there is one, and from which address.

    `about` is a code or a number, never free text: there is no detail that could be erased.
    """

    __tablename__ = "access_entry"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    chain: Mapped[str]
    seq: Mapped[int] = mapped_column(Integer)
    code: Mapped[str]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    about: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    mac: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_access_entry_by_case", "case_id", "recorded_at", postgresql_where=text("case_id is not null")),
        Index("ix_access_entry_by_actor", "actor_id", "recorded_at"),
        Index("ix_access_entry_by_moment", "recorded_at"),
    )


class Anchor(Base):
    """One Merkle root over the heads that changed since the anchor before; the anchors are a chain themselves."""

    __tablename__ = "anchor"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime]
    heads: Mapped[int] = mapped_column(Integer)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    mac: Mapped[bytes] = mapped_column(LargeBinary)


class AnchorLeaf(Base):
    """One head that an anchor binds."""

    __tablename__ = "anchor_leaf"

    anchor_seq: Mapped[int] = mapped_column(ForeignKey("anchor.seq"), primary_key=True)
    chain: Mapped[str] = mapped_column(primary_key=True)
    length: Mapped[int] = mapped_column(Integer)
    mac: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (Index("ix_anchor_leaf_by_chain", "chain", "length"),)

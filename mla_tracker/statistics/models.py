"""A snapshot: the figures of one day, with what is needed to list exactly the cases of each of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.database import Base


class Snapshot(Base):
    """The figures as it was on `as_of`, over the requests of `scope`, under one version of the definitions.

    `as_known`: by what had been recorded by the end of that day; else by what is known when it is computed.
    `scope` is `unrestricted` (for everybody who reads statistics) or `all` (for those who may). `progress` counts to
    100. A computation holds the row until `claimed_until`; one that died is taken up again after that. `restated`
    says why the figures differ from those first computed for this date.
    """

    __tablename__ = "snapshot"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    as_of: Mapped[date]
    scope: Mapped[str]
    definition_version: Mapped[int] = mapped_column(Integer)
    as_known: Mapped[bool] = mapped_column(Boolean, server_default="false")
    state: Mapped[str]
    progress: Mapped[int] = mapped_column(Integer, server_default="0")
    requested_at: Mapped[datetime]
    requested_by: Mapped[int | None] = mapped_column(BigInteger)
    claimed_until: Mapped[datetime | None]
    computed_at: Mapped[datetime | None]
    seconds: Mapped[float | None] = mapped_column(Float)
    cases: Mapped[int | None] = mapped_column(Integer)
    restated: Mapped[str] = mapped_column(server_default="")
    failure: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        UniqueConstraint("as_of", "scope", "definition_version", "as_known"),
        CheckConstraint("scope in ('unrestricted', 'all')", name="scope"),
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
        Index("ix_snapshot_latest", "scope", "definition_version", "as_of"),
    )


class SnapshotFigure(Base):
    """One figure. Kind, direction and State are "" for all of them; `withheld` says why numbers are missing."""

    __tablename__ = "snapshot_figure"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    mean: Mapped[float | None] = mapped_column(Float)
    median: Mapped[float | None] = mapped_column(Float)
    p75: Mapped[float | None] = mapped_column(Float)
    p90: Mapped[float | None] = mapped_column(Float)
    km_median: Mapped[float | None] = mapped_column(Float)
    withheld: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class SnapshotCase(Base):
    """One case in a snapshot: its day counts, and as `marks` the counts in which it stands.

    A day count is null where the case does not count for the measure. `days_waiting` is the age of what still waits;
    `days_ours` to `days_third_party` are the days on each side and sum to `days_answer`.
    There is no foreign key to the case: a snapshot stays what it was.
    """

    __tablename__ = "snapshot_case"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    direction: Mapped[str]
    counterpart: Mapped[str]
    started_on: Mapped[date | None]
    days_acknowledge: Mapped[int | None] = mapped_column(Integer)
    days_reply: Mapped[int | None] = mapped_column(Integer)
    days_decide: Mapped[int | None] = mapped_column(Integer)
    days_execute: Mapped[int | None] = mapped_column(Integer)
    days_answer: Mapped[int | None] = mapped_column(Integer)
    days_waiting: Mapped[int | None] = mapped_column(Integer)
    days_ours: Mapped[int | None] = mapped_column(Integer)
    days_executing_authority: Mapped[int | None] = mapped_column(Integer)
    days_court: Mapped[int | None] = mapped_column(Integer)
    days_other_state: Mapped[int | None] = mapped_column(Integer)
    days_third_party: Mapped[int | None] = mapped_column(Integer)
    marks: Mapped[list[str]] = mapped_column(ARRAY(Text))

    __table_args__ = (Index("ix_snapshot_case_by_state", "snapshot_id", "counterpart", "direction"),)

"""The deadlines of a case as rows: what the engine computed last, rewritten by every act.

A row holds dates and how they came about. Whether it is overdue is asked of the dates and today, never stored.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.database import Base


class Deadline(Base):
    """One clock of one case. `run_key` names the rule, the start entry and the item, so that a recomputation finds
    it. `calendar`: whose working days the day depends on ("own", the code of the other State, None: on nobody's);
    `paused_days`: how long it stood still, so that gross time less these is the net time; `missed_on`: the day of which
    it is on record that it passed unmet, whatever becomes of the deadline afterwards.
    """

    __tablename__ = "deadline"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("assistance_item.id"))
    run_key: Mapped[str]
    rule_code: Mapped[str | None]
    label: Mapped[str]
    clock: Mapped[str]
    bound: Mapped[str]
    start_code: Mapped[str]
    started_on: Mapped[date]
    started_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None]
    cautious_on: Mapped[date | None]
    before_roll_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_kind: Mapped[str | None]
    provisional: Mapped[bool] = mapped_column(Boolean, server_default="false")
    check_mark: Mapped[str]
    source: Mapped[str]
    calendar: Mapped[str | None]
    paused_days: Mapped[int] = mapped_column(Integer, server_default="0")
    missed_on: Mapped[date | None]
    explanation: Mapped[dict[str, Any]] = mapped_column(JSONB)
    next_rung_on: Mapped[date | None]
    acknowledged_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("case_id", "run_key"),
        CheckConstraint("bound in ('ours', 'theirs')", name="bound"),
        CheckConstraint("end_kind in ('met', 'missed', 'moot', 'restarted', 'ended')", name="end_kind"),
        CheckConstraint("(ended_on is null) = (end_kind is null)", name="ended"),
        Index("ix_deadline_calendar", "calendar", "started_on", postgresql_where=text("calendar is not null")),
        Index("ix_deadline_running", "due_on", "id", postgresql_where=text("ended_on is null and due_on is not null")),
        Index(  # custody limits stand on top of every list of what is due
            "ix_deadline_custody",
            "due_on",
            "id",
            postgresql_where=text("clock = 'max_custody' and ended_on is null and due_on is not null"),
        ),
        Index("ix_deadline_next_rung", "next_rung_on", postgresql_where=text("next_rung_on is not null")),
    )


class ClockPause(Base):
    """A span in which clocks of a case stood still, or stand still (`last_on` None): why, whose delay, who said so.

    Derived from the events, as deadlines are. `pause` names which clocks stop; `reason_code` is a delay reason; `side`
    is ours, executing_authority, court, other_state or third_party.
    """

    __tablename__ = "clock_pause"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("assistance_item.id"))
    pause: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    reason_code: Mapped[str]
    side: Mapped[str]
    words: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ClockExtension(Base):
    """An extension of one clock: by how much or until when, why, who granted it. Derived from the events."""

    __tablename__ = "clock_extension"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    run_key: Mapped[str]
    seq: Mapped[int] = mapped_column(Integer)
    granted_on: Mapped[date]
    how: Mapped[str]
    amount: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str | None]
    until_on: Mapped[date | None]
    reason_code: Mapped[str]
    side: Mapped[str]
    words: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class CalendarChange(Base):
    """Days that an administrator took out of, or put into, the working days of a place (see `office_calendars`)."""

    __tablename__ = "calendar_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    place: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    works: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str]
    source: Mapped[str]
    set_at: Mapped[datetime]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (CheckConstraint("last_on >= first_on", name="days"),)


class Recomputation(Base):
    """One going through of the cases that a change of rules or calendars may touch; the worker does it in batches.

    `why` tells what changed, in codes; `expected` what the preview counted and `found` what was done, so that the two
    can be compared. `after_case` is where it goes on; `claimed_until` the lease of the worker that is at it.
    """

    __tablename__ = "recomputation"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    why: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str]
    requested_at: Mapped[datetime]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    after_case: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    expected: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    found: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")

    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done')", name="state"),
        Index("ix_recomputation_open", "id", postgresql_where=text("state <> 'done'")),
    )

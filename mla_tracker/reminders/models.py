"""The ledger of notices: one row for each decision to tell one person one thing, and what became of it.

The row is the memory. A worker that dies, a broker that forgets or a schedule that stands still changes nothing in it,
and the unique key makes the same decision twice impossible.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.database import Base

PLANNED = "planned"
CLAIMED = "claimed"
DEFERRED = "deferred"
SENT = "sent"
SUPPRESSED = "suppressed"
DEAD = "dead"

OPEN_STATES = (PLANNED, CLAIMED, DEFERRED)
"""Not decided for good: still to be sent, being sent, or waiting for another try."""


class Notice(Base):
    """One thing told to one person through one channel.

    `due_at` is the moment of the rung, `due_moment` the legal date or moment that it reminds of. `about` is the address
    of a page where it is about no case. `next_attempt_at` is when it may be sent; a row claimed until `claimed_until`
    is one worker's, and free afterwards.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    notice_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    deadline_id: Mapped[int | None] = mapped_column(ForeignKey("deadline.id", ondelete="SET NULL"))
    floor_id: Mapped[int | None] = mapped_column(ForeignKey("notice_floor.id"), index=True)
    about: Mapped[str] = mapped_column(server_default="")
    rung: Mapped[str]
    due_moment: Mapped[str]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str] = mapped_column(server_default="mail")
    why: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger)
    due_at: Mapped[datetime]
    planned_at: Mapped[datetime]
    state: Mapped[str]
    reason: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    first_attempt_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    message_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    smtp_answer: Mapped[str | None]
    error: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("state in ('planned', 'claimed', 'deferred', 'sent', 'suppressed', 'dead')", name="state"),
        CheckConstraint("(state in ('suppressed', 'dead')) = (reason is not null)", name="reason"),
        CheckConstraint("(state = 'sent') = (sent_at is not null)", name="sent"),
        CheckConstraint("(state = 'claimed') = (claimed_until is not null)", name="claimed"),
        CheckConstraint("(state in ('planned', 'deferred')) = (next_attempt_at is not null)", name="next_attempt"),
        CheckConstraint("recipient_id is not null or state in ('dead', 'suppressed')", name="recipient"),
        Index(
            "ix_notice_waiting",
            "priority",
            "next_attempt_at",
            "id",
            postgresql_where=text("state in ('planned', 'deferred')"),
        ),
        Index("ix_notice_leased", "claimed_until", postgresql_where=text("state = 'claimed'")),
        Index("ix_notice_dead", "id", postgresql_where=text("state = 'dead'")),
        Index("ix_notice_case", "case_id", "due_at"),
        Index("ix_notice_deadline", "deadline_id"),
        Index("ix_notice_recipient", "recipient_id", "due_at"),
    )


class LadderShape(Base):
    """An office's own ladder for one kind of clock and one urgency, in place of the house's (`shapes.py`)."""

    __tablename__ = "ladder_shape"

    clock: Mapped[str] = mapped_column(primary_key=True)
    urgency: Mapped[str] = mapped_column(primary_key=True)
    shape: Mapped[dict[str, Any]] = mapped_column(JSONB)
    since: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Absence(Base):
    """Days on which a person is away, both included; the substitute named on the account is told in his place."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]

    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="order"),
        Index("ix_absence_account", "account_id", "last_on"),
    )


class ReminderPreference(Base):
    """How one person wants to be told; without a row: everything at once, at any hour, no digest, no calendar.

    Working hours are whole hours of the person's own time zone on the days in `work_days` (Monday is 1). `kinds` maps
    a kind of notice to `digest` or `off`. Of the calendar's address only the SHA-256 of its token is kept.
    """

    __tablename__ = "reminder_preference"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    work_from: Mapped[int | None] = mapped_column(SmallInteger)
    work_to: Mapped[int | None] = mapped_column(SmallInteger)
    work_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{1,2,3,4,5}")
    digest: Mapped[str] = mapped_column(server_default="off")
    digest_hour: Mapped[int] = mapped_column(SmallInteger, server_default="7")
    kinds: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    feed_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)

    __table_args__ = (
        CheckConstraint("(work_from is null) = (work_to is null) and work_from < work_to", name="work_hours"),
        CheckConstraint("work_from >= 0 and work_to <= 24", name="work_range"),
        CheckConstraint("digest in ('off', 'daily', 'weekly')", name="digest"),
        CheckConstraint("digest_hour between 0 and 23", name="digest_hour"),
    )


class NoticeFloor(Base):
    """A moment before which nothing is sent any more for the cases that were there: after a load, an import, a restore.

    `deadlines` counts the clocks it was applied to, `whole_office` says that it covered every case of that time.
    """

    __tablename__ = "notice_floor"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    floor_at: Mapped[datetime]
    reason: Mapped[str]
    set_at: Mapped[datetime]
    whole_office: Mapped[bool] = mapped_column(Boolean)
    deadlines: Mapped[int] = mapped_column(Integer)

"""The deadlines of a case as rows: what the engine computed last, rewritten by every act.

A row holds dates and how they came about. Whether it is overdue is asked of the dates and today, never stored.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.database import Base


class Deadline(Base):
    """One clock of one case. `run_key` names the rule, the start entry and the item, so that a recomputation finds
    it.
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
    explanation: Mapped[dict[str, Any]] = mapped_column(JSONB)
    next_rung_on: Mapped[date | None]
    acknowledged_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("case_id", "run_key"),
        CheckConstraint("bound in ('ours', 'theirs')", name="bound"),
        CheckConstraint("end_kind in ('met', 'missed', 'moot', 'restarted', 'ended')", name="end_kind"),
        CheckConstraint("(ended_on is null) = (end_kind is null)", name="ended"),
        Index("ix_deadline_running", "due_on", "id", postgresql_where=text("ended_on is null and due_on is not null")),
        Index("ix_deadline_next_rung", "next_rung_on", postgresql_where=text("next_rung_on is not null")),
    )

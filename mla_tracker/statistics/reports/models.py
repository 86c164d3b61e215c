"""A report as it was computed: what it says, over which span and requests, and how far its computing is."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Float, Identity, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.database import Base


class ReportRun(Base):
    """One report or pack for one span, scope, publicity and version of the definitions; computed anew in its place.

    `content` is what `reports.content` stores; `restated` says why it differs from what was first computed for a span
    that was over. `progress` counts to 100.
    """

    __tablename__ = "report_run"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    scope: Mapped[str]
    public: Mapped[bool] = mapped_column(Boolean)
    definition_version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str]
    progress: Mapped[int] = mapped_column(Integer, server_default="0")
    requested_at: Mapped[datetime]
    requested_by: Mapped[int | None] = mapped_column(BigInteger)
    claimed_until: Mapped[datetime | None]
    computed_at: Mapped[datetime | None]
    seconds: Mapped[float | None] = mapped_column(Float)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    restated: Mapped[str] = mapped_column(server_default="")
    failure: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        UniqueConstraint(
            "code", "first_on", "last_on", "scope", "public", "definition_version", name="uq_report_run_span"
        ),
        CheckConstraint("scope in ('unrestricted', 'all')", name="scope"),
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("first_on <= last_on", name="days"),
    )

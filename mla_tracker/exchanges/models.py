"""Dated rounds with the other side: additional information, consultations, and the other exchanges of a request."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.database import Base


class InformationRequest(Base):
    """One round of additional information (UNCAC 46(16)): asked `by` us or by the other State."""

    __tablename__ = "information_request"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    asked_by: Mapped[str]
    asked_seq: Mapped[int] = mapped_column(Integer)
    asked_on: Mapped[date]
    missing: Mapped[str]
    reply_due: Mapped[date | None]
    reminders: Mapped[int] = mapped_column(Integer, server_default="0")
    ended_on: Mapped[date | None]
    end_kind: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("asked_by in ('us', 'other_state')", name="asked_by"),
        CheckConstraint("end_kind in ('answered', 'not_answered', 'overtaken')", name="end_kind"),
    )


class Consultation(Base):
    """One consultation (UNCAC 46(26), 46(28), 44(17)): opened by us or by the other State, with its result."""

    __tablename__ = "consultation"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    opened_by: Mapped[str]
    opened_seq: Mapped[int] = mapped_column(Integer)
    opened_on: Mapped[date]
    subject: Mapped[str]
    reply_due: Mapped[date | None]
    answered_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (CheckConstraint("opened_by in ('us', 'other_state')", name="opened_by"),)


class Exchange(Base):
    """One further round: an assurance, a condition, an inquiry, a consent to another use, a safe conduct, a cost, a
    draft shared, an informal contact.

    `kind` says which. `begun_seq` is the event that began it; `state` where it stands, in the words of its kind;
    `turn` whose answer is due (`ours`, `theirs`), None once it ended.
    """

    __tablename__ = "exchange"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    begun_seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    state: Mapped[str]
    turn: Mapped[str | None]
    begun_on: Mapped[date]
    due_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    content: Mapped[str] = mapped_column(server_default="")
    answer: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("turn in ('ours', 'theirs')", name="turn"),
        Index("ix_exchange_by_case", "case_id", "begun_seq"),
        Index("ix_exchange_open", "kind", "begun_on", postgresql_where=text("ended_on is null")),
    )

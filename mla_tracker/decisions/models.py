"""Refusals and postponements with the grounds relied on, of ours and of the other State."""

from datetime import date

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mla_tracker.core.database import Base


class Refusal(Base):
    """A refusal of the whole (no item) or of one item: proposed, approved by another person, told to the other State.

    `given_by` is `us`, `court` or `other_state`. `proposed_seq` is the event that opened it; a refusal that was sent
    back stays as a row with `sent_back_on`, and counts for nothing.
    """

    __tablename__ = "refusal"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("assistance_item.id"))
    given_by: Mapped[str]
    proposed_seq: Mapped[int] = mapped_column(Integer)
    proposed_on: Mapped[date]
    reasons: Mapped[str]
    reasons_recorded: Mapped[bool] = mapped_column(Boolean, server_default="true")
    no_consultation_reason: Mapped[str] = mapped_column(server_default="")
    approved_on: Mapped[date | None]
    sent_back_on: Mapped[date | None]
    communicated_on: Mapped[date | None]

    grounds: Mapped[list["RefusalGround"]] = relationship(order_by="RefusalGround.id", cascade="all, delete-orphan")

    __table_args__ = (
        CheckConstraint("given_by in ('us', 'court', 'other_state')", name="given_by"),
        # My work: refusals that wait for a second person.
        Index(
            "ix_refusal_to_approve", "case_id", postgresql_where=text("approved_on is null and sent_back_on is null")
        ),
    )


class RefusalGround(Base):
    """One ground of a refusal; several may stand together, so that sums over grounds exceed the refusals."""

    __tablename__ = "refusal_ground"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    refusal_id: Mapped[int] = mapped_column(ForeignKey("refusal.id"))
    ground_code: Mapped[str] = mapped_column(ForeignKey("ground.code"))

    __table_args__ = (Index("ix_refusal_ground_unique", "refusal_id", "ground_code", unique=True),)


class Postponement(Base):
    """Later, not no (UNCAC 46(25)): ground, reasons, the day of the next review, and the day on which it ended.

    `postponed_seq` is the event that opened it.
    """

    __tablename__ = "postponement"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    postponed_seq: Mapped[int] = mapped_column(Integer)
    ground_code: Mapped[str] = mapped_column(ForeignKey("ground.code"))
    reasons: Mapped[str]
    postponed_on: Mapped[date]
    review_on: Mapped[date]
    ended_on: Mapped[date | None]

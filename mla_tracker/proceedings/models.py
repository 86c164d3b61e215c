"""A proceeding with its own reference and log; it is counted nowhere as a request."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mla_tracker.audit.models import ChainedEntry
from mla_tracker.cases import models as _cases  # noqa: F401 - a foreign key needs its table known
from mla_tracker.core.database import Base


class Proceeding(Base):
    """Prosecution in lieu (UNCAC 44(11)), enforcement of the sentence (44(13)), transfers (45, 47), joint investigation
    (49), spontaneous information (46(4)). `case_id`: the request that it follows, if it follows one.

    Status and outcome are derived from the events and written by the act alone.
    """

    __tablename__ = "proceeding"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    counterpart: Mapped[str] = mapped_column(ForeignKey("state.iso2"))
    subject: Mapped[str]
    status: Mapped[str]
    outcome: Mapped[str | None]
    status_since: Mapped[date]
    opened_on: Mapped[date]
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __table_args__ = (Index("ix_proceeding_by_opening", "opened_on", "id"),)


class ProceedingEvent(ChainedEntry, Base):
    """What happened in a proceeding, when in law and when recorded. Append-only."""

    __tablename__ = "proceeding_event"

    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    happened_on: Mapped[date]

    detail: Mapped["ProceedingEventDetail | None"] = relationship()

    __table_args__ = (UniqueConstraint("proceeding_id", "seq"),)


class ProceedingEventDetail(Base):
    """The detail of an event with its salt, apart from it: lawful erasure can destroy it and the chain still holds."""

    __tablename__ = "proceeding_event_detail"

    event_id: Mapped[int] = mapped_column(ForeignKey("proceeding_event.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[str]

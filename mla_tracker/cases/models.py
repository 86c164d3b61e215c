"""The tables of a request and its file.

What a caseworker enters is stored here; status, outcome and milestones on `Case` and `AssistanceItem` are derived
from the events and written by the act alone. A case is a row of `case_file` (CASE is a word of SQL).
"""

from datetime import date, datetime

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
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mla_tracker.accounts.models import Account
from mla_tracker.audit.models import ChainedEntry
from mla_tracker.cases.names import name_key
from mla_tracker.core.database import Base
from mla_tracker.directory import models as _directory  # noqa: F401
from mla_tracker.instruments import models as _instruments  # noqa: F401


class Case(Base):
    """One request for assistance or extradition with its file. Dates are legal dates in the authority's zone."""

    __tablename__ = "case_file"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    submission_key: Mapped[str | None] = mapped_column(unique=True)
    former_reference: Mapped[str] = mapped_column(server_default="")
    kind: Mapped[str]
    direction: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    subject: Mapped[str]
    facts_summary: Mapped[str] = mapped_column(server_default="")
    purpose: Mapped[str] = mapped_column(server_default="")
    operation: Mapped[str] = mapped_column(server_default="")
    counterpart: Mapped[str | None] = mapped_column(ForeignKey("state.iso2"))
    counterpart_authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    their_reference: Mapped[str] = mapped_column(server_default="")
    owner_authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    urgency: Mapped[str] = mapped_column(server_default="routine")
    urgency_reason: Mapped[str] = mapped_column(server_default="")
    confidentiality: Mapped[str | None]
    confidentiality_reason: Mapped[str] = mapped_column(server_default="")
    nature: Mapped[str | None]
    wanted_for: Mapped[str | None]
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    channel: Mapped[str | None]
    no_basis_named: Mapped[bool] = mapped_column(Boolean, server_default="false")
    received_on: Mapped[date | None]
    received_at: Mapped[datetime | None]
    needed_by: Mapped[date | None]
    needed_by_reason: Mapped[str] = mapped_column(server_default="")
    hearing_on: Mapped[date | None]
    limitation_on: Mapped[date | None]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # Derived from the events; written by the act alone.
    status: Mapped[str]
    outcome: Mapped[str | None]
    status_since: Mapped[date]
    opened_on: Mapped[date]
    sent_on: Mapped[date | None]
    acknowledged_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    executed_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    taken_over: Mapped[bool] = mapped_column(Boolean, server_default="false")
    # Derived from the deadlines and the texts; for lists and search.
    next_due_on: Mapped[date | None]
    next_due_at: Mapped[datetime | None]
    next_custody: Mapped[bool] = mapped_column(Boolean, server_default="false")
    search_text: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    lead: Mapped[Account | None] = relationship(viewonly=True)
    items: Mapped[list["AssistanceItem"]] = relationship(
        order_by="AssistanceItem.number", cascade="save-update, merge", viewonly=True
    )
    persons: Mapped[list["Person"]] = relationship(order_by="Person.id", viewonly=True)
    bases: Mapped[list["CaseLegalBasis"]] = relationship(order_by="CaseLegalBasis.id", viewonly=True)
    offences: Mapped[list["CaseOffence"]] = relationship(order_by="CaseOffence.id", viewonly=True)

    __table_args__ = (
        CheckConstraint("kind in ('mla', 'extradition')", name="kind"),
        CheckConstraint("direction in ('incoming', 'outgoing')", name="direction"),
        CheckConstraint("urgency in ('routine', 'urgent', 'most_urgent')", name="urgency"),
        CheckConstraint("confidentiality in ('ordinary', 'confidential', 'restricted')", name="confidentiality"),
        # The list in its usual orders: what is due first among the open, the newest first among all.
        Index(
            "ix_case_file_open_by_due",
            text("coalesce(next_due_on, '9999-12-31'::date)"),
            "id",
            postgresql_where=text("closed_on is null"),
        ),
        Index("ix_case_file_by_due", text("coalesce(next_due_on, '9999-12-31'::date)"), "id"),
        Index("ix_case_file_by_opening", text("opened_on desc"), text("id desc")),
        Index(
            "ix_case_file_by_lead",
            "lead_id",
            text("coalesce(next_due_on, '9999-12-31'::date)"),
            "id",
            postgresql_where=text("closed_on is null"),
        ),
        Index("ix_case_file_by_state", "counterpart", text("opened_on desc"), text("id desc")),
        Index("ix_case_file_by_status", "status", text("opened_on desc"), text("id desc")),
        Index(
            "ix_case_file_search", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}
        ),
        Index("ix_case_file_their_reference", "their_reference", postgresql_where=text("their_reference <> ''")),
        # Filters of the list that few requests meet, each with its usual order.
        Index(
            "ix_case_file_by_outcome",
            "outcome",
            text("opened_on desc"),
            text("id desc"),
            postgresql_where=text("outcome is not null"),
        ),
        Index("ix_case_file_by_closing", "closed_on", postgresql_where=text("closed_on is not null")),
        Index(
            "ix_case_file_unassigned",
            text("coalesce(next_due_on, '9999-12-31'::date)"),
            "id",
            postgresql_where=text("lead_id is null and closed_on is null"),
        ),
        Index(
            "ix_case_file_in_custody",
            text("coalesce(next_due_on, '9999-12-31'::date)"),
            "id",
            postgresql_where=text("next_custody and closed_on is null"),
        ),
        # My work: what waits for others, the longest first.
        Index("ix_case_file_open_by_status", "status_since", "id", postgresql_where=text("closed_on is null")),
    )


class ReferenceCounter(Base):
    """The last running number of a series ("MLA-IN-2026"); its row is locked last, just before the commit."""

    __tablename__ = "reference_counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class AssistanceItem(Base):
    """One measure sought. Status and outcome follow from the item's events."""

    __tablename__ = "assistance_item"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    number: Mapped[int] = mapped_column(Integer)
    type_code: Mapped[str] = mapped_column(ForeignKey("assistance_type.code"))
    description: Mapped[str] = mapped_column(server_default="")
    coercive: Mapped[bool] = mapped_column(Boolean)
    executing_authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    status: Mapped[str]
    outcome: Mapped[str | None]
    status_since: Mapped[date]
    result: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_assistance_item_by_type", "type_code", "case_id"),  # the list by type of assistance
    )


class Person(Base):
    """A natural or legal person in a case, in a role. The first name is the one shown."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    legal_person: Mapped[bool] = mapped_column(Boolean, server_default="false")
    role: Mapped[str]
    born_on: Mapped[str] = mapped_column(server_default="")
    nationality: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")

    names: Mapped[list["PersonName"]] = relationship(order_by="PersonName.id", viewonly=True)

    __table_args__ = (
        CheckConstraint("role in ('sought', 'suspect', 'witness', 'expert', 'victim', 'holder', 'other')", name="role"),
    )


class PersonName(Base):
    """A name of a person in one script: as in the passport, transliterated, or an alias."""

    __tablename__ = "person_name"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    script: Mapped[str] = mapped_column(server_default="")
    name_key: Mapped[str] = mapped_column(default=lambda row: name_key(row.get_current_parameters()["name"]))

    __table_args__ = (
        # Similar names: of persons who are on file already, and of a search that found nothing.
        Index("ix_person_name_by_key", "name_key", postgresql_using="gin", postgresql_ops={"name_key": "gin_trgm_ops"}),
    )


class CaseLegalBasis(Base):
    """A legal basis asserted on a case, and whether it was accepted: two questions (expert meeting 2019, 24, 35)."""

    __tablename__ = "case_legal_basis"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    basis_code: Mapped[str] = mapped_column(ForeignKey("legal_basis.code"))
    is_primary: Mapped[bool] = mapped_column(Boolean)
    accepted: Mapped[bool | None] = mapped_column(Boolean)
    accepted_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        UniqueConstraint("case_id", "basis_code"),
        Index("ix_case_legal_basis_by_basis", "basis_code", "case_id"),  # the list by legal basis
    )


class CaseOffence(Base):
    """An offence on a case: of a Convention or in words, with the domestic provision and penalty."""

    __tablename__ = "case_offence"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    offence_code: Mapped[str] = mapped_column(ForeignKey("offence.code"))
    domestic_article: Mapped[str] = mapped_column(server_default="")
    penalty: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (UniqueConstraint("case_id", "offence_code", "domestic_article"),)


class CaseEvent(ChainedEntry, Base):
    """What happened, when in law (`happened_on`) and when recorded. Append-only; a mistake gets a correcting event."""

    __tablename__ = "case_event"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    happened_on: Mapped[date]
    happened_at: Mapped[datetime | None]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("assistance_item.id"), index=True)
    corrects_seq: Mapped[int | None] = mapped_column(Integer)

    detail: Mapped["CaseEventDetail | None"] = relationship()

    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        Index("ix_case_event_by_day", "code", "happened_on"),
        # What was recorded since some moment: entries lie in the order of recording, so that a coarse index is enough.
        Index("ix_case_event_recorded", "recorded_at", postgresql_using="brin"),
    )


class CaseEventDetail(Base):
    """The detail of an event, apart from it, with its salt: lawful erasure can destroy this and the chain still
    holds.
    """

    __tablename__ = "case_event_detail"

    event_id: Mapped[int] = mapped_column(ForeignKey("case_event.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[str]

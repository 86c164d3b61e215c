"""Documents of a request, their versions, and the holds that keep them.

The custody of an exhibit stands in the events of the case alone (`custody.py`). A version is never changed: beside what
was found when it was checked, only its bytes can go, and then hash, size and the reason stay.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mla_tracker.core.database import Base


class Document(Base):
    """One letter, annex, decision or exhibit; `number` counts within the request and is never given again.

    `relation` says what was made of the document `source_id`: a translation, a redaction. A deleted document stays as
    a tombstone: number, kind, hashes, who, when and on which ground; title and names are gone.
    """

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    title: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="")
    dated_on: Mapped[date | None]
    exhibit: Mapped[bool] = mapped_column(Boolean, server_default="false")
    relation: Mapped[str | None]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    added_at: Mapped[datetime]
    deletion_ground: Mapped[str | None]
    deletion_reason: Mapped[str | None]
    deletion_asked_at: Mapped[datetime | None]
    deletion_asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    versions: Mapped[list["DocumentVersion"]] = relationship(order_by="DocumentVersion.number", viewonly=True)
    source: Mapped["Document | None"] = relationship(remote_side="Document.id", viewonly=True)

    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("(relation is null) = (source_id is null)", name="source"),
        CheckConstraint(
            "(deletion_asked_at is null) = (deletion_ground is null) and "
            "(deletion_asked_at is null) = (deletion_reason is null)",
            name="deletion",
        ),
        CheckConstraint("deleted_at is null or deletion_asked_at is not null", name="deleted"),
        Index("ix_document_deletion_asked", "case_id", postgresql_where=text("deletion_asked_at is not null")),
    )


class DocumentVersion(Base):
    """The bytes of a document at one time. `sha256` is taken while they come in and is their identity in evidence.

    `source_sha256` names the bytes that it was made of. `made` are files of the product itself. `scanned` is null
    while no malware scanner has said anything; with `scanned_at` it could not, and `scan_finding` says why.
    `wrapped_key` is null once the bytes are destroyed.
    """

    __tablename__ = "document_version"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int] = mapped_column(Integer)
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    storage_name: Mapped[str] = mapped_column(unique=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str]
    source_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    made: Mapped[bool] = mapped_column(Boolean, server_default="false")
    added_at: Mapped[datetime]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    scanned: Mapped[str | None]
    scanned_at: Mapped[datetime | None]
    scan_finding: Mapped[str] = mapped_column(server_default="")
    checked_at: Mapped[datetime | None]
    damage: Mapped[str] = mapped_column(server_default="")

    document: Mapped[Document] = relationship(viewonly=True)

    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("source_sha256 is null or octet_length(source_sha256) = 32", name="source_sha256"),
        CheckConstraint("scanned in ('clean', 'infected')", name="scanned"),
        CheckConstraint("scanned is null or scanned_at is not null", name="scanned_at"),
        Index("ix_document_version_by_person", "added_by", "added_at"),
        Index(
            "ix_document_version_to_check",
            text("checked_at nulls first"),
            "id",
            postgresql_where=text("wrapped_key is not null"),
        ),
        Index(
            "ix_document_version_to_scan",
            "id",
            postgresql_where=text("scanned is null and wrapped_key is not null and not made"),
        ),
        Index("ix_document_version_damaged", "id", postgresql_where=text("damage <> ''")),
    )


class LegalHold(Base):
    """While a hold stands, nothing of the request is deleted, whatever a retention rule says."""

    __tablename__ = "legal_hold"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    placed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        Index("ix_legal_hold_standing", "case_id", unique=True, postgresql_where=text("lifted_at is null")),
    )


class FixityRun(Base):
    """The check of every stored file that belongs to one local day; `ended_at` is null until all were read.

    `held_until`: a worker is at it. What a dead one held, the next sweep takes up where it stopped.
    """

    __tablename__ = "fixity_run"

    on: Mapped[date] = mapped_column("run_on", primary_key=True)
    began_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    checked: Mapped[int] = mapped_column(Integer, server_default="0")
    damaged: Mapped[int] = mapped_column(Integer, server_default="0")
    set_aside: Mapped[int] = mapped_column(Integer, server_default="0")

"""Reads of documents. Every one of them asks whether the reader sees the request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.core import office_setting
from mla_tracker.core.errors import NotVisible
from mla_tracker.documents.models import Document, DocumentVersion, FixityRun, LegalHold
from mla_tracker.documents.rules import INFECTED

RETENTION_YEARS: Final = "documents.retention_years"


def documents_of(session: Session, actor: Actor, case_id: int) -> Sequence[Document]:
    """The documents of a request with their versions, tombstones too, by number."""
    return session.scalars(
        select(Document)
        .where(Document.case_id == case_id, visible(actor, Document.case_id))
        .options(selectinload(Document.versions))
        .order_by(Document.number)
    ).all()


def find_document(session: Session, actor: Actor, case_id: int, number: int) -> Document:
    """One document with its versions and its source. Raises `NotVisible`."""
    found = session.scalar(
        select(Document)
        .where(Document.case_id == case_id, Document.number == number, visible(actor, Document.case_id))
        .options(selectinload(Document.versions), selectinload(Document.source))
    )
    if found is None:
        raise NotVisible("There is no such document.")
    return found


def find_version(session: Session, actor: Actor, case_id: int, number: int, version: int) -> DocumentVersion:
    """One version of a document. Raises `NotVisible`."""
    found = session.scalar(
        select(DocumentVersion)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(
            Document.case_id == case_id,
            Document.number == number,
            DocumentVersion.number == version,
            visible(actor, Document.case_id),
        )
        .options(selectinload(DocumentVersion.document))
    )
    if found is None:
        raise NotVisible("There is no such version.")
    return found


def made_of(session: Session, actor: Actor, document: Document) -> Sequence[Document]:
    """What was made of a document: its translations, redactions, extracts."""
    return session.scalars(
        select(Document)
        .where(Document.source_id == document.id, visible(actor, Document.case_id))
        .order_by(Document.number)
    ).all()


def hold_on(session: Session, actor: Actor, case_id: int) -> LegalHold | None:
    """The legal hold that stands on a request."""
    return session.scalar(
        select(LegalHold).where(
            LegalHold.case_id == case_id, LegalHold.lifted_at.is_(None), visible(actor, LegalHold.case_id)
        )
    )


def retention_years(session: Session) -> int | None:
    """For how many years after closing this office keeps documents; None: no period is set, they are kept."""
    kept = office_setting.read(session, RETENTION_YEARS)
    return int(kept) if kept else None


@dataclass(frozen=True)
class StoreHealth:
    """The state of the store for administrators: no request is named. `damaged`: storage name and what was found."""

    files: int
    bytes: int
    never_checked: int
    not_scanned: int
    infected: int
    damaged: Sequence[tuple[str, str]]
    last_run: FixityRun | None
    running: FixityRun | None


def store_health(session: Session) -> StoreHealth:
    """Counts over all stored files, whosever they are."""
    version = DocumentVersion
    counts = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(version.size), 0),
            func.count().filter(version.checked_at.is_(None)),
            func.count().filter(version.scanned.is_(None), version.made.is_(False)),
            func.count().filter(version.scanned == INFECTED),
        ).where(version.wrapped_key.is_not(None))
    ).one()
    damaged = session.execute(
        select(version.storage_name, version.damage)
        .where(version.damage != "", version.wrapped_key.is_not(None))
        .order_by(version.id)
        .limit(200)
    ).all()
    runs = select(FixityRun).order_by(FixityRun.on.desc()).limit(1)
    return StoreHealth(
        *counts,
        damaged=[(row.storage_name, row.damage) for row in damaged],
        last_run=session.scalar(runs.where(FixityRun.ended_at.is_not(None))),
        running=session.scalar(runs.where(FixityRun.ended_at.is_(None))),
    )


def damaged_files(session: Session) -> int:
    """How many stored files are not what they were: the alarm of the administrators."""
    return (
        session.scalar(
            select(func.count())
            .select_from(DocumentVersion)
            .where(DocumentVersion.damage != "", DocumentVersion.wrapped_key.is_not(None))
        )
        or 0
    )


def last_fixity_run(session: Session, on: date) -> FixityRun | None:
    """The run of a local day."""
    return session.get(FixityRun, on, populate_existing=True)

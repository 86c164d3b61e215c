"""Writing documents: every function takes an open act, changes rows and appends the event; the act commits.

The bytes lie in the store before a row names them (`vault.py`). Events tell numbers, hashes and grounds and never a
title or a file name: a deleted document leaves no name behind.
"""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.open_act import OpenAct, SecondPersonNeeded
from mla_tracker.core.errors import DomainError, NotPermitted, NotVisible
from mla_tracker.documents import rules
from mla_tracker.documents.custody import EVENTS
from mla_tracker.documents.models import Document, DocumentVersion, LegalHold
from mla_tracker.documents.vault import Limits, Receipt, Vault

_GIGABYTE: Final = 1024**3
_A_DAY: Final = timedelta(hours=24)


class QuotaReached(DomainError):
    """One person added too much within a day, or the request holds too much."""


@dataclass(frozen=True)
class DocumentGiven:
    """The particulars of a document. `dated_on`: the day it bears; `source`: the number of what it was made of."""

    kind: str
    title: str
    language: str = ""
    dated_on: date | None = None
    exhibit: bool = False
    relation: str | None = None
    source: int | None = None


def add(act: OpenAct, receipt: Receipt, given: DocumentGiven, limits: Limits, *, made: bool = False) -> Document:
    """A new document with its first version. Raises `Invalid`, `QuotaReached` or `NotPermitted`.

    What was made of another document names it and the hash of its newest version, which must still be there.
    """
    rules.check_particulars(given.kind, given.title, given.relation)
    source = None
    if given.relation is not None:
        source = _living(act, given.source or 0)
    _within_quota(act, receipt.size, limits, made=made)
    document = Document(
        case_id=act.case.id,
        number=_next_number(act),
        kind=given.kind,
        title=given.title.strip(),
        language=given.language,
        dated_on=given.dated_on,
        exhibit=given.exhibit,
        relation=given.relation,
        source_id=source.id if source is not None else None,
        added_at=act.recorded_at,
    )
    act.session.add(document)
    act.session.flush()
    _add_version(act, document, receipt, source, "document_added", made=made)
    return document


def add_version(act: OpenAct, number: int, receipt: Receipt, limits: Limits, *, made: bool = False) -> DocumentVersion:
    """A further version of a document; the former ones stay. Where it was made of another document, of its newest."""
    document = _living(act, number)
    source = act.session.get(Document, document.source_id) if document.source_id is not None else None
    _within_quota(act, receipt.size, limits, made=made)
    return _add_version(act, document, receipt, source, "document_version_added", made=made)


def store_made(
    act: OpenAct, vault: Vault, given: DocumentGiven, file_name: str, content: bytes, *, replaces: int | None = None
) -> DocumentVersion:
    """A file that the product itself made, such as a letter: stored within the act that made it.

    `given.relation` and `given.source` name what it was made of; `replaces` is the number of the document of which it
    is a further version. Where the act fails the bytes stay unnamed, and the sweep takes them away.
    """
    receipt = vault.take_in(file_name, io.BytesIO(content))
    if replaces is not None:
        return add_version(act, replaces, receipt, vault.limits, made=True)
    return add(act, receipt, given, vault.limits, made=True).versions[0]


def change(act: OpenAct, number: int, given: DocumentGiven) -> bool:
    """Correct kind, title, language, date or whether it is an exhibit; False where nothing changed."""
    rules.check_particulars(given.kind, given.title, None)
    document = _living(act, number)
    now = {name: value for name, value in asdict(given).items() if name not in ("relation", "source")}
    now["title"] = given.title.strip()
    changed = [name for name, value in now.items() if getattr(document, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(document, name, now[name])
    act.append("document_changed", detail={"document": number, "fields": sorted(changed)})
    return True


def record_custody(
    act: OpenAct, number: int, kind: str, *, at: datetime, giver: str, receiver: str, purpose: str, means: str
) -> int:
    """An exhibit is received, handed over or returned. `at` is the (aware) moment at which it changed hands.

    Raises `Invalid` beside each field that is empty and `DomainError` for what is no exhibit.
    """
    rules.check_custody(kind, giver, receiver, purpose, means)
    document = _living(act, number)
    if not document.exhibit:
        raise DomainError("This document is no exhibit: say so in its particulars first.")
    if at > act.recorded_at:
        raise DomainError("This moment lies in the future.", "at")
    detail = {
        "document": number,
        "giver": giver.strip(),
        "receiver": receiver.strip(),
        "purpose": purpose.strip(),
        "means": means.strip(),
    }
    return act.append(EVENTS[kind], at=at, detail=detail)


def ask_deletion(act: OpenAct, number: int, ground: str, reason: str) -> None:
    """Ask for the deletion of a document: another person decides."""
    document = _living(act, number)
    rules.check_deletion(ground, reason, held=standing_hold(act) is not None)
    if document.deletion_asked_at is not None:
        raise DomainError("The deletion of this document was asked for already.")
    document.deletion_ground, document.deletion_reason = ground, reason.strip()
    document.deletion_asked_at, document.deletion_asked_by = act.recorded_at, act.actor.account_id
    act.append(
        "document_deletion_asked", detail={"document": number, "deletion_ground": ground, "reason": reason.strip()}
    )


def decline_deletion(act: OpenAct, number: int) -> None:
    """The document stays. Whoever asked may take the question back; else it needs the right to approve."""
    document = _asked_for(act, number)
    if document.deletion_asked_by != act.actor.account_id:
        _may_approve(act)
    document.deletion_ground = document.deletion_reason = None
    document.deletion_asked_at = document.deletion_asked_by = None
    act.append("document_deletion_declined", detail={"document": number})


def delete(act: OpenAct, number: int) -> Sequence[str]:
    """Destroy the bytes of all versions and leave the tombstone; a second person does that (S12).

    Their keys are destroyed here, so that the bytes can never be read again even where they still lie; the caller
    removes the files with the names returned once the act has committed.
    """
    document = _asked_for(act, number)
    _may_approve(act)
    if document.deletion_asked_by == act.actor.account_id:
        raise SecondPersonNeeded("A deletion needs a second person: you asked for this one.")
    if standing_hold(act) is not None:
        raise DomainError("A legal hold stands on this request: nothing of it is deleted.")
    for version in document.versions:
        version.wrapped_key, version.file_name, version.scan_finding = None, "", ""
    document.title = ""
    document.deleted_at, document.deleted_by = act.recorded_at, act.actor.account_id
    hashes = [version.sha256.hex() for version in document.versions]
    act.append(
        "document_deleted", detail={"document": number, "deletion_ground": document.deletion_ground, "sha256": hashes}
    )
    return [version.storage_name for version in document.versions]


def place_hold(act: OpenAct, reason: str) -> None:
    """From now on nothing of the request is deleted."""
    if len(reason.strip()) < rules.SHORTEST_REASON:
        raise DomainError("Say why, in a sentence.", "reason")
    if standing_hold(act) is not None:
        raise DomainError("A legal hold stands already.")
    act.session.add(
        LegalHold(
            case_id=act.case.id,
            reason=reason.strip(),
            placed_at=act.recorded_at,
            placed_by=act.actor.account_id,
        )
    )
    act.append("legal_hold_placed", detail={"reason": reason.strip()})


def lift_hold(act: OpenAct, reason: str) -> None:
    """The hold ends; it needs the right to approve."""
    _may_approve(act)
    if len(reason.strip()) < rules.SHORTEST_REASON:
        raise DomainError("Say why, in a sentence.", "reason")
    hold = standing_hold(act)
    if hold is None:
        raise DomainError("No legal hold stands on this request.")
    hold.lifted_at, hold.lifted_by = act.recorded_at, act.actor.account_id
    act.append("legal_hold_lifted", detail={"reason": reason.strip()})


def standing_hold(act: OpenAct) -> LegalHold | None:
    """The hold that stands on the request of the act."""
    return act.session.scalar(select(LegalHold).where(LegalHold.case_id == act.case.id, LegalHold.lifted_at.is_(None)))


def _add_version(
    act: OpenAct, document: Document, receipt: Receipt, source: Document | None, event: str, *, made: bool
) -> DocumentVersion:
    last = act.session.scalar(
        select(func.max(DocumentVersion.number)).where(DocumentVersion.document_id == document.id)
    )
    origin = _newest_hash(act, source) if source is not None else None
    version = DocumentVersion(
        document_id=document.id,
        number=(last or 0) + 1,
        file_name=receipt.file_name,
        media_type=receipt.file_type.media_type,
        size=receipt.size,
        sha256=receipt.sha256,
        storage_name=receipt.storage_name,
        wrapped_key=receipt.wrapped_key,
        key_id=receipt.key_id,
        source_sha256=origin,
        made=made,
        added_at=act.recorded_at,
        added_by=act.actor.account_id,
    )
    act.session.add(version)
    act.session.flush()
    act.session.expire(document, ["versions"])
    detail: dict[str, Any] = {
        "document": document.number,
        "file_version": version.number,
        "sha256": receipt.sha256.hex(),
        "size": receipt.size,
        "type": receipt.file_type.media_type,
    }
    if source is not None and origin is not None:
        detail |= {"relation": document.relation, "source": source.number, "source_sha256": origin.hex()}
    act.append(event, detail=detail)
    return version


def _newest_hash(act: OpenAct, source: Document) -> bytes | None:
    return act.session.scalar(
        select(DocumentVersion.sha256)
        .where(DocumentVersion.document_id == source.id)
        .order_by(DocumentVersion.number.desc())
        .limit(1)
    )


def _next_number(act: OpenAct) -> int:
    """The case is locked by the act, so nobody else counts meanwhile."""
    return (act.session.scalar(select(func.max(Document.number)).where(Document.case_id == act.case.id)) or 0) + 1


def _document(act: OpenAct, number: int) -> Document:
    found = act.session.scalar(
        select(Document)
        .where(Document.case_id == act.case.id, Document.number == number)
        .options(selectinload(Document.versions)),
        execution_options={"populate_existing": True},
    )
    if found is None:
        raise NotVisible("There is no such document.")
    return found


def _living(act: OpenAct, number: int) -> Document:
    found = _document(act, number)
    if found.deleted_at is not None:
        raise DomainError("This document was deleted.")
    return found


def _asked_for(act: OpenAct, number: int) -> Document:
    found = _living(act, number)
    if found.deletion_asked_at is None:
        raise DomainError("The deletion of this document was not asked for.")
    return found


def _may_approve(act: OpenAct) -> None:
    if not act.actor.may(Permission.REQUEST_APPROVE):
        raise NotPermitted("This needs the right to approve.")


def _within_quota(act: OpenAct, size: int, limits: Limits, *, made: bool) -> None:
    """Both quotas, with this file; files of the product itself are nobody's and count for the request alone."""
    held = act.session.scalar(
        select(func.coalesce(func.sum(DocumentVersion.size), 0))
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(Document.case_id == act.case.id, DocumentVersion.wrapped_key.is_not(None))
    )
    if (held or 0) + size > limits.case:
        raise QuotaReached(f"A request may hold {limits.case / _GIGABYTE:g} GB of documents.", "file")
    who = act.actor.account_id
    if made or who is None:
        return
    # Two at once on two requests: the second waits here, so that both together keep to the quota.
    act.session.execute(select(Account.id).where(Account.id == who).with_for_update(key_share=True))
    added = act.session.scalar(
        select(func.coalesce(func.sum(DocumentVersion.size), 0)).where(
            DocumentVersion.added_by == who,
            DocumentVersion.added_at > act.recorded_at - _A_DAY,
            DocumentVersion.made.is_(False),
        )
    )
    if (added or 0) + size > limits.person_a_day:
        raise QuotaReached(f"One person may add {limits.person_a_day / _GIGABYTE:g} GB within a day.", "file")

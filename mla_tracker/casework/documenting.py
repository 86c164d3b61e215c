"""What surrounds the acts on documents: bytes that go after the commit, damage that is found, the office's period."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import SYSTEM, Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit.services import record_administration
from mla_tracker.casework.act import act
from mla_tracker.casework.office import Office
from mla_tracker.core import clock, office_setting
from mla_tracker.core.errors import Invalid, NotPermitted
from mla_tracker.documents import services as documents
from mla_tracker.documents.frames import Damaged
from mla_tracker.documents.models import DocumentVersion
from mla_tracker.documents.queries import RETENTION_YEARS, retention_years
from mla_tracker.documents.rules import NotServed, require_served
from mla_tracker.documents.vault import Vault

_LONGEST_RETENTION = 200


def delete_document(office: Office, session: Session, vault: Vault, case_id: int, number: int, *, actor: Actor) -> None:
    """Delete a document for good. The files go after the commit; were this process to die between, the sweep does
    it.
    """
    with act(office, session, case_id, actor=actor) as a:
        names = documents.delete(a, number)
    for name in names:
        vault.store.remove(name)


def check_before_serving(
    office: Office, session: Session, vault: Vault, version: DocumentVersion, *, scanner: bool, now: datetime
) -> None:
    """Every byte is read and compared before the first one leaves. Raises `NotServed`; damage goes on record."""
    require_served(version, scanner=scanner)
    try:
        vault.verify(version.storage_name, version.wrapped_key or b"", version.sha256)
    except Damaged as problem:
        report_damage(office, session, version, str(problem), now)
        raise NotServed(
            "The stored file is not the one that was received. It is not handed out; the administrators see it."
        ) from problem


def report_damage(office: Office, session: Session, version: DocumentVersion, what: str, now: datetime) -> None:
    """Put on record, once, that a stored file is not what it was: on its row, and as an event of the request."""
    case_id, number = version.document.case_id, version.document.number
    with act(office, session, case_id, actor=SYSTEM) as a:
        row = session.get(DocumentVersion, version.id, populate_existing=True)
        if row is None or row.damage or row.wrapped_key is None:
            return
        row.damage, row.checked_at = what, now
        a.append("document_damaged", detail={"document": number, "file_version": row.number, "finding": what})


def set_retention(office: Office, session: Session, years: int | None, *, actor: Actor) -> None:
    """For how many years after closing documents are kept; None sets no period. Nothing is deleted by that itself."""
    if not actor.may(Permission.ADMIN_OFFICE):
        raise NotPermitted("This needs the right to change the settings of the office.")
    if years is not None and not 1 <= years <= _LONGEST_RETENTION:
        raise Invalid({"years": f"Enter a number of years from 1 to {_LONGEST_RETENTION}, or nothing."})
    was, now = retention_years(session), clock.now()
    if was == years:
        return
    office_setting.write(session, RETENTION_YEARS, "" if years is None else str(years), now)
    detail: dict[str, Any] = {"was": was, "now": years}
    record_administration(
        session, office.audit_key, actor_id=actor.account_id, code="retention_changed", detail=detail, now=now
    )
    session.commit()

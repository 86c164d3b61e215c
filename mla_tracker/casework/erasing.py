"""Lawful erasure of what an entry says: its detail and the salt are destroyed, the entry itself stays in its chain, and
an entry of administration says who erased it, when and on which ground.

Without the salt the digest that is left tells nothing, even of a detail that could be guessed. Only what tells of
changes to the file is erased this way: the status of a case follows from the details of the others.
"""

import json
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from mla_tracker.audit.chain import AuditKey
from mla_tracker.audit.services import record_administration
from mla_tracker.audit.verifier import ERASED
from mla_tracker.cases.file_events import CORRECTABLE, FILE_EVENTS
from mla_tracker.cases.models import Case, CaseEvent, CaseEventDetail
from mla_tracker.cases.registration import refresh_search_text
from mla_tracker.cases.work_models import Note, NoteMention
from mla_tracker.core.errors import DomainError, Invalid, NotVisible

ERASABLE: Final = frozenset(FILE_EVENTS) - CORRECTABLE


def erase_detail(
    session: Session, key: AuditKey, reference: str, seq: int, *, ground: str, actor_id: int | None, now: datetime
) -> None:
    """Erase the detail of one entry of a case; the caller commits. `session` is the owner's: nobody else may delete it.

    Raises `NotVisible` for an entry that is not there, `DomainError` where it may not be erased or is gone already.
    """
    if not ground.strip():
        raise Invalid({"ground": "Name the ground in law."})
    event = session.scalar(
        select(CaseEvent)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.reference == reference, CaseEvent.seq == seq)
    )
    if event is None:
        raise NotVisible("There is no such entry.")
    if event.code not in ERASABLE:
        raise DomainError("Where the request stands follows from this entry: it can be corrected, not erased.")
    if event.code == "note_added":
        _erase_note(session, event)
    session.execute(text("SELECT set_config('mla.erasing', 'on', true)"))
    gone = session.execute(
        delete(CaseEventDetail).where(CaseEventDetail.event_id == event.id).returning(CaseEventDetail.event_id)
    )
    if gone.first() is None:
        raise DomainError("The detail of this entry was erased already.")
    session.execute(text("SELECT set_config('mla.erasing', 'off', true)"))
    detail = {"chain": f"case:{event.case_id}", "entry": seq, "ground": ground.strip()}
    record_administration(session, key, actor_id=actor_id, code=ERASED, detail=detail, now=now)


def _erase_note(session: Session, event: CaseEvent) -> None:
    """The note of which the entry tells goes with it, and its words from what the request is found by."""
    written = session.scalar(select(CaseEventDetail.text).where(CaseEventDetail.event_id == event.id))
    note_id = json.loads(written)["note"] if written else None
    session.execute(delete(NoteMention).where(NoteMention.note_id == note_id))
    session.execute(delete(Note).where(Note.id == note_id, Note.case_id == event.case_id))
    refresh_search_text(session, session.get_one(Case, event.case_id))

"""What the worker does with stored files: the malware scan, the check of every byte each day, and the sweep.

Each piece of work can be done twice: what was found stands on the row of the version, and the event of the request is
appended only when the row did not say so yet.
"""

from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.casework.act import act
from mla_tracker.casework.documenting import report_damage
from mla_tracker.casework.office import Office
from mla_tracker.core import clock
from mla_tracker.documents.frames import Damaged
from mla_tracker.documents.models import DocumentVersion, FixityRun
from mla_tracker.documents.rules import CLEAN, INFECTED
from mla_tracker.documents.scanning import NotScannable, Scanner, ScannerAway
from mla_tracker.documents.vault import Vault

_log = structlog.get_logger(__name__)

SCANNED_AT_ONCE: Final = 50
_TRY_AGAIN: Final = timedelta(hours=24)
_NAMES_AT_ONCE: Final = 1000
_LEASE: Final = timedelta(minutes=12)
UNFINISHED_AFTER: Final = timedelta(hours=24)
"""An upload that was not finished by then, or whose act never came, belongs to a process that died."""
ORPHANS_KEPT: Final = timedelta(days=30)


def scan_waiting(office: Office, vault: Vault, scanner: Scanner, now: datetime) -> int:
    """Have the scanner look at what it has not seen, the oldest first; returns how many it judged.

    A scanner that is away ends the sweep: the next one goes on. A file that it cannot take is tried again a day later.
    """
    judged = 0
    with office.sessions() as session:
        waiting = session.scalars(
            select(DocumentVersion)
            .where(
                DocumentVersion.scanned.is_(None),
                DocumentVersion.wrapped_key.is_not(None),
                DocumentVersion.made.is_(False),
                or_(DocumentVersion.scanned_at.is_(None), DocumentVersion.scanned_at < now - _TRY_AGAIN),
            )
            .options(joinedload(DocumentVersion.document))
            .order_by(DocumentVersion.id)
            .limit(SCANNED_AT_ONCE)
        ).all()
        session.commit()
        for version in waiting:
            try:
                judged += _scan(office, session, vault, scanner, version, now)
            except ScannerAway as problem:
                _log.warning("malware scanner away", reason=str(problem))
                return judged
    return judged


def _scan(
    office: Office, session: Session, vault: Vault, scanner: Scanner, version: DocumentVersion, now: datetime
) -> int:
    try:
        with vault.open(version.storage_name, version.wrapped_key or b"") as reader:
            finding = scanner.scan(reader.frames())
    except Damaged as problem:
        _tell_damage(office, session, version, problem, now)
        return 0
    except NotScannable as problem:
        session.execute(
            update(DocumentVersion)
            .where(DocumentVersion.id == version.id)
            .values(scanned_at=now, scan_finding=str(problem))
        )
        session.commit()
        return 0
    if not finding.malware:
        session.execute(
            update(DocumentVersion)
            .where(DocumentVersion.id == version.id, DocumentVersion.scanned.is_(None))
            .values(scanned=CLEAN, scanned_at=now, scan_finding="")
        )
        session.commit()
        return 1
    with act(office, session, version.document.case_id, actor=SYSTEM) as a:
        row = session.get(DocumentVersion, version.id, populate_existing=True)
        if row is not None and row.scanned is None and row.wrapped_key is not None:
            row.scanned, row.scanned_at, row.scan_finding = INFECTED, now, finding.malware
            detail = {
                "document": version.document.number,
                "file_version": row.number,
                "finding": finding.malware,
            }
            a.append("document_quarantined", detail=detail)
            _log.error("malware in a document", file=version.storage_name)
    return 1


def check_nightly(office: Office, vault: Vault, now: datetime, *, seconds: float) -> FixityRun | None:
    """Go on with the check of today (the office's day): each stored file is read whole once a day.

    Stops after `seconds`; the next sweep goes on. Returns the run when this call ended it, else None: another process
    is at it, it is done already, or time is up. At its end files that no row names are set aside.
    """
    on = clock.local_date(now, office.zone)
    with office.sessions() as session:
        run = _hold(session, on, now)
        if run is None:
            return None
        began = run.began_at
        until = clock.now() + timedelta(seconds=seconds)
        while (version := _next_to_check(session, began)) is not None:
            if clock.now() >= until:
                _let_go(session, on)
                return None
            _check(office, session, vault, version, on, began)
        set_aside = sweep_store(office, vault, clock.now())
        session.execute(
            update(FixityRun)
            .where(FixityRun.on == on)
            .values(ended_at=clock.now(), held_until=None, set_aside=FixityRun.set_aside + set_aside)
        )
        session.commit()
        return session.get(FixityRun, on, populate_existing=True)


def _hold(session: Session, on: date, now: datetime) -> FixityRun | None:
    session.execute(insert(FixityRun).values(run_on=on, began_at=now).on_conflict_do_nothing())
    held = session.scalar(
        update(FixityRun)
        .where(
            FixityRun.on == on,
            FixityRun.ended_at.is_(None),
            or_(FixityRun.held_until.is_(None), FixityRun.held_until < now),
        )
        .values(held_until=now + _LEASE)
        .returning(FixityRun)
        .execution_options(populate_existing=True)
    )
    session.commit()
    return held


def _let_go(session: Session, on: date) -> None:
    session.execute(update(FixityRun).where(FixityRun.on == on).values(held_until=None))
    session.commit()


def _next_to_check(session: Session, began: datetime) -> DocumentVersion | None:
    return session.scalar(
        select(DocumentVersion)
        .where(
            DocumentVersion.wrapped_key.is_not(None),
            or_(DocumentVersion.checked_at.is_(None), DocumentVersion.checked_at < began),
        )
        .options(joinedload(DocumentVersion.document))
        .order_by(DocumentVersion.checked_at.asc().nulls_first(), DocumentVersion.id)
        .limit(1),
        execution_options={"populate_existing": True},
    )


def _check(office: Office, session: Session, vault: Vault, version: DocumentVersion, on: date, began: datetime) -> None:
    session.commit()  # no transaction stays open while a large file is read
    damaged = 0
    try:
        vault.verify(version.storage_name, version.wrapped_key or b"", version.sha256)
    except Damaged as problem:
        damaged = 1
        _tell_damage(office, session, version, problem, clock.now())
    # A file that was found damaged stays so: that it reads well again would only show that somebody replaced it. No
    # moment before the run began is written, or a clock that was put back would send it round for ever.
    session.execute(
        update(DocumentVersion).where(DocumentVersion.id == version.id).values(checked_at=max(clock.now(), began))
    )
    session.execute(
        update(FixityRun)
        .where(FixityRun.on == on)
        .values(checked=FixityRun.checked + 1, damaged=FixityRun.damaged + damaged, held_until=clock.now() + _LEASE)
    )
    session.commit()


def _tell_damage(office: Office, session: Session, version: DocumentVersion, problem: Damaged, now: datetime) -> None:
    _log.error("stored file damaged", file=version.storage_name, what=str(problem))
    report_damage(office, session, version, str(problem), now)


def sweep_store(office: Office, vault: Vault, now: datetime) -> int:
    """Clear up after processes that died, and finish deletions; returns how many files were set aside.

    A stored file that no row has ever named is set aside and kept for 30 days: after a backup was restored it may be
    newer than the database. One whose row says that it was deleted goes at once.
    """
    store, set_aside = vault.store, 0
    for name, written_at in store.incoming():
        if written_at < now - UNFINISHED_AFTER:
            store.remove_incoming(name)
    for name, put_at in store.orphans():
        if put_at < now - ORPHANS_KEPT:
            store.remove_orphan(name)
    with office.sessions() as session:
        old = (name for name, written_at in store.stored() if written_at < now - UNFINISHED_AFTER)
        while names := list(islice(old, _NAMES_AT_ONCE)):
            rows = session.execute(
                select(DocumentVersion.storage_name, DocumentVersion.wrapped_key.is_not(None).label("living")).where(
                    DocumentVersion.storage_name.in_(names)
                )
            )
            kept = {row.storage_name: row.living for row in rows}
            for name in names:
                if name not in kept:
                    store.set_aside(name)
                    set_aside += 1
                elif not kept[name]:
                    store.remove(name)
    return set_aside

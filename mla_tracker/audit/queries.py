"""Reads of the trail, newest first, page by page along the numbers of the entries."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVarTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from mla_tracker.audit.models import AccessEntry, AdministrationDetail, AdministrationEntry
from mla_tracker.core.errors import NotVisible

PAGE: Final = 50

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class TrailFilter:
    """What to show. `since` and `until` are moments, the second one not included; `before` is the page's key."""

    code: str = ""
    actor_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class AdministrationLine:
    """An entry of administration; `detail` is None where it is gone."""

    seq: int
    code: str
    recorded_at: datetime
    actor_id: int | None
    detail: Mapping[str, Any] | None


@dataclass(frozen=True)
class AdministrationRecord:
    """An entry with what seals it, as hexadecimal text."""

    line: AdministrationLine
    digest: str
    mac: str


def administration_entries(session: Session, wanted: TrailFilter) -> tuple[list[AdministrationLine], int | None]:
    """One page, and the key of the next (None: there is no further one)."""
    entry = AdministrationEntry
    statement = _narrowed(
        select(entry.seq, entry.code, entry.recorded_at, entry.actor_id, AdministrationDetail.text)
        .outerjoin(AdministrationDetail, AdministrationDetail.entry_id == entry.id)
        .order_by(entry.seq.desc())
        .limit(PAGE + 1),
        entry,
        wanted,
    )
    if wanted.before is not None:
        statement = statement.where(entry.seq < wanted.before)
    rows = session.execute(statement).all()
    lines = [
        AdministrationLine(row.seq, row.code, row.recorded_at, row.actor_id, _detail(row.text)) for row in rows[:PAGE]
    ]
    return lines, lines[-1].seq if len(rows) > PAGE else None


def administration_entry(session: Session, seq: int) -> AdministrationRecord:
    """One entry of administration. Raises `NotVisible` where there is none."""
    entry = session.scalar(select(AdministrationEntry).where(AdministrationEntry.seq == seq))
    if entry is None:
        raise NotVisible("There is no such entry.")
    text = entry.detail.text if entry.detail else None
    line = AdministrationLine(entry.seq, entry.code, entry.recorded_at, entry.actor_id, _detail(text))
    return AdministrationRecord(line, entry.detail_digest.hex(), entry.mac.hex())


def access_entries(
    session: Session, wanted: TrailFilter, seen: ColumnElement[bool], case_id: int | None = None
) -> tuple[Sequence[AccessEntry], int | None]:
    """One page of who looked at what, and the key of the next. `seen`: what the reader may know of."""
    entry = AccessEntry
    statement = _narrowed(select(entry).where(seen).order_by(entry.id.desc()).limit(PAGE + 1), entry, wanted)
    if wanted.before is not None:
        statement = statement.where(entry.id < wanted.before)
    if case_id is not None:
        statement = statement.where(entry.case_id == case_id)
    rows = session.scalars(statement).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def administration_codes(session: Session) -> list[str]:
    """The codes that occur in the trail of administration."""
    return sorted(session.scalars(select(AdministrationEntry.code).distinct()))


def _narrowed(
    statement: Select[*Columns], entry: type[AdministrationEntry] | type[AccessEntry], wanted: TrailFilter
) -> Select[*Columns]:
    if wanted.code:
        statement = statement.where(entry.code == wanted.code)
    if wanted.actor_id is not None:
        statement = statement.where(entry.actor_id == wanted.actor_id)
    if wanted.since is not None:
        statement = statement.where(entry.recorded_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(entry.recorded_at < wanted.until)
    return statement


def _detail(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else dict(json.loads(text))

"""Opening a proceeding and recording what happens in it: one row locked, one transaction, its own chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import visible
from mla_tracker.audit.chain import canonical, detail_digest, new_salt, seal
from mla_tracker.audit.services import chain_head, store_head
from mla_tracker.cases.facts import FieldKind, FieldSpec
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.references import next_proceeding_reference
from mla_tracker.cases.replay import Entry, replay
from mla_tracker.casework.act import SAVED_ELSEWHERE
from mla_tracker.casework.office import Office
from mla_tracker.core import clock
from mla_tracker.core.errors import Conflict, DomainError, Invalid, NotPermitted, NotVisible
from mla_tracker.directory.models import State
from mla_tracker.proceedings.models import Proceeding, ProceedingEvent, ProceedingEventDetail
from mla_tracker.proceedings.queries import chained_text, entries_with_names, find_proceeding
from mla_tracker.proceedings.rules import cycle_of, lacking, questions


@dataclass(frozen=True)
class NewProceeding:
    """A proceeding as it is entered; `case_id`: the request that it follows."""

    kind: str
    counterpart: str
    subject: str
    opened_on: date
    case_id: int | None = None


def open_proceeding(
    office: Office, session: Session, given: NewProceeding, *, actor: Actor, recorded_at: datetime | None = None
) -> str:
    """Open a proceeding and return its reference. Raises `Invalid` with a message for each wrong field."""
    now = recorded_at or clock.now()
    tables = life_cycles()
    _may(actor, cycle_of(tables).open_from(None)[0].permission)
    errors = {}
    if given.kind not in tables.proceeding_kinds:
        errors["kind"] = "Choose a kind of proceeding."
    if session.get(State, given.counterpart) is None:
        errors["counterpart"] = "Choose the other State."
    if not given.subject.strip():
        errors["subject"] = "Enter a subject line."
    if given.opened_on > clock.local_date(now, office.zone):
        errors["opened_on"] = "This day lies in the future."
    if errors:
        raise Invalid(errors)
    if given.case_id is not None:
        seen = session.scalar(select(Case.id).where(Case.id == given.case_id, visible(actor, Case.id)))
        if seen is None:
            raise NotVisible("There is no such request.")
    reference = next_proceeding_reference(session, now.astimezone(office.zone).year)
    row = Proceeding(
        reference=reference,
        kind=given.kind,
        case_id=given.case_id,
        counterpart=given.counterpart,
        subject=given.subject.strip(),
        status="opened",
        status_since=given.opened_on,
        opened_on=given.opened_on,
    )
    session.add(row)
    session.flush()
    entry = Entry(1, "proceeding_opened", given.opened_on, actor_id=actor.account_id, detail={"kind": given.kind})
    _append(office, session, row, [], entry, now)
    session.commit()
    return reference


def record_in_proceeding(
    office: Office, session: Session, reference: str, code: str, *, on: date, detail: Mapping[str, Any], actor: Actor,
    version: int | None = None, recorded_at: datetime | None = None,
) -> None:  # fmt: skip
    """Record one act of a proceeding and commit. Raises what is broken; then nothing was written."""
    now = recorded_at or clock.now()
    tables = life_cycles()
    try:
        row = find_proceeding(session, actor, reference, lock=True)
        if version is not None and row.version != version:
            raise Conflict(SAVED_ELSEWHERE)
        entries = [entry for entry, _ in entries_with_names(session, row.id)]
        transition = tables.require(cycle_of(tables), row.status, code)
        _may(actor, transition.permission)
        if missing := lacking(transition, frozenset(entry.code for entry in entries)):
            raise DomainError(tables.missing_words(code, missing[0], transition.article))
        _answers(questions(tables, transition, row.kind), detail)
        if on > clock.local_date(now, office.zone):
            raise DomainError("This day lies in the future.", "on")
        if on < entries[0].happened_on:
            raise DomainError(f"This day lies before the opening ({entries[0].happened_on.isoformat()}).", "on")
        entry = Entry(len(entries) + 1, code, on, actor_id=actor.account_id, detail=dict(detail))
        _append(office, session, row, entries, entry, now)
        row.version += 1
        session.commit()
    except BaseException:
        session.rollback()
        raise


def _may(actor: Actor, permission: str) -> None:
    if not actor.may(Permission(permission)):
        raise NotPermitted(f"This needs the right to {life_cycles().permissions[permission]}.")


def _answers(specs: tuple[FieldSpec, ...], detail: Mapping[str, Any]) -> None:
    errors = {spec.name: f"Enter: {spec.label}." for spec in specs if spec.required and not detail.get(spec.name)}
    errors |= {
        spec.name: "Choose one of the values offered."
        for spec in specs
        if spec.kind is FieldKind.CHOICE and detail.get(spec.name) not in (None, *dict(spec.choices))
    }
    if errors:
        raise Invalid(errors)


def _append(
    office: Office, session: Session, row: Proceeding, entries: list[Entry], entry: Entry, now: datetime
) -> None:
    """Chain the event and write what follows from all of them."""
    tables, chain = life_cycles(), f"proceeding:{row.id}"
    place = replay(tables, cycle_of(tables), "incoming", [*entries, entry]).place
    head = chain_head(session, chain)
    salt, text = new_salt(), canonical(entry.detail)
    digest = detail_digest(salt, text)
    mac = seal(office.audit_key, head.mac, chained_text(row.id, entry, now), digest)
    session.add(
        ProceedingEvent(
            proceeding_id=row.id,
            seq=entry.seq,
            code=entry.code,
            happened_on=entry.happened_on,
            recorded_at=now,
            actor_id=entry.actor_id,
            detail_digest=digest,
            mac=mac,
            detail=ProceedingEventDetail(salt=salt, text=text),
        )
    )
    if place.status is None or place.since is None:
        raise AssertionError("a proceeding has at least its opening")
    row.status, row.status_since, row.outcome = place.status, place.since, place.outcome
    session.flush()
    store_head(session, chain, entry.seq, mac)

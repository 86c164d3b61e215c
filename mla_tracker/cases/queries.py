"""Reads of a case and its file. What a viewer may not see is not there: `NotVisible`."""

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.facts import CaseFile, ItemOnFile
from mla_tracker.cases.models import (
    AssistanceItem,
    Case,
    CaseEvent,
    CaseEventDetail,
    CaseLegalBasis,
    CaseOffence,
    Person,
)
from mla_tracker.cases.replay import Entry, Standing
from mla_tracker.core.errors import NotVisible

REFUSING_ITEM = ("item_refused", "item_court_barred", "item_refused_abroad")


def find_case(session: Session, actor: Actor, reference: str, *, whole: bool = False) -> Case:
    """The case with this reference; `whole` loads items, persons, bases and offences with it (one query each)."""
    statement = select(Case).where(Case.reference == reference, visible(actor, Case.id))
    if whole:
        statement = statement.options(
            selectinload(Case.items),
            selectinload(Case.persons).selectinload(Person.names),
            selectinload(Case.bases),
            selectinload(Case.offences),
        )
    case = session.scalar(statement)
    if case is None:
        raise NotVisible("There is no such request.")
    return case


def lock_case(session: Session, actor: Actor, case_id: int) -> Case:
    """The case, locked until the end of the transaction."""
    case = session.scalar(
        select(Case).where(Case.id == case_id, visible(actor, Case.id)).with_for_update(of=Case.__table__)
    )
    if case is None:
        raise NotVisible("There is no such request.")
    return case


def entries_of(session: Session, case_id: int) -> list[Entry]:
    """The events of a case with their details, in order of recording."""
    rows = session.execute(
        select(
            CaseEvent.seq, CaseEvent.code, CaseEvent.happened_on, CaseEvent.happened_at, CaseEvent.item_id,
            CaseEvent.corrects_seq, CaseEvent.actor_id, CaseEventDetail.text,
        )
        .outerjoin(CaseEventDetail, CaseEventDetail.event_id == CaseEvent.id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.seq)
    )  # fmt: skip
    return [
        Entry(seq, code, on, at, item_id, corrects, actor_id, json.loads(text) if text else {})
        for seq, code, on, at, item_id, corrects, actor_id, text in rows
    ]


def case_file(session: Session, case: Case, entries: Sequence[Entry], standing: Standing) -> CaseFile:
    """The file as the guards of the acts see it."""
    items = session.execute(
        select(AssistanceItem.id, AssistanceItem.type_code, AssistanceItem.executing_authority_id)
        .where(AssistanceItem.case_id == case.id)
        .order_by(AssistanceItem.number)
    ).all()
    bases = session.execute(select(CaseLegalBasis.accepted).where(CaseLegalBasis.case_id == case.id)).scalars().all()
    offences = session.execute(select(CaseOffence.id).where(CaseOffence.case_id == case.id)).scalars().all()
    sought = (
        session.execute(select(Person.id).where(Person.case_id == case.id, Person.role == "sought")).scalars().all()
    )
    return CaseFile(
        kind=case.kind,
        direction=case.direction,
        counterpart=case.counterpart,
        counterpart_authority_id=case.counterpart_authority_id,
        subject=case.subject,
        facts_summary=case.facts_summary,
        nature=case.nature,
        confidentiality=case.confidentiality,
        channel=case.channel,
        owner_authority_id=case.owner_authority_id,
        wanted_for=case.wanted_for,
        no_basis_named=case.no_basis_named,
        bases_asserted=len(bases),
        bases_accepted=sum(1 for accepted in bases if accepted) or _accepted_none(entries),
        offences=len(offences),
        persons_sought=len(sought),
        items=tuple(
            ItemOnFile(
                item_id, type_code, authority_id, standing.items[item_id].outcome if item_id in standing.items else None
            )
            for item_id, type_code, authority_id in items
        ),
        refused_items_complete=all(
            any(entry.item_id == item_id and entry.code in REFUSING_ITEM for entry in entries)
            for item_id, place in standing.items.items()
            if place.outcome == "refused"
        ),
        refusal_complete=any(entry.code in ("refusal_proposed", "court_barred", "court_refused") for entry in entries),
        entries=tuple(entries),
        standing=standing,
    )


def _accepted_none(entries: Sequence[Entry]) -> int:
    """1 when it was recorded that no basis is accepted: the refusal then rests on the want of a basis."""
    return int(any(entry.code == "legal_basis_accepted" and entry.detail.get("basis") == "none" for entry in entries))

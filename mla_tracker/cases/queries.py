"""Reads of a case and its file. What a viewer may not see is not there: `NotVisible`."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, joinedload, selectinload

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
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
from mla_tracker.cases.replay import Entry, Standing, effective
from mla_tracker.core.errors import NotVisible

REFUSING_ITEM = ("item_refused", "item_court_barred", "item_refused_abroad")


def find_case(session: Session, actor: Actor, reference: str, *, whole: bool = False) -> Case:
    """The case with this reference; `whole` loads items, persons, bases and offences with it (one query each)."""
    statement = select(Case).where(Case.reference == reference, visible(actor, Case.id))
    if whole:
        statement = statement.options(
            joinedload(Case.lead),
            selectinload(Case.items),
            selectinload(Case.persons).joinedload(Person.names),
            selectinload(Case.bases),
            selectinload(Case.offences),
        )
    case = session.scalar(statement)
    if case is None:
        raise NotVisible("There is no such request.")
    return case


def lock_case(session: Session, actor: Actor, case_id: int) -> Case:
    """The case, locked until the end of the transaction, as it stands once the lock is held."""
    case = session.scalar(
        select(Case).where(Case.id == case_id, visible(actor, Case.id)).with_for_update(of=Case.__table__),
        # A page has read the case before: what another act committed since must not be hidden by that.
        execution_options={"populate_existing": True},
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


def events_with_names(session: Session, case_id: int) -> list[tuple[Entry, datetime, str]]:
    """The events of a case with the moment of recording and the name of who recorded them ("" = the product itself)."""
    rows = session.execute(
        select(
            CaseEvent.seq, CaseEvent.code, CaseEvent.happened_on, CaseEvent.happened_at, CaseEvent.item_id,
            CaseEvent.corrects_seq, CaseEvent.actor_id, CaseEventDetail.text, CaseEvent.recorded_at, Account.name,
        )
        .outerjoin(CaseEventDetail, CaseEventDetail.event_id == CaseEvent.id)
        .outerjoin(Account, Account.id == CaseEvent.actor_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.seq)
    )  # fmt: skip
    return [
        (Entry(seq, code, on, at, item, corrects, actor, json.loads(text) if text else {}), recorded_at, name or "")
        for seq, code, on, at, item, corrects, actor, text, recorded_at, name in rows
    ]


def case_file(session: Session, case: Case, entries: Sequence[Entry], standing: Standing) -> CaseFile:
    """The file as the guards of the acts see it, read in one query."""
    items = select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        AssistanceItem.id, AssistanceItem.type_code, AssistanceItem.executing_authority_id
                    ),
                    AssistanceItem.number,
                )
            ),
            literal_column("'[]'::jsonb"),
        )
    ).where(AssistanceItem.case_id == case.id)
    bases = select(func.count(), func.count().filter(CaseLegalBasis.accepted.is_(True))).where(
        CaseLegalBasis.case_id == case.id
    )
    offences = select(func.count()).select_from(CaseOffence).where(CaseOffence.case_id == case.id)
    sought = select(func.count()).select_from(Person).where(Person.case_id == case.id, Person.role == "sought")
    counts = bases.subquery()
    row = session.execute(
        select(
            items.scalar_subquery().label("items"),
            counts.c[0].label("asserted"),
            counts.c[1].label("accepted"),
            offences.scalar_subquery().label("offences"),
            sought.scalar_subquery().label("sought"),
        )
    ).one()
    return build_file(
        case,
        entries,
        standing,
        items=[(item, code, authority) for item, code, authority in row.items],
        asserted=row.asserted,
        accepted=row.accepted,
        offences=row.offences,
        sought=row.sought,
    )


def loaded_file(case: Case, entries: Sequence[Entry], standing: Standing) -> CaseFile:
    """The same from a case that was loaded whole: no query."""
    return build_file(
        case,
        entries,
        standing,
        items=[(item.id, item.type_code, item.executing_authority_id) for item in case.items],
        asserted=len(case.bases),
        accepted=sum(1 for basis in case.bases if basis.accepted),
        offences=len(case.offences),
        sought=sum(1 for person in case.persons if person.role == "sought"),
    )


def build_file(
    case: Case,
    entries: Sequence[Entry],
    standing: Standing,
    *,
    items: Sequence[tuple[int, str, int | None]],
    asserted: int,
    accepted: int,
    offences: int,
    sought: int,
) -> CaseFile:
    """The file from its parts. `items`: id, type, executing authority. What was annulled counts nowhere."""
    counting = effective(entries)
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
        bases_asserted=asserted,
        bases_accepted=accepted or _accepted_none(counting),
        offences=offences,
        persons_sought=sought,
        items=tuple(
            ItemOnFile(item, code, authority, standing.items[item].outcome if item in standing.items else None)
            for item, code, authority in items
        ),
        refused_items_complete=all(
            any(entry.item_id == item_id and entry.code in REFUSING_ITEM for entry in counting)
            for item_id, place in standing.items.items()
            if place.outcome == "refused"
        ),
        refusal_complete=any(entry.code in ("refusal_proposed", "court_barred", "court_refused") for entry in counting),
        entries=tuple(counting),
        standing=standing,
    )


def _accepted_none(entries: Sequence[Entry]) -> int:
    """1 when it was recorded that no basis is accepted: the refusal then rests on the want of a basis."""
    return int(any(entry.code == "legal_basis_accepted" and entry.detail.get("basis") == "none" for entry in entries))

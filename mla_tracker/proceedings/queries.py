"""Reads of proceedings. Whoever may not see the request that one follows does not see it either."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import visible
from mla_tracker.audit.chain import Sealed, canonical
from mla_tracker.audit.verifier import stored_detail
from mla_tracker.cases.replay import Entry
from mla_tracker.core.errors import NotVisible
from mla_tracker.proceedings.models import Proceeding, ProceedingEvent, ProceedingEventDetail

_ROWS_AT_ONCE: Final = 2_000
MOST_SHOWN: Final = 200


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition under which an actor sees a proceeding."""
    if not actor.may(Permission.CASE_READ):
        return Proceeding.id.is_(None)
    return or_(Proceeding.case_id.is_(None), visible(actor, func.coalesce(Proceeding.case_id, 0)))


def find_proceeding(session: Session, actor: Actor, reference: str, *, lock: bool = False) -> Proceeding:
    """The proceeding with this reference; `lock` keeps it until the end of the transaction."""
    statement = select(Proceeding).where(Proceeding.reference == reference, seen_by(actor))
    if lock:
        statement = statement.with_for_update(of=Proceeding.__table__).execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise NotVisible("There is no such proceeding.")
    return found


def proceedings_of(session: Session, case_id: int) -> Sequence[Proceeding]:
    """The proceedings that follow a case, the latest first; the caller has found the case visible."""
    return session.scalars(select(Proceeding).where(Proceeding.case_id == case_id).order_by(Proceeding.id.desc())).all()


def latest_proceedings(session: Session, actor: Actor) -> Sequence[Proceeding]:
    """The latest proceedings that the actor sees."""
    return session.scalars(
        select(Proceeding)
        .where(seen_by(actor))
        .order_by(Proceeding.opened_on.desc(), Proceeding.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def entries_with_names(session: Session, proceeding_id: int) -> list[tuple[Entry, str]]:
    """The events of a proceeding in order, each with the name of who recorded it."""
    rows = session.execute(
        select(ProceedingEvent, ProceedingEventDetail.text, Account.name)
        .outerjoin(ProceedingEventDetail, ProceedingEventDetail.event_id == ProceedingEvent.id)
        .outerjoin(Account, Account.id == ProceedingEvent.actor_id)
        .where(ProceedingEvent.proceeding_id == proceeding_id)
        .order_by(ProceedingEvent.seq)
    )
    return [
        (
            Entry(event.seq, event.code, event.happened_on, actor_id=event.actor_id, detail=json.loads(text or "{}")),
            name or "",
        )
        for event, text, name in rows
    ]


def chained_text(proceeding_id: int, entry: Entry, recorded_at: object) -> str:
    """The canonical text of an event that its MAC covers, beside the digest of its detail and the event before."""
    return canonical(
        {
            "proceeding": proceeding_id,
            "seq": entry.seq,
            "code": entry.code,
            "happened_on": entry.happened_on,
            "actor": entry.actor_id,
            "recorded_at": recorded_at,
        }
    )


def proceeding_chains(session: Session) -> Iterator[Sealed]:
    """All events of all proceedings for the verifier, streamed. A `ChainSource`."""
    event, detail = ProceedingEvent, ProceedingEventDetail
    rows = session.execute(
        select(event, detail.salt, detail.text)
        .outerjoin(detail, detail.event_id == event.id)
        .order_by(event.proceeding_id, event.seq)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row, salt, text in rows:
        entry = Entry(row.seq, row.code, row.happened_on, actor_id=row.actor_id)
        sealed = chained_text(row.proceeding_id, entry, row.recorded_at)
        chain = f"proceeding:{row.proceeding_id}"
        yield Sealed(chain, row.seq, sealed, row.detail_digest, row.mac, stored_detail(salt, text))

"""The chains of the cases: as the verifier reads them, and as one list for who reads the trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.audit.chain import Sealed
from mla_tracker.audit.queries import PAGE, TrailFilter
from mla_tracker.audit.verifier import stored_detail
from mla_tracker.cases.models import Case, CaseEvent, CaseEventDetail
from mla_tracker.cases.open_act import chained_text
from mla_tracker.cases.replay import Entry

_ROWS_AT_ONCE: Final = 2_000


def case_chains(session: Session) -> Iterator[Sealed]:
    """All entries of all cases, case by case; streamed. A `ChainSource`."""
    event, detail = CaseEvent, CaseEventDetail
    rows = session.execute(
        select(
            event.case_id,
            event.seq,
            event.code,
            event.happened_on,
            event.happened_at,
            event.item_id,
            event.corrects_seq,
            event.actor_id,
            event.recorded_at,
            event.detail_digest,
            event.mac,
            detail.salt,
            detail.text,
        )
        .outerjoin(detail, detail.event_id == event.id)
        .order_by(event.case_id, event.seq)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for case_id, seq, code, on, at, item_id, corrects, actor_id, recorded_at, digest, mac, salt, text in rows:
        entry = Entry(seq, code, on, at, item_id, corrects, actor_id)
        sealed = chained_text(case_id, entry, recorded_at)
        yield Sealed(f"case:{case_id}", seq, sealed, digest, mac, stored_detail(salt, text))


@dataclass(frozen=True)
class CaseLine:
    """An entry of a case as the trail lists it."""

    id: int
    reference: str
    seq: int
    code: str
    happened_on: date
    recorded_at: datetime
    actor_id: int | None


def case_entries(
    session: Session, actor: Actor, wanted: TrailFilter, reference: str = ""
) -> tuple[list[CaseLine], int | None]:
    """One page of what was done to the cases that the actor may see, the latest first, and the key of the next page.

    `reference` narrows to one case; one that is not there, or not to be seen, has no entries.
    """
    event = CaseEvent
    statement = (
        select(event.id, Case.reference, event.seq, event.code, event.happened_on, event.recorded_at, event.actor_id)
        .join(Case, Case.id == event.case_id)
        .where(visible(actor, Case.id))
        .order_by(event.id.desc())
        .limit(PAGE + 1)
    )
    if reference:
        statement = statement.where(Case.reference == reference)
    if wanted.code:
        statement = statement.where(event.code == wanted.code)
    if wanted.actor_id is not None:
        statement = statement.where(event.actor_id == wanted.actor_id)
    if wanted.since is not None:
        statement = statement.where(event.recorded_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(event.recorded_at < wanted.until)
    if wanted.before is not None:
        statement = statement.where(event.id < wanted.before)
    rows = session.execute(statement).all()
    lines = [CaseLine(*row) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None

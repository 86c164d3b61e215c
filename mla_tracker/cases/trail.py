"""The chains of the cases as the verifier reads them."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.audit.chain import Sealed
from mla_tracker.audit.verifier import stored_detail
from mla_tracker.cases.models import CaseEvent, CaseEventDetail
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

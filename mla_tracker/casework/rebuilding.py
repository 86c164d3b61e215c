"""Derived state from the events: what is stored compared with what the events give, and put right on demand.

Status, outcome and milestones of a case and its items, its deadlines, and the rows beside the events (refusals, rounds)
are nothing but the result of its events (`cases/replay.py`, `casework/clocks.py`, `casework/projecting.py`). Any
difference is a fault of the product, or a hand in the database.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis
from mla_tracker.cases.queries import lock_case
from mla_tracker.casework.act import close, open_on
from mla_tracker.casework.office import Office
from mla_tracker.casework.projecting import PROJECTED
from mla_tracker.core import clock
from mla_tracker.deadlines.models import Deadline
from mla_tracker.decisions.models import Refusal

_OF_CASE: Final = (
    "status", "outcome", "status_since", "opened_on", "sent_on", "acknowledged_on", "decided_on", "executed_on",
    "answered_on", "closed_on", "taken_over", "next_due_on", "next_due_at", "next_custody", "search_text",
)  # fmt: skip
_OF_ITEM: Final = ("status", "outcome", "status_since", "result")
_OF_BASIS: Final = ("accepted", "accepted_on", "is_primary")
_OF_DEADLINE: Final = (
    "due_on", "due_at", "ended_on", "end_kind", "provisional", "bound", "calendar", "paused_days", "missed_on",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One stored value that the events do not give."""

    reference: str
    what: str
    stored: Any
    derived: Any

    def __str__(self) -> str:
        return f"{self.reference}: {self.what} is stored as {self.stored}, the events give {self.derived}"


def rebuild(office: Office, *, check_only: bool) -> Iterator[tuple[int, list[Difference]]]:
    """Each case with its differences; without `check_only` they are put right, a case a transaction."""
    with office.sessions() as session:
        ids = session.scalars(select(Case.id).order_by(Case.id)).all()
    for case_id in ids:
        with office.sessions() as session:
            found = _differences(office, session, case_id)
            if check_only or not found:
                session.rollback()
            else:
                session.commit()
        yield case_id, found


def _differences(office: Office, session: Session, case_id: int) -> list[Difference]:
    case = lock_case(session, SYSTEM, case_id)
    before, version, changed_at = _state(session, case), case.version, case.changed_at
    opened = open_on(office, session, case, actor=SYSTEM, on=clock.today(office.zone), now=clock.now())
    close(office, opened, rebuilding=True)
    case.version, case.changed_at = version, changed_at
    session.flush()
    session.expire_all()
    after = _state(session, lock_case(session, SYSTEM, case_id))
    return [
        Difference(case.reference, what, before.get(what), after.get(what))
        for what in sorted({*before, *after})
        if before.get(what) != after.get(what)
    ]


def _state(session: Session, case: Case) -> dict[str, Any]:
    state: dict[str, Any] = {name: getattr(case, name) for name in _OF_CASE}
    for item in session.scalars(select(AssistanceItem).where(AssistanceItem.case_id == case.id)):
        state |= {f"item {item.number} {name}": getattr(item, name) for name in _OF_ITEM}
    for deadline in session.scalars(select(Deadline).where(Deadline.case_id == case.id)):
        state |= {f"deadline {deadline.run_key} {name}": getattr(deadline, name) for name in _OF_DEADLINE}
    for model, opened_by in PROJECTED:
        for number, row in enumerate(_rows(session, model, opened_by, case.id)):
            values = {column.key: getattr(row, column.key) for column in model.__mapper__.columns}
            state |= {
                f"{model.__tablename__} {number + 1} {name}": value
                for name, value in values.items()
                if name not in ("id", "case_id")
            }
            if isinstance(row, Refusal):
                state[f"refusal {number + 1} grounds"] = sorted(ground.ground_code for ground in row.grounds)
    for basis in session.scalars(select(CaseLegalBasis).where(CaseLegalBasis.case_id == case.id)):
        state |= {f"basis {basis.basis_code} {name}": getattr(basis, name) for name in _OF_BASIS}
    return state


def _rows(session: Session, model: Any, opened_by: str, case_id: int) -> Sequence[Any]:
    order = (getattr(model, opened_by), model.id)
    return session.scalars(select(model).where(model.case_id == case_id).order_by(*order)).all()

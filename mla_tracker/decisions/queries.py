"""Reads of refusals."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mla_tracker.decisions.models import Refusal


def refusals_of(session: Session, case_id: int) -> Sequence[Refusal]:
    """All refusals of a case with their grounds, the latest first."""
    return (
        session.scalars(
            select(Refusal)
            .where(Refusal.case_id == case_id)
            .options(joinedload(Refusal.grounds))
            .order_by(Refusal.id.desc())
        )
        .unique()
        .all()
    )

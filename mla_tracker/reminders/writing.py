"""Writing decisions into the ledger: under the notice key, so that none is made twice."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import and_, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.reminders.models import SUPPRESSED, Notice

MAIL: Final = "mail"

ENDED: Final = "ended"
MOVED: Final = "moved"
PAUSED: Final = "paused"
REASSIGNED: Final = "reassigned"
WITHDRAWN: Final = (ENDED, MOVED, PAUSED, REASSIGNED)
"""Reasons that may cease to hold: a notice suppressed for one of them is planned again when its rung is due again."""


def write(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert under the notice key; a key that is there stays as it is, unless its notice had been withdrawn.

    The rows have the same columns. Returns how many were written.
    """
    if not rows:
        return 0
    statement = insert(Notice)
    renewed = ("state", "reason", "floor_id", "why", "due_at", "planned_at", "next_attempt_at")
    written = session.execute(
        statement.on_conflict_do_update(
            index_elements=["notice_key"],
            set_={name: statement.excluded[name] for name in renewed} | {"attempts": 0, "first_attempt_at": None},
            where=and_(Notice.state == SUPPRESSED, or_(*(Notice.reason == reason for reason in WITHDRAWN))),
        ).returning(Notice.id),
        rows,
        execution_options={"render_nulls": True},  # rows of one shape travel together
    )
    return len(written.all())

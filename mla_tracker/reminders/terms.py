"""A row of a time limit as the ladder sees it."""

from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders.rules import Term
from mla_tracker.reminders.shapes import CUSTODY


def term_of(row: Deadline) -> Term | None:
    """The time limit as the ladder sees it; None when it ended, has no date, or attaches only provisionally.

    A provisional custody limit is told all the same: a person may walk free.
    """
    if row.ended_on is not None or row.due_on is None or (row.provisional and row.clock != CUSTODY):
        return None
    return Term(
        clock=row.clock,
        bound=row.bound,
        started_on=row.started_on,
        started_at=row.started_at,
        due_on=row.due_on,
        due_at=row.due_at,
        cautious_on=row.cautious_on,
        before_roll_on=row.before_roll_on,
    )

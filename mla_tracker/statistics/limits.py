"""Time limits of the cases, by rule: kept, or passed and by how many days."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from mla_tracker.deadlines.models import Deadline
from mla_tracker.statistics.fact_columns import Facts
from mla_tracker.statistics.facts import running_on
from mla_tracker.statistics.turns import Whole


@dataclass(frozen=True)
class Limits:
    """One entry for each case and rule: the index of the case, the code of the rule, the most days late (0 = kept)."""

    case: Whole
    rule: NDArray[np.object_]
    late: Whole

    def of(self, rule: str) -> tuple[Whole, Whole]:
        """The cases with a deadline of this rule that is decided, and the days late of each."""
        chosen = self.rule == rule
        return self.case[chosen], self.late[chosen]

    @property
    def rules(self) -> list[str]:
        """The rules, in the order of their codes."""
        return sorted({str(code) for code in self.rule})


def read_limits(session: Session, facts: Facts, on: date) -> Limits:
    """The deadlines by which we are bound, with a day, that ended met or missed by `on` or ran on past their day.

    Of several of one rule on a case (one for each item) the latest counts: the case kept the limit when all did.
    """
    ended = and_(Deadline.end_kind.in_(("met", "missed")), Deadline.ended_on <= on)
    until = func.least(func.coalesce(Deadline.ended_on, on), on)
    rows = session.execute(
        select(Deadline.case_id, Deadline.rule_code, func.max(func.greatest(until - Deadline.due_on, 0)))
        .where(
            Deadline.bound == "ours",
            ~Deadline.provisional,
            Deadline.rule_code.is_not(None),
            Deadline.due_on.is_not(None),
            or_(ended, and_(running_on(on), Deadline.due_on < on)),
        )
        .group_by(Deadline.case_id, Deadline.rule_code)
    ).all()
    number = np.array([row[0] for row in rows], dtype=np.int64)
    place = np.searchsorted(facts.case_id, number)
    kept = np.zeros(number.size, dtype=np.bool_)
    inside = place < facts.case_id.size
    kept[inside] = facts.case_id[place[inside]] == number[inside]
    return Limits(
        place[kept],
        np.array([row[1] for row in rows], dtype=object)[kept],
        np.array([row[2] for row in rows], dtype=np.int64)[kept],
    )

"""The facts as rows, one a case, with every day count and whether it is censored: anybody can recompute every
figure.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import numpy as np

from mla_tracker.statistics.counting import DURATION_CODES, Counted, whole_days
from mla_tracker.statistics.facts import Facts

COLUMNS: Final = (
    "reference", "kind", "direction", "counterpart", "started_on", "opened_on", "sent_on", "acknowledged_on",
    "decided_on", "executed_on", "answered_on", "closed_on", "outcome", "needed_by", "taken_over", "counts_as_request",
    "in_cohort", *(f"days_{code}" for code in DURATION_CODES), "days_waiting", "censored", "counted_as",
)  # fmt: skip
"""`censored`: the request still waits, `days_waiting` is its age. `counted_as`: the counts in which the case stands."""


def export_rows(facts: Facts, counted: Counted, *, since: date | None = None) -> Iterator[dict[str, Any]]:
    """The rows in the order of the cases; `since` leaves out what started earlier, or has no known start."""
    dates = {
        "started_on": facts.start, "opened_on": facts.opened, "sent_on": facts.sent,
        "acknowledged_on": facts.acknowledged, "decided_on": facts.decided, "executed_on": facts.executed,
        "answered_on": facts.answered, "closed_on": facts.closed, "needed_by": facts.needed_by,
    }  # fmt: skip
    days = {f"days_{code}": whole_days(counted.days[code]) for code in DURATION_CODES}
    waiting, is_request = whole_days(counted.waiting), facts.is_request
    first = np.datetime64(since, "D") if since else None
    for index in range(len(facts)):
        if first is not None and not facts.start[index] >= first:
            continue
        row: dict[str, Any] = {
            "reference": facts.reference[index],
            "kind": facts.kind[index],
            "direction": facts.direction[index],
            "counterpart": facts.counterpart[index],
            "outcome": facts.outcome[index],
            "taken_over": bool(facts.taken_over[index]),
            "counts_as_request": bool(is_request[index]),
            "in_cohort": bool(counted.in_cohort[index]),
            "days_waiting": waiting[index],
            "censored": waiting[index] is not None,
            "counted_as": counted.marks_of(index),
        }
        row |= {name: column[index].astype(object) for name, column in dates.items()}
        row |= {name: column[index] for name, column in days.items()}
        yield {name: row[name] for name in COLUMNS}

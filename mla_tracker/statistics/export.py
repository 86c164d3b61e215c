"""The facts as rows, one a case, with every day count and whether it is censored: anybody can recompute every
figure.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import numpy as np

from mla_tracker.statistics.computing import Measured
from mla_tracker.statistics.counting import DURATION_CODES, whole_days
from mla_tracker.statistics.turns import SIDES

COLUMNS: Final = (
    "reference", "kind", "direction", "counterpart", "started_on", "opened_on", "sent_on", "acknowledged_on",
    "replied_on", "decided_on", "executed_on", "answered_on", "closed_on", "outcome", "needed_by", "taken_over",
    "counts_as_request", "in_cohort", *(f"days_{code}" for code in DURATION_CODES), "days_waiting", "censored", "end",
    "days_end", *(f"days_{side}" for side in SIDES), "rounds", "days_asking", "days_late", "counted_as",
)  # fmt: skip
"""`censored`: the request still waits, `days_waiting` is its age. `end` and `days_end`: which of the competing ends it
met after how many days; `open` with its age where it met none. `days_late`: for each time limit that is decided, its
rule and the days late, 0 where it was kept. `counted_as`: the counts in which the case stands."""


def export_rows(measured: Measured, *, since: date | None = None) -> Iterator[dict[str, Any]]:
    """The rows in the order of the cases; `since` leaves out what started earlier, or has no known start."""
    facts, counted = measured.facts, measured.counted
    dates = {
        "started_on": facts.start, "opened_on": facts.opened, "sent_on": facts.sent,
        "acknowledged_on": facts.acknowledged, "replied_on": measured.course.replied, "decided_on": facts.decided,
        "executed_on": facts.executed, "answered_on": facts.answered, "closed_on": facts.closed,
        "needed_by": facts.needed_by,
    }  # fmt: skip
    days = {f"days_{code}": whole_days(counted.days[code]) for code in DURATION_CODES}
    days |= {f"days_{side}": whole_days(counted.sides[:, place]) for place, side in enumerate(SIDES)}
    days |= {"days_waiting": whole_days(counted.waiting)}
    days |= {"rounds": whole_days(counted.rounds), "days_asking": whole_days(counted.asking)}
    ends = {**counted.ends, "open": counted.open_age}
    late = {rule: whole_days(column) for rule, column in counted.late.items()}
    is_request, first = facts.is_request, np.datetime64(since, "D") if since else None
    marks = counted.marks_between(0, len(facts))
    for index in range(len(facts)):
        if first is not None and not facts.start[index] >= first:
            continue
        end = next((code for code, column in ends.items() if not np.isnan(column[index])), None)
        row: dict[str, Any] = {
            "reference": facts.reference[index],
            "kind": facts.kind[index],
            "direction": facts.direction[index],
            "counterpart": facts.counterpart[index],
            "outcome": facts.outcome[index],
            "taken_over": bool(facts.taken_over[index]),
            "counts_as_request": bool(is_request[index]),
            "in_cohort": bool(counted.in_cohort[index]),
            "censored": days["days_waiting"][index] is not None,
            "end": end,
            "days_end": int(ends[end][index]) if end else None,
            "days_late": [f"{rule}={days[index]}" for rule, days in late.items() if days[index] is not None],
            "counted_as": marks[index],
        }
        row |= {name: column[index].astype(object) for name, column in dates.items()}
        row |= {name: column[index] for name, column in days.items()}
        yield {name: row[name] for name in COLUMNS}

"""Which case counts for which measure on a day: day counts and marks, from the facts alone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mla_tracker.statistics.definitions import (
    BEFORE_START,
    COHORT_MONTHS,
    DURATIONS,
    GROUND,
    GROUND_ABROAD,
    NOT_RECORDED,
    OUTCOME,
)
from mla_tracker.statistics.facts import Facts, without_response
from mla_tracker.statistics.periods import months_before
from mla_tracker.statistics.rules import Dates, Days, Flags, days_between, final_day, flow

DURATION_CODES: Final = tuple(measure.code for measure in DURATIONS)


@dataclass(frozen=True)
class Counted:
    """One entry a case: day counts by measure (NaN = does not count) and, for each count, whether it stands in it.

    `waiting` is the age of each request without an end; `in_cohort` says whether its start lies in the months measured.
    """

    days: dict[str, Days]
    waiting: Days
    in_cohort: Flags
    marks: dict[str, Flags]

    def marks_of(self, index: int) -> list[str]:
        """The counts in which the case at `index` stands."""
        return [code for code, flags in self.marks.items() if flags[index]]


def count(facts: Facts, on: date) -> Counted:
    """Count the cases as it was on `on`; the year of `on` is the period of what is counted by the year."""
    day, start, final = np.datetime64(on, "D"), facts.start, final_day(facts.answered, facts.closed)
    is_request, ended = facts.is_request, ~np.isnat(final)
    in_cohort = is_request & (start > np.datetime64(months_before(on, COHORT_MONTHS), "D"))
    marks: dict[str, Flags] = {}
    days = {
        code: _duration(facts, code, end, start, ended, is_request, in_cohort, marks)
        for code, end in zip(DURATION_CODES, (facts.acknowledged, facts.decided, facts.executed, final), strict=True)
    }
    waits = is_request & ~ended & ~np.isnat(start)
    waiting = np.where(waits, days_between(start, np.full(start.shape, day)), np.nan)
    marks |= _on_file(facts, on) | _kept_dates(facts, final, days["answer"]) | _year(facts, start, is_request, on)
    marks["waiting"] = waits
    marks["postponed"] = facts.postponed & is_request
    return Counted(days, waiting, in_cohort, {code: flags for code, flags in marks.items() if flags.any()})


def _duration(
    facts: Facts, code: str, end: Dates, start: Dates, ended: Flags, is_request: Flags, in_cohort: Flags,
    marks: dict[str, Flags],
) -> Days:  # fmt: skip
    """Days of one measure for the requests of the cohort; those that must be left out are marked with the reason.

    What an earlier register never recorded is left out. A taken-over request that is over and shows no such day may
    have had one all the same: it is left out too, and for the final answer its closing does not stand in for it.
    """
    final = code == "answer"
    answer_missing = facts.taken_over & ended & np.isnat(facts.answered if final else end)
    start_missing = facts.taken_over & np.isnat(start) & (~np.isnat(end) if final else ended)
    not_recorded = is_request & (start_missing | answer_missing)
    difference = days_between(start, end)
    before = in_cohort & (difference < 0) & ~not_recorded
    marks[NOT_RECORDED + code], marks[BEFORE_START + code] = not_recorded, before
    return np.where(in_cohort & ~not_recorded & ~before, difference, np.nan)


def _on_file(facts: Facts, on: date) -> dict[str, Flags]:
    """Counts over everything on file, as the live counters count it."""
    is_open = np.isnat(facts.closed)
    return {
        "open": is_open,
        "overdue": is_open & facts.overdue,
        "custody": is_open & facts.custody,
        "no_response": without_response(facts, on),
    }


def _kept_dates(facts: Facts, final: Dates, answer: Days) -> dict[str, Flags]:
    """On time: no date passed; late: at least one. Over answered requests of the cohort that had a date to keep."""
    answered = ~np.isnan(answer)
    has_date = ~np.isnat(facts.needed_by)
    passed = facts.missed | (has_date & (final > facts.needed_by))
    bound = answered & (has_date | facts.met | facts.missed)
    return {"on_time": bound & ~passed, "late": bound & passed}


def _year(facts: Facts, start: Dates, is_request: Flags, on: date) -> dict[str, Flags]:
    """The check line and the ends of the year, by the days on which things happened."""
    nothing = np.datetime64("NaT", "D")
    started, closed = np.where(is_request, start, nothing), np.where(is_request, facts.closed, nothing)
    line = flow(started, closed, date(on.year, 1, 1), on)
    marks = {
        "opening": line.opening, "new": line.new, "closed": line.closed, "closing": line.closing, "gap": line.gap,
        "refused": _refused_by(facts.refused, "us") & is_request,
        "refused_abroad": _refused_by(facts.refused, "abroad") & is_request,
    }  # fmt: skip
    for outcome in sorted({str(word) for word in facts.outcome if word is not None}):
        ended_so: Flags = facts.outcome == outcome
        marks[OUTCOME + outcome] = line.closed & ended_so
    grounds = sorted({pair for pairs in facts.refused for pair in pairs if pair[1]})
    for by, ground in grounds:
        rests = np.array([(by, ground) in pairs for pairs in facts.refused], dtype=np.bool_)
        marks[(GROUND if by == "us" else GROUND_ABROAD) + ground] = rests & is_request
    return marks


def _refused_by(refused: NDArray[np.object_], by: str) -> Flags:
    return np.array([any(pair[0] == by for pair in pairs) for pairs in refused], dtype=np.bool_)


def whole_days(values: Days) -> Sequence[int | None]:
    """Day counts as whole numbers, None where there is none."""
    return [None if np.isnan(value) else int(value) for value in values]

"""Which case counts for which measure on a day: day counts and marks, from the facts alone. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mla_tracker.statistics.course import Course
from mla_tracker.statistics.definitions import (
    BEFORE_START,
    COHORT_MONTHS,
    DURATIONS,
    END,
    ENDS,
    GROUND,
    GROUND_ABROAD,
    KEPT,
    NO_RESPONSE_DAYS,
    NOT_RECORDED,
    OUTCOME,
    PASSED,
)
from mla_tracker.statistics.fact_columns import Facts, without_response
from mla_tracker.statistics.limits import Limits
from mla_tracker.statistics.periods import months_before
from mla_tracker.statistics.rules import Dates, Days, Flags, days_between, flow

DURATION_CODES: Final = tuple(measure.code for measure in DURATIONS)


@dataclass(frozen=True)
class Counted:
    """One entry a case: day counts by measure (NaN = does not count) and, for each count, whether it stands in it.

    `waiting` is the age of each request without an end; `in_cohort` says whether its start lies in the months measured.
    `ends` gives, for each competing end, the day counts of the requests of the cohort that met it, and `open_age` the
    ages of those that met none. `sides` are the days on each side of the ended requests of the cohort.
    """

    days: dict[str, Days]
    waiting: Days
    in_cohort: Flags
    ends: dict[str, Days]
    open_age: Days
    sides: Days
    late: dict[str, Days]
    rounds: Days
    asking: Days
    marks: dict[str, Flags]

    def marks_between(self, first: int, last: int) -> list[list[str]]:
        """The counts in which each case from `first` up to, not including, `last` stands."""
        size = len(self.waiting[first:last])
        if not self.marks or not size:
            return [[] for _ in range(size)]
        codes = np.array(list(self.marks), dtype=object)
        case, code = np.nonzero(np.stack([flags[first:last] for flags in self.marks.values()], axis=1))
        ends = np.cumsum(np.bincount(case, minlength=size))[:-1]
        return [found.tolist() for found in np.split(codes[code], ends)]


def count(facts: Facts, course: Course, limits: Limits, on: date) -> Counted:
    """Count the cases as it was on `on`; the year of `on` is the period of what is counted by the year."""
    day, start, final = np.datetime64(on, "D"), facts.start, facts.final
    is_request, ended = facts.is_request, ~np.isnat(final)
    in_cohort = is_request & (start > np.datetime64(months_before(on, COHORT_MONTHS), "D"))
    marks: dict[str, Flags] = {}
    of = {
        "acknowledge": facts.acknowledged, "reply": course.replied, "decide": facts.decided, "execute": facts.executed,
        "answer": final,
    }  # fmt: skip
    days = {
        code: _duration(facts, code, of[code], start, ended, is_request, in_cohort, marks) for code in DURATION_CODES
    }
    waits = is_request & ~ended & ~np.isnat(start)
    waiting = np.where(waits, days_between(start, np.full(start.shape, day)), np.nan)
    ends, open_age = _ends(facts, days, in_cohort & waits, waiting, marks)
    marks |= _on_file(facts, on) | _kept_dates(facts, final, days["answer"]) | _year(facts, start, is_request, on)
    marks |= _replies(course, in_cohort & ~np.isnat(start) & ~facts.taken_over, ended, start, on)
    marks["waiting"] = waits
    marks["postponed"] = facts.postponed & is_request
    marks["rounds"] = in_cohort & (facts.rounds > 0)
    late = _late(limits, in_cohort, marks)
    counts = course.known & ~np.isnan(days["answer"])
    sides = np.where(counts[:, None], course.sides, np.nan)
    rounds, asking = (np.where(in_cohort, column, np.nan) for column in (facts.rounds, facts.asking))
    kept = {code: flags for code, flags in marks.items() if flags.any()}
    return Counted(days, waiting, in_cohort, ends, open_age, sides, late, rounds, asking, kept)


def _ends(
    facts: Facts, days: Mapping[str, Days], waits: Flags, waiting: Days, marks: dict[str, Flags]
) -> tuple[dict[str, Days], Days]:
    """Which end each request of the cohort met, and after how many days.

    Execution and surrender end on their own day, which may lie before the answer; every other end on that of the
    answer or closing. A refusal stands also where a part had been executed before, unless the outcome says so.
    """
    executed = ~np.isnan(days["execute"]) & (facts.outcome != "refused")
    given_up = ~executed & ~np.isnan(days["answer"])
    surrender: Flags = facts.kind == "extradition"
    refused: Flags = facts.outcome == "refused"
    # Closed by outcome, without a day of execution of its own: executed on the day of the answer.
    by_outcome: Flags = np.isin(facts.outcome.astype(str), ("executed_in_full", "executed_in_part", "surrendered"))
    done = executed | (given_up & by_outcome)
    chosen = {
        "executed": done & ~surrender,
        "surrendered": done & surrender,
        "refused": given_up & refused,
        "other": given_up & ~by_outcome & ~refused,
    }
    took = np.where(executed, days["execute"], days["answer"])
    found = {}
    for code in ENDS:
        marks[END + code] = chosen[code]
        found[code] = np.where(chosen[code], took, np.nan)
    return found, np.where(waits & ~executed, waiting, np.nan)


def _replies(course: Course, cohort: Flags, ended: Flags, start: Dates, on: date) -> dict[str, Flags]:
    """Of the requests old enough, those that had a reply with substance or an end, and those that had none."""
    old = cohort & (start <= np.datetime64(on - timedelta(days=NO_RESPONSE_DAYS), "D"))
    replied = ~np.isnat(course.replied) | ended
    return {"response_rate": old & replied, "unanswered": old & ~replied}


def _late(limits: Limits, in_cohort: Flags, marks: dict[str, Flags]) -> dict[str, Days]:
    """Days late by rule, 0 where it was kept; NaN where no deadline of the rule is decided."""
    found = {}
    for rule in limits.rules:
        case, late = limits.of(rule)
        days = np.full(in_cohort.shape, np.nan)
        days[case] = late
        days[~in_cohort] = np.nan
        found[rule] = days
        marks[KEPT + rule], marks[PASSED + rule] = days == 0, days > 0
    return found


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

"""The table of time limits in `docs/` is that of the rules that the product uses, with the very examples of the tests.

`MLA_WRITE_TABLES=1` writes it anew; the difference is then read by a person. The working of each example is what the
engine says of it, so that a lawyer reads the same sum as a user.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mla_tracker.deadlines.clocks import period_of
from mla_tracker.deadlines.counting import Due
from mla_tracker.deadlines.wording import in_words
from mla_tracker.instruments.time_limits import Clock, Expiry, Origin, TimeLimit
from tests.unit.deadlines.test_worked_examples import TABLES, computed, example_calendar

PAGE = Path(__file__).resolve().parents[2] / "docs" / "time-limits.md"
CLOCKS = {
    Clock.HARD: "hard limit",
    Clock.TARGET: "target",
    Clock.MAX_CUSTODY: "longest custody",
    Clock.MIN_HOLD: "shortest time to keep",
    Clock.LEAD_TIME: "lead time, counted back",
    Clock.WINDOW: "window",
}
EXPIRIES = {
    Expiry.BREACH: "a duty is broken",
    Expiry.DUTY_TO_EXPLAIN: "the other State is told of the delay, with reasons",
    Expiry.MAY_RELEASE: "the person may be released",
    Expiry.MUST_RELEASE: "the person must be released",
    Expiry.RELEASE_ON_APPLICATION: "the person may apply for release",
    Expiry.MAY_REFUSE: "the request may be refused",
    Expiry.MUST_REFUSE: "the request must be refused",
    Expiry.PROTECTION_ENDS: "the protection ends",
    Expiry.RIGHT_ENDS: "the right ends",
    Expiry.MAY_LAPSE: "it may lapse",
    Expiry.TOO_LATE: "it is too late",
    Expiry.WARN: "a reminder only",
    Expiry.NONE: "nothing",
}
ROLLS = {"none": "", "next_working_day": "; moves on to a working day", "previous_working_day": "; moves back to one"}
CHECKS = {
    "checked": "checked against the text",
    "secondary": "read about, not in the text",
    "unchecked": "**not checked**",
    "house": "our own target",
}


def length(limit: TimeLimit) -> str:
    """The number and how it is counted, as a lawyer would say it."""
    period = period_of(limit, TABLES.limits)
    if period is None:
        return "no number: no due day"
    lent = f", lent by {limit.fallback}" if limit.amount is None else ""
    if period.amount == 0:
        return f"the day itself{lent}"
    kind = "working " if period.working else ""
    first = "the first day counts" if period.inclusive else "the first day does not count"
    silent = " (the text is silent)" if limit.counting_source is Origin.DEFAULT and not limit.is_house else ""
    counted = "to the minute" if period.unit.value == "hours" else first + silent
    back = ", counted back" if period.backward else ""
    rolls = {
        "none": "",
        "next_working_day": "; moves on to a working day",
        "previous_working_day": "; moves back to one",
    }
    return f"{period.amount} {kind}{period.unit.value}{back}{lent}; {counted}{rolls[period.roll]}"


def rules_by_basis() -> Mapping[str, list[TimeLimit]]:
    found: dict[str, list[TimeLimit]] = defaultdict(list)
    for limit in TABLES.limits.values():
        found[", ".join(sorted(limit.instruments))].append(limit)
    return found


def worked(example: Mapping[str, Any], due: Due | None) -> str:
    """One example as a sentence and its sum."""
    said = [f"from {example.get('restarted') or example['start']}"]
    said += [f"{name}: {example[name]}" for name in ("paused", "extended", "with") if example.get(name)]
    if example.get("calendar", "SAT_SUN") != "SAT_SUN":
        said.append("weekend on Friday and Saturday")
    if due is None:
        return f"* {'; '.join(said)}: no due day ({example['why']})."
    sums = "; ".join(in_words(due.steps))
    return f"* {'; '.join(said)}: **{example['due']}** ({example['why']}). {sums}."


def page() -> Iterator[str]:
    yield "# Time limits\n"
    yield "Made from `mla_tracker/instruments/seed/deadline_rules.yaml` by"
    yield "`MLA_WRITE_TABLES=1 .venv/bin/python -m pytest tests/wiring/test_time_limit_docs.py`, with the examples that"
    yield "the tests compute; the holidays in them are invented. How the product counts: [deadlines.md](deadlines.md)."
    yield "Every rule is a default: an administrator confirms it against the text, and until then it is shown as not"
    yield "checked.\n"
    examples: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for example in TABLES.examples:
        examples[example["rule"]].append(example)
    for basis, limits in rules_by_basis().items():
        yield f"## {basis}\n"
        for limit in limits:
            yield f"### {limit.code}: {limit.label}\n"
            template = "; a pattern, attaches to no case" if limit.template else ""
            status = "" if limit.status == "in_force" else f"; {limit.status.replace('_', ' ')}"
            yield f"{limit.source}; {CHECKS[limit.check]}{status}{template}.\n"
            yield "| kind | starts when | length | ends when | when it passes |"
            yield "|---|---|---|---|---|"
            ends = "; ".join(TABLES.events[code].text for code in sorted(limit.ends_on))
            passes = "; ".join(EXPIRIES[one] for one in limit.on_expiry)
            starts = TABLES.events[limit.starts_on].text
            yield f"| {CLOCKS[limit.clock]} | {starts} | {length(limit)} | {ends} | {passes} |\n"
            if limit.extension is not None:
                more = limit.extension
                number = f"{more.amount} {more.unit.value}" if more.amount and more.unit else "as decided"
                yield f"Extension: {number} ({more.how.value}), {more.times}, by {more.by}: {more.condition}.\n"
            if limit.stopped_by:
                yield f"Stands still: {'; '.join(TABLES.pauses[code].text for code in sorted(limit.stopped_by))}.\n"
            for example in examples[limit.code]:
                yield worked(example, computed(example))
            if examples[limit.code]:
                yield ""


def test_the_table_of_time_limits_is_that_of_the_rules() -> None:
    text = "\n".join(page()).rstrip() + "\n"
    if os.environ.get("MLA_WRITE_TABLES"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text("utf-8") == text


def test_every_rule_that_attaches_has_a_worked_example() -> None:
    shown = {example["rule"] for example in TABLES.examples}
    assert {code for code, limit in TABLES.limits.items() if code not in shown} == set()


def test_the_calendars_of_the_examples_are_named() -> None:
    assert all(example_calendar(name, "UTC").holidays for name in TABLES.example_calendars)

"""Every worked example of the rules' file, by the calendar that it names."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.deadlines.clocks import period_of
from mla_tracker.deadlines.counting import Lengthening, due, parse_start
from mla_tracker.instruments.time_limits import TimeLimit, Unit, seed_limits

TABLES = seed_limits()


def example_calendar(name: str, zone: str) -> WorkingCalendar:
    raw = TABLES.example_calendars[name]
    holidays = {date.fromisoformat(str(day)): words for day, words in raw["holidays"].items()}
    return WorkingCalendar(name, frozenset(raw["weekend"]), holidays, ZoneInfo(zone))


def lengthening(limit: TimeLimit, given: Any) -> Lengthening | None:
    if given is None:
        return None
    if isinstance(given, Mapping) and "until" in given:
        return Lengthening("until", until=date.fromisoformat(given["until"]))
    assert limit.extension is not None
    amount, unit = limit.extension.amount, limit.extension.unit
    if isinstance(given, Mapping):
        amount, unit = given["amount"], Unit(given["unit"])
    assert amount is not None
    assert unit is not None
    return Lengthening(limit.extension.how, amount, unit)


@pytest.mark.parametrize("example", TABLES.examples, ids=lambda example: f"{example['rule']}:{example['start']}")
def test_the_example_comes_out(example: Mapping[str, Any]) -> None:
    limit = TABLES.limits[example["rule"]]
    if changed := example.get("with"):
        limit = replace(limit, **changed)
    period = period_of(limit, TABLES.limits)
    if example["due"] is None:
        assert period is None
        return
    given = lengthening(limit, example.get("extended"))
    if period is None:
        assert given is not None
        assert given.until is not None
        assert given.until.isoformat() == example["due"]
        return
    start = parse_start(example.get("restarted") or example["start"])
    pauses = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in example.get("paused", ())]
    found = due(
        period,
        start,
        example_calendar(example.get("calendar", "SAT_SUN"), example.get("zone", "UTC")),
        pauses=pauses,
        extensions=[given] if given else (),
    )
    if "T" in example["due"]:
        assert found.at == datetime.fromisoformat(example["due"])
    else:
        assert found.on == date.fromisoformat(example["due"])

"""Every worked example of the rules' file, by the calendar that it names."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.deadlines.clocks import period_of
from mla_tracker.deadlines.counting import Due, Lengthening, Period, due, parse_start
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


def computed(example: Mapping[str, Any]) -> Due | None:
    """What the engine makes of an example; None where the limit has no due day, not even by an extension."""
    limit = TABLES.limits[example["rule"]]
    if changed := example.get("with"):
        limit = replace(limit, **changed)
    period = period_of(limit, TABLES.limits)
    given = lengthening(limit, example.get("extended"))
    if period is None and given is None:
        return None
    start = parse_start(example.get("restarted") or example["start"])
    pauses = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in example.get("paused", ())]
    return due(
        period or Period(0, Unit.DAYS),
        start,
        example_calendar(example.get("calendar", "SAT_SUN"), example.get("zone", "UTC")),
        pauses=pauses,
        extensions=[given] if given else (),
    )


@pytest.mark.parametrize("example", TABLES.examples, ids=lambda example: f"{example['rule']}:{example['start']}")
def test_the_example_comes_out(example: Mapping[str, Any]) -> None:
    found = computed(example)
    if example["due"] is None:
        assert found is None
        return
    assert found is not None
    if "T" in example["due"]:
        assert found.at == datetime.fromisoformat(example["due"])
    else:
        assert found.on == date.fromisoformat(example["due"])

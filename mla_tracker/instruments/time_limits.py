"""Time limits as values: what the law, a treaty or the office sets, with the events that start and end a clock.

The one source is `seed/deadline_rules.yaml`, whose head describes every key. `read_time_limit` reads one row
strictly: an
unknown key, code or value is refused, naming the row. How periods are computed: `deadlines/counting.py`; which limits
attach to a case: `deadlines/attachment.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from mla_tracker.core.code_list import CodeDataError
from mla_tracker.instruments.seeding import seed_file


class Clock(StrEnum):
    """What kind of limit it is, and so what its end means (deadlines.md, "Kinds of clock")."""

    HARD = "hard"
    TARGET = "target"
    MAX_CUSTODY = "max_custody"
    MIN_HOLD = "min_hold"
    LEAD_TIME = "lead_time"
    WINDOW = "window"


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


_DAY_TYPES: Final = ("calendar", "working", "court")
_COUNTINGS: Final = ("exclusive", "inclusive")
_SOURCES: Final = ("text", "general_law", "default")
_ROLLS: Final = ("none", "next_working_day", "previous_working_day")
_CALENDARS: Final = ("requested_state", "requesting_state", "own")
_BOUNDS: Final = ("requested", "requesting", "provider", "person", "own")
_STATUSES: Final = ("in_force", "not_in_force", "historic")
_CHECKS: Final = ("checked", "secondary", "unchecked", "house")
_EXPIRIES: Final = (
    "breach", "duty_to_explain", "may_release", "must_release", "release_on_application", "may_refuse", "must_refuse",
    "protection_ends", "right_ends", "may_lapse", "too_late", "warn", "none",
)  # fmt: skip


@dataclass(frozen=True)
class Extension:
    """How a limit may be extended: added to the period, in its place from the start, or until an event."""

    amount: int | None
    unit: Unit | None
    how: str
    until: str | None


@dataclass(frozen=True)
class TimeLimit:
    """One limit. `amount` None = no number in the text: the fallback lends its own, else there is no due day."""

    code: str
    label: str
    instruments: frozenset[str]
    jurisdiction: str | None
    between: tuple[frozenset[str], ...]
    template: bool
    kinds: frozenset[str]
    directions: frozenset[str]
    bound: str
    clock: Clock
    starts_on: str
    amount: int | None
    unit: Unit | None
    day_type: str
    counting: str
    counting_source: str
    roll: str
    roll_source: str
    calendar: str
    ends_on: frozenset[str]
    on_expiry: tuple[str, ...]
    extension: Extension | None
    stopped_by: frozenset[str]
    restarts_on: frozenset[str]
    moot_on: frozenset[str]
    applies_when: Mapping[str, tuple[Any, ...]]
    not_when: Mapping[str, tuple[Any, ...]]
    fallback: str | None
    parent: str | None
    source: str
    check: str
    note: str | None
    status: str
    applies_from: str | None
    applies_until: str | None


@dataclass(frozen=True)
class ClockEvent:
    """An event that starts, stops or ends clocks. `acts`: the acts of the life cycles that record it."""

    code: str
    when: str
    hour: bool
    acts: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Fact:
    """A fact by which limits are selected; `provisional`: an unknown one leaves the limit attached, shown and
    warned.
    """

    code: str
    type: str
    provisional: bool


@dataclass(frozen=True)
class LimitTables:
    """All of the file: the limits by code, and the events, facts and defaults that they speak of."""

    limits: Mapping[str, TimeLimit]
    events: Mapping[str, ClockEvent]
    facts: Mapping[str, Fact]
    defaults: Mapping[str, Any]
    moot_lists: Mapping[str, tuple[str, ...]]
    examples: tuple[Mapping[str, Any], ...]
    example_calendars: Mapping[str, Mapping[str, Any]]


_REQUIRED: Final = frozenset(
    {"code", "instruments", "kinds", "directions", "bound", "label", "clock", "starts_on", "amount", "unit", "ends_on"}
    | {"on_expiry", "source", "check"}
)


@cache
def seed_limits() -> LimitTables:
    """The tables of the seed file, read once a process. Raises `CodeDataError` on anything unknown in it."""
    raw = seed_file("mla_tracker.instruments", "deadline_rules.yaml")
    events = {
        code: ClockEvent(code, row["when"], row["hour"], tuple(row["acts"]), row["text"])
        for code, row in raw["events"].items()
    }
    facts = {code: Fact(code, row["type"], row["if_unknown"] == "provisional") for code, row in raw["facts"].items()}
    moot = {clock: tuple(codes) for clock, codes in raw["moot_lists"].items()}
    limits = {
        row["code"]: read_time_limit(row, raw["defaults"], moot, events, facts, raw["pauses"]) for row in raw["rules"]
    }
    for limit in limits.values():
        for name in (limit.fallback, limit.parent):
            if name is not None and name not in limits:
                raise CodeDataError(f"deadline_rules.yaml, {limit.code}", "fallback", f"unknown rule {name}")
    return LimitTables(limits, events, facts, raw["defaults"], moot, tuple(raw["examples"]), raw["example_calendars"])


def read_time_limit(
    raw: Mapping[str, Any],
    defaults: Mapping[str, Any],
    moot_lists: Mapping[str, Collection[str]],
    events: Collection[str],
    facts: Collection[str],
    pauses: Collection[str],
) -> TimeLimit:
    """One row with its defaults filled in. Raises `CodeDataError` naming the row and what is unknown in it."""
    place = f"deadline_rules.yaml, {raw.get('code', '?')}"
    if unknown := sorted(set(raw) - _REQUIRED - set(defaults)):
        raise CodeDataError(place, ", ".join(unknown), "unknown key")
    if lacking := sorted(_REQUIRED - set(raw)):
        raise CodeDataError(place, ", ".join(lacking), "lacking")
    row = {**defaults, **raw}
    for key, known in (
        ("day_type", _DAY_TYPES), ("counting", _COUNTINGS), ("counting_source", _SOURCES), ("roll", _ROLLS),
        ("roll_source", _SOURCES), ("calendar", _CALENDARS), ("bound", _BOUNDS), ("status", _STATUSES),
        ("check", _CHECKS), ("clock", tuple(Clock)),
    ):  # fmt: skip
        if row[key] not in known:
            raise CodeDataError(place, key, f"unknown value {row[key]}")
    _known(place, "on_expiry", row["on_expiry"], _EXPIRIES)
    for key in ("ends_on", "restarts_on", "moot_on", "bars"):
        _known(place, key, row[key], events)
    _known(place, "starts_on", [row["starts_on"]], events)
    _known(place, "stopped_by", row["stopped_by"], pauses)
    _known(place, "applies_when", [*row["applies_when"], *row["not_when"]], facts)
    extension = row["extension"]
    moot = set(row["moot_on"]) | (set(moot_lists[row["clock"]]) if row["moot_by_list"] else set())
    return TimeLimit(
        code=row["code"],
        label=row["label"],
        instruments=frozenset(row["instruments"]),
        jurisdiction=row["jurisdiction"],
        between=tuple(frozenset(pair) for pair in row["between"]),
        template=bool(row["template"]),
        kinds=frozenset(row["kinds"]),
        directions=frozenset(row["directions"]),
        bound=row["bound"],
        clock=Clock(row["clock"]),
        starts_on=row["starts_on"],
        amount=row["amount"],
        unit=Unit(row["unit"]) if row["unit"] else None,
        day_type=row["day_type"],
        counting=row["counting"],
        counting_source=row["counting_source"],
        roll=row["roll"],
        roll_source=row["roll_source"],
        calendar=row["calendar"],
        ends_on=frozenset(row["ends_on"]),
        on_expiry=tuple(row["on_expiry"]),
        extension=Extension(
            extension.get("amount"),
            Unit(extension["unit"]) if extension.get("unit") else None,
            extension["how"],
            extension.get("until"),
        )
        if extension
        else None,
        stopped_by=frozenset(row["stopped_by"]),
        restarts_on=frozenset(row["restarts_on"]),
        moot_on=frozenset(moot),
        applies_when=_conditions(row["applies_when"]),
        not_when=_conditions(row["not_when"]),
        fallback=row["fallback"],
        parent=row["parent"],
        source=row["source"],
        check=row["check"],
        note=row["note"],
        status=row["status"],
        applies_from=_text(row["applies_from"]),
        applies_until=_text(row["applies_until"]),
    )


def _conditions(raw: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {fact: tuple(value) if isinstance(value, list) else (value,) for fact, value in raw.items()}


def _known(place: str, key: str, values: Collection[Any], known: Collection[Any]) -> None:
    if unknown := [str(value) for value in values if value not in known]:
        raise CodeDataError(place, key, f"unknown: {', '.join(unknown)}")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

"""Time limits as values: what the law, a treaty or the office sets, with the events that start and end a clock.

The one source is `seed/deadline_rules.yaml`, whose head describes every key. Everything in it is read strictly: an
unknown key, code or value is refused with a message that names the row, and so is what contradicts itself (a roll on a
custody limit, hours counted from an event whose hour nobody records). How periods are computed:
`deadlines/counting.py`; which limits attach to a case: `deadlines/attachment.py`; what runs: `deadlines/clocks.py`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar

from mla_tracker.core.code_list import CHECKS, CodeDataError
from mla_tracker.instruments.seeding import seed_file

FILE: Final = "deadline_rules.yaml"
HOUSE: Final = "HOUSE"
DOMESTIC: Final = "DOMESTIC"
BILATERAL: Final = "BILATERAL"


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


class DayType(StrEnum):
    CALENDAR = "calendar"
    WORKING = "working"
    COURT = "court"


class Counting(StrEnum):
    """Whether the day of the start is day 0 (exclusive) or day 1 (inclusive)."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


class Origin(StrEnum):
    """Where counting or roll comes from: the text, a general act on periods, or ourselves because the text is
    silent.
    """

    TEXT = "text"
    GENERAL_LAW = "general_law"
    DEFAULT = "default"


class Roll(StrEnum):
    """What becomes of a last day that is no working day."""

    NONE = "none"
    NEXT = "next_working_day"
    PREVIOUS = "previous_working_day"


class CalendarOwner(StrEnum):
    """Whose working days, holidays and time zone count."""

    REQUESTED = "requested_state"
    REQUESTING = "requesting_state"
    OWN = "own"


class Bound(StrEnum):
    """Who must bring about the end; `own` is our office, whatever its side."""

    REQUESTED = "requested"
    REQUESTING = "requesting"
    PROVIDER = "provider"
    PERSON = "person"
    OWN = "own"


class Expiry(StrEnum):
    """What it means that the day passes unmet."""

    BREACH = "breach"
    DUTY_TO_EXPLAIN = "duty_to_explain"
    MAY_RELEASE = "may_release"
    MUST_RELEASE = "must_release"
    RELEASE_ON_APPLICATION = "release_on_application"
    MAY_REFUSE = "may_refuse"
    MUST_REFUSE = "must_refuse"
    PROTECTION_ENDS = "protection_ends"
    RIGHT_ENDS = "right_ends"
    MAY_LAPSE = "may_lapse"
    TOO_LATE = "too_late"
    WARN = "warn"
    NONE = "none"


class Status(StrEnum):
    IN_FORCE = "in_force"
    NOT_IN_FORCE = "not_in_force"
    HISTORIC = "historic"


class ExtensionHow(StrEnum):
    """Added to the period, in its place from the start, or on until an event."""

    ADDITIONAL = "additional"
    TOTAL = "total"
    UNTIL = "until"


class When(StrEnum):
    """An event happened, is known beforehand, or is recorded by the product itself."""

    HAPPENED = "happened"
    PLANNED = "planned"
    SYSTEM = "system"


_KINDS: Final = frozenset({"mla", "extradition", "directory"})
_DIRECTIONS: Final = frozenset({"incoming", "outgoing"})
_TIMES: Final = frozenset({"once", "unlimited"})
_EXTENDED_BY: Final = frozenset({"requested", "requesting", "parties", "judge", "court", "minister", "statute", "own"})
_NEVER_ROLLS: Final = frozenset({Clock.MAX_CUSTODY, Clock.MIN_HOLD})


@dataclass(frozen=True)
class Extension:
    """How a limit may be extended, by whom and on what condition. No amount: as decided, the date is entered."""

    amount: int | None
    unit: Unit | None
    how: ExtensionHow
    times: str
    by: str
    condition: str
    tell_other_state: bool
    until: str | None


@dataclass(frozen=True)
class TimeLimit:
    """One limit. `amount` None = no number in the text: the fallback lends its own, else there is no due day.

    `bars`: events that are not to be recorded while the duty is open, unless a reason is given. `parent`: the limit
    whose lapse this duty follows. `applies_from` and `applies_until`: a start outside them starts nothing.
    """

    code: str
    label: str
    instruments: frozenset[str]
    jurisdiction: str | None
    between: tuple[frozenset[str], ...]
    template: bool
    kinds: frozenset[str]
    directions: frozenset[str]
    bound: Bound
    clock: Clock
    starts_on: str
    amount: int | None
    unit: Unit | None
    day_type: DayType
    counting: Counting
    counting_source: Origin
    roll: Roll
    roll_source: Origin
    calendar: CalendarOwner
    ends_on: frozenset[str]
    on_expiry: tuple[Expiry, ...]
    extension: Extension | None
    stopped_by: frozenset[str]
    restarts_on: frozenset[str]
    moot_on: frozenset[str]
    bars: frozenset[str]
    applies_when: Mapping[str, tuple[Any, ...]]
    not_when: Mapping[str, tuple[Any, ...]]
    fallback: str | None
    parent: str | None
    source: str
    check: str
    check_note: str | None
    note: str | None
    status: Status
    applies_from: date | None
    applies_until: date | None

    @property
    def is_house(self) -> bool:
        """Our own target: no law stands behind it, and no law is displaced by it."""
        return HOUSE in self.instruments


@dataclass(frozen=True)
class ClockEvent:
    """An event that starts, stops or ends clocks. `acts`: the acts of the life cycles that record it; none = it is
    recorded as a dated fact under its own code.
    """

    code: str
    when: When
    hour: bool
    acts: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Pause:
    """What stops a clock between two events. `retroactive`: left out only afterwards, once it has ended."""

    code: str
    begins_on: str
    ends_on: str
    retroactive: bool
    applies_when: Mapping[str, tuple[Any, ...]]
    text: str


@dataclass(frozen=True)
class Fact:
    """A fact by which limits are selected; `provisional`: an unknown one leaves the limit attached, shown and
    warned. `values`: the permitted ones, None for a bool.
    """

    code: str
    type: str
    values: frozenset[str] | None
    provisional: bool
    text: str


@dataclass(frozen=True)
class LimitTables:
    """All of the file: the limits by code, and the events, pauses, facts and defaults that they speak of.

    `instruments`: the codes that a limit may name, those of the legal bases and the few of this file.
    """

    limits: Mapping[str, TimeLimit]
    events: Mapping[str, ClockEvent]
    pauses: Mapping[str, Pause]
    facts: Mapping[str, Fact]
    instruments: frozenset[str]
    defaults: Mapping[str, Any]
    moot_lists: Mapping[str, tuple[str, ...]]
    examples: tuple[Mapping[str, Any], ...]
    example_calendars: Mapping[str, Mapping[str, Any]]


_TOP: Final = frozenset(
    {"version", "defaults", "moot_lists", "instruments", "events", "pauses", "facts", "example_calendars", "rules"}
    | {"examples"}
)
_REQUIRED: Final = frozenset(
    {"code", "instruments", "kinds", "directions", "bound", "label", "clock", "starts_on", "amount", "unit", "ends_on"}
    | {"on_expiry", "source", "check"}
)
_OPTIONAL: Final = frozenset(
    {"day_type", "counting", "counting_source", "roll", "roll_source", "calendar", "extension", "stopped_by"}
    | {"restarts_on", "moot_on", "moot_by_list", "bars", "applies_when", "not_when", "fallback", "parent"}
    | {"jurisdiction", "between", "template", "status", "applies_from", "applies_until", "note", "check_note"}
)
_EXTENSION: Final = frozenset({"amount", "unit", "how", "times", "by", "condition", "tell_other_state"})
_EXAMPLE: Final = frozenset({"rule", "start", "due", "why"})
_EXAMPLE_MAY: Final = frozenset({"zone", "calendar", "with", "paused", "restarted", "extended"})

Choice = TypeVar("Choice", bound=StrEnum)


@cache
def seed_limits() -> LimitTables:
    """The tables of the seed file, read once a process. Raises `CodeDataError` on anything unknown in it."""
    package = "mla_tracker.instruments"
    return read_tables(
        seed_file(package, FILE),
        {row["code"] for row in seed_file(package, "legal_bases.yaml")},
        {"assistance_types.yaml": [row["code"] for row in seed_file(package, "assistance_types.yaml")]},
    )


def read_tables(raw: Mapping[str, Any], bases: Collection[str], lists: Mapping[str, Collection[str]]) -> LimitTables:
    """The whole file. `bases`: the codes of the legal bases; `lists`: the codes of each file that a fact may name."""
    _keys(FILE, raw, _TOP)
    _keys(f"{FILE}, defaults", raw["defaults"], _OPTIONAL)
    events = {code: _event(code, row) for code, row in raw["events"].items()}
    facts = {code: _fact(code, row, lists) for code, row in raw["facts"].items()}
    pauses = {code: _pause(code, row, events, facts) for code, row in raw["pauses"].items()}
    _keys(f"{FILE}, moot_lists", raw["moot_lists"], frozenset(Clock))
    for clock, codes in raw["moot_lists"].items():
        _known(f"{FILE}, moot_lists", clock, codes, events)
    if twice := sorted(set(raw["instruments"]) & set(bases)):
        raise CodeDataError(f"{FILE}, instruments", twice[0], "is a legal basis already")
    tables = LimitTables(
        limits={},
        events=events,
        pauses=pauses,
        facts=facts,
        instruments=frozenset({*bases, *raw["instruments"]}),
        defaults=raw["defaults"],
        moot_lists={clock: tuple(codes) for clock, codes in raw["moot_lists"].items()},
        examples=tuple(raw["examples"]),
        example_calendars=raw["example_calendars"],
    )
    limits: dict[str, TimeLimit] = {}
    for row in raw["rules"]:
        limit = read_time_limit(row, tables)
        if limit.code in limits:
            raise CodeDataError(f"{FILE}, {limit.code}", "code", "stands twice")
        limits[limit.code] = limit
    check_limits(limits)
    for number, example in enumerate(raw["examples"], start=1):
        _check_example(example, f"{FILE}, example {number}", limits, raw["example_calendars"])
    return LimitTables(**{**vars(tables), "limits": limits})


def read_time_limit(raw: Mapping[str, Any], tables: LimitTables) -> TimeLimit:
    """One row with its defaults filled in. Raises `CodeDataError` naming the row and what is unknown in it."""
    place = f"{FILE}, {raw.get('code', 'a row without code')}"
    _keys(place, raw, _REQUIRED, _OPTIONAL)
    row = {**tables.defaults, **raw}
    events = tables.events
    for key in ("ends_on", "restarts_on", "moot_on", "bars"):
        _known(place, key, row[key], events)
    _known(place, "starts_on", [row["starts_on"]], events)
    _known(place, "stopped_by", row["stopped_by"], tables.pauses)
    _known(place, "instruments", row["instruments"], tables.instruments)
    _known(place, "kinds", row["kinds"], _KINDS)
    _known(place, "directions", row["directions"], _DIRECTIONS)
    _known(place, "check", [row["check"]], CHECKS)
    for key in ("template", "moot_by_list"):
        if not isinstance(row[key], bool):
            raise CodeDataError(place, key, "must be true or false")
    clock = _one(place, "clock", Clock, row["clock"])
    moot = {*row["moot_on"], *(tables.moot_lists[clock] if row["moot_by_list"] else ())}
    limit = TimeLimit(
        code=_text(place, "code", row),
        label=_text(place, "label", row),
        instruments=frozenset(row["instruments"]),
        jurisdiction=row["jurisdiction"],
        between=tuple(_pair(place, pair) for pair in row["between"]),
        template=row["template"],
        kinds=frozenset(row["kinds"]),
        directions=frozenset(row["directions"]),
        bound=_one(place, "bound", Bound, row["bound"]),
        clock=clock,
        starts_on=row["starts_on"],
        amount=_amount(place, row["amount"]),
        unit=None if row["unit"] is None else _one(place, "unit", Unit, row["unit"]),
        day_type=_one(place, "day_type", DayType, row["day_type"]),
        counting=_one(place, "counting", Counting, row["counting"]),
        counting_source=_one(place, "counting_source", Origin, row["counting_source"]),
        roll=_one(place, "roll", Roll, row["roll"]),
        roll_source=_one(place, "roll_source", Origin, row["roll_source"]),
        calendar=_one(place, "calendar", CalendarOwner, row["calendar"]),
        ends_on=frozenset(row["ends_on"]),
        on_expiry=tuple(_one(place, "on_expiry", Expiry, value) for value in row["on_expiry"]),
        extension=_extension(place, row["extension"], events),
        stopped_by=frozenset(row["stopped_by"]),
        restarts_on=frozenset(row["restarts_on"]),
        moot_on=frozenset(moot),
        bars=frozenset(row["bars"]),
        applies_when=_conditions(place, "applies_when", row["applies_when"], tables.facts),
        not_when=_conditions(place, "not_when", row["not_when"], tables.facts),
        fallback=row["fallback"],
        parent=row["parent"],
        source=_text(place, "source", row),
        check=row["check"],
        check_note=row["check_note"],
        note=row["note"],
        status=_one(place, "status", Status, row["status"]),
        applies_from=_day(place, "applies_from", row["applies_from"]),
        applies_until=_day(place, "applies_until", row["applies_until"]),
    )
    _check_limit(place, limit, events)
    return limit


def check_limits(limits: Mapping[str, TimeLimit]) -> None:
    """What one limit says of another: a fallback is a house target with a number, a parent exists."""
    for limit in limits.values():
        place = f"{FILE}, {limit.code}"
        if limit.fallback is not None:
            lender = limits.get(limit.fallback)
            if lender is None or not lender.is_house or lender.amount is None:
                raise CodeDataError(place, "fallback", f"{limit.fallback} is no house target with a number")
            if limit.amount is not None:
                raise CodeDataError(place, "fallback", "lends a number to a limit that has its own")
        if limit.parent is not None and limit.parent not in limits:
            raise CodeDataError(place, "parent", f"unknown: {limit.parent}")


def unknown_acts(tables: LimitTables, known: Collection[str]) -> list[str]:
    """The acts named by events that no life cycle has; a release is not made with any."""
    return sorted({act for event in tables.events.values() for act in event.acts if act not in known})


def _check_limit(place: str, limit: TimeLimit, events: Mapping[str, ClockEvent]) -> None:
    """What a single row must not contradict."""
    faults = {
        "unit": (limit.amount is None) != (limit.unit is None),
        "starts_on": limit.unit is Unit.HOURS and not events[limit.starts_on].hour,
        "day_type": limit.day_type is not DayType.CALENDAR and limit.unit is not Unit.DAYS,
        "roll": limit.roll is not Roll.NONE and (limit.clock in _NEVER_ROLLS or limit.unit is Unit.HOURS),
        "jurisdiction": (DOMESTIC in limit.instruments) != (limit.jurisdiction is not None),
        "between": BILATERAL in limit.instruments and not limit.between and not limit.template,
        "ends_on": not limit.ends_on,
    }
    for key, wrong in faults.items():
        if wrong:
            raise CodeDataError(place, key, "does not go with the rest of the row")


def _event(code: str, row: Mapping[str, Any]) -> ClockEvent:
    place = f"{FILE}, event {code}"
    _keys(place, row, frozenset({"when", "hour", "acts", "text"}))
    if not isinstance(row["hour"], bool):
        raise CodeDataError(place, "hour", "must be true or false")
    return ClockEvent(
        code, _one(place, "when", When, row["when"]), row["hour"], tuple(row["acts"]), _text(place, "text", row)
    )


def _pause(code: str, row: Mapping[str, Any], events: Collection[str], facts: Mapping[str, Fact]) -> Pause:
    place = f"{FILE}, pause {code}"
    _keys(place, row, frozenset({"begins_on", "ends_on", "retroactive", "applies_when", "text"}))
    _known(place, "begins_on", [row["begins_on"]], events)
    _known(place, "ends_on", [row["ends_on"]], events)
    return Pause(
        code,
        row["begins_on"],
        row["ends_on"],
        bool(row["retroactive"]),
        _conditions(place, "applies_when", row["applies_when"], facts),
        _text(place, "text", row),
    )


def _fact(code: str, row: Mapping[str, Any], lists: Mapping[str, Collection[str]]) -> Fact:
    place = f"{FILE}, fact {code}"
    _keys(place, row, frozenset({"type", "values", "if_unknown", "text"}))
    _known(place, "type", [row["type"]], ("bool", "enum", "set"))
    _known(place, "if_unknown", [row["if_unknown"]], ("no", "provisional"))
    values = row["values"]
    if isinstance(values, str):
        _known(place, "values", [values], lists)
        values = lists[values]
    if (values is None) != (row["type"] == "bool"):
        raise CodeDataError(place, "values", "a bool has none, every other fact has some")
    permitted = None if values is None else frozenset(values)
    return Fact(code, row["type"], permitted, row["if_unknown"] == "provisional", _text(place, "text", row))


def _extension(place: str, raw: Mapping[str, Any] | None, events: Collection[str]) -> Extension | None:
    if raw is None:
        return None
    _keys(f"{place}, extension", raw, _EXTENSION, frozenset({"until"}))
    how = _one(place, "extension", ExtensionHow, raw["how"])
    if (how is ExtensionHow.UNTIL) != ("until" in raw):
        raise CodeDataError(place, "extension", "until names the event up to which a limit runs on, and only then")
    if "until" in raw:
        _known(place, "extension", [raw["until"]], events)
    _known(place, "extension", [raw["times"]], _TIMES)
    _known(place, "extension", [raw["by"]], _EXTENDED_BY)
    return Extension(
        amount=_amount(place, raw["amount"]),
        unit=None if raw["unit"] is None else _one(place, "extension", Unit, raw["unit"]),
        how=how,
        times=raw["times"],
        by=raw["by"],
        condition=raw["condition"],
        tell_other_state=raw["tell_other_state"],
        until=raw.get("until"),
    )


def _conditions(
    place: str, key: str, raw: Mapping[str, Any], facts: Mapping[str, Fact]
) -> Mapping[str, tuple[Any, ...]]:
    _known(place, key, raw, facts)
    found = {}
    for code, value in raw.items():
        wanted = tuple(value) if isinstance(value, list) else (value,)
        permitted = facts[code].values
        for one in wanted:
            if isinstance(one, bool) if permitted is not None else not isinstance(one, bool):
                raise CodeDataError(place, key, f"{one} is no value of {code}")
        if permitted is not None:
            _known(place, f"{key}, {code}", wanted, permitted)
        found[code] = wanted
    return found


def _check_example(example: Mapping[str, Any], place: str, limits: Collection[str], calendars: Collection[str]) -> None:
    _keys(place, example, _EXAMPLE, _EXAMPLE_MAY)
    _known(place, "rule", [example["rule"]], limits)
    _known(place, "calendar", [example.get("calendar", "SAT_SUN")], calendars)
    _keys(place, example.get("with", {}), frozenset(), _REQUIRED | _OPTIONAL)


def _keys(place: str, raw: Mapping[str, Any], required: frozenset[str], optional: frozenset[str] = frozenset()) -> None:
    if not isinstance(raw, Mapping):
        raise CodeDataError(place, "row", "must be a mapping")
    if unknown := sorted(str(key) for key in set(raw) - required - optional):
        raise CodeDataError(place, ", ".join(unknown), "unknown key")
    if lacking := sorted(required - set(raw)):
        raise CodeDataError(place, ", ".join(lacking), "lacking")


def _known(place: str, key: str, values: Iterable[Any], known: Collection[Any]) -> None:
    if isinstance(values, str):
        raise CodeDataError(place, key, "must be a list")
    if unknown := [str(value) for value in values if value not in known]:
        raise CodeDataError(place, key, f"unknown: {', '.join(unknown)}")


def _one(place: str, key: str, choices: type[Choice], value: Any) -> Choice:
    try:
        return choices(value)
    except ValueError as problem:
        raise CodeDataError(place, key, f"unknown value: {value}") from problem


def _text(place: str, key: str, row: Mapping[str, Any]) -> str:
    value = row[key]
    if not isinstance(value, str) or not value.strip():
        raise CodeDataError(place, key, "must be a text")
    return value


def _amount(place: str, value: Any) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise CodeDataError(place, "amount", "must be a whole number of 0 or more, or null")
    return value


def _pair(place: str, pair: Any) -> frozenset[str]:
    if len(pair) != 2 or not all(isinstance(code, str) and len(code) == 2 for code in pair):
        raise CodeDataError(place, "between", "must be pairs of country codes")
    return frozenset(pair)


def _day(place: str, key: str, value: Any) -> date | None:
    try:
        return None if value is None else date.fromisoformat(str(value))
    except ValueError as problem:
        raise CodeDataError(place, key, f"{value} is no day") from problem

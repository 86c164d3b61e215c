"""The life of a request as tables to read: statuses, permitted transitions, outcomes, and what each act needs.

The one source is `seed/life_cycles.yaml` (six cycles: four kinds of case, the requested item, the proceeding). This
module
loads it strictly and answers "may this event follow that status?". `replay.py` says which status follows from a list of
events; the only writer of a status is the act (`casework/act.py`), which stores what the replay gives.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from mla_tracker.core.errors import DomainError

START: Final = "start"
SAME: Final = "same"
PREVIOUS: Final = "previous"
STATED: Final = "stated"
REPLAYED: Final = "replayed"
FROM_ITEMS: Final = "from_items"
AS_REPLIED: Final = "as_replied"
OF_KIND: Final = "of_kind"

_TURNS: Final = frozenset({"ours", "executing_authority", "court", "other_state", "third_party"})
_TRANSITION_KEYS: Final = frozenset(
    ["event", "from", "to", "needs", "role", "article", "outcome", "items_become", "distinct_from", "note", "direction"]
)
_STATUS_KEYS: Final = frozenset(["code", "label", "whose_turn", "whose_turn_outgoing", "terminal", "holding"])
_CYCLE_KEYS: Final = frozenset(
    ["code", "label", "resume_at", "statuses", "transitions", "outcomes", "reference", "counted_as_request"]
)


class LifeCycleDataError(Exception):
    """The seed file holds an unknown key, code or value; the message names the place."""


class TransitionNotAllowed(DomainError):
    """The event may not follow the present status; the message names both."""


@dataclass(frozen=True)
class Status:
    """A place in the life of a case. `holding`: a waiting place, left "to previous"."""

    code: str
    label: str
    whose_turn: str
    whose_turn_outgoing: str
    terminal: bool
    holding: bool


@dataclass(frozen=True)
class Outcome:
    """How a case or item ended. `counts_as_request`: False only for what was given up before sending."""

    code: str
    label: str
    counts_as_request: bool
    note: str | None


@dataclass(frozen=True)
class Transition:
    """One row of the table: `event` is permitted in `sources` (START = before the first entry) and leads to `to`."""

    event: str
    sources: frozenset[str]
    to: str
    needs: tuple[str, ...]
    permission: str
    article: str
    outcome: str | None
    items_become: str | None
    distinct_from: str | None
    direction: str | None
    note: str | None


@dataclass(frozen=True)
class LifeCycle:
    """One table: which event is permitted in which status, and where it leads."""

    code: str
    label: str
    resume_at: str
    statuses: Mapping[str, Status]
    transitions: tuple[Transition, ...]
    outcomes: Mapping[str, Outcome]
    counted_as_request: bool

    def find(self, status: str | None, event: str, direction: str | None = None) -> Transition | None:
        """The row that permits `event` in `status` (None = before the first entry), or None."""
        source = START if status is None else status
        for row in self.transitions:
            if row.event == event and source in row.sources and row.direction in (None, direction):
                return row
        return None

    def open_from(self, status: str | None, direction: str | None = None) -> tuple[Transition, ...]:
        """All rows that are permitted in `status`, in the order of the table."""
        source = START if status is None else status
        return tuple(row for row in self.transitions if source in row.sources and row.direction in (None, direction))

    def is_open(self, status: str) -> bool:
        return not self.statuses[status].terminal


@dataclass(frozen=True)
class ItemOutcomeRule:
    """One line of `outcome_from_items`; exactly one of `all_of` and `any_of` is not empty."""

    among_all: bool
    all_of: frozenset[str]
    any_of: frozenset[str]
    outcome: str


@dataclass(frozen=True)
class ProceedingKind:
    """What may follow a request or stand beside it and is none (UNCAC 44(11)-(13), 45, 47, 49, 46(4))."""

    code: str
    label: str
    uncac: str | None
    outcomes: tuple[str, ...]
    needs_before_end: tuple[str, ...] = ()


@dataclass(frozen=True)
class LifeCycles:
    """All six tables with the words they share."""

    version: int
    cycles: Mapping[str, LifeCycle]
    events: Mapping[str, str]
    facts: Mapping[str, str]
    permissions: Mapping[str, str]
    roles: Mapping[str, frozenset[str]]
    unchecked_articles: frozenset[str]
    proceeding_kinds: Mapping[str, ProceedingKind]
    left_out: frozenset[str]
    item_rules: tuple[ItemOutcomeRule, ...]

    def of(self, kind: str, direction: str) -> LifeCycle:
        """The table of a case of this kind (mla, extradition) and direction (incoming, outgoing)."""
        return self.cycles[cycle_code(kind, direction)]

    @property
    def item(self) -> LifeCycle:
        return self.cycles["item"]

    def require(self, cycle: LifeCycle, status: str | None, event: str, direction: str | None = None) -> Transition:
        """The permitting row; raises `TransitionNotAllowed`, naming the act and the status, when there is none."""
        row = cycle.find(status, event, direction)
        if row is None:
            where = "before the first entry" if status is None else f"“{cycle.statuses[status].label}”"
            raise TransitionNotAllowed(f"“{self.events.get(event, event)}” is not possible in status {where}.")
        return row

    def missing_words(self, event: str, fact: str, article: str) -> str:
        """What a caseworker reads when a fact is lacking, with the article of the act."""
        act = self.events[event]
        source = "" if article == "House" else f" ({article})"
        return f"Record {self.facts[fact]} first: “{act}”{source}."

    def is_unchecked(self, article: str) -> bool:
        """True when the article cited was not read in an official text."""
        return any(part in article for part in self.unchecked_articles)

    def case_outcome(self, item_outcomes: Iterable[str]) -> str | None:
        """The outcome of an MLA case from the outcomes of its items: the first rule that matches; None without a
        match.
        """
        every = list(item_outcomes)
        speaking = [outcome for outcome in every if outcome not in self.left_out]
        for rule in self.item_rules:
            among = every if rule.among_all else speaking
            if not among:
                continue
            if rule.all_of and all(outcome in rule.all_of for outcome in among):
                return rule.outcome
            if rule.any_of and any(outcome in rule.any_of for outcome in among):
                return rule.outcome
        return None


def cycle_code(kind: str, direction: str) -> str:
    """`mla`/`extradition` and `incoming`/`outgoing` to the code of the table."""
    return {"mla": "mla", "extradition": "ex"}[kind] + {"incoming": "_in", "outgoing": "_out"}[direction]


@cache
def life_cycles() -> LifeCycles:
    """The tables of the seed file, loaded once a process; raises `LifeCycleDataError` on anything unknown in them."""
    text = files("mla_tracker.cases").joinpath("seed/life_cycles.yaml").read_text("utf-8")
    return parse(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - a safe loader either way


def parse(raw: Mapping[str, Any]) -> LifeCycles:
    """Build and check the tables: every event, fact, permission, status and outcome named must be declared."""
    events, facts, permissions = raw["events"], raw["facts"], raw["permissions"]
    cycles = {row["code"]: _cycle(row, events, facts, permissions) for row in raw["cycles"]}
    roles = {role: frozenset(codes) for role, codes in raw["roles"].items()}
    for role, codes in roles.items():
        _known(codes, permissions, f"role {role}")
    rules = raw["outcome_from_items"]
    return LifeCycles(
        version=raw["version"],
        cycles=cycles,
        events=events,
        facts=facts,
        permissions=permissions,
        roles=roles,
        unchecked_articles=frozenset(raw["unchecked_articles"]),
        proceeding_kinds={
            row["code"]: ProceedingKind(
                row["code"],
                row["label"],
                row.get("uncac"),
                tuple(row["outcomes"]),
                tuple(row.get("needs_before_end", ())),
            )
            for row in raw["proceeding_kinds"]
        },
        left_out=frozenset(rules["left_out"]),
        item_rules=tuple(
            ItemOutcomeRule(
                row["among"] == "all",
                frozenset(row.get("all_of", ())),
                frozenset(row.get("any_of", ())),
                row["outcome"],
            )
            for row in rules["rules"]
        ),
    )


def _cycle(
    raw: Mapping[str, Any], events: Mapping[str, str], facts: Mapping[str, str], permissions: Mapping[str, str]
) -> LifeCycle:
    code = raw["code"]
    _known(raw, _CYCLE_KEYS, f"cycle {code}")
    statuses = {row["code"]: _status(row, code) for row in raw["statuses"]}
    outcomes = {
        row["code"]: Outcome(row["code"], row["label"], row.get("counts_as_request", True), row.get("note"))
        for row in raw["outcomes"]
    }
    rows = tuple(_transition(row, code, statuses) for row in raw["transitions"])
    seen: set[tuple[str, str, str | None]] = set()
    for row in rows:
        place = f"cycle {code}, event {row.event}"
        _known([row.event], events, place)
        _known(row.needs, facts, place)
        _known([row.permission], permissions, place)
        _known([row.to], {*statuses, SAME, PREVIOUS, STATED, REPLAYED}, place)
        if row.outcome is not None:
            _known([row.outcome], {*outcomes, FROM_ITEMS, AS_REPLIED, OF_KIND}, place)
        for pair in ((source, row.event, row.direction) for source in row.sources):
            if pair in seen:
                raise LifeCycleDataError(f"{place}: two rows for status {pair[0]}")
            seen.add(pair)
    _known([raw["resume_at"]], statuses, f"cycle {code}, resume_at")
    return LifeCycle(
        code, raw["label"], raw["resume_at"], statuses, rows, outcomes, raw.get("counted_as_request", True)
    )


def _status(raw: Mapping[str, Any], cycle: str) -> Status:
    place = f"cycle {cycle}, status {raw['code']}"
    _known(raw, _STATUS_KEYS, place)
    outgoing = raw.get("whose_turn_outgoing", raw["whose_turn"])
    _known([raw["whose_turn"], outgoing], _TURNS, place)
    return Status(raw["code"], raw["label"], raw["whose_turn"], outgoing, raw["terminal"], raw["holding"])


def _transition(raw: Mapping[str, Any], cycle: str, statuses: Mapping[str, Status]) -> Transition:
    place = f"cycle {cycle}, event {raw['event']}"
    _known(raw, _TRANSITION_KEYS, place)
    sources: set[str] = set()
    for source in raw["from"]:
        if source == "@open":
            sources |= {code for code, status in statuses.items() if not status.terminal}
        elif source == "@all":
            sources |= set(statuses)
        else:
            _known([source], {*statuses, START}, place)
            sources.add(source)
    return Transition(
        event=raw["event"],
        sources=frozenset(sources),
        to=raw["to"],
        needs=tuple(raw["needs"]),
        permission=raw["role"],
        article=raw["article"],
        outcome=raw.get("outcome"),
        items_become=raw.get("items_become"),
        distinct_from=raw.get("distinct_from"),
        direction=raw.get("direction"),
        note=raw.get("note"),
    )


def _known(found: Iterable[str], known: Iterable[str], place: str) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise LifeCycleDataError(f"{place}: unknown {', '.join(unknown)}")

"""The events of the clocks on a case, and which of them an act of the life cycles records. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from mla_tracker.instruments.time_limits import LimitTables, When


@dataclass(frozen=True)
class Occurred:
    """An event of the clocks: it happened, or is planned (known beforehand). `at` where the hour is known.

    `seq` orders the entries of a case. `starts` False: it ends clocks and starts none. `step`: it moved the
    case on; of two steps the later in the file is the later in life, whatever days they bear (a request that is entered
    late was often worked on before). `noted_on`: the day on which a
    planned one became known, where it did so by an act. `reason`, `side`, `words`: why a pause began, and whose delay
    that is; `author_id`: who recorded it.
    """

    code: str
    on: date
    at: datetime | None = None
    seq: int = 0
    item_id: int | None = None
    planned: bool = False
    starts: bool = True
    step: bool = False
    noted_on: date | None = None
    reason: str = ""
    side: str = ""
    words: str = ""
    author_id: int | None = None

    @property
    def known_on(self) -> date:
        """The day from which it counts for clocks that run already."""
        return self.noted_on or self.on


DECIDED_BY_DETAIL: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "inquiry_recorded": ("inquiry", {"received": "inquiry_received", "answered": "inquiry_answered"}),
    "assurance_recorded": ("assurance", {"requested": "assurance_requested", "given": "assurance_given"}),
}
"""Acts that stand under two events: the key of their detail and what its values mean; another value means neither."""

PLANNED_BY_ACT: Final[Mapping[str, tuple[str, str]]] = {
    "surrender_fixed": ("surrender_on", "surrender_date"),
    "surrendered_temporarily": ("return_on", "return_on"),
    "surrendered_conditionally": ("return_on", "return_on"),
    "temporarily_surrendered_to_us": ("return_on", "return_on"),
}
"""Acts that fix a planned day: the key of their detail that holds it, and the event."""


FACT_ACT: Final = "clock_fact_recorded"
"""The act that records an event of the clocks which no act of the life cycles is: `fact` in its detail names it, and
`planned_on` (with `planned_at` where there is an hour) the day of one that is known beforehand.
"""
_IN_THE_PARTICULARS: Final = frozenset({"needed_by", "hearing_on", "limitation_on"})
_OF_THE_PRODUCT: Final = frozenset({"pause_opened", "pause_closed", "papers_due_on"})


def recordable(tables: LimitTables) -> list[str]:
    """The events of the clocks that are recorded by `FACT_ACT`, in the order of the file."""
    elsewhere = _IN_THE_PARTICULARS | _OF_THE_PRODUCT
    return [
        event.code
        for event in tables.events.values()
        if not event.acts and event.when is not When.SYSTEM and event.code not in elsewhere
    ]


class ActsOfEvents:
    """Which events an act records, worked out once for a set of tables."""

    def __init__(self, tables: LimitTables) -> None:
        self._by_act: dict[str, list[str]] = {}
        self._happened = {code for code in recordable(tables) if tables.events[code].when is not When.PLANNED}
        for event in tables.events.values():
            if event.when is When.PLANNED:
                continue
            for act in event.acts or (event.code,):
                self._by_act.setdefault(act, []).append(event.code)

    def clock_events(self, act: str, detail: Mapping[str, Any]) -> tuple[str, ...]:
        """The events that an act records, in the order of the file; none where the clocks do not know it.

        Detail keys that decide: `inquiry` (received, answered), `assurance` (requested, given). An event without acts
        of its own is recorded as a dated fact under its own code. What an act fixes for a later day stands in
        `PLANNED_BY_ACT`.
        """
        if act == FACT_ACT:
            fact = str(detail.get("fact", ""))
            return (fact,) if fact in self._happened else ()
        codes = self._by_act.get(act, [])
        if act in DECIDED_BY_DETAIL:
            key, meaning = DECIDED_BY_DETAIL[act]
            wanted = meaning.get(str(detail.get(key, "")))
            return (wanted,) if wanted in codes and wanted is not None else ()
        return tuple(codes)

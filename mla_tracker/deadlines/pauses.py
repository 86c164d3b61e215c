"""When clocks stand still: the spans between the events that open and close a pause.

A treaty clock stops only where its text says so (`stopped_by`); house clocks stop for a pausable delay reason. Those
pauses that are a status of the case or item (postponed, waiting for information) follow the status, which the caller
knows; here are those that are opened and closed by events of their own. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from mla_tracker.deadlines.attachment import matches
from mla_tracker.deadlines.occurrences import Occurred
from mla_tracker.instruments.time_limits import LimitTables, Pause

HOUSE_PAUSE: Final = "HOUSE_REASON"
POSTPONED: Final = "POSTPONED"


@dataclass(frozen=True)
class Paused:
    """A span in which clocks that name `pause` stand still; `last` is the day on which they run again, None = open.

    One that is about an item stops the clocks of that item alone. `reason` is the code of the delay reason, `words`
    what was written beside it, `side` whose delay it is and `author_id` who opened it, where one was given.
    """

    pause: str
    first: date
    last: date | None
    reason: str = ""
    side: str = ""
    item_id: int | None = None
    author_id: int | None = None
    words: str = ""

    def told(self) -> dict[str, Any]:
        """The span as plain values, for the explanation of a date."""
        last = self.last.isoformat() if self.last else None
        return {
            "on": self.first.isoformat(), "to": last, "pause": self.pause, "reason_code": self.reason,
            "reason": self.words, "side": self.side, "author": self.author_id,
        }  # fmt: skip


def pauses_of(tables: LimitTables, occurred: Sequence[Occurred], facts: Mapping[str, Any]) -> list[Paused]:
    """The spans that the events of a case give, in order. `facts` are those by which limits are selected.

    A retroactive pause is left out only afterwards, once it has ended. Of a postponement see the caller.
    """
    found = []
    for pause in tables.pauses.values():
        if pause.code != POSTPONED and _holds(pause, facts):
            spans = _spans(pause, occurred)
            found += [span for span in spans if span.last is not None or not pause.retroactive]
    return sorted(found, key=lambda one: (one.first, one.pause, one.item_id or 0))


def _holds(pause: Pause, facts: Mapping[str, Any]) -> bool:
    """Whether the facts of the pause are told; an unknown one never stops a clock."""
    return all(code in facts and matches(facts[code], wanted) for code, wanted in pause.applies_when.items())


def _spans(pause: Pause, occurred: Iterable[Occurred]) -> Iterator[Paused]:
    """Each span; one that is opened again while open goes on. What is closed on the day it was opened is none."""
    opened: dict[int | None, Occurred] = {}
    for event in sorted(occurred, key=lambda one: (one.on, one.seq)):
        if event.code == pause.begins_on:
            opened.setdefault(event.item_id, event)
        elif event.code == pause.ends_on:
            for item in [item for item in opened if event.item_id in (None, item)]:
                first = opened.pop(item)
                yield _paused(pause, first, event.on)
    for first in opened.values():
        yield _paused(pause, first, None)


def _paused(pause: Pause, first: Occurred, last: date | None) -> Paused:
    return Paused(pause.code, first.on, last, first.reason, first.side, first.item_id, first.author_id, first.words)

"""What is given when an act is recorded by its code, and the plain way to record it.

Capability packages above (`decisions`, `exchanges`) put a `Recorder` of their own in the place of `record_plainly`
where a row or a check goes with the event; `casework/recording.py` knows all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from mla_tracker.cases.open_act import OpenAct
from mla_tracker.core.clock import local_date


@dataclass(frozen=True)
class Given:
    """One act as it was entered: its code, its day (or moment), the item it is about, and the detail.

    The detail holds plain values (text, numbers, ISO dates, lists of codes): it is stored and chained as it is.
    """

    code: str
    on: date | None = None
    at: datetime | None = None
    item_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def day(self, act: OpenAct) -> date:
        """The legal day of the act, in the authority's zone."""
        return local_date(self.at, act.zone) if self.at is not None else (self.on or act.on)

    def append(self, act: OpenAct, code: str, *vouched: str) -> int:
        """Record the event with all that was given; `vouched` as in `OpenAct.append`."""
        return act.append(
            code, on=self.on, at=self.at, item_id=self.item_id, detail=self.detail, vouched=frozenset(vouched)
        )


Recorder = Callable[[OpenAct, Given], int]


def record_plainly(act: OpenAct, given: Given) -> int:
    """An act that needs no row beside its event."""
    return given.append(act, given.code)

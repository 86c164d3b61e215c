"""The facts of the cases as columns, and what follows from them alone: where delay starts, what counts as a request."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mla_tracker.statistics.definitions import NO_RESPONSE_DAYS
from mla_tracker.statistics.rules import Dates, Flags, final_day

GIVEN_UP: Final = "abandoned"


@dataclass
class Facts:
    """One entry a case in every column; `NaT` = has not happened by the day.

    `replied` is the first reply with substance (ours to an incoming request, theirs to one of ours); `rounds` counts
    the rounds of additional information and `asking` the days they took; `refused` holds per case the refusals told
    in the year of the day, as ("us" or "abroad", ground code or "").
    """

    case_id: NDArray[np.int64]
    reference: NDArray[np.object_]
    kind: NDArray[np.object_]
    direction: NDArray[np.object_]
    counterpart: NDArray[np.object_]
    opened: Dates
    sent: Dates
    acknowledged: Dates
    decided: Dates
    executed: Dates
    answered: Dates
    closed: Dates
    outcome: NDArray[np.object_]
    needed_by: Dates
    taken_over: Flags
    supplement: Flags
    received_known: Flags
    met: Flags
    missed: Flags
    overdue: Flags
    custody: Flags
    postponed: Flags
    rounds: NDArray[np.int64]
    asking: NDArray[np.int64]
    refused: NDArray[np.object_] = field(repr=False)

    def __len__(self) -> int:
        return int(self.case_id.size)

    @property
    def incoming(self) -> Flags:
        found: Flags = self.direction == "incoming"
        return found

    @property
    def start(self) -> Dates:
        """The day from which delay counts: receipt; for requests of ours, sending. NaT where it was not recorded."""
        received = np.where(self.taken_over & ~self.received_known, np.datetime64("NaT", "D"), self.opened)
        return np.where(self.incoming, received, self.sent)

    @property
    def final(self) -> Dates:
        """The final answer; the end where there was none."""
        return final_day(self.answered, self.closed)

    @property
    def is_request(self) -> Flags:
        """A request that counts: no supplement, not given up before sending, and, if ours, sent."""
        given_up: Flags = self.outcome == GIVEN_UP
        unsent: Flags = ~self.incoming & np.isnat(self.sent) & ~self.taken_over
        counts: Flags = ~self.supplement & ~given_up & ~unsent
        return counts


def without_response(facts: Facts, on: date) -> Flags:
    """Open requests of ours that were sent long enough ago and neither acknowledged nor answered."""
    limit = np.datetime64(on - timedelta(days=NO_RESPONSE_DAYS), "D")
    silent: Flags = (
        ~facts.incoming
        & np.isnat(facts.closed)
        & (facts.sent <= limit)
        & np.isnat(facts.acknowledged)
        & np.isnat(facts.answered)
    )
    return silent

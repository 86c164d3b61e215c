"""The chain of custody of an exhibit, read from the events of its case: nothing else records it.

A mistake is annulled by a correction, as any entry; what was annulled is not in the chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from mla_tracker.cases.replay import Entry, effective

EVENTS: Final = {
    "received": "exhibit_received",
    "handed_over": "exhibit_handed_over",
    "returned": "exhibit_returned",
}
_KINDS: Final = {event: kind for kind, event in EVENTS.items()}
_DAWN: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Custody:
    """One change of custody; `at` (aware) is None where a correction gave another day, `seq` the entry of the case."""

    seq: int
    kind: str
    on: date
    at: datetime | None
    giver: str
    receiver: str
    purpose: str
    means: str
    recorded_by: int | None


def chain_of(entries: Iterable[Entry], document_number: int) -> list[Custody]:
    """Every change of custody of the document with this number, in the order in which they happened."""
    found = [
        Custody(
            entry.seq,
            _KINDS[entry.code],
            entry.happened_on,
            entry.happened_at,
            str(entry.detail.get("giver", "")),
            str(entry.detail.get("receiver", "")),
            str(entry.detail.get("purpose", "")),
            str(entry.detail.get("means", "")),
            entry.actor_id,
        )
        for entry in effective(list(entries))
        if entry.code in _KINDS and entry.detail.get("document") == document_number
    ]
    return sorted(found, key=lambda custody: (custody.on, custody.at or _DAWN, custody.seq))

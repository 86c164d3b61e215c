"""What may be done with a document, from rows and dates alone: no database, no clock."""

from datetime import date
from typing import Final, Protocol

from mla_tracker.core.errors import DomainError, Invalid

KINDS: Final = (
    "request", "reply", "annex", "evidence", "decision", "certificate", "identity", "correspondence", "other",
)  # fmt: skip
RELATIONS: Final = ("translation", "redaction", "extract", "conversion", "transcript")
CUSTODY: Final = ("received", "handed_over", "returned")
GROUNDS: Final = ("added_by_mistake", "retention_ended", "court_order", "data_protection", "returned_to_owner")

CLEAN: Final = "clean"
INFECTED: Final = "infected"

LONGEST_TITLE: Final = 300
SHORTEST_REASON: Final = 10


class Version(Protocol):
    """What the rules need to know of a version."""

    @property
    def scanned(self) -> str | None: ...
    @property
    def damage(self) -> str: ...
    @property
    def made(self) -> bool: ...
    @property
    def wrapped_key(self) -> bytes | None: ...


class NotServed(DomainError):
    """The file exists and is not handed out; the text says why."""


def state_of(version: Version, *, scanner: bool) -> str:
    """One word for the state of a version; `scanner`: whether the office has a malware scanner.

    `deleted`, `damaged`, `infected`, `waiting` (a scanner is there and has not looked yet), `not_scanned` (there is
    none), `made` (by the product itself), `clean`. The first four are not handed out.
    """
    if version.wrapped_key is None:
        return "deleted"
    if version.damage:
        return "damaged"
    if version.scanned == INFECTED:
        return "infected"
    if version.made:
        return "made"
    if version.scanned == CLEAN:
        return "clean"
    return "waiting" if scanner else "not_scanned"


_NOT_SERVED: Final = {
    "deleted": "This file was deleted; its hash, and who deleted it on which ground, stay on record.",
    "damaged": "The stored file is not the one that was received. It is not handed out; the administrators see it.",
    "infected": "The malware scanner found something in this file: it is kept apart and not handed out.",
    "waiting": "The malware scanner has not looked at this file yet. It is handed out once it has.",
}


def require_served(version: Version, *, scanner: bool) -> None:
    """Raises `NotServed` for what is not handed out (ASVS 5.0, V5.4.3)."""
    if why := _NOT_SERVED.get(state_of(version, scanner=scanner)):
        raise NotServed(why)


def check_particulars(kind: str, title: str, relation: str | None) -> None:
    """Raises `Invalid` beside the wrong field."""
    problems = {}
    if kind not in KINDS:
        problems["kind"] = "Choose what kind of document it is."
    if not title.strip():
        problems["title"] = "Enter a title."
    elif len(title) > LONGEST_TITLE:
        problems["title"] = f"A title has {LONGEST_TITLE} characters at most."
    if relation is not None and relation not in RELATIONS:
        problems["relation"] = "Choose what it is of the other document."
    if problems:
        raise Invalid(problems)


def check_custody(kind: str, giver: str, receiver: str, purpose: str, means: str) -> None:
    """A change of custody says who gave, who received, what for and by which means (ISO/IEC 27037, 6.1).

    When it was is checked by the act. Raises `Invalid` beside each field that is empty.
    """
    problems = {}
    if kind not in CUSTODY:
        problems["what"] = "Choose what happened to the exhibit."
    asked = {
        "giver": (giver, "Enter who gave it."),
        "receiver": (receiver, "Enter who received it."),
        "purpose": (purpose, "Enter what for."),
        "means": (means, "Enter by which means it came or went."),
    }
    problems |= {name: message for name, (value, message) in asked.items() if not value.strip()}
    if not problems and giver.strip().casefold() == receiver.strip().casefold():
        problems["receiver"] = "Giver and receiver are the same."
    if problems:
        raise Invalid(problems)


def check_deletion(ground: str, reason: str, *, held: bool) -> None:
    """Raises `Invalid`, or `DomainError` while a legal hold stands."""
    if held:
        raise DomainError("A legal hold stands on this request: nothing of it is deleted.")
    problems = {}
    if ground not in GROUNDS:
        problems["ground"] = "Choose the ground."
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = "Say why, in a sentence."
    if problems:
        raise Invalid(problems)


def kept_until(closed_on: date | None, years: int | None) -> date | None:
    """The last day on which the documents of a request are kept; None: they are kept.

    An open request is kept, and so is every one while the office has set no period. The period counts from the day of
    closing; of a 29 February it ends on 28 February where that year has no other.
    """
    if closed_on is None or years is None:
        return None
    try:
        return closed_on.replace(year=closed_on.year + years)
    except ValueError:
        return closed_on.replace(year=closed_on.year + years, day=28)

"""What is entered about a request, the checks on it, and the comparison when two people edit it at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final

from mla_tracker.core.errors import Conflict, Invalid
from mla_tracker.directory.types import CHANNELS

KINDS: Final = ("mla", "extradition")
DIRECTIONS: Final = ("incoming", "outgoing")
URGENCIES: Final = ("routine", "urgent", "most_urgent")
CONFIDENTIALITIES: Final = ("ordinary", "confidential", "restricted")
NATURES: Final = ("criminal", "civil", "administrative", "non_conviction_based")
WANTED_FOR: Final = ("prosecution", "sentence")
PERSON_ROLES: Final = ("sought", "suspect", "witness", "expert", "victim", "holder", "other")

LONGEST_SUBJECT: Final = 200
# A slip of the keys, not a day: deadlines are counted from days, and years have an end for them.
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


@dataclass(frozen=True)
class Particulars:
    """The fields of a case that a caseworker edits. `None` or "" = not recorded."""

    subject: str
    facts_summary: str = ""
    purpose: str = ""
    operation: str = ""
    counterpart: str | None = None
    counterpart_authority_id: int | None = None
    their_reference: str = ""
    owner_authority_id: int | None = None
    urgency: str = "routine"
    urgency_reason: str = ""
    confidentiality: str | None = "ordinary"
    confidentiality_reason: str = ""
    nature: str | None = None
    wanted_for: str | None = None
    languages: tuple[str, ...] = ()
    channel: str | None = None
    no_basis_named: bool = False
    received_on: date | None = None
    received_at: datetime | None = None
    needed_by: date | None = None
    needed_by_reason: str = ""
    hearing_on: date | None = None
    limitation_on: date | None = None


FIELDS: Final = tuple(spec.name for spec in fields(Particulars))


@dataclass(frozen=True)
class BasisGiven:
    """A legal basis named in the request; at most one is primary."""

    code: str
    is_primary: bool = False


@dataclass(frozen=True)
class OffenceGiven:
    code: str
    domestic_article: str = ""
    penalty: str = ""


@dataclass(frozen=True)
class ItemGiven:
    """One measure sought; `coercive` None takes the default of its type."""

    type_code: str
    description: str = ""
    coercive: bool | None = None
    executing_authority_id: int | None = None


@dataclass(frozen=True)
class PersonGiven:
    """A person with at least one name; each name is (name, script), the first is the one shown."""

    names: tuple[tuple[str, str], ...]
    role: str
    legal_person: bool = False
    born_on: str = ""
    nationality: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Follows:
    """The request on file that a new one follows. `how`: `supplement` (it carries that one's number and `/S1`), or
    `corrected`: sent in its place after a negative answer (seed report, para 26).
    """

    case_id: int
    how: str


@dataclass(frozen=True)
class Registration:
    """A new request as it is entered. `opened_on` is the day of receipt (incoming) or of our own body's asking
    (outgoing).

    `provisional_arrest_warrant`: an urgent request for provisional arrest comes before the formal one and names the
    warrant (UNCAC 44(10), ECE 16); incoming extradition only. `registered_on`: the day on which an earlier register
    took the request in; None: today. `follows`: the request that this one supplements or corrects.
    """

    kind: str
    direction: str
    opened_on: date
    particulars: Particulars
    lead_id: int | None = None
    bases: tuple[BasisGiven, ...] = ()
    offences: tuple[OffenceGiven, ...] = ()
    items: tuple[ItemGiven, ...] = ()
    persons: tuple[PersonGiven, ...] = ()
    named_people: tuple[int, ...] = ()
    submission_key: str | None = None
    parent_id: int | None = None
    provisional_arrest_warrant: str = ""
    registered_on: date | None = None
    follows: Follows | None = None


@dataclass(frozen=True)
class Difference:
    """One field that somebody else changed meanwhile: what it was, what stands now, what you entered."""

    field: str
    was: Any
    stands: Any
    yours: Any


@dataclass
class EditConflict(Conflict):
    """Somebody else saved first. `differences` lists what both changed; `version` is the one to save against next;
    `entered` is what was entered, with what others changed meanwhile and was left alone as they saved it.
    """

    differences: list[Difference]
    version: int
    entered: Particulars

    def __post_init__(self) -> None:
        super().__init__("Somebody else changed this request while you were editing it. Nothing was saved yet.")


def check(particulars: Particulars, *, kind: str, direction: str, opened_on: date, today: date) -> None:
    """Shape and plausibility, whatever the life cycle asks later. Raises `Invalid` with a message for each wrong field.

    A day in the future is refused for what has happened; a day before receipt is refused for what can only follow it.
    """
    wrong: list[tuple[bool, str, str]] = [
        (kind not in KINDS, "kind", "Choose assistance or extradition."),
        (direction not in DIRECTIONS, "direction", "Choose incoming or outgoing."),
        (not particulars.subject.strip(), "subject", "Enter a subject line."),
        (
            len(particulars.subject) > LONGEST_SUBJECT,
            "subject",
            f"A subject line has {LONGEST_SUBJECT} characters at most.",
        ),
        (
            direction == "incoming" and not particulars.counterpart,
            "counterpart",
            "Choose the State that makes the request.",
        ),
        (opened_on > today, "opened_on", "This day lies in the future."),
        (
            particulars.urgency != "routine" and not particulars.urgency_reason.strip(),
            "urgency_reason",
            "Give the reason for the urgency.",
        ),
        (
            particulars.needed_by is not None and not particulars.needed_by_reason.strip(),
            "needed_by_reason",
            "Give the reason for the date (UNCAC art. 46(24)).",
        ),
        (
            particulars.wanted_for is not None and kind != "extradition",
            "wanted_for",
            "Only extradition asks for prosecution or sentence.",
        ),
        *(
            (_before(getattr(particulars, name), opened_on), name, "This day lies before the request.")
            for name in ("needed_by", "hearing_on")
        ),
        *(
            (_implausible(day), name, "Check the year.")
            for name, day in (
                ("opened_on", opened_on),
                *((name, getattr(particulars, name)) for name in _DAYS),
            )
        ),
        *(
            (_unknown(getattr(particulars, name), known), name, "Choose one of the values offered.")
            for name, known in _KNOWN_VALUES.items()
        ),
    ]
    errors = {name: message for is_wrong, name, message in wrong if is_wrong}
    if errors:
        raise Invalid(errors)


_KNOWN_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "urgency": URGENCIES,
    "confidentiality": CONFIDENTIALITIES,
    "nature": NATURES,
    "wanted_for": WANTED_FOR,
    "channel": CHANNELS,
}


_DAYS: Final = ("received_on", "needed_by", "hearing_on", "limitation_on")


def _implausible(day: date | None) -> bool:
    return day is not None and not FIRST_DAY <= day <= LAST_DAY


def _before(planned: date | None, opened_on: date) -> bool:
    return planned is not None and planned < opened_on


def _unknown(value: str | None, known: tuple[str, ...]) -> bool:
    return value is not None and value not in known


def is_birth(text: str) -> bool:
    """Whether a text is a day, a month or a year of birth as ISO 8601 writes them; files often know no more."""
    try:
        date.fromisoformat(text + "-01-01"[(len(text) - 4) :] if len(text) in (4, 7) else text)
    except ValueError:
        return False
    return len(text) in (4, 7, 10)


def changes(old: Mapping[str, Any], new: Particulars) -> dict[str, tuple[Any, Any]]:
    """The fields whose value differs, with the old and the new value."""
    return {name: (old[name], getattr(new, name)) for name in FIELDS if old[name] != getattr(new, name)}


def plain(value: Any) -> Any:
    """A field's value as it is kept in an event: dates as ISO text, tuples as lists."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def rebased(since: Iterable[Mapping[str, Any]], old: Mapping[str, Any], new: Particulars) -> Particulars:
    """What you entered, with the fields that you left as they were and others changed meanwhile (`since`) as they stand
    now.
    """
    kept = {
        name: old[name]
        for name, was in _first_was(since).items()
        if name in FIELDS and plain(getattr(new, name)) == was
    }
    return replace(new, **kept)


def clashes(since: Iterable[Mapping[str, Any]], old: Mapping[str, Any], new: Particulars) -> list[Difference]:
    """What others changed (`since`: their "was" and "now" by field, oldest first) and now differs from what you
    entered.
    """
    return [
        Difference(name, was, old[name], getattr(new, name))
        for name, was in _first_was(since).items()
        if name in FIELDS and old[name] != getattr(new, name)
    ]


def _first_was(since: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Each field that was changed, as it was before the first change."""
    found: dict[str, Any] = {}
    for change in since:
        for name, was in change["was"].items():
            found.setdefault(name, was)
    return found

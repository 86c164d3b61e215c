"""Where the person sought stands in an extradition, from the effective entries alone.

A spell of custody begins with an arrest and ends with release, escape, death, hand-over or the end of the case. Days
in custody are calendar days on which the person was held at any time, first and last day included, each counted once:
the number that the requesting State is told so that it can be deducted (ECE 18(3), EAW 26). Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from mla_tracker.cases.projection import Step, day_in, text_in
from mla_tracker.cases.replay import Entry

_BEGINS: Final = frozenset({"arrested", "re_arrested", "arrested_abroad", "person_found", "returned_after_trial"})
_ENDS: Final = frozenset(
    {
        "discharged", "not_collected", "released_abroad", "escaped", "died", "surrendered", "surrendered_conditionally",
        "surrendered_temporarily", "surrendered_to_us", "surrendered_to_us_conditionally",
        "temporarily_surrendered_to_us", "discharge_final", "discharge_abroad_final",
    }
)  # fmt: skip
_HELD: Final = frozenset({"arrested", "detained"})
_STAGES: Final = frozenset(
    {
        "sent_to_court", "committed", "surrender_ordered", "court_refused", "litigation_opened", "litigation_ended",
        "court_barred", "remitted", "appeal_noted", "arrest_challenged",
    }
)  # fmt: skip
_EXECUTIVE: Final = frozenset({"granted", "granted_in_part", "granted_on_condition", "granted_abroad"})
_REVOKED: Final = frozenset({"consent_revoked", "consent_revoked_before_request"})
_SURRENDER: Final = frozenset(
    {
        "surrender_fixed", "surrender_failed", "not_collected", "surrendered", "surrendered_conditionally",
        "surrendered_temporarily", "surrendered_to_us", "surrendered_to_us_conditionally",
        "temporarily_surrendered_to_us", "returned_after_trial", "returned_to_serve", "sent_back_after_trial",
        "sent_back_to_serve", "return_overdue",
    }
)  # fmt: skip
_RETURNS: Final = frozenset(
    {"returned_after_trial", "returned_to_serve", "sent_back_after_trial", "sent_back_to_serve"}
)


@dataclass
class Spell:
    """One spell of custody; `ended_on` None: the person is held. `ended_by` is the code of what ended it."""

    began_on: date
    began_at: datetime | None
    place: str
    ended_on: date | None = None
    ended_at: datetime | None = None
    ended_by: str = ""


@dataclass
class Person:
    """Custody and surrender of the person sought, as the entries give them."""

    spells: list[Spell] = field(default_factory=list)
    on_bail_since: date | None = None
    consent: Entry | None = None
    consent_revoked_on: date | None = None
    stages: list[Entry] = field(default_factory=list)
    executive: list[Entry] = field(default_factory=list)
    surrender: list[Entry] = field(default_factory=list)
    return_due_on: date | None = None
    submission: str = ""

    @property
    def held(self) -> Spell | None:
        """The spell that runs."""
        return self.spells[-1] if self.spells and self.spells[-1].ended_on is None else None

    def days_held(self, today: date) -> int:
        """Calendar days in custody up to and with `today`, each counted once."""
        days: set[date] = set()
        for spell in self.spells:
            last = spell.ended_on or today
            days |= {spell.began_on + timedelta(days=number) for number in range((last - spell.began_on).days + 1)}
        return len(days)


def person_of(found_steps: Iterable[Step], terminal: Sequence[str]) -> Person:
    """The person sought after these steps; a case that ends ends the custody for it. `terminal`: the final statuses."""
    person = Person()
    for step in found_steps:
        entry = step.entry
        if entry.item_id is not None:
            continue
        _custody(person, entry, closes=step.after in terminal and step.before not in terminal)
        if entry.code in _STAGES:
            person.stages.append(entry)
        if entry.code in _EXECUTIVE:
            person.executive.append(entry)
        if entry.code in _SURRENDER:
            person.surrender.append(entry)
            person.return_due_on = None if entry.code in _RETURNS else day_in(entry.detail, "return_on")
        if entry.code == "consent_given":
            person.consent, person.consent_revoked_on = entry, None
        elif entry.code in _REVOKED:
            person.consent_revoked_on = entry.happened_on
        person.submission = text_in(entry.detail, "submission") or person.submission
    return person


def _custody(person: Person, entry: Entry, *, closes: bool) -> None:
    how = _change(entry)
    if how == "begins" and person.held is None:
        person.spells.append(Spell(entry.happened_on, entry.happened_at, text_in(entry.detail, "place")))
        person.on_bail_since = None
    elif (how == "ends" or closes) and (spell := person.held) is not None:
        spell.ended_on, spell.ended_at, spell.ended_by = entry.happened_on, entry.happened_at, entry.code
    if entry.code == "custody_changed" and entry.detail.get("custody") == "bail":
        person.on_bail_since = entry.happened_on
    elif how == "ends" or closes:
        person.on_bail_since = None


def _change(entry: Entry) -> str:
    detail: Mapping[str, Any] = entry.detail
    if entry.code in _BEGINS:
        return "begins"
    if entry.code in _ENDS:
        return "ends"
    if entry.code == "custody_changed":
        return "begins" if detail.get("custody") in _HELD else "ends"
    return ""

"""Days that cannot be: an answer before the question, a surrender before the arrest, a review before its act.

One table says which act cannot have happened before which other; the act, an import and a correction ask it. Moments
are compared where both have their hour, else days. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from mla_tracker.cases.replay import Entry

_ARRESTS: Final = ("arrested", "re_arrested", "arrested_abroad", "custody_changed", "person_found")
_GRANTS: Final = ("granted", "granted_in_part", "granted_on_condition", "surrender_ordered", "granted_abroad")
_SURRENDERS: Final = (*_ARRESTS, *_GRANTS)
_CONSULTING: Final = ("consultation_opened", "confidentiality_cannot_be_kept")
_REFUSALS: Final = ("refusal_proposed", "court_barred", "court_refused")
_RELEASES: Final = ("discharged", "not_collected", "released_abroad", "escaped")

NOT_BEFORE: Final[Mapping[str, Sequence[str]]] = {
    "information_reminded": ("information_requested",),
    "information_received_in_part": ("information_requested",),
    "information_received": ("information_requested",),
    "information_not_received": ("information_requested",),
    "lapsed": ("information_requested", "provisional_arrest_requested"),
    "information_supplied": ("information_asked_of_us",),
    "consultation_answered": _CONSULTING,
    "consultation_closed": _CONSULTING,
    "consultation_reply_sent": ("consultation_from_abroad",),
    "postponement_reviewed": ("postponed",),
    "resumed": ("postponed",),
    "resumed_abroad": ("postponed_abroad",),
    "refusal_approved": ("refusal_proposed",),
    "refusal_sent_back": _REFUSALS,
    "refusal_communicated": (*_REFUSALS, "refusal_approved"),
    "nationality_refusal_communicated": (*_REFUSALS, "refusal_approved"),
    "item_refused": ("item_refusal_proposed",),
    "item_refusal_sent_back": ("item_refusal_proposed",),
    "item_resumed": ("item_postponed",),
    "litigation_ended": ("litigation_opened",),
    "court_barred": ("litigation_opened",),
    "remitted": ("litigation_opened",),
    "answer_sent": ("execution_ended", "not_executable"),
    "request_approved": ("submitted_for_approval",),
    "translation_received": ("translation_ordered",),
    "draft_comments_received": ("draft_shared",),
    "sent": ("request_approved",),
    "acknowledged_abroad": ("sent",),
    "results_received": ("sent",),
    "results_received_in_part": ("sent",),
    "negative_reply_received": ("sent",),
    "information_asked_of_us": ("sent",),
    "consultation_from_abroad": ("sent",),
    "results_passed_on": ("results_received",),
    "reply_accepted": ("negative_reply_received",),
    "reply_contested": ("negative_reply_received",),
    "resent_corrected": ("negative_reply_received",),
    "consent_given": ("arrested", "arrested_abroad"),
    "consent_revoked": ("consent_given",),
    "consent_revoked_before_request": ("consent_given",),
    "discharged": _ARRESTS,
    "released_abroad": _ARRESTS,
    "re_arrested": _RELEASES,
    "grant_communicated": _GRANTS,
    "surrender_fixed": _GRANTS,
    "surrender_failed": ("surrender_fixed",),
    "not_collected": (*_ARRESTS, *_GRANTS),
    "surrendered": _SURRENDERS,
    "surrendered_conditionally": _SURRENDERS,
    "surrendered_temporarily": _SURRENDERS,
    "surrendered_to_us": _SURRENDERS,
    "surrendered_to_us_conditionally": _SURRENDERS,
    "temporarily_surrendered_to_us": _SURRENDERS,
    "returned_after_trial": ("surrendered_temporarily",),
    "returned_to_serve": ("surrendered_conditionally",),
    "sent_back_after_trial": ("temporarily_surrendered_to_us",),
    "sent_back_to_serve": ("surrendered_to_us_conditionally",),
    "speciality_ended": ("surrendered_to_us",),
}
"""The act to the acts before which it cannot have happened; the last effective one of each counts."""

SET_FOR_LATER: Final = ("reply_due", "review_on", "surrender_on", "return_on")
"""Days that an act sets for what is to come: none lies before the act itself."""


def before_its_cause(entry: Entry, earlier: Iterable[Entry]) -> Entry | None:
    """The entry that this one would have to follow in time and does not; None where the days can be."""
    causes = NOT_BEFORE.get(entry.code, ())
    last = {other.code: other for other in earlier if other.code in causes and other.item_id in (None, entry.item_id)}
    return next((other for other in last.values() if _earlier(entry, other)), None)


def first_out_of_order(effective_entries: Sequence[Entry]) -> tuple[Entry, Entry] | None:
    """The first of the effective entries that lies before its cause, with the cause."""
    for number, entry in enumerate(effective_entries):
        if (cause := before_its_cause(entry, effective_entries[:number])) is not None:
            return entry, cause
    return None


def _earlier(entry: Entry, other: Entry) -> bool:
    if entry.happened_at is not None and other.happened_at is not None:
        return entry.happened_at < other.happened_at
    return entry.happened_on < other.happened_on


def set_too_early(entry: Entry) -> list[str]:
    """The keys of the detail that set a day for later and name one before the act."""
    found = []
    for name in SET_FOR_LATER:
        value = entry.detail.get(name)
        try:
            if isinstance(value, str) and date.fromisoformat(value) < entry.happened_on:
                found.append(name)
        except ValueError:
            continue  # that it is no day is told elsewhere
    return found

"""What can be done on a case now, by whom, what comes next as a rule, and what is not open yet and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.facts import CaseFile, lacking
from mla_tracker.cases.life_cycle import SAME, LifeCycle, LifeCycles, Transition
from mla_tracker.cases.replay import items_move

# The act that usually comes next, in order of preference; the first that is open is offered as the main one.
_USUAL: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "mla_in": {
        "received": ("registered",),
        "under_review": ("accepted", "legal_basis_accepted"),
        "awaiting_information": ("information_received",),
        "consultation": ("consultation_closed",),
        "postponed": ("resumed",),
        "litigation": ("litigation_ended",),
        "refusal_pending": ("refusal_communicated", "refusal_approved"),
        "accepted": ("execution_ordered",),
        "in_execution": ("execution_ended",),
        "execution_ended": ("answer_sent",),
        "answered": ("closed",),
        "closed": (),
    },
    "mla_out": {
        "drafting": ("submitted_for_approval",),
        "draft_consultation": ("draft_comments_received",),
        "awaiting_approval": ("request_approved",),
        "approved": ("sent",),
        "in_translation": ("translation_received",),
        "sent": ("acknowledged_abroad",),
        "in_hand_abroad": ("results_received",),
        "information_asked": ("information_supplied",),
        "consultation": ("consultation_reply_sent",),
        "postponed_abroad": ("resumed_abroad",),
        "reply_under_study": ("reply_accepted",),
        "results_received": ("results_passed_on", "closed"),
    },
    "ex_in": {
        "arrest_requested": ("arrested",),
        "awaiting_papers": ("formal_request_received",),
        "received": ("registered",),
        "under_review": ("sent_to_court", "legal_basis_accepted"),
        "locating": ("person_found",),
        "awaiting_information": ("information_received",),
        "consultation": ("consultation_closed",),
        "before_court": ("committed",),
        "executive_decision": ("granted",),
        "litigation": ("litigation_ended",),
        "refusal_pending": ("nationality_refusal_communicated", "refusal_communicated", "refusal_approved"),
        "granted": ("surrender_fixed",),
        "surrender_arranged": ("surrendered",),
        "postponed": ("resumed",),
        "temporarily_surrendered": ("returned_after_trial",),
        "conditionally_surrendered": ("returned_to_serve",),
        "released": ("re_arrested",),
    },
    "ex_out": {
        "preparing": ("submitted_for_approval",),
        "seeking": ("arrested_abroad",),
        "papers_due": ("submitted_for_approval",),
        "draft_consultation": ("draft_comments_received",),
        "awaiting_approval": ("request_approved",),
        "approved": ("sent",),
        "in_translation": ("translation_received",),
        "sent": ("acknowledged_abroad",),
        "in_hand_abroad": ("granted_abroad",),
        "information_asked": ("information_supplied",),
        "consultation": ("consultation_reply_sent",),
        "postponed_abroad": ("resumed_abroad",),
        "reply_under_study": ("reply_accepted",),
        "released_abroad": ("re_arrested",),
        "granted_abroad": ("surrender_fixed",),
        "collection_arranged": ("surrendered_to_us",),
        "temporarily_here": ("sent_back_after_trial",),
        "return_to_serve_due": ("sent_back_to_serve",),
        "after_surrender": ("closed",),
    },
}

# Acts that end a request against the wish of the side that made it, or undo what stood.
GRAVE: Final = frozenset(
    {
        "returned", "lapsed", "lapsed_unconfirmed", "refusal_proposed", "court_barred", "court_refused", "withdrawn",
        "no_longer_needed", "own_withdrawal", "own_need_ended", "abandoned", "no_response_closed", "discharged",
        "discharge_final", "reopened", "item_refusal_proposed", "item_court_barred", "item_returned", "item_withdrawn",
    }
)  # fmt: skip
# Recorded from their own place: a correction from the timeline, a taking over from an import.
_ELSEWHERE: Final = frozenset({"corrected", "taken_over"})


@dataclass(frozen=True)
class Offer:
    """An act in the present status: open, or not yet. `lacking`: the facts that must stand on the file first."""

    transition: Transition
    label: str
    moves: bool
    grave: bool
    usual: bool
    lacking: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return self.transition.event


def permitted(cycle: LifeCycle, status: str | None, direction: str, actor: Actor) -> list[Transition]:
    """The rows of the table that are open in this status to the actor's role."""
    return [row for row in cycle.open_from(status, direction) if actor.may(Permission(row.permission))]


def offers(tables: LifeCycles, cycle: LifeCycle, file: CaseFile, actor: Actor) -> list[Offer]:
    """Every act that the table permits in the present status and the actor's role may do; the usual one comes first."""
    status = file.standing.place.status
    usual = _USUAL[cycle.code].get(status or "", ())
    rows = [
        row
        for row in permitted(cycle, status, file.direction, actor)
        if row.event not in _ELSEWHERE and not _second_person(row, file, actor)
    ]
    found = [
        Offer(
            transition=row,
            label=tables.events[row.event],
            moves=row.to != SAME,
            grave=row.event in GRAVE,
            usual=row.event in usual,
            lacking=tuple(lacking(row, file)),
        )
        for row in rows
    ]
    order = {code: number for number, code in enumerate(usual)}
    return sorted(found, key=lambda offer: (order.get(offer.code, len(order)), offer.grave))


def main_offer(found: list[Offer]) -> Offer | None:
    """The act that usually comes next and is open; None where nothing usual is open."""
    return next((offer for offer in found if offer.usual and not offer.lacking), None)


def item_offers(tables: LifeCycles, file: CaseFile, item_id: int, actor: Actor) -> list[Offer]:
    """The acts open on one item now."""
    place = file.standing.items.get(item_id)
    if place is None or not items_move(tables.of(file.kind, file.direction), file.direction, file.standing):
        return []
    return [
        Offer(row, tables.events[row.event], row.to != SAME, row.event in GRAVE, row.event == "item_executed")
        for row in permitted(tables.item, place.status, file.direction, actor)
        if row.event not in _ELSEWHERE and not _second_person(row, file, actor, item_id)
    ]


def _second_person(row: Transition, file: CaseFile, actor: Actor, item_id: int | None = None) -> bool:
    """True when the actor recorded the act before and another person must do this one."""
    if row.distinct_from is None:
        return False
    former = [entry for entry in file.entries if entry.code == row.distinct_from and entry.item_id == item_id]
    return bool(former) and former[-1].actor_id is not None and former[-1].actor_id == actor.account_id

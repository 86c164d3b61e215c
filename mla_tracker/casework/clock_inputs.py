"""From a case and its events to what the deadline engine is told: facts, events of the clocks, pauses, single days.

The engine (`deadlines/`) knows neither cases nor tables; here the acts of the life cycles become events of the clocks
and the file becomes facts. Nothing is read here: the case comes with its items and bases, the events as entries with
corrections folded in (`replay.effective`).
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from mla_tracker.cases.life_cycle import LifeCycle, life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.replay import Entry, walk
from mla_tracker.casework.office import Office
from mla_tracker.deadlines.agreed import BY_THEM, BY_US, AgreedDay
from mla_tracker.deadlines.attachment import CaseFacts
from mla_tracker.deadlines.counting import Lengthening
from mla_tracker.deadlines.occurrences import FACT_ACT, PLANNED_BY_ACT, ActsOfEvents, Occurred
from mla_tracker.deadlines.pauses import HOUSE_PAUSE, POSTPONED, Paused
from mla_tracker.instruments.time_limits import Unit

# A review that ended in a question, a refusal or a return leaves nothing to pass on for execution.
_ENDS_ONLY: Final = frozenset(
    ("review_done", act)
    for act in (
        "information_requested",
        "consultation_opened",
        "refusal_proposed",
        "postponed",
        "returned",
        "forwarded",
    )
)
_VOID_UNTIL_REOPENED: Final = frozenset({"case_closed", "request_withdrawn"})
# The statuses in which clocks stand still: the pause of the limits that each one is, the delay reason,
# and whose delay it is.
_WAITING: Final[Mapping[str | None, tuple[str, str, str]]] = {
    "postponed": (POSTPONED, "DR_POSTPONED", "ours"),
    "awaiting_information": (HOUSE_PAUSE, "DR_INCOMPLETE", "other_state"),
}


# A day that an act names without any rule: the key of its detail, the words, whether it is ours to keep, the acts that
# end it.
_NAMED_BY_ACT: Final[Mapping[str, tuple[str, str, bool, frozenset[str]]]] = {
    "information_requested": (
        "reply_due", "Additional information asked for", False,
        frozenset({"information_received", "information_not_received", "lapsed"}),
    ),
    "information_asked_of_us": (
        "reply_due", "Additional information asked of us", True, frozenset({"information_supplied"}),
    ),
    "consultation_opened": (
        "reply_due", "Answer in the consultation", False, frozenset({"consultation_answered", "consultation_closed"}),
    ),
    "consultation_from_abroad": (
        "reply_due", "Our answer in the consultation", True, frozenset({"consultation_reply_sent"}),
    ),
    "confidentiality_cannot_be_kept": (
        "reply_due", "Answer whether to go on although secrecy cannot be kept", False,
        frozenset({"consultation_answered", "consultation_closed"}),
    ),
    "postponed": (
        "review_on", "Look again at the ground for postponement", True, frozenset({"postponement_reviewed", "resumed"}),
    ),
    "postponement_reviewed": (
        "review_on", "Look again at the ground for postponement", True, frozenset({"postponement_reviewed", "resumed"}),
    ),
}  # fmt: skip


def case_facts(office: Office, case: Case, entries: Sequence[Entry]) -> CaseFacts:
    """What selects the limits: kind, direction, States, bases, and the facts that the file answers."""
    codes = {entry.code for entry in entries}
    facts: dict[str, Any] = {
        "item_type": frozenset(item.type_code for item in case.items),
        "deadline_stated": case.needed_by is not None,
    }
    if case.needed_by is not None:
        facts["deadline_reasoned"] = bool(case.needed_by_reason)
    if case.kind == "extradition":
        facts["provisional_arrest"] = "provisional_arrest_requested" in codes or (
            "arrested_abroad" in codes and "sent" not in codes
        )
        if "consent_given" in codes:
            facts["consent"] = "consent_revoked" not in codes
    return CaseFacts(
        kind=case.kind,
        direction=case.direction,
        our_country=office.country,
        counterpart=case.counterpart,
        accepted=frozenset(basis.basis_code for basis in case.bases if basis.accepted),
        asserted=frozenset(basis.basis_code for basis in case.bases if basis.accepted is None),
        facts=facts,
    )


def occurrences(acts: ActsOfEvents, case: Case, entries: Sequence[Entry], steps: Container[int]) -> Iterator[Occurred]:
    """The events of the clocks on this case: those that acts record, planned days, and the closing.

    `steps`: the entries that moved the case to another status.
    """
    reopened = max((entry.seq for entry in entries if entry.code == "reopened"), default=0)
    codes = {entry.seq: acts.clock_events(entry.code, entry.detail) for entry in entries}
    on_case = {(code, entry.happened_on) for entry in entries if entry.item_id is None for code in codes[entry.seq]}
    for entry in entries:
        for code in codes[entry.seq]:
            if entry.item_id is not None and (code, entry.happened_on) in on_case:
                continue  # an item that moves with its case starts no clock of its own
            if code in _VOID_UNTIL_REOPENED and entry.seq < reopened:
                continue
            yield Occurred(
                code,
                entry.happened_on,
                entry.happened_at,
                entry.seq,
                entry.item_id,
                starts=(code, entry.code) not in _ENDS_ONLY,
                step=entry.seq in steps,
                reason=str(entry.detail.get("reason_code", "")),
                side=str(entry.detail.get("side", "")),
                words=str(entry.detail.get("reason", "")),
                author_id=entry.actor_id,
            )
        yield from _planned(entry, entries)
    for code, on in (
        ("needed_by", case.needed_by),
        ("hearing_on", case.hearing_on),
        ("limitation_on", case.limitation_on),
    ):
        if on is not None:
            yield Occurred(code, on, planned=True)
    if case.channel == "oral" and (made_on := case.received_on if case.direction == "incoming" else case.sent_on):
        # An urgent request made orally is confirmed in writing forthwith (UNCAC 46(14)).
        yield Occurred("oral_request_made", made_on, case.received_at if case.direction == "incoming" else None)
    if (ended := _closing(case, entries)) is not None:
        yield ended


def _planned(entry: Entry, entries: Sequence[Entry]) -> Iterator[Occurred]:
    if entry.code == FACT_ACT and (planned := entry.detail.get("planned_on")):
        at = entry.detail.get("planned_at")
        yield Occurred(
            str(entry.detail["fact"]),
            date.fromisoformat(planned),
            datetime.fromisoformat(at) if at else None,
            entry.seq,
            entry.item_id,
            planned=True,
            noted_on=entry.happened_on,
        )
    if entry.code not in PLANNED_BY_ACT:
        return
    key, code = PLANNED_BY_ACT[entry.code]
    if day := entry.detail.get(key):
        former = any(other.code == entry.code and other.seq < entry.seq for other in entries)
        wanted = "new_surrender_date" if code == "surrender_date" and former else code
        yield Occurred(wanted, date.fromisoformat(day), seq=entry.seq, planned=True, noted_on=entry.happened_on)


def _closing(case: Case, entries: Sequence[Entry]) -> Occurred | None:
    """A case that ended in whatever way: what the office still owed on it counts no more."""
    if case.closed_on is None:
        return None
    return Occurred("case_closed", case.closed_on, seq=max((entry.seq for entry in entries), default=0) + 1)


def waits(cycle: LifeCycle, direction: str, entries: Sequence[Entry]) -> tuple[list[Paused], frozenset[int]]:
    """The spans in which the case, or an item of it, is postponed or waits for information; and the entries that moved
    the case to another status.

    The spans follow the status, not the acts: whatever leads out of it ends the pause. The last may be open.
    """
    found: list[Paused] = []
    steps: set[int] = set()
    standing: dict[int | None, tuple[str | None, date]] = {}
    for entry, _, place, items in walk(life_cycles(), cycle, direction, entries):
        for item_id, one in ((None, place), *items.items()):
            status, first = standing.get(item_id, (None, date.min))
            if one.status == status:
                continue
            if status in _WAITING:
                found.append(_wait(status, first, entry.happened_on, item_id))
            if item_id is None:
                steps.add(entry.seq)
            standing[item_id] = (one.status, entry.happened_on)
    found += [
        _wait(status, first, None, item_id) for item_id, (status, first) in standing.items() if status in _WAITING
    ]
    return found, frozenset(steps)


def _wait(status: str | None, first: date, last: date | None, item_id: int | None) -> Paused:
    pause, reason, side = _WAITING[status]
    return Paused(pause, first, last, reason, side, item_id)


def agreed_days(entries: Sequence[Entry]) -> Iterator[AgreedDay]:
    """The single days of a case: those that were set for it (`deadline_set`), and those that an act names."""
    for entry in entries:
        detail = entry.detail
        if entry.code == "deadline_set":
            yield AgreedDay(
                code=entry.code,
                seq=entry.seq,
                named_on=entry.happened_on,
                on=date.fromisoformat(detail["due_on"]),
                at=datetime.fromisoformat(detail["due_at"]) if detail.get("due_at") else None,
                label=str(detail["label"]),
                ours=detail["bound"] == "ours",
                set_by=str(detail["set_by"]),
                reason=str(detail["reason"]),
                author_id=entry.actor_id,
                item_id=entry.item_id,
            )
        elif entry.code in _NAMED_BY_ACT:
            name, label, ours, ends = _NAMED_BY_ACT[entry.code]
            if day := detail.get(name):
                yield AgreedDay(
                    code=entry.code,
                    seq=entry.seq,
                    named_on=entry.happened_on,
                    on=date.fromisoformat(day),
                    label=label,
                    ours=ours,
                    set_by=BY_THEM if ours and name == "reply_due" else BY_US,
                    author_id=entry.actor_id,
                    item_id=entry.item_id,
                    ends=ends,
                )


def void_on(case: Case, entries: Sequence[Entry]) -> date | None:
    """The day from which nothing is owed on the case any more: it was closed."""
    ended = _closing(case, entries)
    return ended.on if ended is not None else None


def extensions(entries: Sequence[Entry]) -> dict[str, list[Lengthening]]:
    """The extensions that were granted, by the clock, in order of recording."""
    found: dict[str, list[Lengthening]] = {}
    for entry in entries:
        if entry.code != "deadline_extended":
            continue
        detail = entry.detail
        found.setdefault(clock_of(entry), []).append(
            Lengthening(
                how=detail["how"],
                amount=detail.get("amount") or 0,
                unit=Unit(detail.get("unit") or "days"),
                until=date.fromisoformat(detail["until"]) if detail.get("until") else None,
                reason=detail["reason"],
                reason_code=detail.get("reason_code", ""),
                side=detail.get("side", ""),
                author_id=entry.actor_id,
                granted_on=entry.happened_on,
                seq=entry.seq,
            )
        )
    return found


def marked(entries: Sequence[Entry]) -> dict[str, Occurred]:
    """The clocks of which somebody showed that what was due had been done: the first word of each."""
    found: dict[str, Occurred] = {}
    for entry in entries:
        if entry.code == "deadline_met":
            event = Occurred(entry.code, entry.happened_on, entry.happened_at, entry.seq, author_id=entry.actor_id)
            found.setdefault(clock_of(entry), event)
    return found


def lapsed(entries: Sequence[Entry]) -> dict[str, tuple[date, date]]:
    """The clocks whose day is on record as passed unmet: that day, and the day on which it was recorded."""
    return {
        clock_of(entry): (date.fromisoformat(entry.detail["due_on"]), entry.happened_on)
        for entry in entries
        if entry.code == "limit_missed"
    }


def disputes(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    """The open disputes by the clock: since when, by which side, why."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.code == "deadline_disputed":
            told = {"on": entry.happened_on.isoformat(), "author": entry.actor_id}
            found[clock_of(entry)] = {**told, "side": entry.detail["side"], "reason": entry.detail["reason"]}
        elif entry.code == "deadline_settled":
            found.pop(clock_of(entry), None)
    return found


def clock_of(entry: Entry) -> str:
    """The key of the clock that an entry is about. Its detail names no item: items have other numbers elsewhere."""
    return str(entry.detail["clock"]) + (f":{entry.item_id}" if entry.item_id is not None else "")

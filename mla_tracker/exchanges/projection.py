"""Which rounds the events of a case give: information, consultations, and the other exchanges. Pure but for `project`.

A round of information or a consultation that some other act overtook ends with that act: nobody waits for it any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from mla_tracker.cases.projection import TAKEN_OVER, Step, Wanted, day_in, keep, stated, text_in
from mla_tracker.cases.replay import Entry
from mla_tracker.exchanges.models import Consultation, Exchange, InformationRequest
from mla_tracker.exchanges.rules import ROUNDS, RoundKind, RoundStep

_ASKING: Final[Mapping[str, str]] = {"information_requested": "us", "information_asked_of_us": "other_state"}
_INFORMATION_ENDS: Final[Mapping[str, str]] = {
    "information_received": "answered",
    "information_supplied": "answered",
    "information_not_received": "not_answered",
    "lapsed": "not_answered",
}
_WAITING_FOR_INFORMATION: Final = ("awaiting_information", "information_asked")
_CONSULTING: Final[Mapping[str, str]] = {
    "consultation_opened": "us",
    "confidentiality_cannot_be_kept": "us",
    "consultation_from_abroad": "other_state",
}
_CONSULTATION_ENDS: Final = frozenset({"consultation_closed", "consultation_reply_sent"})
CANNOT_KEEP: Final = "Confidentiality cannot be kept"


def information_requests(found_steps: Iterable[Step]) -> list[Wanted]:
    """The rounds of additional information (UNCAC 46(16), ECE 13), with how each ended."""
    found: list[Wanted] = []
    for step in found_steps:
        entry, running = step.entry, _running(found, "ended_on")
        if running is not None and (
            entry.code in _INFORMATION_ENDS or any(step.left(status) for status in _WAITING_FOR_INFORMATION)
        ):
            running.values["ended_on"] = entry.happened_on
            running.values["end_kind"] = _INFORMATION_ENDS.get(entry.code, "overtaken")
        elif running is not None and entry.code == "information_reminded":
            running.values["reminders"] += 1
        if entry.code in _ASKING:
            found.append(_information(entry, _ASKING[entry.code]))
        found += [_stated_information(entry, row) for row in stated(entry, "information")]
    return found


def _information(entry: Entry, asked_by: str) -> Wanted:
    values = {
        "asked_by": asked_by,
        "asked_on": entry.happened_on,
        "missing": text_in(entry.detail, "missing"),
        "reply_due": day_in(entry.detail, "reply_due"),
        "reminders": 0,
        "ended_on": None,
        "end_kind": None,
    }
    return Wanted(entry.seq, values)


def _stated_information(entry: Entry, row: Mapping[str, Any]) -> Wanted:
    values = {
        "asked_by": text_in(row, "asked_by"),
        "missing": text_in(row, "missing"),
        "reminders": row.get("reminders") or 0,
        "end_kind": row.get("end_kind") or None,
        **{name: day_in(row, name) for name in ("asked_on", "reply_due", "ended_on")},
    }
    return Wanted(entry.seq, values)


def consultations(found_steps: Iterable[Step]) -> list[Wanted]:
    """The consultations (UNCAC 46(26), 46(28), 44(17)); "cannot be kept" is one too (46(20))."""
    found: list[Wanted] = []
    for step in found_steps:
        entry, running = step.entry, _running(found, "closed_on")
        if running is not None and (entry.code in _CONSULTATION_ENDS or step.left("consultation")):
            running.values["closed_on"] = entry.happened_on
            if entry.code in _CONSULTATION_ENDS:
                running.values["result"] = text_in(entry.detail, "result")
        elif running is not None and entry.code == "consultation_answered":
            running.values["answered_on"] = entry.happened_on
        if entry.code in _CONSULTING:
            found.append(_consultation(entry, _CONSULTING[entry.code]))
        for row in stated(entry, "consultations"):
            days = ("opened_on", "reply_due", "answered_on", "closed_on")
            texts = ("opened_by", "subject", "result")
            values = {name: day_in(row, name) for name in days} | {name: text_in(row, name) for name in texts}
            found.append(Wanted(entry.seq, values))
    return found


def _consultation(entry: Entry, opened_by: str) -> Wanted:
    subject = CANNOT_KEEP if entry.code == "confidentiality_cannot_be_kept" else text_in(entry.detail, "subject")
    values = {
        "opened_by": opened_by,
        "opened_on": entry.happened_on,
        "subject": subject,
        "reply_due": day_in(entry.detail, "reply_due"),
        "answered_on": None,
        "closed_on": None,
        "result": "",
    }
    return Wanted(entry.seq, values)


def _running(found: Sequence[Wanted], end: str) -> Wanted | None:
    return next((row for row in reversed(found) if row[end] is None), None)


def exchanges(entries: Iterable[Entry], direction: str) -> list[Wanted]:
    """The other rounds: assurances, conditions, inquiries, consents, safe conduct, costs, contacts, shared drafts."""
    found: list[Wanted] = []
    families: dict[int, str] = {}
    for entry in entries:
        if entry.code == "draft_shared":
            found.append(_begun(entry, "draft", "shared", "theirs", text_in(entry.detail, "draft")))
        elif entry.code == "draft_comments_received":
            if (running := _open_round(found, "draft", None, {}, "")) is not None:
                _go_on(running, entry, "commented", None, "")
        elif (kind := ROUNDS.get(entry.code)) is not None:
            step = kind.steps.get(str(entry.detail.get(kind.key)))
            if step is not None:
                _take(found, families, entry, kind, step, direction)
    return found


def _take(
    found: list[Wanted], families: dict[int, str], entry: Entry, kind: RoundKind, step: RoundStep, direction: str
) -> None:
    state, turn = str(entry.detail[kind.key]), step.turn_of(direction)
    content = text_in(entry.detail, "content") or text_in(entry.detail, "condition")
    running = None
    if not step.begins:
        running = _open_round(found, kind.kind, entry.detail.get("round"), families, step.family)
    if running is None:
        running = _begun(entry, kind.kind, state, turn, content)
        families[entry.seq] = step.family
        found.append(running)
        return
    _go_on(running, entry, state, turn, content)


def _begun(entry: Entry, kind: str, state: str, turn: str | None, content: str) -> Wanted:
    values = {
        "kind": kind,
        "state": state,
        "turn": turn,
        "begun_on": entry.happened_on,
        "due_on": day_in(entry.detail, "reply_due"),
        "ended_on": None if turn else entry.happened_on,
        "content": content,
        "answer": "",
    }
    return Wanted(entry.seq, values)


def _go_on(row: Wanted, entry: Entry, state: str, turn: str | None, content: str) -> None:
    row.values |= {"state": state, "turn": turn, "ended_on": None if turn else entry.happened_on}
    row.values["answer"] = content or row["answer"]
    row.values["due_on"] = day_in(entry.detail, "reply_due") if turn else row["due_on"]


def _open_round(
    found: Sequence[Wanted], kind: str, named: Any, families: Mapping[int, str], family: str
) -> Wanted | None:
    """The round that is meant: the one named, or else the last of its kind that is open."""
    same = [
        row for row in found if row["kind"] == kind and row["ended_on"] is None and families.get(row.seq, "") == family
    ]
    return next((row for row in same if str(row.seq) == str(named)), same[-1] if same else None)


def project(
    session: Session, case_id: int, direction: str, entries: Sequence[Entry], found_steps: Sequence[Step]
) -> None:
    """Bring the rounds of a case into line with its events. `entries`: all of them, the annulled ones too."""
    codes = {entry.code for entry in entries}
    if codes & {*_ASKING, TAKEN_OVER}:
        keep(session, InformationRequest, case_id, "asked_seq", information_requests(found_steps))
    if codes & {*_CONSULTING, TAKEN_OVER}:
        keep(session, Consultation, case_id, "opened_seq", consultations(found_steps))
    if codes & {*ROUNDS, "draft_shared"}:
        rounds = exchanges((step.entry for step in found_steps), direction)
        keep(session, Exchange, case_id, "begun_seq", rounds)

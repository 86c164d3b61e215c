"""The exchanges of a request in one list: what was asked or agreed, whose turn it is, and the act that follows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from mla_tracker.cases.models import Case
from mla_tracker.cases.projection import Step, Wanted
from mla_tracker.exchanges.projection import CANNOT_KEEP, consultations, exchanges, information_requests
from mla_tracker.exchanges.rules import ROUNDS
from mla_tracker.web.context import today

KINDS: Final[Mapping[str, Any]] = {
    "assurance": _l("Assurance"),
    "condition": _l("Condition"),
    "inquiry": _l("Inquiry"),
    "competing": _l("Competing request"),
    "speciality_consent": _l("Consent of speciality"),
    "use_consent": _l("Use for another purpose"),
    "safe_conduct": _l("Safe conduct"),
    "cost": _l("Costs"),
    "contact": _l("Informal contact"),
    "draft": _l("Draft shared"),
}
STATES: Final[Mapping[str, Any]] = {
    "requested": _l("asked for"),
    "given": _l("given"),
    "sufficient": _l("sufficient"),
    "insufficient": _l("insufficient"),
    "not_needed": _l("not needed any more"),
    "proposed": _l("proposed"),
    "accepted": _l("accepted, to be fulfilled"),
    "rejected": _l("rejected"),
    "fulfilled": _l("fulfilled"),
    "received": _l("asked of us"),
    "answered": _l("answered"),
    "sent": _l("asked by us"),
    "answered_by_them": _l("answered"),
    "recorded": _l("to be chosen"),
    "chosen": _l("chosen"),
    "asked": _l("asked for"),
    "refused": _l("refused"),
    "notice_before_disclosure": _l("told before disclosure"),
    "granted": _l("granted"),
    "presence_not_required": _l("free to leave"),
    "left": _l("left"),
    "ended": _l("ended"),
    "ordinary": _l("ordinary"),
    "raised": _l("being consulted"),
    "agreed": _l("agreed"),
    "not_agreed": _l("not agreed"),
    "police": _l("with the police"),
    "fiu": _l("with a financial intelligence unit"),
    "network": _l("through a network"),
    "prosecutor": _l("between prosecutors"),
    "liaison": _l("through a liaison officer"),
    "other": _l("told or asked"),
    "shared": _l("shared for comment"),
    "commented": _l("commented"),
}
_ENDS: Final[Mapping[str, Any]] = {
    "answered": _l("answered"),
    "not_answered": _l("not answered"),
    "overtaken": _l("overtaken by another act"),
}
# The act that takes an open round on; the first that is possible now is offered.
_NEXT: Final[Mapping[str, Sequence[str]]] = {
    "information": ("information_received", "information_supplied"),
    "consultation": ("consultation_closed", "consultation_reply_sent"),
    "draft": ("draft_comments_received",),
    **{kind.kind: (act,) for act, kind in ROUNDS.items()},
}


@dataclass(frozen=True)
class ShownRound:
    """One line of the list. `turn`: "" where nobody's answer is due; `next_url`: the act that goes on."""

    what: str
    content: str
    answer: str
    begun_on: date
    state: str
    turn: str
    sign: str
    due_on: date | None
    ended_on: date | None
    next_url: str


def shown_rounds(case: Case, found_steps: Sequence[Step], possible: Collection[str]) -> list[ShownRound]:
    """All rounds of a case: the open ones first, then the latest. `possible`: the acts that can be recorded now."""
    rows = [
        *(_information(row, case, possible) for row in information_requests(found_steps)),
        *(_consultation(row, case, possible) for row in consultations(found_steps)),
        *(_exchange(row, case, possible) for row in exchanges((step.entry for step in found_steps), case.direction)),
    ]
    rows.sort(key=lambda row: row.begun_on, reverse=True)
    return sorted(rows, key=lambda row: row.ended_on is not None)


def _information(row: Wanted, case: Case, possible: Collection[str]) -> ShownRound:
    ours = row["asked_by"] == "us"
    reminders = row["reminders"]
    reminded = ngettext("reminded once", "reminded %(num)d times", reminders) if reminders else _("asked for")
    return ShownRound(
        what=_("Additional information") if ours else _("Information asked of us"),
        content=row["missing"],
        answer="",
        begun_on=row["asked_on"],
        state=str(_ENDS[row["end_kind"]]) if row["ended_on"] else reminded,
        turn="" if row["ended_on"] else _turn("theirs" if ours else "ours"),
        sign=_sign(row["ended_on"], row["reply_due"]),
        due_on=None if row["ended_on"] else row["reply_due"],
        ended_on=row["ended_on"],
        next_url="" if row["ended_on"] else _next("information", case, possible, row.seq),
    )


def _consultation(row: Wanted, case: Case, possible: Collection[str]) -> ShownRound:
    ours, closed = row["opened_by"] == "us", row["closed_on"]
    subject = _("Confidentiality cannot be kept") if row["subject"] == CANNOT_KEEP else row["subject"]
    state = (_("closed") if row["result"] else _("overtaken by another act")) if closed else _("open")
    if not closed and row["answered_on"]:
        state = _("answered, to be closed")
    return ShownRound(
        what=_("Consultation") if ours else _("Consultation by the other State"),
        content=subject,
        answer=row["result"],
        begun_on=row["opened_on"],
        state=state,
        turn="" if closed else _turn("ours" if not ours or row["answered_on"] else "theirs"),
        sign=_sign(closed, row["reply_due"]),
        due_on=None if closed else row["reply_due"],
        ended_on=closed,
        next_url="" if closed else _next("consultation", case, possible, row.seq),
    )


def _exchange(row: Wanted, case: Case, possible: Collection[str]) -> ShownRound:
    return ShownRound(
        what=str(KINDS[row["kind"]]),
        content=row["content"],
        answer=row["answer"],
        begun_on=row["begun_on"],
        state=str(STATES[row["state"]]),
        turn=_turn(row["turn"]) if row["turn"] else "",
        sign=_sign(row["ended_on"], row["due_on"]),
        due_on=None if row["ended_on"] else row["due_on"],
        ended_on=row["ended_on"],
        next_url="" if row["ended_on"] else _next(row["kind"], case, possible, row.seq),
    )


def _turn(turn: str) -> str:
    return str(_("Ours") if turn == "ours" else _("The other State"))


def _sign(ended_on: date | None, due_on: date | None) -> str:
    if ended_on is not None:
        return "done"
    return "late" if due_on is not None and due_on < today() else "waiting"


def _next(kind: str, case: Case, possible: Collection[str], seq: int) -> str:
    code = next((act for act in _NEXT[kind] if act in possible), None)
    if code is None:
        return ""
    named = seq if code in ROUNDS else None
    return url_for("cases.record_act", reference=case.reference, code=code, round=named)


def round_choices(code: str, case: Case, found_steps: Iterable[Step]) -> list[tuple[str, str]]:
    """The open rounds that an act of this kind may go on with, to choose from: number of the entry, words."""
    if code not in ROUNDS:
        return []
    kind = ROUNDS[code].kind
    rows = exchanges((step.entry for step in found_steps), case.direction)
    return [
        (str(row.seq), f"{row['content'] or KINDS[kind]} ({STATES[row['state']]})")
        for row in rows
        if row["kind"] == kind and row["ended_on"] is None
    ]

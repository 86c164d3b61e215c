"""Rounds of additional information and consultations: the row beside the event.

Each function records one event through the open act and keeps the row of the round in step with it. `RECORDERS` maps
the event to its function for callers that record by code.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.recording import Given, Recorder
from mla_tracker.exchanges.models import Consultation, InformationRequest


def ask_information(act: OpenAct, given: Given) -> int:
    """Ask the other State for what is missing (UNCAC 46(16), ECE 13): a new round with the day by which to answer."""
    return _open_information(act, given, asked_by="us", event="information_requested")


def asked_of_us(act: OpenAct, given: Given) -> int:
    """The other State asks us; its wish for a day is not always stated."""
    return _open_information(act, given, asked_by="other_state", event="information_asked_of_us")


def _open_information(act: OpenAct, given: Given, *, asked_by: str, event: str) -> int:
    seq = given.append(act, event)
    act.session.add(
        InformationRequest(
            case_id=act.case.id,
            asked_by=asked_by,
            asked_seq=seq,
            asked_on=given.day(act),
            missing=given.detail["missing"],
            reply_due=_day(given.detail, "reply_due"),
        )
    )
    return seq


def remind_of_information(act: OpenAct, given: Given) -> int:
    """A reminder for information; the round counts them."""
    seq = given.append(act, "information_reminded")
    if (round_ := _open_round(act)) is not None:
        round_.reminders += 1
    return seq


def information_arrived(act: OpenAct, given: Given) -> int:
    """The answer with the information: the round ends as answered."""
    return _end_round(act, given, "information_received", "answered")


def information_supplied(act: OpenAct, given: Given) -> int:
    """We answered the other State's question."""
    return _end_round(act, given, "information_supplied", "answered")


def information_did_not_arrive(act: OpenAct, given: Given) -> int:
    """Decide on the file: the round ends unanswered."""
    return _end_round(act, given, "information_not_received", "not_answered")


def request_lapsed(act: OpenAct, given: Given) -> int:
    """Nothing came in spite of the reminder: the request lapses and with it the round."""
    return _end_round(act, given, "lapsed", "not_answered")


def _end_round(act: OpenAct, given: Given, event: str, end_kind: str) -> int:
    seq = given.append(act, event)
    if (round_ := _open_round(act)) is not None:
        round_.ended_on, round_.end_kind = given.day(act), end_kind
    return seq


def _open_round(act: OpenAct) -> InformationRequest | None:
    act.session.flush()
    return act.session.scalar(
        select(InformationRequest)
        .where(InformationRequest.case_id == act.case.id, InformationRequest.ended_on.is_(None))
        .order_by(InformationRequest.id.desc())
        .limit(1)
    )


def open_consultation(act: OpenAct, given: Given) -> int:
    """Consult the other State before refusing or postponing, on conditions, costs or timing (UNCAC 46(26), 44(17))."""
    return _open_consultation(act, given, "us", str(given.detail.get("subject", "")))


def consulted_by_other_state(act: OpenAct, given: Given) -> int:
    """The other State consults us."""
    return _open_consultation(act, given, "other_state", str(given.detail.get("subject", "")))


def confidentiality_cannot_be_kept(act: OpenAct, given: Given) -> int:
    """The other State is told that the secrecy it asked for cannot be kept, and asked whether to go on (UNCAC
    46(20)).
    """
    return _open_consultation(act, given, "us", "Confidentiality cannot be kept")


def _open_consultation(act: OpenAct, given: Given, opened_by: str, subject: str) -> int:
    seq = given.append(act, given.code)
    act.session.add(
        Consultation(
            case_id=act.case.id,
            opened_by=opened_by,
            opened_seq=seq,
            opened_on=given.day(act),
            subject=subject,
            reply_due=_day(given.detail, "reply_due"),
        )
    )
    return seq


def consultation_answered(act: OpenAct, given: Given) -> int:
    """An answer in the consultation, which goes on."""
    seq = given.append(act, "consultation_answered")
    if (open_one := _consultation(act)) is not None:
        open_one.answered_on = given.day(act)
    return seq


def close_consultation(act: OpenAct, given: Given) -> int:
    """The result of the consultation, or our answer in one that the other State opened."""
    seq = given.append(act, given.code)
    if (open_one := _consultation(act)) is not None:
        open_one.closed_on, open_one.result = given.day(act), given.detail["result"]
    return seq


def _consultation(act: OpenAct) -> Consultation | None:
    act.session.flush()
    return act.session.scalar(
        select(Consultation)
        .where(Consultation.case_id == act.case.id, Consultation.closed_on.is_(None))
        .order_by(Consultation.id.desc())
        .limit(1)
    )


def _day(detail: Mapping[str, Any], name: str) -> date | None:
    value = detail.get(name)
    return date.fromisoformat(value) if value else None


RECORDERS: Final[Mapping[str, Recorder]] = {
    "information_requested": ask_information,
    "information_asked_of_us": asked_of_us,
    "information_reminded": remind_of_information,
    "information_received": information_arrived,
    "information_supplied": information_supplied,
    "information_not_received": information_did_not_arrive,
    "lapsed": request_lapsed,
    "consultation_opened": open_consultation,
    "consultation_from_abroad": consulted_by_other_state,
    "confidentiality_cannot_be_kept": confidentiality_cannot_be_kept,
    "consultation_answered": consultation_answered,
    "consultation_closed": close_consultation,
    "consultation_reply_sent": close_consultation,
}

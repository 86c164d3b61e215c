"""Which refusals and postponements the events of a case give, and which legal basis is accepted.

Pure but for `project`, which brings the tables into line. A refusal that was proposed wrongly and annulled is no row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.cases.models import CaseLegalBasis
from mla_tracker.cases.projection import Step, Wanted, day_in, keep, stated, text_in
from mla_tracker.cases.replay import Entry
from mla_tracker.decisions.models import Postponement, Refusal, RefusalGround

_PROPOSING: Final = frozenset({"refusal_proposed", "item_refusal_proposed"})
_BY_COURT: Final = frozenset({"court_barred", "court_refused", "item_court_barred"})
_ABROAD: Final = frozenset({"negative_reply_received", "item_refused_abroad"})
# What an entry marks on the refusal that is pending.
_MARKS: Final[Mapping[str, str]] = {
    "refusal_approved": "approved_on",
    "item_refused": "approved_on",
    "refusal_sent_back": "sent_back_on",
    "item_refusal_sent_back": "sent_back_on",
    "refusal_communicated": "communicated_on",
    "nationality_refusal_communicated": "communicated_on",
}
# What tells the other State of the items refused so far: a notice of its own, the acceptance in part, the answer.
_TELLING_OF_ITEMS: Final = frozenset({"part_refusal_communicated", "accepted_in_part", "answer_sent"})
_BASIS: Final = "legal_basis_accepted"


def refusals(entries: Iterable[Entry]) -> list[Wanted]:
    """The refusals that effective entries give, in order; `grounds` is among their values."""
    found: list[Wanted] = []
    for entry in entries:
        opened = _opened_by(entry)
        if opened is not None:
            found.append(opened)
        elif entry.code in _TELLING_OF_ITEMS:
            _tell_of_items(found, entry.happened_on)
        elif entry.code in _MARKS and (row := pending(found, entry.item_id)) is not None:
            row.values[_MARKS[entry.code]] = entry.happened_on
        found += [_stated_refusal(entry, row) for row in stated(entry, "refusals")]
    return found


def _opened_by(entry: Entry) -> Wanted | None:
    """The refusal that this entry opens, if it opens one."""
    on = entry.happened_on
    if entry.code in _PROPOSING:
        return _refusal(entry, "us")
    if entry.code in _BY_COURT:
        return _refusal(entry, "court", approved_on=on)
    if entry.code == "granted_in_part":
        told = day_in(entry.detail, "communicated_on") or on
        return _refusal(entry, "us", approved_on=on, communicated_on=told)
    if entry.code in _ABROAD and entry.detail.get("reply_kind", "refused") == "refused":
        return _refusal(entry, "other_state", approved_on=on, communicated_on=on)
    return None


def _tell_of_items(found: Iterable[Wanted], on: date) -> None:
    for row in found:
        if row["item_id"] is not None and row["approved_on"] and not row["communicated_on"]:
            row.values["communicated_on"] = on


def pending(found: Sequence[Wanted], item_id: int | None) -> Wanted | None:
    """The last refusal of ours, or of a court, of the whole or of this item that was not sent back."""
    return next(
        (
            row
            for row in reversed(found)
            if row["item_id"] == item_id and row["given_by"] != "other_state" and not row["sent_back_on"]
        ),
        None,
    )


def _refusal(entry: Entry, given_by: str, **more: Any) -> Wanted:
    days = dict.fromkeys(("approved_on", "sent_back_on", "communicated_on"))
    values = {
        "item_id": entry.item_id,
        "given_by": given_by,
        "proposed_on": entry.happened_on,
        "reasons": text_in(entry.detail, "reasons"),
        "reasons_recorded": True,
        "no_consultation_reason": text_in(entry.detail, "no_consultation_reason"),
        "grounds": list(dict.fromkeys(entry.detail.get("grounds") or ())),
    }
    return Wanted(entry.seq, {**values, **days, **more})


def _stated_refusal(entry: Entry, row: Any) -> Wanted:
    days = ("proposed_on", "approved_on", "sent_back_on", "communicated_on")
    return Wanted(
        entry.seq,
        {
            "item_id": entry.item_id,
            "given_by": text_in(row, "given_by"),
            "reasons": text_in(row, "reasons"),
            "reasons_recorded": row.get("reasons_recorded") is not False,
            "no_consultation_reason": text_in(row, "no_consultation_reason"),
            "grounds": list(dict.fromkeys(row.get("grounds") or ())),
            **{name: day_in(row, name) for name in days},
        },
    )


def postponements(found_steps: Iterable[Step]) -> list[Wanted]:
    """The postponements of a case. One ends with whatever leads out of the status, and a return after a temporary
    surrender begins another on the same ground (ECE 19(2)).
    """
    found: list[Wanted] = []
    for step in found_steps:
        entry, detail = step.entry, step.entry.detail
        running = next((row for row in reversed(found) if row["ended_on"] is None), None)
        if step.left("postponed") and running is not None:
            running.values["ended_on"] = entry.happened_on
        if entry.code == "postponed":
            found.append(_postponement(entry, text_in(detail, "ground"), text_in(detail, "reasons")))
        elif entry.code == "returned_after_trial" and found:
            found.append(_postponement(entry, found[-1]["ground_code"], found[-1]["reasons"]))
        elif entry.code == "postponement_reviewed" and running is not None:
            running.values["review_on"] = day_in(detail, "review_on")
        for row in stated(entry, "postponements"):
            values = {name: day_in(row, name) for name in ("postponed_on", "review_on", "ended_on")}
            texts = {"ground_code": text_in(row, "ground"), "reasons": text_in(row, "reasons")}
            found.append(Wanted(entry.seq, {**texts, **values}))
    return found


def _postponement(entry: Entry, ground: str, reasons: str) -> Wanted:
    review = day_in(entry.detail, "review_on")
    values = {"ground_code": ground, "reasons": reasons, "postponed_on": entry.happened_on, "review_on": review}
    return Wanted(entry.seq, {**values, "ended_on": None})


def project(session: Session, case_id: int, entries: Sequence[Entry], found_steps: Sequence[Step]) -> None:
    """Bring refusals, postponements and the accepted bases of a case into line with its events.

    `entries`: all of them, the annulled ones too; `found_steps`: the effective ones.
    """
    codes = {entry.code for entry in entries}
    if codes & (_PROPOSING | _BY_COURT | _ABROAD | {"granted_in_part", "taken_over"}):
        _store_refusals(session, case_id, refusals(step.entry for step in found_steps))
    if codes & {"postponed", "taken_over"}:
        keep(session, Postponement, case_id, "postponed_seq", postponements(found_steps))
    if _BASIS in codes:
        accept_bases(session, case_id, [step.entry for step in found_steps])


def _store_refusals(session: Session, case_id: int, wanted: Sequence[Wanted]) -> None:
    grounds = {id(row): row.values.pop("grounds") for row in wanted}
    for row, asked in keep(session, Refusal, case_id, "proposed_seq", wanted).items():
        codes = grounds[id(asked)]
        for ground in list(row.grounds):
            if ground.ground_code not in codes:
                row.grounds.remove(ground)
        standing = {ground.ground_code for ground in row.grounds}
        row.grounds += [RefusalGround(ground_code=code) for code in codes if code not in standing]


def accept_bases(session: Session, case_id: int, entries: Iterable[Entry]) -> None:
    """The basis accepted last becomes the primary one; `none` refuses all; without such an entry all are open again."""
    accepting = [entry for entry in entries if entry.code == _BASIS]
    rows = session.scalars(select(CaseLegalBasis).where(CaseLegalBasis.case_id == case_id)).all()
    for row in rows:
        row.accepted, row.accepted_on = None, None
        for entry in accepting:
            if entry.detail.get("basis") == row.basis_code:
                row.accepted, row.accepted_on = True, entry.happened_on
            elif entry.detail.get("basis") == "none":
                row.accepted = False
    last = accepting[-1].detail.get("basis") if accepting else None
    if any(row.basis_code == last for row in rows):
        for row in rows:
            row.is_primary = row.basis_code == last

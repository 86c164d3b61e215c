"""R6 and R7: what was refused, postponed or returned, on which grounds, and what was owed before and upon it."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import exists, func, select

from mla_tracker.cases.models import CaseEvent, CaseEventDetail
from mla_tracker.decisions.models import Postponement, Refusal, RefusalGround
from mla_tracker.exchanges.models import Consultation, InformationRequest
from mla_tracker.statistics.facts import told_on
from mla_tracker.statistics.reports.content import Column, Kind, Report, Row, Table, say, with_total
from mla_tracker.statistics.reports.material import Material, Places, requests
from mla_tracker.statistics.rules import share

_FORCES: Final = {"mandatory": "Mandatory", "discretionary": "Discretionary", "barred": "Barred"}
_GROUND: Final = (
    Column(say("Ground"), Kind.WORDS), Column(say("Provision"), Kind.NAME), Column(say("Force"), Kind.WORDS),
)  # fmt: skip
_GIVERS: Final = {
    "us": "Refused by us and our courts", "abroad": "Refused by other States",
}  # fmt: skip


def refusals(material: Material) -> Report:
    """R6: refusals told in the span by ground, postponements, and compliance with UNCAC 46(23), 46(26), 44(17)."""
    told = told_on()
    held = exists().where(Consultation.case_id == Refusal.case_id, Consultation.opened_on <= told)
    place, (numbers, items, givers, excuses, reasons, consulted, grounds) = material.beside(
        select(
            Refusal.case_id, Refusal.id, Refusal.item_id, Refusal.given_by,
            Refusal.no_consultation_reason != "", Refusal.reasons_recorded, held, RefusalGround.ground_code,
        )
        .outerjoin(RefusalGround, RefusalGround.refusal_id == Refusal.id)
        .where(
            Refusal.sent_back_on.is_(None), Refusal.approved_on.is_not(None), told >= material.first,
            told <= material.last,
        )
        .order_by(Refusal.id)
    )  # fmt: skip
    counts = material.is_request[place] if place.size else np.zeros(0, dtype=np.bool_)
    abroad = np.array([giver == "other_state" for giver in givers], dtype=np.bool_)
    tables = [
        _grounds(material, _GIVERS[name], place, grounds, items, counts & side)
        for name, side in (("us", ~abroad), ("abroad", abroad))
    ]
    rows = list(zip(numbers, reasons, consulted, excuses, counts & ~abroad, place, strict=True))
    tables += [_compliance(rows), _postponements(material)]
    return Report(
        "R6", say("Refusals and postponements"), tuple(tables),
        (say("A refusal may rest on several grounds, so that the lines sum to more than the refusals."),),
        measures=("refused", "refused_abroad", "postponed"),
    )  # fmt: skip


def _grounds(
    material: Material, title: str, place: Places, grounds: Sequence[str | None], items: Sequence[int | None], kept: Any
) -> Table:
    columns = (*_GROUND, Column(say("Requests")), Column(say("Of them, single measures")))
    known = material.codes.grounds
    rows = []
    for code in sorted({code for code, keep in zip(grounds, kept, strict=True) if keep and code}):
        chosen = kept & np.array([one == code for one in grounds], dtype=np.bool_)
        single = chosen & np.array([item is not None for item in items], dtype=np.bool_)
        ground = known[code]
        source = next((source for source in ground.sources if not source.startswith("seed")), None)
        force = _FORCES.get(ground.force, ground.force)
        rows.append(
            (requests(place, chosen), Row((say(ground.label), source, say(force), requests(place, chosen),
                requests(place, single))))
        )  # fmt: skip
    unnamed = kept & np.array([code is None for code in grounds], dtype=np.bool_)
    lines = [row for _, row in sorted(rows, key=lambda pair: (-pair[0], str(pair[1].cells[0])))]
    if requests(place, unnamed):
        lines.append(Row((say("No ground was named"), None, None, requests(place, unnamed), None)))
    note = say("%(num)s requests refused, wholly or in part.", num=requests(place, kept))
    return Table(say(title), columns, tuple(lines), (note,))


def _compliance(rows: Sequence[tuple[int, bool, bool, bool, bool, int]]) -> Table:
    """Reasons given and consultation held, over our refusals; each refusal once, however many grounds it has."""
    ours = {number: (reasons, consulted, excuse) for number, reasons, consulted, excuse, keep, _ in rows if keep}
    held = sum(consulted for _, consulted, _ in ours.values())
    excused = sum(excuse and not consulted for _, consulted, excuse in ours.values())
    reasoned = sum(reasons for reasons, _, _ in ours.values())
    columns = (Column(say("Our refusals"), Kind.WORDS), Column(say("Refusals")), Column(say("Share"), Kind.SHARE))
    lines = (
        ("Told to the other State", len(ours)), ("Reasons given (UNCAC 46(23))", reasoned),
        ("Consultation held before (UNCAC 46(26), 44(17))", held),
        ("No consultation, and the reason recorded", excused),
        ("No consultation and no reason recorded", len(ours) - held - excused),
    )  # fmt: skip
    return Table(
        say("Reasons and consultation"), columns,
        tuple(Row((say(label), n, share(n, len(ours)))) for label, n in lines), unit=say("Refusals"),
    )  # fmt: skip


def _postponements(material: Material) -> Table:
    place, (codes, since, ended) = material.beside(
        select(Postponement.case_id, Postponement.ground_code, Postponement.postponed_on, Postponement.ended_on).where(
            Postponement.postponed_on <= material.last
        )
    )
    columns = (*_GROUND[:2], Column(say("Postponed in the span")), Column(say("Still postponed at its end")))
    rows = []
    for code in sorted(set(codes)):
        of_code = np.array([one == code for one in codes], dtype=np.bool_)
        new = of_code & np.array([day >= material.first for day in since], dtype=np.bool_)
        still = of_code & np.array([day is None or day > material.last for day in ended], dtype=np.bool_)
        counts = [requests(place, flags & material.is_request[place]) for flags in (new, still)]
        ground = material.codes.grounds[code]
        if any(counts):
            rows.append(Row((say(ground.label), ground.sources[0], *counts)))
    return Table(say("Postponed, by ground"), columns, tuple(rows))


def deficiencies(material: Material) -> Report:
    """R7: requests returned, by what was deficient, and rounds of additional information with the time they took."""
    return Report(
        "R7", say("Returned requests and rounds of information"), (_returned(material), *_rounds(material)),
        measures=("rounds",),
    )  # fmt: skip


def _returned(material: Material) -> Table:
    corrected = select(CaseEvent.case_id, CaseEvent.corrects_seq).where(CaseEvent.corrects_seq.is_not(None)).subquery()
    place, (texts,) = material.beside(
        select(CaseEvent.case_id, CaseEventDetail.text)
        .outerjoin(CaseEventDetail, CaseEventDetail.event_id == CaseEvent.id)
        .where(
            CaseEvent.code == "returned", CaseEvent.happened_on >= material.first,
            CaseEvent.happened_on <= material.last,
            ~exists().where(corrected.c.case_id == CaseEvent.case_id, corrected.c.corrects_seq == CaseEvent.seq),
        )
    )  # fmt: skip
    found: Counter[str] = Counter()
    for at, text in zip(place, texts, strict=True):
        if material.is_request[at]:
            found.update(set(json.loads(text or "{}").get("deficiencies", ())) or {""})
    columns = (Column(say("What was deficient"), Kind.WORDS), Column(say("Requests returned")))
    rows = []
    for code, n in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])):
        ground = material.codes.grounds.get(code)
        rows.append(Row((say(ground.label if ground else code or "Not recorded"), n)))
    note = say("A request may lack several things, so that the lines sum to more than the requests.")
    return Table(say("Returned without decision"), columns, tuple(rows), (note,))


def _rounds(material: Material) -> tuple[Table, ...]:
    until = func.least(func.coalesce(InformationRequest.ended_on, material.last), material.last)
    place, (asked_by, days, kinds) = material.beside(
        select(
            InformationRequest.case_id, InformationRequest.asked_by, until - InformationRequest.asked_on,
            InformationRequest.end_kind,
        ).where(InformationRequest.asked_on >= material.first, InformationRequest.asked_on <= material.last)
    )  # fmt: skip
    columns = (
        Column(say("Asked"), Kind.WORDS), Column(say("Requests")), Column(say("Rounds")), Column(say("Answered")),
        Column(say("Days in all")), Column(say("Days each"), Kind.DAYS),
    )  # fmt: skip
    rows = []
    for code, label in (("us", "By us"), ("other_state", "By the other State")):
        chosen = np.array([one == code for one in asked_by], dtype=np.bool_) & material.is_request[place]
        taken = [int(one) for one, keep in zip(days, chosen, strict=True) if keep]
        answered = sum(kind == "answered" for kind, keep in zip(kinds, chosen, strict=True) if keep)
        each = sum(taken) / len(taken) if taken else None
        rows.append(Row((say(label), requests(place, chosen), len(taken), answered, sum(taken), each)))
    several = Counter(Counter(int(at) for at in place if material.is_request[at]).values())
    by_number = tuple(Row((str(number), several[number])) for number in sorted(several))
    return (
        Table(say("Rounds of additional information"), columns, with_total(rows, say("All"), columns)),
        Table(
            say("Requests by number of rounds"), (Column(say("Rounds"), Kind.NAME), Column(say("Requests"))), by_number
        ),
    )

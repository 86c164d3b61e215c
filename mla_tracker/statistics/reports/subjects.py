"""R12, R13 and R15: assets, persons sought, confidentiality."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from sqlalchemy import select

from mla_tracker.cases.models import AssistanceItem, Case, CaseEvent, CaseEventDetail, Person
from mla_tracker.decisions.models import Refusal, RefusalGround
from mla_tracker.decisions.rules import NATIONALITY
from mla_tracker.statistics.facts import told_on
from mla_tracker.statistics.reports.content import Column, Kind, Report, Row, Table, say, with_total
from mla_tracker.statistics.reports.flows import ITEM_ENDS
from mla_tracker.statistics.reports.material import DIRECTIONS, Material, figures_of_days, number_of, requests
from mla_tracker.statistics.rules import Flags

_STAGES: Final = {"freeze": "Tracing and freezing", "confiscate": "Confiscation", "return": "Recovery and return"}
_LEVELS: Final = {"ordinary": "Ordinary", "confidential": "Confidential", "restricted": "Restricted"}
_PERSONS: Final = {
    "arrested": "Arrested", "arrested_abroad": "Arrested", "consent_given": "Consented to surrender",
    "granted": "Surrender granted", "granted_in_part": "Surrender granted", "granted_on_condition": "Surrender granted",
    "granted_abroad": "Surrender granted", "surrendered": "Surrendered", "surrendered_to_us": "Surrendered",
    "surrendered_conditionally": "Surrendered", "surrendered_to_us_conditionally": "Surrendered",
    "discharged": "Discharged", "not_located": "Not located",
}  # fmt: skip


def assets(material: Material) -> Report:
    """R12: measures about assets in the new requests, by stage and end (UNCAC ch. V). The unit is the measure."""
    stages = {
        code: row.stage
        for code in material.codes.assistance_types
        if (row := material.codes.assistance_types[code]).stage
    }
    place, (codes, outcomes, since) = material.beside(
        select(
            AssistanceItem.case_id, AssistanceItem.type_code, AssistanceItem.outcome, AssistanceItem.status_since
        ).where(AssistanceItem.type_code.in_(stages))
    )  # fmt: skip
    columns = (
        Column(say("Stage"), Kind.WORDS), Column(say("Sought")), *(Column(say(label)) for label in ITEM_ENDS.values()),
        Column(say("Otherwise")), Column(say("Open")),
    )  # fmt: skip
    tables = []
    for direction, name in DIRECTIONS.items():
        new = material.line.new & material.of(direction=direction)
        rows = []
        for stage, label in _STAGES.items():
            found = [
                outcome if day <= material.last else None
                for code, outcome, day, at in zip(codes, outcomes, since, place, strict=True)
                if stages[code] == stage and new[at]
            ]
            counts = [found.count(end) for end in ITEM_ENDS]
            still = found.count(None)
            rows.append(Row((say(label), len(found), *counts, len(found) - sum(counts) - still, still)))
        tables.append(
            Table(say(name), columns, with_total(rows, say("All"), columns), sums=((1, 2, 3, 4, 5, 6, 7),),
                  unit=say("Measures"))
        )  # fmt: skip
    return Report(
        "R12", say("Assets"), tuple(tables),
        (say("The register holds the measures sought and how they ended; amounts are not part of it."),),
        measures=("new",),
    )  # fmt: skip


def persons(material: Material) -> Report:
    """R13: extradition: arrests, consent, surrender, custody, nationality (UNCAC 44; EAW). The unit is the request."""
    tables = [_stages(material), *_custody(material), _nationality(material)]
    return Report("R13", say("Persons sought for extradition"), tuple(tables), measures=("new", "custody"))


def _happened(material: Material, codes: Sequence[str]) -> tuple[list[tuple[int, str, str]], Flags]:
    """The events of extraditions in the span: place of the case, code, detail."""
    corrected = select(CaseEvent.case_id, CaseEvent.corrects_seq).where(CaseEvent.corrects_seq.is_not(None)).subquery()
    place, (found, texts) = material.beside(
        select(CaseEvent.case_id, CaseEvent.code, CaseEventDetail.text)
        .outerjoin(CaseEventDetail, CaseEventDetail.event_id == CaseEvent.id)
        .outerjoin(
            corrected, (corrected.c.case_id == CaseEvent.case_id) & (corrected.c.corrects_seq == CaseEvent.seq)
        )
        .where(
            CaseEvent.code.in_(codes), CaseEvent.happened_on >= material.first,
            CaseEvent.happened_on <= material.last, corrected.c.case_id.is_(None),
        )
    )  # fmt: skip
    extradition = material.of("extradition") & material.is_request
    rows = [
        (int(at), code, text or "{}") for at, code, text in zip(place, found, texts, strict=True) if extradition[at]
    ]
    return rows, extradition


def _stages(material: Material) -> Table:
    rows, _ = _happened(material, list(_PERSONS))
    columns = (Column(say("Stage"), Kind.WORDS), *(Column(say(name)) for name in DIRECTIONS.values()))
    lines = []
    for label in dict.fromkeys(_PERSONS.values()):
        cases = {at for at, code, _ in rows if _PERSONS[code] == label}
        directions = Counter(str(material.facts.direction[at]) for at in cases)
        lines.append(Row((say(label), *(directions[direction] for direction in DIRECTIONS))))
    return Table(say("Reached in the span"), columns, tuple(lines))


def _custody(material: Material) -> tuple[Table, ...]:
    """Days in custody until surrender, as they were told then, with and without consent."""
    surrenders = ("surrendered", "surrendered_conditionally", "surrendered_to_us", "surrendered_to_us_conditionally")
    rows, extradition = _happened(material, surrenders)
    consented, _ = material.beside(
        select(CaseEvent.case_id).where(CaseEvent.code == "consent_given", CaseEvent.happened_on <= material.last)
    )
    agreed = {int(at) for at in consented}
    held: dict[bool, list[float]] = {True: [], False: []}
    took: dict[bool, list[float]] = {True: [], False: []}
    days = material.took(material.facts.executed)
    for at, _, text in rows:
        told = json.loads(text).get("days_in_custody")
        if told not in (None, ""):
            held[at in agreed].append(float(told))
        if extradition[at] and not np.isnan(days[at]):
            took[at in agreed].append(float(days[at]))
    columns = (
        Column(say("Surrendered"), Kind.WORDS), Column(say("Requests")), Column(say("Mean"), Kind.DAYS),
        Column(say("Median"), Kind.DAYS), Column(say("P75"), Kind.DAYS), Column(say("P90"), Kind.DAYS),
    )  # fmt: skip
    names = {True: "With consent", False: "Without consent"}
    return tuple(
        Table(
            say(title), columns,
            tuple(Row((say(names[flag]), *figures_of_days(np.array(values[flag])))) for flag in (True, False)),
        )
        for title, values in (
            ("Days from receipt or sending to surrender", took), ("Days in custody for extradition", held),
        )
    )  # fmt: skip


def _nationality(material: Material) -> Table:
    """Nationality of the persons sought in new requests, and refusals because the person is a national."""
    new = material.line.new & material.of("extradition")
    place, (nations,) = material.beside(select(Person.case_id, Person.nationality).where(Person.role == "sought"))
    told = told_on()
    refused_at, (givers,) = material.beside(
        select(Refusal.case_id, Refusal.given_by)
        .join(RefusalGround, RefusalGround.refusal_id == Refusal.id)
        .where(RefusalGround.ground_code == NATIONALITY, Refusal.approved_on.is_not(None),
               Refusal.sent_back_on.is_(None), told >= material.first, told <= material.last)
    )  # fmt: skip
    columns = (
        Column(say("Nationality"), Kind.STATE), *(Column(say(name)) for name in DIRECTIONS.values()),
    )  # fmt: skip
    rows = []
    for nation in sorted({nation or "" for nation, at in zip(nations, place, strict=True) if new[at]}):
        chosen = np.array([(one or "") == nation for one in nations], dtype=np.bool_) & new[place]
        counts = [requests(place, chosen & material.of(direction=direction)[place]) for direction in DIRECTIONS]
        rows.append(Row((nation or None, *counts)))
    refused = [
        requests(refused_at, np.array([(giver == "other_state") == abroad for giver in givers], dtype=np.bool_))
        for abroad in (False, True)
    ]
    note = say(
        "Refused because the person is a national: %(ours)s by us, %(theirs)s by other States.", ours=refused[0],
        theirs=refused[1],
    )  # fmt: skip
    return Table(say("New requests by nationality of the person sought"), columns, tuple(rows), (note,))


def confidentiality(material: Material) -> Report:
    """R15: requests by level of confidentiality, and those told that it cannot be kept (UNCAC 46(20))."""
    place, (levels,) = material.beside(select(Case.id, Case.confidentiality))
    level = np.full(len(material.facts), None, dtype=object)
    level[place] = levels
    columns = (Column(say("Level"), Kind.WORDS), *(Column(say(name)) for name in DIRECTIONS.values()))
    new = [material.line.new & material.of(direction=direction) for direction in DIRECTIONS]
    rows = [
        Row((say(label), *(number_of(flags & (level == code)) for flags in new))) for code, label in _LEVELS.items()
    ]
    unknown = [number_of(flags & np.array([one is None for one in level], dtype=np.bool_)) for flags in new]
    if any(unknown):
        rows.append(Row((say("Not recorded"), *unknown)))
    told, _ = material.beside(
        select(CaseEvent.case_id).where(
            CaseEvent.code == "confidentiality_cannot_be_kept", CaseEvent.happened_on >= material.first,
            CaseEvent.happened_on <= material.last,
        )
    )  # fmt: skip
    note = say(
        "The other State was told that confidentiality cannot be kept, and asked whether to go on: %(num)s requests.",
        num=requests(told, material.is_request[told]) if told.size else 0,
    )  # fmt: skip
    return Report(
        "R15", say("Confidentiality"),
        (Table(say("New requests by level"), columns, with_total(rows, say("All"), columns), (note,)),),
        (say("Restricted requests are counted only over all requests."),), measures=("new",),
    )  # fmt: skip

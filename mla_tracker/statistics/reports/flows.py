"""R1 to R5 and R16: how many requests came, went and stayed; with whom, on which basis, for which offence, for what."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from sqlalchemy import select

from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis, CaseOffence, Person
from mla_tracker.statistics.reports.content import Check, Column, Kind, Report, Row, Table, Words, say, with_total
from mla_tracker.statistics.reports.material import (
    DIRECTIONS,
    GRANTED,
    SHORT,
    Material,
    figures_of_days,
    number_of,
    requests,
)
from mla_tracker.statistics.rules import Flags, Flow, share
from mla_tracker.statistics.turns import KINDS

_LINE: Final = tuple(Column(say(text)) for text in ("Opening", "New", "Closed", "Closing"))
GAPS_NAMED: Final = 200
ALL: Final = "All"
ITEM_ENDS: Final = {
    "executed": "Executed", "executed_in_part": "In part", "refused": "Refused", "not_executable": "Not executable",
}  # fmt: skip


def annual_flow(material: Material) -> Report:
    """R1: opening, new, closed by outcome, closing, for the four kinds; by year where the span has several."""
    tables = [_lines(material), *_by_year(material), _outcomes(material)]
    return Report(
        "R1", say("Flow of requests"), tuple(tables), _FLOW_NOTES, tuple(_checks(material)),
        ("opening", "new", "closed", "closing", "gap"),
    )  # fmt: skip


_FLOW_NOTES: Final = (
    say("Counted by the day on which each thing happened, not by the day of entry."),
    say("A request granted in one year and executed or surrendered in another is closed in the second."),
    say("Supplements, contacts and reminders are no requests; what was given up before sending is left out."),
)


def _cells(line: Flow, chosen: Flags) -> tuple[int, int, int, int]:
    return (
        number_of(line.opening & chosen), number_of(line.new & chosen), number_of(line.closed & chosen),
        number_of(line.closing & chosen),
    )  # fmt: skip


def _lines(material: Material) -> Table:
    columns = (Column(say("Requests"), Kind.WORDS), *_LINE)
    rows = [Row((name, *_cells(material.line, chosen))) for name, chosen in material.kinds()]
    return Table(
        say("From %(first)s to %(last)s", first=material.first, last=material.last), columns,
        with_total(rows, say(ALL), columns), sums=((1, 2, 3, 4),),
    )  # fmt: skip


def _by_year(material: Material) -> Iterator[Table]:
    years = material.years()
    if len(years) == 1:
        return
    columns = (Column(say("Year"), Kind.NAME), *_LINE)
    lines = [material.line_of(first, last) for first, last in years]
    for name, chosen in material.kinds():
        rows = tuple(
            Row((str(first.year), *_cells(line, chosen))) for (first, _), line in zip(years, lines, strict=True)
        )
        yield Table(name, columns, rows, sums=((1, 2, 3, 4),))


def _outcomes(material: Material) -> Table:
    """Closed in the span, by outcome and kind."""
    # The word of an outcome that several kinds share is that of the first: an incoming request.
    labels: dict[str, str] = {}
    for kind, direction in KINDS:
        for code, outcome in life_cycles().of(kind, direction).outcomes.items():
            if outcome.counts_as_request:
                labels.setdefault(code, outcome.label)
    columns = (
        Column(say("Outcome"), Kind.WORDS),
        *(Column(say(SHORT[pair])) for pair in KINDS),
        Column(say(ALL)),
    )
    rows = []
    for code, label in labels.items():
        counts = [number_of(material.closed_as(code) & chosen) for _, chosen in material.kinds()]
        if any(counts):
            rows.append(Row((say(label), *counts, sum(counts))))
    return Table(
        say("Closed, by outcome"), columns, with_total(rows, say(ALL), columns),
        (say("Returned, postponed, withdrawn and not executable are no refusals."),), sums=((1, 2, 3, 4, 5),),
    )  # fmt: skip


def _checks(material: Material) -> Iterator[Check]:
    for name, chosen in material.kinds():
        gap = material.facts.case_id[material.line.gap & chosen][:GAPS_NAMED]
        yield Check(name, *_cells(material.line, chosen), gap=tuple(int(number) for number in gap))


def by_state(material: Material) -> Report:
    """R2: by State, with the share granted among what was granted or refused, and the days to the answer."""
    tables = tuple(_states(material, direction) for direction in DIRECTIONS)
    note = say("Acceptance rate: executed or surrendered, for each hundred executed, surrendered or refused.")
    return Report("R2", say("By State"), tables, (note,), measures=("new", "closed", "answer", "closing"))


def _states(material: Material, direction: str) -> Table:
    columns = (
        Column(say("State"), Kind.STATE), Column(say("New")), Column(say("Closed")), Column(say("Executed")),
        Column(say("Refused")), Column(say("Otherwise")), Column(say("Acceptance rate"), Kind.SHARE),
        Column(say("Median days"), Kind.DAYS), Column(say("Closing")),
    )  # fmt: skip
    chosen = material.of(direction=direction)
    granted, refused, days = (
        material.closed_as(*GRANTED),
        material.closed_as("refused"),
        material.took(material.facts.final),
    )
    states = material.facts.counterpart.astype(str)
    rows: list[tuple[int, Row]] = []
    for state in np.unique(states[chosen]):
        here = chosen & (states == state)
        new, closed, closing = (number_of(column & here) for column in (
            material.line.new, material.line.closed, material.line.closing,
        ))  # fmt: skip
        if not (new or closed or closing):
            continue
        yes, no = number_of(granted & here), number_of(refused & here)
        median = figures_of_days(days[here])[2]
        rate = share(yes, yes + no)
        row = Row((str(state) or None, new, closed, yes, no, closed - yes - no, rate, median, closing))
        rows.append((new, row))
    ordered = [row for _, row in sorted(rows, key=lambda pair: (-pair[0], str(pair[1].cells[0])))]
    return Table(say(DIRECTIONS[direction]), columns, with_total(ordered, say(ALL), columns), sums=((2, 3, 4, 5),))


def by_basis(material: Material) -> Report:
    """R3: the legal basis named, and whether it was accepted (UNCAC res. 7/1; expert meeting 2019, paras 22, 24)."""
    place, (codes, accepted, on) = material.beside(
        select(CaseLegalBasis.case_id, CaseLegalBasis.basis_code, CaseLegalBasis.accepted, CaseLegalBasis.accepted_on)
    )
    decided = [value if day is None or day <= material.last else None for value, day in zip(accepted, on, strict=True)]
    columns = (
        Column(say("Legal basis"), Kind.WORDS), Column(say("Named")), Column(say("Accepted")),
        Column(say("Not accepted")), Column(say("Not decided")),
    )  # fmt: skip
    tables = []
    for direction, name in DIRECTIONS.items():
        new = material.line.new & material.of(direction=direction)
        rows = []
        for code in _known(codes, material.codes.legal_bases):
            of_code = np.array([one == code for one in codes], dtype=np.bool_) & new[place]
            counts = [requests(place, of_code & np.array([value is wanted for value in decided])) for wanted in (
                True, False, None,
            )]  # fmt: skip
            if sum(counts):
                rows.append(Row((say(material.codes.legal_bases[code].label), sum(counts), *counts)))
        without = number_of(new) - requests(place, new[place])
        if without:
            rows.append(Row((say("No basis named"), without, None, None, None)))
        tables.append(Table(say(name), columns, tuple(rows), _SEVERAL, sums=((1, 2, 3, 4),)))
    return Report("R3", say("By legal basis"), tuple(tables), measures=("new",))


_SEVERAL: Final = (say("A request may have several of them, so that the lines sum to more than the requests."),)


def by_offence(material: Material) -> Report:
    """R4: by offence of the Conventions, and requests that concern legal persons (UNCAC 26)."""
    place, (codes,) = material.beside(select(CaseOffence.case_id, CaseOffence.offence_code))
    columns = (
        Column(say("Offence"), Kind.WORDS), Column(say("Provision"), Kind.NAME),
        *(Column(say(name)) for name in DIRECTIONS.values()),
    )  # fmt: skip
    new = [material.line.new & material.of(direction=direction) for direction in DIRECTIONS]
    rows = []
    for code in _known(codes, material.codes.offences):
        of_code = np.array([one == code for one in codes], dtype=np.bool_)
        counts = [requests(place, of_code & flags[place]) for flags in new]
        offence = material.codes.offences[code]
        if any(counts):
            provision = f"{offence.instrument} {offence.article}" if offence.instrument and offence.article else None
            rows.append(Row((say(offence.label), provision, *counts)))
    who, _ = material.beside(select(Person.case_id).where(Person.legal_person).distinct())
    companies = Row((say("Requests that concern a legal person"), *(number_of(flags[who]) for flags in new)))
    return Report(
        "R4", say("By offence"),
        (
            Table(say("New requests by offence"), columns, tuple(rows), _SEVERAL),
            Table(say("Legal persons"), (columns[0], *columns[2:]), (companies,)),
        ),
        measures=("new",),
    )  # fmt: skip


def by_type(material: Material) -> Report:
    """R5: the measures sought in the new requests and how each ended (UNCAC 46(3)). The unit is the measure."""
    place, (codes, outcomes, since) = material.beside(
        select(AssistanceItem.case_id, AssistanceItem.type_code, AssistanceItem.outcome, AssistanceItem.status_since)
    )
    ended = [outcome if day <= material.last else None for outcome, day in zip(outcomes, since, strict=True)]
    columns = (
        Column(say("Measure"), Kind.WORDS), Column(say("Provision"), Kind.NAME), Column(say("Sought")),
        *(Column(say(label)) for label in ITEM_ENDS.values()), Column(say("Otherwise")), Column(say("Open")),
    )  # fmt: skip
    tables = []
    for direction, name in DIRECTIONS.items():
        new = material.line.new & material.of(direction=direction)
        rows = []
        for code in _known(codes, material.codes.assistance_types):
            found = [end for one, end, at in zip(codes, ended, place, strict=True) if one == code and new[at]]
            if not found:
                continue
            known = material.codes.assistance_types[code]
            counts = [found.count(end) for end in ITEM_ENDS]
            still = found.count(None)
            provision = f"UNCAC {known.uncac}" if known.uncac else None
            rows.append(
                Row((say(known.label), provision, len(found), *counts, len(found) - sum(counts) - still, still))
            )
        tables.append(
            Table(say(name), columns, with_total(rows, say(ALL), columns), sums=((2, 3, 4, 5, 6, 7, 8),), unit=_ITEMS)
        )
    return Report(
        "R5", say("By type of assistance"), tuple(tables), (say("The unit is the measure sought."),), measures=("new",)
    )


_ITEMS: Final = Words("Measures")


def civil_matters(material: Material) -> Report:
    """R16: requests for proceedings that are not criminal (UNCAC 43(1); expert meeting 2019, paras 37 to 40)."""
    names = {
        "civil": "Civil", "administrative": "Administrative", "non_conviction_based": "Confiscation without conviction",
        "criminal": "Criminal",
    }  # fmt: skip
    place, (natures,) = material.beside(select(Case.id, Case.nature).where(Case.nature.is_not(None)))
    nature = np.full(len(material.facts), None, dtype=object)
    nature[place] = natures
    columns = (
        Column(say("Nature of proceedings"), Kind.WORDS), Column(say("New")), Column(say("Closed")),
        Column(say("Executed")), Column(say("Refused")), Column(say("Otherwise")), Column(say("Closing")),
    )  # fmt: skip
    granted, refused = material.closed_as(*GRANTED), material.closed_as("refused")
    tables = []
    for direction, name in DIRECTIONS.items():
        rows = []
        for code, label in names.items():
            here = material.of("mla", direction) & (nature == code)
            new, closed, closing = (number_of(column & here) for column in (
                material.line.new, material.line.closed, material.line.closing,
            ))  # fmt: skip
            yes, no = number_of(granted & here), number_of(refused & here)
            rows.append(Row((say(label), new, closed, yes, no, closed - yes - no, closing)))
        tables.append(Table(say(name), columns, with_total(rows, say(ALL), columns), sums=((2, 3, 4, 5),)))
    return Report("R16", say("Civil and administrative proceedings"), tuple(tables), measures=("new", "closed"))


def _known(used: Sequence[str], table: Iterable[str]) -> list[str]:
    """The codes in use, in the order of the list; retired ones last."""
    order = list(table)
    return [code for code in order if code in set(used)] + sorted(set(used) - set(order))

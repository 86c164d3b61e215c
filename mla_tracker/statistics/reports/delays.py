"""R8 to R11: how long it took and whose turn it was, which limits were kept, what is overdue, who does not answer."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np
from sqlalchemy import func, or_, select

from mla_tracker.accounts.models import Account
from mla_tracker.cases.models import AssistanceItem, Case, CaseEvent
from mla_tracker.deadlines.models import Deadline
from mla_tracker.directory.models import Authority
from mla_tracker.instruments.limits_in_force import limits_in_force
from mla_tracker.statistics.definitions import DURATIONS, NO_RESPONSE_DAYS, definition
from mla_tracker.statistics.fact_columns import without_response
from mla_tracker.statistics.facts import running_on
from mla_tracker.statistics.periods import AGE_BANDS
from mla_tracker.statistics.reports.content import Cell, Column, Kind, Report, Row, Table, Words, say, with_total
from mla_tracker.statistics.reports.material import DIRECTIONS, SHORT, Material, figures_of_days, number_of, requests
from mla_tracker.statistics.rules import Days, Flags, days_between, share, summarise
from mla_tracker.statistics.survival import kaplan_meier
from mla_tracker.statistics.turns import KINDS, SIDES

_DAYS: Final = (
    Column(say("Requests")), Column(say("Mean"), Kind.DAYS), Column(say("Median"), Kind.DAYS),
    Column(say("P75"), Kind.DAYS), Column(say("P90"), Kind.DAYS),
)  # fmt: skip
SIDE_NAMES: Final = {
    "ours": "Ours, central authority", "executing_authority": "Ours, executing authority", "court": "Court",
    "other_state": "Other State", "third_party": "Third party",
}  # fmt: skip


def durations(material: Material) -> Report:
    """R8: days of each step that ended in the span, by kind; days on each side; what is still open, and how old."""
    return Report(
        "R8", say("How long requests take"), (*_steps(material), _sides(material), _still_open(material)),
        (
            say("A step counts in the span in which it ended. The mean of what has ended leaves out what still waits: "
                "read it beside the open requests."),
            say("Half by: the day by which half of all requests that came in the span were answered, those still open "
                "counted as long as they wait (Kaplan-Meier)."),
        ),
        measures=(*(measure.code for measure in DURATIONS), "net", "waiting"),
    )  # fmt: skip


def _steps(material: Material) -> Iterator[Table]:
    ends = {
        "acknowledge": material.facts.acknowledged, "reply": material.course.replied, "decide": material.facts.decided,
        "execute": material.facts.executed, "answer": material.facts.final,
    }  # fmt: skip
    columns = (Column(say("Step"), Kind.WORDS), *_DAYS)
    for name, chosen in material.kinds():
        rows = [
            Row((say(measure.label), *figures_of_days(material.took(ends[measure.code])[chosen])))
            for measure in DURATIONS
        ]
        rows.append(Row((say(definition("net").label), *figures_of_days(_net(material)[chosen]))))
        yield Table(name, columns, tuple(rows), (_half_by(material, chosen),))


def _net(material: Material) -> Days:
    course, took = material.course, material.took(material.facts.final)
    net = course.sides.sum(axis=1) - course.sides[:, SIDES.index("other_state")]
    return np.where(course.known & ~np.isnan(took), net, np.nan)


def _half_by(material: Material, chosen: Flags) -> Words:
    came = material.line.new & chosen
    final = material.facts.final
    days = days_between(material.start, final)[came]
    still = days_between(material.start, np.full(final.shape, np.datetime64(material.last, "D")))[
        came & np.isnat(final)
    ]
    ended = days[days >= 0]
    curve = kaplan_meier(ended, still)
    half = curve.quantile(0.5)[0] if curve else None
    if half is None:
        return say("Half by: not reached or withheld (%(num)s requests came, %(open)s are open).", num=number_of(came),
                   open=int(still.size))  # fmt: skip
    return say("Half by: %(days)s days (%(num)s requests came, %(open)s are open).", days=int(half),
               num=number_of(came), open=int(still.size))  # fmt: skip


def _sides(material: Material) -> Table:
    """Days of the requests that ended in the span, by side and kind; they sum to all days."""
    columns = (
        Column(say("Side"), Kind.WORDS),
        *(column for pair in KINDS for column in (Column(say(SHORT[pair])), Column(say("Share"), Kind.SHARE))),
    )
    ended = ~np.isnan(material.took(material.facts.final)) & material.course.known
    totals = [material.course.sides[ended & chosen].sum(axis=0) for _, chosen in material.kinds()]
    rows = []
    for place, side in enumerate(SIDES):
        cells: list[Cell] = [say(SIDE_NAMES[side])]
        for total in totals:
            every = int(total.sum())
            cells += [int(total[place]), int(total[place]) / every if every else None]
        rows.append(Row(tuple(cells)))
    return Table(
        say("Days by side, of the requests that ended"), columns, with_total(rows, say("All"), columns),
        (say("Whose turn it was follows from the status of each day."),), unit=say("Days"),
    )  # fmt: skip


def _still_open(material: Material) -> Table:
    columns = (
        Column(say("Requests"), Kind.WORDS), Column(say("Open at the end")), Column(say("Median age"), Kind.DAYS),
        Column(say("P90"), Kind.DAYS), Column(say("Oldest"), Kind.DAYS),
    )  # fmt: skip
    waits = material.is_request & np.isnat(material.facts.final) & ~np.isnat(material.start)
    age = days_between(material.start, np.full(material.start.shape, np.datetime64(material.last, "D")))
    rows = []
    for name, chosen in material.kinds():
        days = age[waits & chosen]
        found = summarise(days)
        few = found.withheld is not None
        rows.append(
            Row((name, found.n, None if few else found.median, found.p90, float(days.max()) if found.n else None))
        )
    return Table(say("Still open"), columns, with_total(rows, say("All"), columns))


def limits(material: Material) -> Report:
    """R9: deadlines that bound us and were decided in the span, by rule. The unit is the deadline."""
    ended = Deadline.ended_on
    decided = (Deadline.end_kind.in_(("met", "missed"))) & (ended >= material.first) & (ended <= material.last)
    late = running_on(material.last) & (Deadline.due_on < material.last)
    until = func.least(func.coalesce(ended, material.last), material.last)
    place, (rules, kinds, days) = material.beside(
        select(
            Deadline.case_id, Deadline.rule_code, func.coalesce(Deadline.end_kind, "running"),
            func.greatest(until - Deadline.due_on, 0),
        ).where(
            Deadline.bound == "ours", ~Deadline.provisional, Deadline.rule_code.is_not(None),
            Deadline.due_on.is_not(None), or_(decided, late),
        )
    )  # fmt: skip
    columns = (
        Column(say("Time limit"), Kind.WORDS), Column(say("Source"), Kind.NAME), Column(say("Decided")),
        Column(say("Met")), Column(say("Missed")), Column(say("Overdue at the end")),
        Column(say("Share met"), Kind.SHARE),
        Column(say("Days late, median"), Kind.DAYS), Column(say("P90"), Kind.DAYS),
    )  # fmt: skip
    known = limits_in_force(material.session).tables.limits
    counts = material.is_request[place] if place.size else np.zeros(0, dtype=np.bool_)
    rows: list[tuple[int, Row]] = []
    for rule in sorted({rule for rule, keep in zip(rules, counts, strict=True) if keep}):
        found = [
            (kind if kind in ("met", "missed") else "running", int(delay))
            for one, kind, delay, keep in zip(rules, kinds, days, counts, strict=True)
            if one == rule and keep
        ]
        by_kind = Counter(kind for kind, _ in found)
        delays = figures_of_days(np.array([delay for _, delay in found if delay > 0], dtype=np.float64))
        limit = known.get(rule)
        row = Row(
            (
                say(limit.label if limit else rule), limit.source if limit else None, len(found), by_kind["met"],
                by_kind["missed"], by_kind["running"], share(by_kind["met"], len(found)), delays[2], delays[4],
            )
        )  # fmt: skip
        rows.append((len(found), row))
    ordered = [row for _, row in sorted(rows, key=lambda pair: (-pair[0], str(pair[1].cells[0])))]
    table = Table(
        say("Deadlines that bind us"), columns, with_total(ordered, say("All"), columns), sums=((2, 3, 4, 5),),
        unit=say("Deadlines"),
    )  # fmt: skip
    note = say(
        "A deadline counts in the span in which it was met or missed; those that ran on past their day at the end of "
        "the span are overdue."
    )
    return Report("R9", say("Time limits kept and missed"), (table,), (note,), measures=("kept", "passed", "on_time"))


def backlog(material: Material) -> Report:
    """R10: what is open and overdue at the end of the span, by age, officer and executing authority."""
    still = np.isnat(material.facts.closed)
    return Report(
        "R10", say("Backlog, overdue and ageing"),
        (_ages(material, still), _officers(material, still), _executing(material)),
        (say("Everything on file counts, drafts and supplements included. The officer is the present one."),),
        measures=("open", "overdue"),
    )  # fmt: skip


def _bands() -> list[tuple[int, int | None, str]]:
    return [(first, last, f"{first}+" if last is None else f"{first}-{last}") for first, last in AGE_BANDS]


def _ages(material: Material, still: Flags) -> Table:
    columns = (
        Column(say("Days since opened"), Kind.NAME), *(Column(say(SHORT[pair])) for pair in KINDS),
        Column(say("All")), Column(say("Overdue")),
    )  # fmt: skip
    age = days_between(material.facts.opened, np.full(still.shape, np.datetime64(material.last, "D")))
    rows = []
    for first, last, label in _bands():
        band = still & (age >= first) & ((age <= last) if last is not None else True)
        counts = [number_of(band & chosen) for _, chosen in material.kinds()]
        rows.append(Row((label, *counts, sum(counts), number_of(band & material.facts.overdue))))
    return Table(
        say("Open at the end, by age"), columns, with_total(rows, say("All"), columns), sums=((1, 2, 3, 4, 5),)
    )


def _officers(material: Material, still: Flags) -> Table:
    place, (names,) = material.beside(select(Case.id, Account.name).join(Account, Account.id == Case.lead_id))
    lead = np.full(len(material.facts), "", dtype=object)
    lead[place] = names
    columns = (Column(say("Officer"), Kind.NAME), Column(say("Open")), Column(say("Overdue")))
    rows = [
        Row((str(name) or "-", number_of(still & (lead == name)), number_of(material.facts.overdue & (lead == name))))
        for name in sorted(set(lead[still]))
    ]
    return Table(say("By officer"), columns, with_total(rows, say("All"), columns), internal=True)


def _executing(material: Material) -> Table:
    place, (names, outcomes, since) = material.beside(
        select(AssistanceItem.case_id, Authority.name, AssistanceItem.outcome, AssistanceItem.status_since).join(
            Authority, Authority.id == AssistanceItem.executing_authority_id
        )
    )
    still = np.array(
        [outcome is None or day > material.last for outcome, day in zip(outcomes, since, strict=True)], dtype=np.bool_
    ) & np.isnat(material.facts.closed[place])
    columns = (
        Column(say("Executing authority"), Kind.NAME), Column(say("Requests with open measures")),
        Column(say("Of them overdue")),
    )  # fmt: skip
    rows = []
    for name in sorted(set(names)):
        chosen = still & np.array([one == name for one in names], dtype=np.bool_)
        if number := requests(place, chosen):
            rows.append(Row((name, number, requests(place, chosen & material.facts.overdue[place]))))
    return Table(say("By executing authority"), columns, tuple(rows))


def no_response(material: Material) -> Report:
    """R11: our requests without response at the end of the span, by State, and the reminders sent in it."""
    silent = without_response(material.facts, material.last)
    place, _ = material.beside(
        select(CaseEvent.case_id).where(
            CaseEvent.code == "chased", CaseEvent.happened_on >= material.first, CaseEvent.happened_on <= material.last
        )
    )
    states = material.facts.counterpart.astype(str)
    chased = Counter(states[place])
    sent = material.line.new & material.of(direction="outgoing")
    columns = (
        Column(say("State"), Kind.STATE), Column(say("Sent in the span")), Column(say("Without response at the end")),
        Column(say("Oldest sent on"), Kind.DAY), Column(say("Reminders sent")),
    )  # fmt: skip
    rows = []
    for state in sorted({*states[silent], *chased, *states[sent]}):
        here = silent & (states == state)
        oldest: date | None = material.facts.sent[here].min().astype(object) if here.any() else None
        rows.append(Row((state or None, number_of(sent & (states == state)), number_of(here), oldest, chased[state])))
    rows.sort(key=lambda row: (-int(row.cells[2] or 0), str(row.cells[0])))  # type: ignore[arg-type]
    limit = material.last - timedelta(days=NO_RESPONSE_DAYS)
    note = say("Sent on %(day)s or earlier, and neither acknowledged nor answered.", day=limit)
    return Report(
        "R11", say("No response from other States"),
        (Table(say(DIRECTIONS["outgoing"]), columns, with_total(rows, say("All"), columns)),), (note,),
        measures=("no_response",),
    )  # fmt: skip

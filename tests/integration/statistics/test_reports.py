"""The ready reports: by hand over few cases, and over the demonstration that all of them agree with one another."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit.chain import AuditKey
from mla_tracker.cases.models import AssistanceItem, CaseLegalBasis
from mla_tracker.casework.demo.load import load
from mla_tracker.casework.office import Office
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import Invalid
from mla_tracker.statistics.reports import services
from mla_tracker.statistics.reports.catalogue import REPORTS
from mla_tracker.statistics.reports.computing import compute_due_reports, compute_report, make_paper
from mla_tracker.statistics.reports.content import Kind, Paper, Report, Table, paper_from, to_json
from mla_tracker.statistics.reports.models import ReportRun
from mla_tracker.statistics.reports.services import Order
from mla_tracker.statistics.reports.suppression import THRESHOLD
from mla_tracker.statistics.services import ALL, UNRESTRICTED
from tests.factories import figures as make

ZONE = ZoneInfo("Europe/Riga")
FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)
READER = Actor(7, "Reader", None, frozenset({Permission.CASE_READ, Permission.STATISTICS_READ}))


def order(code: str, **more: Any) -> Order:
    return Order(**{"code": code, "first": FIRST, "last": LAST, "scope": UNRESTRICTED, **more})


def made(sessions: Sessions, code: str, **more: Any) -> Report:
    with sessions() as session:
        return make_paper(session, order(code, **more)).reports[0]


def cells(table: Table) -> list[list[Any]]:
    return [[str(cell) if place == 0 else cell for place, cell in enumerate(row.cells)] for row in table.rows]


@pytest.fixture
def few(sessions: Sessions) -> Sessions:
    """Seven requests of two years: one refused, one restricted, one out of balance, one that ended before the span."""
    with sessions() as session:
        for number, (opened, closed, outcome) in enumerate((
            (date(2023, 5, 1), date(2023, 9, 1), "executed_in_full"), (date(2023, 6, 1), date(2024, 2, 1), "refused"),
            (date(2024, 3, 1), date(2025, 3, 1), "executed_in_full"), (date(2025, 4, 1), None, None),
            (date(2025, 9, 1), date(2023, 12, 15), "withdrawn"),
        )):  # fmt: skip
            case = make.add_request(
                session, counterpart="KE" if number % 2 else "BR", opened_on=opened, answered_on=closed,
                closed_on=closed, outcome=outcome,
            )  # fmt: skip
            session.add_all(
                [
                    CaseLegalBasis(case_id=case.id, basis_code="UNCAC", is_primary=True, accepted=number != 3),
                    AssistanceItem(
                        case_id=case.id, number=1, type_code="DOCUMENTS", coercive=False, status="finished",
                        outcome="executed" if outcome == "executed_in_full" else None, status_since=closed or opened,
                    ),
                ]
            )  # fmt: skip
            if outcome == "refused":
                make.add_refusal(session, case, "MLA_DUAL_CRIM", "MLA_NE_BIS", told_on=closed or opened)
        make.restrict(session, make.add_request(session, counterpart="BR", opened_on=date(2025, 2, 1)))
        make.add_request(
            session, direction="outgoing", counterpart="BR", opened_on=date(2025, 1, 1), sent_on=date(2025, 1, 20)
        )
        session.commit()
    return sessions


def test_the_flow_and_its_check_line(few: Sessions) -> None:
    report = made(few, "R1")
    whole, *by_year, outcomes = report.tables
    assert cells(whole)[0][1:] == [1, 3, 2, 1]
    assert cells(whole)[-1] == ["All", 1, 4, 2, 2]
    assert cells(by_year[0]) == [["2024", 1, 1, 1, 1], ["2025", 1, 2, 1, 1]]
    assert [row[1:] for row in cells(outcomes)] == [[1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [2, 0, 0, 0, 2]]
    check = report.checks[0]
    assert (check.opening, check.new, check.closed, check.closing) == (1, 3, 2, 1)
    assert not check.closes
    with few() as session:
        assert len(services.references_of(session, READER, check.gap)) == 1


def test_restricted_requests_are_counted_only_over_all(few: Sessions) -> None:
    assert cells(made(few, "R1", scope=ALL).tables[0])[0][2] == 4


def test_states_bases_and_measures(few: Sessions) -> None:
    incoming, outgoing = made(few, "R2").tables
    assert [row[:6] for row in cells(incoming)] == [
        ["BR", 2, 1, 1, 0, 0],
        ["KE", 1, 1, 0, 1, 0],
        ["All", 3, 2, 1, 1, 0],
    ]
    assert cells(outgoing)[0][:3] == ["BR", 1, 0]
    assert [row[1:] for row in cells(made(few, "R3").tables[0])] == [[3, 2, 1, 0]]
    assert cells(made(few, "R5").tables[0])[0][2:] == [3, 1, 0, 0, 0, 0, 2]


def test_refusals_are_counted_once_and_their_grounds_each(few: Sessions) -> None:
    ours, theirs, compliance, _postponed = made(few, "R6").tables
    assert [row[3] for row in cells(ours)] == [1, 1]
    assert str(ours.notes[0]).startswith("1 requests refused")
    assert cells(theirs) == []
    assert [row[1] for row in cells(compliance)] == [1, 1, 0, 0, 1]


def test_no_response_and_backlog(few: Sessions) -> None:
    silent = made(few, "R11").tables[0]
    assert cells(silent)[0] == ["BR", 1, 1, date(2025, 1, 20), 0]
    ages = made(few, "R10").tables[0]
    assert cells(ages)[-1] == ["All", 1, 1, 0, 0, 2, 0]


def test_a_span_that_cannot_be() -> None:
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"first": date(2026, 1, 1)}, "to"), ({"last": date(2027, 1, 1)}, "to"), ({"first": date(1999, 1, 1)}, "from"),
        ({"code": "R99"}, "code"),
    )  # fmt: skip
    for wrong, field in cases:
        with pytest.raises(Invalid) as problem:
            services.check_order(order(**{"code": "R1", **wrong}), today=LAST)
        assert list(problem.value.errors) == [field]


def test_a_report_is_computed_once_and_restated_with_the_reason(few: Sessions) -> None:
    now = datetime.now(UTC)
    with few() as session:
        asked = services.request_report(session, order("R1"), today=date(2026, 2, 1), now=now, by=7)
        session.commit()
    assert compute_due_reports(few, zone=ZONE, seconds=30) == 1
    assert compute_due_reports(few, zone=ZONE, seconds=30) == 0
    assert compute_report(few, order("R1"), zone=ZONE) == asked.id
    with few() as session:
        run = session.get_one(ReportRun, asked.id)
        assert (run.state, run.progress, run.restated) == ("done", 100, "")
        assert services.report_run(session, READER, order("R1")) is not None
        assert services.report_run(session, READER, order("R1", scope=ALL)) is None
        assert services.report_run(session, READER, order("R10")) is None
        late = make.add_request(session, counterpart="BR", opened_on=date(2025, 6, 1))
        make.Log(session, late).add("received", date(2025, 6, 1), recorded=datetime.now(UTC))
        session.commit()
    compute_report(few, order("R1"), zone=ZONE)
    with few() as session:
        said = session.get_one(ReportRun, asked.id).restated
    assert said == "1 entry for the span or earlier was recorded afterwards."


@pytest.fixture
def demonstration(sessions: Sessions) -> Sessions:
    office = Office(sessions, AuditKey(b"k" * 32), "LV", ZONE)
    for _step in load(office, cases=90):
        pass
    return sessions


def test_all_reports_over_the_demonstration(demonstration: Sessions) -> None:
    today = clock.today(ZONE)
    papers: dict[str, Paper] = {}
    for kind in REPORTS:
        with demonstration() as session:
            chosen = Order(kind.code, date(today.year - 2, 1, 1), today, ALL)
            papers[kind.code] = paper = make_paper(session, chosen)
            hidden = make_paper(session, Order(kind.code, chosen.first, chosen.last, ALL, public=True))
        assert paper_from(to_json(paper)) == paper
        for report in paper.reports:
            assert report.tables
            for table in report.tables:
                assert all(len(row.cells) == len(table.columns) for row in table.rows), (report.code, table.title)
                balances(report, table)
        for table in (table for report in hidden.reports for table in report.tables):
            small = [
                cell
                for row in table.rows
                for cell, column in zip(row.cells, table.columns, strict=True)
                if column.kind is Kind.COUNT and isinstance(cell, int) and 0 < cell < THRESHOLD
            ]
            assert not small, table.title
    assert all(check.closes for check in papers["R1"].reports[0].checks)
    flow = cells(papers["R1"].reports[0].tables[0])
    states = [cells(table)[-1] for table in papers["R2"].reports[0].tables]
    assert [states[0][1], states[1][1]] == [flow[0][2] + flow[2][2], flow[1][2] + flow[3][2]]
    assert [report.code for report in papers["FATF"].reports] == ["R1", "R2", "R5", "R6", "R8", "R12"]


def balances(report: Report, table: Table) -> None:
    """In every line, one of the columns of a sum is the sum (or balance) of the others."""
    for row in table.rows:
        for columns in table.sums:
            values = [int(cell) for place in columns if isinstance(cell := row.cells[place], int)]
            if report.code == "R1" and len(values) == 4:
                opening, new, closed, closing = values
                assert opening + new - closed == closing
            elif len(values) == len(columns):
                assert values[0] == sum(values[1:]) or values[-1] == sum(values[:-1]), (report.code, table.title)

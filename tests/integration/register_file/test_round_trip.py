"""What one office writes, an empty one reads: cases, events, decisions, exchanges, people, time limits, the trail."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.cases.registration import refresh_search_text
from mla_tracker.casework.demo.load import load
from mla_tracker.casework.office import Office
from mla_tracker.casework.register_file.columns import KINDS
from mla_tracker.casework.register_file.export import register_rows
from mla_tracker.casework.register_file.formats import FORMATS, write_csv, write_json, write_xlsx
from mla_tracker.casework.register_file.importing import load_register
from mla_tracker.casework.trail_check import check_trail
from mla_tracker.directory.models import Authority
from tests.factories.office import RECEIVED, World, a_world

CASES = 40
DEADLINES = text(
    "SELECT c.reference, i.number, d.rule_code, d.started_on, d.started_at, d.due_on, d.due_at, d.cautious_on,"
    " d.ended_on, d.end_kind, d.bound, d.clock FROM deadline d JOIN case_file c ON c.id = d.case_id"
    " LEFT JOIN assistance_item i ON i.id = d.item_id ORDER BY 1, 2 NULLS FIRST, 3, 4, 5, 6, 7, 9"
)
STANDING = text(
    "SELECT reference, status, outcome, status_since, opened_on, sent_on, acknowledged_on, decided_on, executed_on,"
    " answered_on, closed_on, next_due_on, next_custody, taken_over, search_text FROM case_file ORDER BY 1"
)


@pytest.fixture
def full_office(office: Office) -> Office:
    """Demonstration cases, one of them restricted to named people, one a supplement, some words hostile to a
    spreadsheet.
    """
    for _step in load(office, cases=CASES, seed=11):
        pass
    with office.sessions() as session:
        first, second = session.scalars(select(Case).order_by(Case.id).limit(2)).all()
        second.parent_id = first.id
        first.subject, first.facts_summary = '=1+1; \\ "quoted"', "'- first line\nsecond\tline ;"
        first.operation, first.their_reference = "@sum", "+49 30"
        session.flush()
        refresh_search_text(session, first)
        session.commit()
        one_of_each(a_world(office, session))
    return office


def one_of_each(world: World) -> None:
    """A further request with a round of each kind: whatever the demonstration of the day lacks."""
    world.session.get_one(Authority, world.authority_id).name = "Special Prosecutor"  # the demonstration has the other
    case = world.register()
    days = iter(RECEIVED + timedelta(days=number) for number in range(1, 30))
    world.record(case, "contact_recorded", next(days), contact="fiu", content="Announced.")
    world.record(case, "legal_basis_accepted", next(days), basis="UNCAC")
    world.record(case, "information_requested", next(days), missing="The dates.", reply_due="2026-06-01")
    world.record(case, "information_received", next(days))
    world.record(case, "consultation_opened", next(days), subject="Timing", reply_due="2026-05-01")
    world.record(case, "consultation_closed", next(days), result="Later.")
    reasons = "An investigation here."
    world.record(case, "postponed", next(days), ground="PP_ONGOING", reasons=reasons, review_on="2026-08-01")
    world.record(case, "resumed", next(days))
    world.record(case, "refusal_proposed", next(days), grounds=["MLA_DUAL_CRIM"], reasons="No offence here.")


def as_csv(office: Office) -> str:
    out = StringIO(newline="")
    with office.sessions() as session:
        write_csv(register_rows(session, SYSTEM), out)
    return out.getvalue()


def write_file(office: Office, form: str, folder: Path) -> Path:
    path = folder / f"register.{form}"
    with office.sessions() as session:
        rows = register_rows(session, SYSTEM)
        if form == "xlsx":
            out = BytesIO()
            write_xlsx(rows, out)
            path.write_bytes(out.getvalue())
        else:
            writer: Callable[..., None] = {"csv": write_csv, "json": write_json}[form]
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer(rows, stream)
    return path


def rows_of(office: Office, statement: Any) -> list[Any]:
    with office.sessions() as session:
        return [tuple(row) for row in session.execute(statement)]


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_office_takes_in_all_that_another_wrote(
    full_office: Office, other_office: Office, tmp_path: Path, form: str
) -> None:
    path = write_file(full_office, form, tmp_path)
    steps = [(step.done, step.total) for step in load_register(other_office, path)]
    assert steps[-1] == (CASES + 1, CASES + 1)
    written = as_csv(full_office)
    assert as_csv(other_office) == written
    assert rows_of(other_office, DEADLINES) == rows_of(full_office, DEADLINES)
    assert rows_of(other_office, STANDING) == rows_of(full_office, STANDING)
    with other_office.sessions() as session:
        events = session.scalar(select(func.count()).select_from(CaseEvent)) or 0
    verdict = check_trail(other_office)
    assert verdict.first is None
    assert verdict.entries >= events > CASES
    kinds = {line.partition(",")[0] for line in written.splitlines()}
    assert kinds >= set(KINDS)

"""What an import refuses, how it says so, and that it leaves nothing behind when it does."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from mla_tracker.accounts.actor import SYSTEM, Actor
from mla_tracker.accounts.models import Account, NeedToKnow
from mla_tracker.accounts.permissions import Permission, Role
from mla_tracker.accounts.services import create_account
from mla_tracker.audit.models import AdministrationEntry
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.cases.references import next_reference
from mla_tracker.casework.office import Office
from mla_tracker.casework.register_file.columns import ALL_NAMES
from mla_tracker.casework.register_file.export import register_rows
from mla_tracker.casework.register_file.importing import ImportRefused, load_register
from mla_tracker.casework.register_file.rows import Problem
from mla_tracker.core import clock
from mla_tracker.core.errors import NotPermitted
from mla_tracker.directory.models import Authority
from mla_tracker.reminders.models import Notice, NoticeFloor

REFERENCE = "MLA-IN-2024-00001"
CASE = {
    "row": "case", "reference": REFERENCE, "kind": "mla", "direction": "incoming", "subject": "Bank records",
    "counterpart": "BR", "urgency": "routine", "confidentiality": "ordinary", "opened_on": "2024-03-04",
    "received_on": "2024-03-04", "status": "under_review", "assigned_to": "ada@office.example",
}  # fmt: skip
ITEM = {"row": "item", "reference": REFERENCE, "number": "1", "type": "DOCUMENTS"}
Write = Callable[..., Path]
Row = dict[str, str]


def event(number: int, code: str, on: str = "2024-03-04", **more: str) -> Row:
    return {
        "row": "event", "reference": REFERENCE, "number": str(number), "event": code, "happened_on": on,
        "recorded_at": f"{on}T09:00:00+00:00", "by": "ada@office.example", **more,
    }  # fmt: skip


LOG = [event(1, "received"), event(2, "item_requested", item="1"), event(3, "registered", "2024-03-06")]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file in the own format from rows of cells."""

    def to_file(*rows: Row) -> Path:
        path = tmp_path / "register.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, dict.fromkeys([*ALL_NAMES, *(name for row in rows for name in row)]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return to_file


def loaded(office: Office, path: Path, **more: Any) -> int:
    return max(step.done for step in load_register(office, path, **more))


def problems(office: Office, path: Path) -> tuple[Problem, ...]:
    """The problems of a file that is refused; nothing of it stays."""
    before = everything(office)
    with pytest.raises(ImportRefused) as refused:
        list(load_register(office, path))
    assert everything(office) == before
    return refused.value.problems


def everything(office: Office) -> tuple[int | None, ...]:
    with office.sessions() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(model))
            for model in (Case, CaseEvent, Account, Authority, NoticeFloor, Notice, AdministrationEntry)
        )


def test_a_case_with_its_events_stands_where_they_lead(office: Office, write: Write) -> None:
    path = write(CASE, ITEM, *LOG)
    assert loaded(office, path) == 1
    with office.sessions() as session:
        case = session.scalars(select(Case)).one()
        ada = session.scalars(select(Account)).one()
        assert (case.status, case.opened_on.isoformat(), case.taken_over) == ("under_review", "2024-03-04", False)
        assert (ada.email, ada.active, ada.password_hash) == ("ada@office.example", False, None)
        assert case.lead_id == ada.id
        assert set(session.scalars(select(CaseEvent.actor_id))) == {ada.id}


def test_one_bad_row_keeps_all_others_out_and_every_problem_is_told(office: Office, write: Write) -> None:
    other = {**CASE, "reference": "MLA-IN-2024-00002"}
    told = problems(
        office,
        write(
            CASE,
            {**other, "counterpart": "XX", "legal_bases": "NONE_SUCH"},
            {**other, "reference": "MLA-IN-2024-00003", "received_on": "04/03/2024"},
            {**other, "reference": "2024/17"},
            {"row": "letter"},
            {**ITEM, "reference": "MLA-IN-2024-00009"},
            {**ITEM, "type": "NONE_SUCH"},
            {**ITEM, "number": "one", "subject": "misplaced"},
        ),
    )
    assert [(one.sheet, one.row, one.column, one.value) for one in told] == [
        ("register.csv", 3, "legal_bases", "NONE_SUCH"),
        ("register.csv", 3, "counterpart", "XX"),
        ("register.csv", 4, "received_on", "04/03/2024"),
        ("register.csv", 5, "reference", "2024/17"),
        ("register.csv", 6, "row", "letter"),
        ("register.csv", 7, "reference", "MLA-IN-2024-00009"),
        ("register.csv", 8, "type", "NONE_SUCH"),
        ("register.csv", 9, "number", "one"),
        ("register.csv", 9, "subject", ""),
    ]
    assert str(told[1]) == "register.csv, row 3, counterpart “XX”: XX is not a State of the directory."


def test_a_reference_stands_once_in_a_file_and_in_the_office(office: Office, write: Write) -> None:
    assert [(one.row, one.column) for one in problems(office, write(CASE, CASE))] == [(3, "reference")]
    loaded(office, write(CASE))
    told = problems(office, write(CASE))
    assert [(one.row, one.message) for one in told] == [(2, "There is a case with this reference already.")]


@pytest.mark.parametrize(
    ("events", "row", "column", "words"),
    [
        ([event(1, "closed")], 3, "event", "before the first entry"),
        ([event(1, "received"), event(2, "answer_sent")], 4, "event", "not possible"),
        ([event(1, "received"), event(3, "registered")], 4, "number", "2 is expected"),
        ([event(1, "received"), event(2, "registered", item="4")], 4, "item", "no item of this number"),
        (
            [event(1, "received"), {**event(2, "registered"), "recorded_at": ""}],
            4,
            "recorded_at",
            "moment of recording",
        ),
        ([event(1, "received"), event(2, "no_such_event")], 4, "event", "no_such_event"),
        ([event(1, "received"), event(2, "registered", detail="[1]")], 4, "detail", "object"),
        ([event(1, "received", "2999-03-04")], 3, "happened_on", "future"),
        ([event(1, "received"), event(2, "registered", "2024-03-03")], 4, "happened_on", "before the first event"),
        ([ITEM, event(1, "received")], 3, "number", "No event"),
        ([event(1, "received"), event(2, "corrected", corrects="7")], 4, "corrects", "no earlier event"),
        ([event(1, "taken_over", detail='{"outcome": "refused"}')], 3, "detail", "status"),
        ([event(1, "taken_over", detail='{"status": "closed", "closed_on": "soon"}')], 3, "detail", "closed_on"),
    ],
)
def test_events_that_the_life_cycle_does_not_permit(
    office: Office, write: Write, events: list[Row], row: int, column: str, words: str
) -> None:
    told = problems(office, write(CASE, *events))
    assert [(one.row, one.column) for one in told] == [(row, column)]
    assert words in told[0].message


def test_a_status_that_the_events_do_not_give(office: Office, write: Write) -> None:
    told = problems(office, write({**CASE, "outcome": "refused"}, event(1, "received")))
    assert {(one.row, one.column, one.message) for one in told} == {
        (2, "status", "The events of the case give received."),
        (2, "outcome", "The events of the case give none."),
    }


@pytest.mark.parametrize(
    ("stated", "column", "words"),
    [
        ({"decided_on": "2024-02-01"}, "decided_on", "before opened_on"),
        ({"answered_on": "2024-06-01", "closed_on": "2024-05-01"}, "closed_on", "before answered_on"),
        ({"outcome": "refused"}, "status", "is closed"),
    ],
)
def test_days_that_cannot_be(office: Office, write: Write, stated: Row, column: str, words: str) -> None:
    told = problems(office, write({**CASE, **({"status": "closed"} if "closed_on" in stated else {}), **stated}))
    assert [(one.row, one.column) for one in told] == [(2, column)]
    assert words in told[0].message


def test_a_day_that_the_events_do_not_give(office: Office, write: Write) -> None:
    log = [event(1, "received"), event(2, "registered"), event(3, "acknowledged", "2024-03-07")]
    loaded(office, write({**CASE, "acknowledged_on": "2024-03-07"}, *log))
    other = [{**row, "reference": "MLA-IN-2024-00002"} for row in ({**CASE, "acknowledged_on": "2024-03-08"}, *log)]
    assert [(one.column, one.message) for one in problems(office, write(*other))] == [
        ("acknowledged_on", "The events of the case give 2024-03-07.")
    ]


@pytest.mark.parametrize("names", ["", "[]", '["Renata"]', '[["", "Latn"]]', '{"name": "Renata"}'])
def test_a_person_has_names_with_their_scripts(office: Office, write: Write, names: str) -> None:
    person = {"row": "person", "reference": REFERENCE, "names": names, "role": "suspect"}
    assert [(one.row, one.column) for one in problems(office, write(CASE, person))] == [(3, "names")]


def test_a_restricted_case_names_who_may_see_it(office: Office, write: Write) -> None:
    restricted = {**CASE, "confidentiality": "restricted", "assigned_to": ""}
    access = {"row": "access", "reference": REFERENCE, "person": "bo@office.example", "reason": "Leads the file"}
    assert [one.column for one in problems(office, write(restricted))] == ["confidentiality"]
    assert [one.column for one in problems(office, write(restricted, {**access, "person": ""}))] == ["person"]
    loaded(office, write(restricted, access))
    with office.sessions() as session:
        named = session.scalars(select(NeedToKnow)).one()
        bo = session.scalars(select(Account)).one()
        assert (named.account_id, named.reason, bo.email, bo.active) == (
            bo.id,
            "Leads the file",
            "bo@office.example",
            False,
        )
        outsider = Actor(bo.id + 1, "Cy", Role.CASEWORKER, frozenset({Permission.CASE_READ, Permission.CASE_EXPORT}))
        assert [kind for kind, _ in register_rows(session, outsider) if kind == "case"] == []
        assert [kind for kind, _ in register_rows(session, SYSTEM) if kind == "case"] == ["case"]


def test_a_dry_run_tries_everything_and_keeps_nothing(office: Office, write: Write) -> None:
    before = everything(office)
    assert loaded(office, write(CASE, ITEM, *LOG), dry_run=True) == 1
    assert everything(office) == before


def test_what_was_due_before_the_load_is_not_sent(office: Office, write: Write) -> None:
    with office.sessions() as session:
        for name, role in (("ada", "caseworker"), ("sam", "supervisor")):
            create_account(
                session, email=f"{name}@office.example", name=name, role=role, password=None, now=clock.now()
            )
        session.commit()
    needed = {"needed_by": "2024-06-03", "needed_by_reason": "Trial"}
    loaded(office, write({**CASE, **needed}, ITEM, *LOG))
    with office.sessions() as session:
        floor = session.scalars(select(NoticeFloor)).one()
        of_terms = session.execute(select(Notice.state, Notice.due_at).where(Notice.deadline_id.is_not(None))).all()
        entry = session.scalars(
            select(AdministrationEntry).where(AdministrationEntry.code == "register_imported")
        ).one()
    assert (floor.reason, floor.whole_office, entry.actor_id) == ("import of register.csv", False, None)
    assert floor.deadlines > 0
    assert {state for state, due_at in of_terms if due_at <= floor.floor_at} == {"suppressed"}
    assert not [due_at for state, due_at in of_terms if state == "planned" and due_at <= floor.floor_at]


def test_parents_may_stand_behind_their_supplements(office: Office, write: Write) -> None:
    references = [f"MLA-IN-2024-0000{number}" for number in (1, 2, 3)]
    rows = [
        {**CASE, "reference": own, "parent": parent}
        for own, parent in zip(references, [*references[1:], ""], strict=True)
    ]
    assert loaded(office, write(*rows)) == 3
    with office.sessions() as session:
        found = {case.reference: case.parent_id for case in session.scalars(select(Case))}
        ids = {case.reference: case.id for case in session.scalars(select(Case))}
    assert found == {references[0]: ids[references[1]], references[1]: ids[references[2]], references[2]: None}


def test_cases_that_are_each_others_parent_are_refused(office: Office, write: Write) -> None:
    one, two = {**CASE, "parent": "MLA-IN-2024-00002"}, {**CASE, "reference": "MLA-IN-2024-00002", "parent": REFERENCE}
    assert {problem.column for problem in problems(office, write(one, two))} == {"parent"}


def test_an_item_number_stands_once_in_a_case(office: Office, write: Write) -> None:
    told = problems(office, write(CASE, ITEM, ITEM))
    assert [(one.row, one.column) for one in told] == [(4, "number")]


def test_numbers_of_the_office_go_on_behind_those_that_came_in(office: Office, write: Write) -> None:
    year = clock.today(office.zone).year
    loaded(office, write({**CASE, "reference": f"MLA-IN-{year}-00041"}))
    with office.sessions() as session:
        assert next_reference(session, "mla", "incoming", year) == f"MLA-IN-{year}-00042"


def test_only_who_may_import_or_export_does(office: Office, write: Write) -> None:
    reader = Actor(None, "reader", Role.CASEWORKER, frozenset({Permission.CASE_READ}))
    with pytest.raises(NotPermitted):
        loaded(office, write(CASE), actor=reader)
    with office.sessions() as session, pytest.raises(NotPermitted):
        list(register_rows(session, reader))


def test_a_file_without_a_case_loads_nothing(office: Office, write: Write) -> None:
    assert [one.message for one in problems(office, write())] == ["The file holds no case."]

"""The register of the documentation loads as its README says, and its gaps come in as gaps."""

import json
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from mla_tracker.accounts.models import Account
from mla_tracker.cases.models import Case, CaseEvent, CaseEventDetail
from mla_tracker.casework.office import Office
from mla_tracker.casework.register_file.importing import ImportRefused, load_register
from mla_tracker.casework.register_file.mapping import read_map
from mla_tracker.casework.trail_check import check_trail
from mla_tracker.decisions.models import Refusal
from mla_tracker.reminders.models import Notice
from mla_tracker.statistics.computing import measure
from mla_tracker.statistics.definitions import NOT_RECORDED
from tests.integration.register_file.conftest import EXAMPLE
from tests.support.office import COMMAND, ROOT, environment

REGISTER, MAP = EXAMPLE / "register.csv", EXAMPLE / "map.yaml"


@pytest.fixture
def taken_over(office: Office) -> Office:
    for _step in load_register(office, REGISTER, register_map=read_map(MAP)):
        pass
    return office


def test_every_case_stands_where_the_register_left_it(taken_over: Office) -> None:
    with taken_over.sessions() as session:
        cases = session.scalars(select(Case)).all()
    assert Counter((case.kind, case.direction) for case in cases) == {
        ("mla", "incoming"): 38,
        ("mla", "outgoing"): 15,
        ("extradition", "incoming"): 5,
        ("extradition", "outgoing"): 3,
    }
    assert Counter((case.status, case.outcome) for case in cases if case.status != "closed") == {
        ("under_review", None): 5, ("in_hand_abroad", None): 4, ("awaiting_information", None): 1,
    }  # fmt: skip
    assert Counter(case.outcome for case in cases if case.status == "closed") == {
        "executed_in_full": 26, "refused": 11, "lapsed": 3, "surrendered": 3, "executed_in_part": 2, "withdrawn": 1,
        "no_longer_needed": 1, "returned": 1, "forwarded": 1, "not_executable": 1, "not_located": 1,
    }  # fmt: skip
    assert all(case.taken_over and case.former_reference for case in cases)
    assert check_trail(taken_over).first is None


def test_reasons_that_were_never_kept_are_marked(taken_over: Office) -> None:
    with taken_over.sessions() as session:
        refusals = {
            case.former_reference: refusal
            for case, refusal in session.execute(select(Case, Refusal).join(Refusal, Refusal.case_id == Case.id))
        }
        grounds = {name: [ground.ground_code for ground in row.grounds] for name, row in refusals.items()}
    assert Counter(row.reasons_recorded for row in refusals.values()) == {False: 7, True: 4}
    assert sum(not codes for codes in grounds.values()) == 5
    bare = refusals["2019/031"]
    assert (bare.given_by, bare.reasons, bare.proposed_on, bare.communicated_on) == (
        "us", "", date(2019, 7, 8), date(2019, 7, 9),
    )  # fmt: skip
    assert (refusals["2019/079"].given_by, grounds["2019/079"]) == ("other_state", ["EX_NATIONALITY"])
    assert refusals["2020/008"].reasons == "Legal privilege; the firm acted as counsel"


def test_days_that_were_never_kept_stay_open_or_are_named(taken_over: Office) -> None:
    with taken_over.sessions() as session:
        unreceived = session.scalars(select(Case).where(Case.former_reference == "2019/052")).one()
        undecided = session.scalars(select(Case).where(Case.former_reference == "2020/022")).one()
        detail = session.scalars(
            select(CaseEventDetail.text)
            .join(CaseEvent, CaseEvent.id == CaseEventDetail.event_id)
            .where(CaseEvent.case_id == undecided.id, CaseEvent.seq == 1)
        ).one()
        counted = measure(session, date(2026, 1, 1), "all").counted
    assert (unreceived.received_on, unreceived.opened_on) == (None, date(2019, 5, 6))
    assert (undecided.decided_on, undecided.closed_on) == (None, date(2020, 3, 30))
    assert json.loads(detail)["not_recorded"] == ["closed_on"]
    assert int(counted.marks[NOT_RECORDED + "answer"].sum()) > 0


def test_people_come_in_disabled_and_nobody_is_flooded(taken_over: Office) -> None:
    with taken_over.sessions() as session:
        people = session.execute(select(Account.email, Account.active).order_by(Account.email)).all()
        waiting = session.scalar(
            select(func.count()).select_from(Notice).where(Notice.state == "planned", Notice.due_at <= func.now())
        )
    assert [tuple(row) for row in people] == [
        ("a.marchal@justice.example", False),
        ("p.kowalski@justice.example", False),
        ("s.bensaid@justice.example", False),
    ]
    assert waiting == 0


def test_problems_of_the_register_are_told_by_its_own_headings(office: Office, tmp_path: Path) -> None:
    spoilt = (
        REGISTER.read_text("utf-8")
        .replace(";Brésil;", ";Bresillia;", 1)
        .replace("CNUCC;15/04/2019", "CNUCC;31/04/2019")
    )
    path = tmp_path / "register.csv"
    path.write_text(spoilt, "utf-8")
    with pytest.raises(ImportRefused) as refused:
        list(load_register(office, path, register_map=read_map(MAP)))
    assert [str(problem) for problem in refused.value.problems] == [
        "register.csv, row 2, Pays “Bresillia”: Is not the name of a State in the languages of the map; "
        "add it under words: counterpart.",
        "register.csv, row 8, Reçu le “31/04/2019”: Takes a day written as %d/%m/%Y.",
    ]


def test_a_register_is_taken_over_once(taken_over: Office) -> None:
    with pytest.raises(ImportRefused) as refused:
        list(load_register(taken_over, REGISTER, register_map=read_map(MAP)))
    assert {problem.message.split(", as ")[0] for problem in refused.value.problems} == {
        "This number is on file already"
    }


def test_a_heading_that_is_missing_is_told_once(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(REGISTER.read_text("utf-8").replace("Pays", "Land", 1), "utf-8")
    with pytest.raises(ImportRefused) as refused:
        list(load_register(office, path, register_map=read_map(MAP)))
    assert [str(problem) for problem in refused.value.problems] == [
        "register.csv, row 2, Pays: The register has no such column."
    ]


@pytest.mark.usefixtures("sessions")
def test_the_commands_of_the_readme(settings: Settings, tmp_path: Path) -> None:
    surroundings = environment(
        tmp_path / "var",
        MLA_DATABASE_URL=settings.runtime_url,
        MLA_MIGRATION_DATABASE_URL=settings.owner_url,
        MLA_REDIS_URL=settings.store_url,
    )

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [*COMMAND, "cases", *words]
        return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)

    load = ("import", "docs/import/register.csv", "--map", "docs/import/map.yaml")
    tried = run(*load, "--dry-run", "--json")
    assert tried.returncode == 0, tried.stderr
    assert json.loads(tried.stdout) == {"loaded": 0, "tried": 61, "problems": []}
    done = run(*load)
    assert (done.returncode, "61 cases are loaded" in done.stderr) == (0, True), done.stderr
    written = run("export", "--output", str(tmp_path / "out.csv"))
    assert written.returncode == 0, written.stderr
    again = run("import", str(tmp_path / "out.csv"), "--json")
    assert again.returncode == 1
    assert {one["column"] for one in json.loads(again.stdout)["problems"]} == {"reference"}
    wrong = tmp_path / "map.yaml"
    wrong.write_text("collumns: {}\n", "utf-8")
    refused = run("import", "docs/import/register.csv", "--map", str(wrong))
    assert refused.returncode == 1
    assert refused.stderr.strip().endswith("unknown key: collumns.")
    assert "Traceback" not in refused.stderr

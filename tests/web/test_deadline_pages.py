"""Pages about deadlines: why a date is the date, what people do to it, the calculator, calendars and rules."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.casework import recomputing
from mla_tracker.casework.registering import register
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.deadlines.models import CalendarChange, ClockPause, Deadline, Recomputation
from mla_tracker.instruments.models import TimeLimitRow
from mla_tracker.office_from_settings import open_office
from tests.factories.office import a_world
from tests.support.browsing import application, person, signed_in, token
from tests.support.forms import form_of, forms_of, send, send_again


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    for name, role in (("anna", "caseworker"), ("ines", "auditor"), ("greta", "administrator")):
        person(sessions, name, role)
    return made


@pytest.fixture
def case(settings: Settings, sessions: Sessions) -> Iterator[Case]:
    """A request that arrived today."""
    office = open_office(settings)
    today = clock.today(office.zone)
    with sessions() as session:
        world = a_world(office, session)
        given = world.registration(received_on=today, opened_on=today)
        done = register(office, session, given, actor=world.officer, recorded_at=clock.now())
        yield session.get_one(Case, done.case_id)


def boxes(name: str, day: date) -> dict[str, str]:
    """A legal date as its three boxes send it."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def deadline(sessions: Sessions, case: Case, code: str) -> Deadline:
    with sessions() as session:
        return session.scalars(select(Deadline).where(Deadline.case_id == case.id, Deadline.rule_code == code)).one()


WHY = {"reason_code": "DR_TRANSLATION", "side": "other_state", "reason": "The translation is late."}


def test_a_date_explains_itself_in_words_and_as_plain_values(app: Flask, sessions: Sessions, case: Case) -> None:
    anna, row = signed_in(app, "anna"), deadline(sessions, case, "HOUSE_REVIEW")
    address = f"/cases/{case.reference}/deadlines/{row.id}"
    page = anna.get(address)
    assert page.status_code == 200
    assert "working days" in page.text
    plain = anna.get(f"{address}?format=json").get_json()
    assert row.due_on is not None
    assert plain["due"] == row.due_on.isoformat()
    assert next(iter(plain["steps"]))["kind"] == "start"
    assert plain["in_words"][-1].endswith("last day in time")
    assert anna.get(f"/cases/{case.reference}/deadlines/999999").status_code == 404


def test_people_extend_pause_dispute_and_mark_as_met(app: Flask, sessions: Sessions, case: Case) -> None:
    anna, row = signed_in(app, "anna"), deadline(sessions, case, "HOUSE_REVIEW")
    of_case = f"/cases/{case.reference}/deadlines"
    assert send(anna, f"{of_case}/{row.id}/extend", amount="10", unit="days", **WHY).status_code == 302
    longer = deadline(sessions, case, "HOUSE_REVIEW")
    assert longer.due_on is not None
    assert row.due_on is not None
    assert longer.due_on > row.due_on
    assert send(anna, f"{of_case}/pause", **WHY).status_code == 302
    assert deadline(sessions, case, "HOUSE_REVIEW").due_on is None
    assert "Stands still" in anna.get(f"/cases/{case.reference}").text
    assert send(anna, f"{of_case}/resume").status_code == 302
    with sessions() as session:
        assert session.scalars(select(ClockPause.last_on)).one() is not None
    assert send(anna, f"{of_case}/{row.id}/dispute", side="other_state", reason="From the fax.").status_code == 302
    page = anna.get(f"{of_case}/{row.id}").text
    assert "From the fax" in page
    assert "recorded by" in page
    assert send(anna, f"{of_case}/{row.id}/dispute", result="They agree.").status_code == 302
    assert send(anna, f"{of_case}/{row.id}/met", evidence="Minute of today.").status_code == 302
    assert deadline(sessions, case, "HOUSE_REVIEW").end_kind == "met"
    wrong = send(anna, f"{of_case}/{row.id}/met", evidence="Again.")
    assert wrong.status_code == 422
    assert "This deadline has ended." in wrong.text
    codes = [
        "deadline_extended",
        "pause_opened",
        "pause_closed",
        "deadline_disputed",
        "deadline_settled",
        "deadline_met",
    ]
    with sessions() as session:
        told = session.scalars(select(CaseEvent.code).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)).all()
    assert list(told)[-6:] == codes


def test_a_form_that_is_not_whole_says_so_beside_the_field(app: Flask, sessions: Sessions, case: Case) -> None:
    anna, row = signed_in(app, "anna"), deadline(sessions, case, "HOUSE_REVIEW")
    answer = send(anna, f"/cases/{case.reference}/deadlines/{row.id}/extend", amount="", unit="days", **WHY)
    assert answer.status_code == 422
    assert "Enter by how much, or until which day." in answer.text
    stale = send(anna, f"/cases/{case.reference}/deadlines/{row.id}/extend", amount="1", version="0", **WHY)
    assert stale.status_code == 422
    assert "Somebody else recorded something" in stale.text


def test_a_single_day_with_its_hour_is_entered(app: Flask, sessions: Sessions, case: Case) -> None:
    anna = signed_in(app, "anna")
    given = {"label": "Send the originals", "due_time": "09:30", "set_by": "court"}
    given |= boxes("due_on", date(2099, 3, 2))
    answer = send(anna, f"/cases/{case.reference}/deadlines/add", reason="Order of today.", **given)
    assert answer.status_code == 302, answer.text
    row = deadline(sessions, case, "deadline_set")
    assert row.due_at is not None
    assert "Set by a court" in anna.get(f"/cases/{case.reference}/deadlines/{row.id}").text


def test_the_calculator_answers_what_the_command_prints(app: Flask) -> None:
    anna = signed_in(app, "anna")
    asked = "/deadlines/compute?start=2026-11-24&length=45&unit=working-days&calendar=LV&counting=exclusive"
    assert "Christmas Eve" in anna.get(asked).text
    assert anna.get(f"{asked}&format=json").get_json()["due"] == "2027-02-01"
    for wrong in ("calendar=XX", "start=tomorrow", "length=-1"):
        changed = re.sub(rf"{wrong.split('=')[0]}=[^&]*", wrong, asked)
        assert anna.get(changed).status_code == 422
        assert "errors" in anna.get(f"{changed}&format=json").get_json()


def test_a_calendar_is_changed_after_its_effect_was_shown(
    app: Flask, settings: Settings, sessions: Sessions, case: Case
) -> None:
    greta, row = signed_in(app, "greta"), deadline(sessions, case, "HOUSE_REVIEW")
    closed = row.due_on
    assert closed is not None
    given = {"name": "Removal", "source": "Order of the director", **boxes("first", closed)}
    shown = send(greta, "/admin/calendars/add", **given)
    assert shown.status_code == 200
    assert "deadline moves" in shown.text or "deadlines move" in shown.text
    with sessions() as session:
        assert session.scalars(select(CalendarChange)).all() == []
    made = send_again(greta, "/admin/calendars/add", form_of(shown.text))
    assert made.status_code == 302, made.text
    recomputing.work_off(open_office(settings), seconds=30)
    with sessions() as session:
        run = session.scalars(select(Recomputation)).one()
        assert run.found == run.expected
        number = session.scalars(select(CalendarChange.id)).one()
    assert deadline(sessions, case, "HOUSE_REVIEW").due_on != row.due_on
    assert "Removal" in greta.get("/admin/calendars").text
    asked = forms_of(greta.get(f"/admin/calendars/{number}/withdraw").text)
    asked = [form for form in asked if "version" in form]
    assert send_again(greta, f"/admin/calendars/{number}/withdraw", asked[0]).status_code == 302
    recomputing.work_off(open_office(settings), seconds=30)
    assert deadline(sessions, case, "HOUSE_REVIEW").due_on == row.due_on


def test_a_rule_is_adapted_copied_and_retired_after_its_effect_was_shown(
    app: Flask, settings: Settings, sessions: Sessions, case: Case
) -> None:
    greta, row = signed_in(app, "greta"), deadline(sessions, case, "HOUSE_REVIEW")
    office = open_office(settings)
    assert "HOUSE_REVIEW" in greta.get("/admin/limits?q=legal+review").text
    shown = send(greta, "/admin/limits/HOUSE_REVIEW", amount="20")
    assert "1 deadline moves" in shown.text
    assert send_again(greta, "/admin/limits/HOUSE_REVIEW", form_of(shown.text)).status_code == 302
    recomputing.sweep(office, clock.now())
    longer = deadline(sessions, case, "HOUSE_REVIEW")
    assert longer.due_on is not None
    assert row.due_on is not None
    assert longer.due_on > row.due_on

    given = {"code": "HOUSE_REVIEW_2", "label": "Review again.", "amount": "30"}
    shown = send(greta, "/admin/limits/HOUSE_REVIEW/copy", **given)
    assert "1 deadline begins" in shown.text
    assert send_again(greta, "/admin/limits/HOUSE_REVIEW/copy", form_of(shown.text)).status_code == 302
    recomputing.sweep(office, clock.now())
    assert deadline(sessions, case, "HOUSE_REVIEW_2").label == "Review again"

    assert "falls away" in greta.get("/admin/limits/HOUSE_REVIEW_2/use").text
    use = "/admin/limits/HOUSE_REVIEW_2/use"
    assert greta.post(use, data={"csrf_token": token(greta, use)}).status_code == 302
    recomputing.sweep(office, clock.now())
    with sessions() as session:
        codes = session.scalars(select(Deadline.rule_code).where(Deadline.case_id == case.id)).all()
        runs = session.scalars(select(Recomputation)).all()
        assert session.get_one(TimeLimitRow, "HOUSE_REVIEW_2").retired_at is not None
    assert "HOUSE_REVIEW_2" not in codes
    assert all(run.found == run.expected for run in runs)
    wrong = send(greta, "/admin/limits/HOUSE_REVIEW", amount="3", unit="hours")
    assert wrong.status_code == 422


def test_who_only_reads_is_offered_no_act(app: Flask, sessions: Sessions, case: Case) -> None:
    ines, row = signed_in(app, "ines"), deadline(sessions, case, "HOUSE_REVIEW")
    page = ines.get(f"/cases/{case.reference}").text
    assert "Mark as met" not in page
    assert ines.get(f"/cases/{case.reference}/deadlines/{row.id}/extend").status_code == 403

"""The pages of reminders: acknowledging, wishes and absences, the calendar, ladders, who gets what."""

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.queries import actor_of
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.casework.registering import register
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.deadlines.models import Deadline
from mla_tracker.office_from_settings import open_office
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.services import plan_missing
from tests.factories.office import a_world
from tests.support.browsing import application, person, signed_in, token


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    """An office in which Marta leads one request with a time limit that is due."""
    made, office = application(settings, run_folder), open_office(settings)
    for name, role in (("lead", "caseworker"), ("other", "caseworker"), ("admin", "administrator")):
        person(sessions, name, role)
    with sessions() as session:
        world = a_world(office, session)
        lead = session.scalars(select(Account).where(Account.email == "lead@office.example")).one()
        given = world.registration(lead_id=lead.id)
        register(office, session, given, actor=actor_of(lead), recorded_at=clock.now())
    with sessions() as session, session.begin():
        row = session.scalars(
            select(Deadline).where(Deadline.ended_on.is_(None), Deadline.bound == "ours", ~Deadline.provisional)
        ).first()
        assert row is not None
        row.due_on = clock.today(office.zone)
        row.due_at = row.cautious_on = row.before_roll_on = None
        row.next_rung_on = row.due_on
    plan_missing(sessions, clock.now(), office.zone)
    return made


def own_reminder(sessions: Sessions, name: str) -> Notice:
    with sessions() as session:
        return session.scalars(
            select(Notice)
            .join(Account, Account.id == Notice.recipient_id)
            .where(Account.email == f"{name}@office.example", Notice.state == "planned", Notice.kind == "deadline")
        ).one()


def post(client: FlaskClient, path: str, page: str, **fields: str | list[str]) -> "tuple[int, str]":
    answer = client.post(path, data={"csrf_token": token(client, page), **fields})
    return answer.status_code, answer.text


def test_the_link_of_a_reminder_shows_nothing_and_its_button_acknowledges(app: Flask, sessions: Sessions) -> None:
    notice = own_reminder(sessions, "lead")
    with sessions() as session:
        case = session.scalars(select(Case)).one()
    lead, other = signed_in(app, "lead"), signed_in(app, "other")
    path = f"/reminders/{notice.id}"
    assert app.test_client().get(path).status_code == 302
    assert other.get(path).status_code == 404
    page = lead.get(path)
    assert page.status_code == 200
    for word in (case.reference, case.subject, "Azevedo"):
        assert word not in page.text
    with sessions() as session:
        assert session.get_one(Deadline, notice.deadline_id).acknowledged_at is None
    assert lead.get(f"{path}/request").headers["Location"].startswith(f"/cases/{case.reference}")
    assert post(lead, path, "/account")[0] == 302
    with sessions() as session:
        assert session.get_one(Deadline, notice.deadline_id).acknowledged_at is not None
        codes = session.scalars(select(CaseEvent.code).order_by(CaseEvent.seq)).all()
        assert codes[-1] == "deadline_acknowledged"
        assert session.get_one(Notice, notice.id).reason == "acknowledged"
    assert "I have seen it" in lead.get(path).text


def test_wishes_absences_and_the_substitute_are_ones_own(app: Flask, sessions: Sessions) -> None:
    lead, admin = signed_in(app, "lead"), signed_in(app, "admin")
    page = "/account/reminders"
    kept: dict[str, str | list[str]] = {
        "work_from": "8",
        "work_to": "17",
        "work_days": ["1", "2", "5"],
        "digest": "daily",
        "digest_hour": "6",
    }
    kinds: dict[str, str | list[str]] = {
        "assigned": "digest",
        "approval": "at_once",
        "reply": "off",
        "silence": "digest",
        "unverified": "off",
    }
    assert post(lead, page, page, **kept, **kinds)[0] == 302
    shown = lead.get(page).text
    assert re.search(r'<option selected value="off">\s*Not at all', shown)
    status, text = post(lead, page, page, **{**kept, **kinds, "work_to": "7"})
    assert status == 422
    assert "Enter an hour after the first one." in text
    day = clock.today(open_zone(app)) + timedelta(days=3)
    when = {"first_on": day.isoformat(), "last_on": (day + timedelta(days=4)).isoformat()}
    assert post(lead, f"{page}/absences", page, **when)[0] == 302
    assert "Take back" in lead.get(page).text
    with sessions() as session:
        other = session.scalars(select(Account).where(Account.email == "other@office.example")).one()
    assert post(lead, f"{page}/substitute", page, substitute=str(other.id))[0] == 302
    with sessions() as session:
        assert session.scalar(select(Account.substitute_id).where(Account.email == "lead@office.example")) == other.id
    assert "Note the absence" not in admin.get(page).text


def test_a_calendar_address_is_shown_once_answers_without_signing_in_and_ends(app: Flask) -> None:
    lead = signed_in(app, "lead")
    status, text = post(lead, "/account/reminders/calendar", "/account/reminders")
    assert status == 201
    found = re.search(r'value="http://localhost(/calendar/[^"]+\.ics)"', text)
    assert found is not None
    calendar = app.test_client().get(found[1])
    assert calendar.content_type == "text/calendar; charset=utf-8"
    assert "BEGIN:VEVENT" in calendar.text
    assert "Bank records" not in calendar.text
    assert post(lead, "/account/reminders/calendar/end", "/account/reminders")[0] == 302
    assert app.test_client().get(found[1]).status_code == 404


def test_a_ladder_is_shown_before_it_is_saved(app: Flask) -> None:
    admin = signed_in(app, "admin")
    path = "/admin/ladders/hard/routine"
    given: dict[str, str | list[str]] = {
        "days_before": "9, 4", "percents": "50", "last_days": "0", "days_late": "2", "every_days": "0",
        "head_after": "0", "told_before": ["officer"], "told_due": ["officer", "substitute"],
        "told_overdue": ["supervisor"], "told_head": ["head"],
    }  # fmt: skip
    status, text = post(admin, path, path, show="", **given)
    assert status == 200
    assert "9 days before" in text
    assert "the office&#39;s own" not in admin.get("/admin/ladders").text.replace("'", "&#39;")
    assert post(admin, path, path, save="", **given)[0] == 302
    assert "9, 4 days before" in re.sub(r"</?bdi>", "", admin.get("/admin/ladders").text)
    status, text = post(admin, path, path, save="", **{**given, "days_before": "soon", "told_due": []})
    assert status == 422
    assert "whole numbers between 1 and 365" in text
    assert "Choose at least one." in text


def test_who_gets_what_on_a_day(app: Flask, sessions: Sessions) -> None:
    lead = signed_in(app, "lead")
    tomorrow = lead.get("/reminders/forecast")
    assert tomorrow.status_code == 200
    with sessions() as session:
        case = session.scalars(select(Case)).one()
    late = clock.today(open_zone(app)) + timedelta(days=1)
    page = lead.get(f"/reminders/forecast?on={late.isoformat()}")
    assert case.reference in page.text
    assert "1 day late" in page.text
    assert lead.get("/reminders/forecast?on=1999-01-01").status_code == 422


def open_zone(app: Flask) -> ZoneInfo:
    """The office's zone."""
    zone: ZoneInfo = app.extensions["mla_services"].office.zone
    return zone

"""`/admin/mail` and `/dev/mail`: what is shown to whom, and another try for a dead letter."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from config.settings import Settings
from mla_tracker.accounts.services import create_account
from mla_tracker.core import clock, heartbeat
from mla_tracker.core.database import Sessions
from mla_tracker.reminders.mailer import make_mailer
from mla_tracker.reminders.messages import Letterhead
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.sending import SWEEP, sweep
from mla_tracker.reminders.services import plan_missing
from tests.support.browsing import application
from tests.support.ladders import case_of, limit, person

PASSWORD = "plenty of pelicans 7"


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    """The application on static files that the test run builds once."""
    del sessions  # the pages commit for real: the database is made anew afterwards
    return application(settings, run_folder)


def signed_in(app: Flask, sessions: Sessions, role: str) -> FlaskClient:
    with sessions() as session, session.begin():
        create_account(
            session, email=f"{role}@office.example", name=role, role=role, password=PASSWORD, now=clock.now()
        )
    client = app.test_client()
    form = {"email": f"{role}@office.example", "password": PASSWORD, "csrf_token": token(client, "/login")}
    assert client.post("/login", data=form).status_code == 302
    return client


def token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def test_an_administrator_sees_the_queue_and_sends_a_dead_letter_again(
    app: Flask, settings: Settings, sessions: Sessions
) -> None:
    today = clock.today(settings.zone)
    with sessions() as session, session.begin():
        for name in ("Anna", "Berta"):
            limit(session, case_of(session, person(session, name=name)), today, days=1)
    plan_missing(sessions, clock.now(), settings.zone)
    with sessions() as session, session.begin():
        first = session.scalars(select(Notice.id).order_by(Notice.id)).first()
        session.execute(
            update(Notice)
            .where(Notice.id == first)
            .values(state="dead", reason="refused", error="550 No such mailbox", next_attempt_at=None)
        )
    client = signed_in(app, sessions, "administrator")
    page = client.get("/admin/mail")
    assert page.status_code == 200
    assert "550 No such mailbox" in page.text
    assert "Secret subject line" not in page.text
    form = {"csrf_token": token(client, "/admin/mail")}
    assert client.post(f"/admin/mail/{first}/retry", data=form).status_code == 302
    assert "The message is in the queue again." in client.get("/admin/mail").text
    assert client.post(f"/admin/mail/{first}/retry", data=form).status_code == 302
    with sessions() as session:
        assert set(session.scalars(select(Notice.state))) == {"planned"}


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "auditor"])
def test_the_mail_is_administered_by_administrators_alone(app: Flask, sessions: Sessions, role: str) -> None:
    client = signed_in(app, sessions, role)
    assert client.get("/admin/mail").status_code == 403


def test_the_folder_of_a_development_office_can_be_read_in_the_browser(
    app: Flask, settings: Settings, sessions: Sessions
) -> None:
    client = app.test_client()
    assert "Nothing has been sent yet." in client.get("/dev/mail").text
    with sessions() as session, session.begin():
        case = case_of(session, person(session))
        limit(session, case, clock.today(settings.zone) - timedelta(days=1))
    letterhead = Letterhead(settings.mail_from, settings.base_url, settings.zone)
    sweep(sessions, make_mailer(settings.mail_url), letterhead)
    listed = client.get("/dev/mail").text
    assert f"{case.reference}: overdue by 1 day" in listed
    [address] = set(re.findall(r'href="(/dev/mail/[^"]+)"', listed))
    assert "Answer to the request" in client.get(address).text
    html = client.get(f"{address}/html")
    assert "<h1>Answer to the request</h1>" in html.text
    assert "sandbox" in html.headers["Content-Security-Policy"]
    for missing in ("/dev/mail/nothing", "/dev/mail/..%2Fx", "/dev/mail/nothing/html"):
        assert client.get(missing).status_code == 404


def test_a_sweep_that_stands_still_shows_on_every_page_of_who_can_see_to_it_and_in_readyz(
    app: Flask, sessions: Sessions
) -> None:
    def swept(minutes: int) -> None:
        with sessions() as session, session.begin():
            session.execute(text("DELETE FROM heartbeat"))
            heartbeat.stamp(session, heartbeat.SCHEDULE, clock.now())
            heartbeat.stamp(session, SWEEP, clock.now() - timedelta(minutes=minutes))

    pages = {role: signed_in(app, sessions, role) for role in ("supervisor", "administrator", "caseworker")}
    for minutes, red in ((2, False), (4, True)):
        swept(minutes)
        health = pages["caseworker"].get("/readyz")
        assert (health.status_code, (health.json or {})["reminders"]) == ((503, False) if red else (200, True))
        for role, path in (("supervisor", "/"), ("supervisor", "/dashboard"), ("administrator", "/admin")):
            assert ("No sweep for 4 minutes" in pages[role].get(path).text) is red
        assert "No sweep for" not in pages["caseworker"].get("/").text

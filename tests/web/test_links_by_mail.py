"""Invited, or having forgotten the password: a link by mail, which counts once and skips nothing."""

import re
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.accounts.models import PasswordLink
from mla_tracker.accounts.queries import account_by_id
from mla_tracker.accounts.services import disable_account
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.reminders import sending
from mla_tracker.reminders.mailer import make_mailer
from mla_tracker.reminders.messages import Letterhead
from tests.support.browsing import PASSWORD, application, person, signed_in, token
from tests.support.mail import SmtpSink
from tests.web.test_second_factor import sets_up_app

NEW = "seven quiet herons wait"


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    person(sessions, "ines", "administrator")
    return made


class Post:
    """What the worker would send, and the links in it."""

    def __init__(self, settings: Settings, sessions: Sessions, smtp: SmtpSink) -> None:
        self._letterhead = Letterhead("office@office.example", "http://localhost", settings.zone)
        self._sessions = sessions
        self.smtp = smtp

    def goes_out(self) -> list[str]:
        """The texts of the letters of one sweep."""
        before = len(self.smtp.messages)
        mailer = make_mailer(self.smtp.url)
        sending.flush(self._sessions, mailer, self._letterhead, due_by=clock.now())
        return [body.get_content() for one in self.smtp.messages[before:] if (body := one.get_body(("plain",)))]


def link_in(text: str) -> str:
    found = re.search(r"http://localhost(/login/link/\S+)", text)
    assert found is not None, text
    return found[1]


@pytest.fixture
def post(settings: Settings, sessions: Sessions, smtp: SmtpSink) -> Post:
    return Post(settings, sessions, smtp)


def asks(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"2001:db8::{secrets.token_hex(2)}"  # asking is limited by address
    answer = client.post("/login/forgotten", data={"csrf_token": token(client, "/login/forgotten"), "email": email})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert "a link is on its way" in client.get("/login").text
    return client


def sets(client: FlaskClient, address: str, password: str = NEW) -> int:
    form = {"csrf_token": token(client, address), "password": password}
    return client.post(address, data=form).status_code


def enters(app: Flask, email: str, password: str) -> int:
    client = app.test_client()
    form = {"email": email, "password": password, "csrf_token": token(client, "/login")}
    return client.post("/login", data=form).status_code


def test_who_forgot_his_password_sets_a_new_one_once(app: Flask, sessions: Sessions, post: Post) -> None:
    elsewhere = signed_in(app, "ines")
    client = asks(app, "INES@office.example")
    (text,) = post.goes_out()
    address = link_in(text)
    with sessions() as session:
        kept = session.scalars(select(PasswordLink)).one()
    assert address.rsplit("/", 1)[1].encode() not in kept.token_hash
    for _ in range(3):
        assert client.get(address).status_code == 200, "programs that read mail open every link"
    assert sets(client, address, "short") == 422
    assert sets(client, address) == 302
    assert client.get(address).status_code == 404
    assert elsewhere.get("/account").status_code == 302
    assert enters(app, "ines@office.example", PASSWORD) == 422
    assert enters(app, "ines@office.example", NEW) == 302
    (word,) = post.goes_out()
    assert "Your password was changed" in word


def test_a_link_runs_out_after_thirty_minutes_and_a_later_one_replaces_it(app: Flask, post: Post) -> None:
    client = asks(app, "ines@office.example")
    (first,) = post.goes_out()
    asks(app, "ines@office.example")
    (second,) = post.goes_out()
    assert client.get(link_in(first)).status_code == 404
    assert client.get(link_in(second)).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=True):
        assert client.get(link_in(second)).status_code == 404


def test_nobody_learns_who_has_an_account(app: Flask, sessions: Sessions, post: Post) -> None:
    gone = person(sessions, "gone", "auditor")
    with sessions() as session, session.begin():
        disable_account(session, account_by_id(session, gone), clock.now())
    asks(app, "nobody@office.example")
    asks(app, "gone@office.example")
    assert post.goes_out() == []


def test_asking_again_before_the_mail_went_out_sends_one(app: Flask, post: Post) -> None:
    for _ in range(3):
        asks(app, "ines@office.example")
    assert len(post.goes_out()) == 1


def test_who_is_invited_sets_his_password_and_comes_in(app: Flask, post: Post) -> None:
    ines = signed_in(app, "ines")
    form = {
        "csrf_token": token(ines, "/admin/people"), "email": "new@office.example", "name": "New", "role": "auditor",
        "password": "",
    }  # fmt: skip
    assert ines.post("/admin/people", data=form).status_code == 302
    (text,) = post.goes_out()
    assert "An account was made for you" in text
    assert enters(app, "new@office.example", "") == 422
    assert sets(app.test_client(), link_in(text)) == 302
    assert enters(app, "new@office.example", NEW) == 302


def test_a_link_does_not_skip_the_second_factor(app: Flask, post: Post) -> None:
    sets_up_app(signed_in(app, "ines"))
    post.goes_out()
    client = asks(app, "ines@office.example")
    (text,) = post.goes_out()
    assert sets(client, link_in(text)) == 302
    assert client.get("/account").status_code == 302, "a link opens no session"
    entered = enters(app, "ines@office.example", NEW)
    assert entered == 200, "the page of the second step"


def test_changes_to_how_one_signs_in_are_told_by_mail(app: Flask, sessions: Sessions, post: Post) -> None:
    anna = person(sessions, "anna", "caseworker")
    ines = signed_in(app, "ines")
    form = {"csrf_token": token(ines, f"/admin/people/{anna}"), "role": "auditor", "password": NEW}
    ines.post(f"/admin/people/{anna}", data=form)
    ines.post(f"/admin/people/{anna}/password", data=form)
    sets_up_app(ines)
    texts = "\n".join(post.goes_out())
    for words in ("another role", "Your password was changed", "An app or a passkey was set up"):
        assert words in texts
    assert "Anna" not in texts


@pytest.mark.parametrize("made_up", ["x", "a" * 43, "%00", "..%2f..%2fetc", "a" * 3000])
def test_a_made_up_link_is_answered_like_an_old_one(app: Flask, made_up: str) -> None:
    answer = app.test_client().get(f"/login/link/{made_up}")
    assert answer.status_code == 404

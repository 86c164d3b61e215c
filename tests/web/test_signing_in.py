"""The door: who gets in, how guessing is slowed, and when a session is over."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from config.settings import Settings
from mla_tracker.accounts.models import Account, UserSession
from mla_tracker.accounts.services import disable_account
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from tests.support.browsing import PASSWORD, application, person, signed_in, token


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    person(sessions, "anna", "caseworker")
    return made


def attempt(app: Flask, email: str, password: str) -> tuple[int, str]:
    client = app.test_client()
    form = {"email": email, "password": password, "csrf_token": token(client, "/login")}
    answer = client.post("/login", data=form)
    return answer.status_code, answer.text


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(app: Flask) -> None:
    wrong = attempt(app, "anna@office.example", "not the password")
    unknown = attempt(app, "nobody@office.example", "not the password")
    assert wrong[0] == unknown[0] == 422
    said = "The address or the password is not right."
    assert said in wrong[1]
    assert said in unknown[1]


def test_guessing_is_slowed_after_five_failures_and_passes(app: Flask) -> None:
    for _ in range(5):
        assert attempt(app, "anna@office.example", "not the password")[0] == 422
    status, text = attempt(app, "anna@office.example", PASSWORD)
    assert status == 429
    assert "Too many attempts" in text
    with time_machine.travel(clock.now() + timedelta(seconds=4), tick=True):
        assert attempt(app, "anna@office.example", PASSWORD)[0] == 302


def test_a_session_ends_idle_after_half_an_hour_and_in_any_case_after_twelve(app: Flask) -> None:
    client = signed_in(app, "anna")
    begin = clock.now()
    with time_machine.travel(begin + timedelta(minutes=29), tick=True):
        assert client.get("/cases").status_code == 200
    with time_machine.travel(begin + timedelta(minutes=65), tick=True):
        assert client.get("/cases").status_code == 302


def test_signing_out_kills_the_cookie_that_somebody_kept(app: Flask) -> None:
    client = signed_in(app, "anna")
    kept = client.get_cookie("mla_session")
    assert kept is not None
    client.post("/logout", data={"csrf_token": token(client, "/account")})
    other = app.test_client()
    other.set_cookie("mla_session", kept.value)
    assert other.get("/cases").status_code == 302


def test_disabling_an_account_ends_its_sessions_with_the_next_page(app: Flask, sessions: Sessions) -> None:
    client = signed_in(app, "anna")
    with sessions() as session, session.begin():
        account = session.scalars(select(Account)).one()
        disable_account(session, account, clock.now())
    assert client.get("/cases").status_code == 302


def test_a_session_that_an_administrator_ended_is_over(app: Flask, sessions: Sessions) -> None:
    client = signed_in(app, "anna")
    with sessions() as session, session.begin():
        session.execute(update(UserSession).values(ended_at=clock.now()))
    assert client.get("/cases").status_code == 302


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
        "javascript:alert(1)", " //elsewhere.example", "http:elsewhere.example", "/\t/elsewhere.example",
    ],
)  # fmt: skip
def test_the_way_on_stays_in_the_house(app: Flask, wanted: str) -> None:
    client = app.test_client()
    form = {
        "email": "anna@office.example", "password": PASSWORD, "next": wanted, "csrf_token": token(client, "/login"),
    }  # fmt: skip
    assert client.post("/login", data=form).headers["Location"] == "/"


def test_a_new_session_has_a_token_of_its_own_and_only_its_hash_is_kept(app: Flask, sessions: Sessions) -> None:
    signed_in(app, "anna")
    signed_in(app, "anna")
    with sessions() as session:
        hashes = session.scalars(select(UserSession.token_hash)).all()
    assert len(set(hashes)) == 2
    assert all(len(digest) == 32 for digest in hashes)

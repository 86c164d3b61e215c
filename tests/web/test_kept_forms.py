"""A form that comes after the session ended waits for its owner, and for nobody else."""

import html
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from config.settings import Settings
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from tests.support.browsing import PASSWORD, application, person, signed_in, token
from tests.support.forms import forms_of

TYPED = {"subject": "Bank records of <a> company", "languages": ["en", "fr"], "facts_summary": "One\nline & another"}


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    for name in ("anna", "bela"):
        person(sessions, name, "caseworker")
    return made


def sends_too_late(app: Flask, address: str, fields: Mapping[str, Any]) -> tuple[FlaskClient, str]:
    """A browser whose session ended while a form was filled in, and the page it got for sending it."""
    client = signed_in(app, "anna")
    form_token = token(client, "/account")
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=True):
        answer = client.post(
            address,
            data={"csrf_token": form_token, **fields},
            headers={"Referer": "http://localhost/cases/new?kind=mla"},
        )
    return client, answer.text if answer.status_code == 401 else f"{answer.status_code} {answer.headers['Location']}"


def enters(client: FlaskClient, page: str, name: str) -> str:
    """Sign in on that page; what is answered."""
    fields = forms_of(page)[0] | {"email": f"{name}@office.example", "password": PASSWORD}
    with time_machine.travel(clock.now() + timedelta(minutes=32), tick=True):
        answer = client.post(fields.pop(""), data=fields)
    return answer.text if answer.status_code == 200 else answer.headers["Location"]


def test_what_was_typed_is_there_again_after_signing_in(app: Flask) -> None:
    client, page = sends_too_late(app, "/cases/new?kind=mla", TYPED)
    assert "Nothing of it is lost" in page
    entered = enters(client, page, "anna")
    assert "Send it now" in entered
    (kept,) = [form for form in forms_of(entered) if form[""] == "/cases/new?kind=mla"]
    shown = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', entered)
    assert [(name, html.unescape(value)) for name, value in shown if name in TYPED] == [
        ("subject", TYPED["subject"]),
        ("languages", "en"),
        ("languages", "fr"),
        ("facts_summary", "One\nline & another"),
    ]
    with time_machine.travel(clock.now() + timedelta(minutes=33), tick=True):
        answer = client.post(kept.pop(""), data=kept)
    assert answer.status_code == 422, "the form of the page itself, with what was typed in it"
    assert "Bank records of &lt;a&gt; company" in answer.text


def test_another_person_at_the_same_browser_gets_nothing_of_it(app: Flask) -> None:
    client, page = sends_too_late(app, "/cases/new", TYPED)
    assert enters(client, page, "bela") == "/cases/new?kind=mla"


def test_nobody_can_put_words_into_a_form(app: Flask) -> None:
    client, page = sends_too_late(app, "/cases/new", TYPED)
    (kept,) = re.findall(r'name="kept"[^>]*value="([^"]+)"', page)
    assert enters(client, page.replace(kept, kept[:-4] + "AAAA"), "anna") == "/cases/new?kind=mla"


def test_a_password_is_never_kept(app: Flask) -> None:
    fields = {"present": PASSWORD, "password": "seven quiet herons wait"}
    _client, page = sends_too_late(app, "/account", fields)
    assert page == "302 /login?next=/cases/new?kind%3Dmla"


def test_who_never_was_signed_in_has_nothing_kept(app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/cases/new", data={"csrf_token": token(client, "/login"), **TYPED})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/")

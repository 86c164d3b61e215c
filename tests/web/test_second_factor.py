"""The second step at the door, setting factors up, and the proof that risky acts ask for."""

import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.accounts.models import Account, AuthenticatorApp
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.web.access import PUBLIC
from tests.support.authenticator import Authenticator
from tests.support.browsing import PASSWORD, application, person, signed_in, token
from tests.support.forms import forms_of

HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    person(sessions, "anna", "caseworker")
    for name in ("ines", "jan"):
        person(sessions, name, "administrator")
    return made


@pytest.fixture
def strict(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    """An office in production."""
    secret = {name: f"{name} that is long and has {number} many 8 different signs" for number, name in
              enumerate(("secret_key", "audit_key", "documents_key"))}  # fmt: skip
    given = settings.model_dump() | secret | {"env": "production", "base_url": "https://office.example"}
    made = application(Settings.model_validate(given), run_folder)
    made.config["PREFERRED_URL_SCHEME"] = "https"
    for name, role in (("anna", "caseworker"), ("tomas", "supervisor"), ("ines", "administrator"), ("uta", "auditor")):
        person(sessions, name, role)
    return made


def sets_up_app(client: FlaskClient) -> tuple[str, list[str]]:
    """The seed of the app that this person now has, and the recovery codes that came with it."""
    page = client.get("/account/factors/app").text
    seed = re.search(r'<bdi class="num">(?:<bdi[^>]*>)?([A-Z2-7 ]{20,})', page)
    assert seed is not None
    bare = seed[1].replace(" ", "")
    form = max(forms_of(page), key=len)
    answer = client.post("/account/factors/app", data={**form, "code": pyotp.TOTP(bare).at(clock.now())})
    assert answer.status_code == 200, answer.text
    return bare, re.findall(r"(?:[a-z2-9]{4}-){5}[a-z2-9]{4}", answer.text)


def knocks(app: Flask, name: str = "anna") -> tuple[FlaskClient, dict[str, str]]:
    """A browser that showed the password, and the form of the second step."""
    client = app.test_client()
    form = {"email": f"{name}@office.example", "password": PASSWORD, "csrf_token": token(client, "/login")}
    answer = client.post("/login?next=/cases", data=form | {"next": "/cases"})
    assert answer.status_code == 200
    assert "One more step" in answer.text
    (second, *_) = [found for found in forms_of(answer.text) if found[""] == "/login/second-factor"]
    return client, second


def test_with_an_app_the_password_alone_opens_nothing(app: Flask) -> None:
    seed, codes = sets_up_app(signed_in(app, "anna"))
    assert len(codes) == 10
    client, form = knocks(app)
    for address in ("/", "/cases", "/account", "/account/factors", "/confirm", "/cases/new", "/directory"):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/login/second-factor?next="), address
    assert "anna" not in client.get("/login/second-factor").text
    wrong = client.post("/login/second-factor", data={**form, "code": "000000"})
    assert wrong.status_code == 422
    before = client.get_cookie("mla_session")
    with time_machine.travel(clock.now() + HALF_MINUTE, tick=True):
        right = client.post("/login/second-factor", data={**form, "code": pyotp.TOTP(seed).at(clock.now())})
        assert (right.status_code, right.headers["Location"]) == (302, "/cases")
        assert client.get("/cases").status_code == 200
        other = app.test_client()
        assert before is not None
        other.set_cookie("mla_session", before.value)
        assert other.get("/cases").status_code == 302, "the pending session ended with the step"


def test_a_recovery_code_opens_once_and_is_in_the_trail(app: Flask, sessions: Sessions) -> None:
    _seed, codes = sets_up_app(signed_in(app, "anna"))
    client, form = knocks(app)
    assert client.post("/login/second-factor", data={**form, "code": codes[0]}).status_code == 302
    client, form = knocks(app)
    assert client.post("/login/second-factor", data={**form, "code": codes[0]}).status_code == 422
    with sessions() as session:
        noted = session.connection().exec_driver_sql("select code from administration_entry order by seq").scalars()
        found = list(noted)
    assert "recovery_code_used" in found
    assert found.count("signed_in") == 2


def test_a_passkey_is_set_up_and_opens_the_door(app: Flask) -> None:
    app_with_place = app.extensions["mla_services"].place
    client, key = signed_in(app, "anna"), Authenticator(origin=app_with_place.base_url, host=app_with_place.host)
    page = client.get("/account/factors").text
    (form,) = [found for found in forms_of(page) if found[""] == "/account/factors/passkeys"]
    headers = {"X-CSRFToken": form["csrf_token"]}
    options = client.post("/account/factors/passkeys/challenge", headers=headers)
    assert options.content_type == "application/json"
    made = {**form, "name": "Laptop", "answer": key.make(options.text)}
    assert client.post("/account/factors/passkeys", data=made).status_code == 200
    assert "Laptop" in client.get("/account/factors").text
    client, second = knocks(app)
    options = client.post("/login/second-factor/passkey", headers={"X-CSRFToken": second["csrf_token"]})
    answer = client.post("/login/second-factor", data={**second, "answer": key.show(options.text)})
    assert answer.status_code == 302
    client, second = knocks(app)
    assert client.post("/login/second-factor", data={**second, "answer": "{}"}).status_code == 422


def test_half_signed_in_one_can_leave(app: Flask) -> None:
    sets_up_app(signed_in(app, "anna"))
    client, form = knocks(app)
    assert client.post("/logout", data={"csrf_token": form["csrf_token"]}).status_code == 302
    assert client.get("/login/second-factor").headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize("name", ["anna", "tomas", "ines", "uta"])
def test_in_production_nothing_opens_before_a_second_factor_is_set_up(strict: Flask, name: str) -> None:
    client = strict.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    base = "https://office.example"
    page = client.get("/login", base_url=base).text
    form = forms_of(page)[0] | {"email": f"{name}@office.example", "password": PASSWORD}
    entered = client.post("/login", data=form, base_url=base, headers={"Referer": base})
    assert entered.status_code == 302
    for rule in strict.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()) or hasattr(strict.view_functions[rule.endpoint], PUBLIC):
            continue
        answer = client.get(rule.rule, base_url=base)
        if rule.rule.startswith(("/account/factors", "/confirm")):
            assert answer.status_code == 200, rule
        elif rule.rule == "/login/second-factor":
            assert answer.status_code == 302, rule
        else:
            assert (answer.status_code, answer.headers.get("Location")) == (302, "/account/factors"), rule


def test_a_risky_act_asks_again_after_five_minutes_and_keeps_the_form(app: Flask, sessions: Sessions) -> None:
    client = signed_in(app, "ines")
    with sessions() as session:
        anna = session.scalars(select(Account.id).where(Account.name == "anna")).one()
    address = f"/admin/people/{anna}"
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=True):
        form = {"csrf_token": token(client, address), "role": "auditor"}
        asked = client.post(address, data=form, headers={"Referer": f"http://localhost{address}"})
        assert asked.status_code == 401
        assert "What you typed is kept" in asked.text
        (proof,) = [found for found in forms_of(asked.text) if found[""] == "/confirm"]
        assert client.post("/confirm", data={**proof, "password": "not the password"}).status_code == 422
        confirmed = client.post("/confirm", data={**proof, "password": PASSWORD})
        assert "Send it now" in confirmed.text
        (kept,) = [found for found in forms_of(confirmed.text) if found[""] == address]
        assert client.post(address, data=kept).status_code == 302
    with sessions() as session:
        assert session.get_one(Account, anna).role == "auditor"


def test_with_a_factor_the_password_is_no_proof(app: Flask) -> None:
    client = signed_in(app, "anna")
    seed, _codes = sets_up_app(client)
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=True):
        asked = client.get("/account/factors/app")
        assert asked.headers["Location"] == "/confirm?next=/account/factors/app"
        form = next(found for found in forms_of(client.get("/confirm").text) if found[""] == "/confirm")
        assert client.post("/confirm", data={**form, "password": PASSWORD}).status_code == 422
        with time_machine.travel(clock.now() + timedelta(seconds=5), tick=True):
            right = {**form, "code": pyotp.TOTP(seed).at(clock.now())}
            assert client.post("/confirm", data=right).status_code == 302
            assert client.get("/account/factors/app").status_code == 200


def test_two_administrators_take_lost_factors_away(app: Flask, sessions: Sessions) -> None:
    anna = signed_in(app, "anna")
    sets_up_app(anna)
    with sessions() as session:
        account_id = session.scalars(select(AuthenticatorApp.account_id)).one()
    address = f"/admin/people/{account_id}/factors/reset"
    ines, jan = signed_in(app, "ines"), signed_in(app, "jan")
    for client, left in ((ines, 1), (ines, 1), (jan, 0)):
        form = {"csrf_token": token(client, f"/admin/people/{account_id}")}
        assert client.post(address, data=form).status_code == 302
        with sessions() as session:
            assert len(session.scalars(select(AuthenticatorApp)).all()) == left
    assert anna.get("/account").status_code == 302
    assert signed_in(app, "anna").get("/account").status_code == 200

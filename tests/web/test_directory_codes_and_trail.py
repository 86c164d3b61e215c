"""The pages of the directory, the code lists and the trail: who sees what, and what an administrator may change."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.accounts.services import create_account
from mla_tracker.accounts.visibility import restrict_to
from mla_tracker.audit.models import AdministrationEntry
from mla_tracker.audit.services import AccessLog
from mla_tracker.casework.trail_check import check_trail
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.directory.models import Authority
from mla_tracker.instruments.queries import catalogue
from mla_tracker.instruments.seeding import seed_rows
from mla_tracker.office_from_settings import audit_key, open_office
from tests.support.browsing import application
from tests.support.ladders import case_of, person

PASSWORD = "plenty of pelicans 7"
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    """The application on static files that the test run builds once."""
    del sessions  # the pages commit for real: the database is made anew afterwards
    return application(settings, run_folder)


@pytest.fixture
def sign_in(app: Flask, sessions: Sessions) -> SignIn:
    def as_role(role: str) -> FlaskClient:
        with sessions() as session, session.begin():
            create_account(
                session, email=f"{role}@office.example", name=role, role=role, password=PASSWORD, now=clock.now()
            )
        client = app.test_client()
        # From an address of its own: signing in is limited by address, and all tests share the counter.
        client.environ_base["REMOTE_ADDR"] = f"2001:db8::{secrets.token_hex(2)}"
        form = {"email": f"{role}@office.example", "password": PASSWORD, "csrf_token": hidden(client, "/login")}
        assert client.post("/login", data=form).status_code == 302
        return client

    return as_role


def hidden(client: FlaskClient, path: str, name: str = "csrf_token") -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', client.get(path).text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, path: str, form_at: str = "", **fields: Any) -> tuple[int, str]:
    """Post a form with its token; returns status and text of what follows."""
    token = hidden(client, form_at or path)
    answer = client.post(path, data={"csrf_token": token, **fields}, follow_redirects=True)
    return answer.status_code, answer.text


MINISTRY: dict[str, Any] = {
    "name": "Ministry of Justice",
    "type_code": "CA_MLA",
    "languages": ["fr"],
    "email": "a@justice.example",
}


WHO_OPENS_WHAT = [
    # path, caseworker, administrator, auditor
    ("/directory", 200, 200, 200),
    ("/directory/FR", 200, 200, 200),
    ("/directory/own", 200, 200, 200),
    ("/directory/FR/add", 403, 200, 403),
    ("/directory/own/add", 403, 200, 403),
    ("/directory/ZZ", 404, 404, 404),
    ("/directory/fr", 404, 404, 404),
    ("/admin/codes", 403, 200, 403),
    ("/admin/codes/ground", 403, 200, 403),
    ("/admin/codes/ground/MLA_FISHING", 403, 200, 403),
    ("/admin/codes/ground/NOWHERE", 403, 404, 403),
    ("/admin/codes/account", 403, 404, 403),
    ("/admin/codes/bar/add", 403, 404, 403),
    ("/audit", 403, 403, 200),
    ("/audit/access", 403, 403, 200),
    ("/audit/1", 403, 403, 200),
    ("/audit/999999", 403, 403, 404),
]


def test_who_may_open_what(sign_in: SignIn) -> None:
    clients = [sign_in(role) for role in ("caseworker", "administrator", "auditor")]
    found = [(path, *(client.get(path).status_code for client in clients)) for path, *_expected in WHO_OPENS_WHAT]
    assert found == WHO_OPENS_WHAT


def test_every_list_and_a_row_of_each_kind_has_a_page(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    for table, rows in seed_rows().items():
        for view in ("used", "unchecked", "ours", "retired"):
            page = client.get(f"/admin/codes/{table}?view={view}", follow_redirects=True)
            assert page.status_code == 200, (table, view)
        for row in rows[:: max(1, len(rows) // 8)]:
            page = client.get(f"/admin/codes/{table}/{row['code']}", follow_redirects=True)
            assert page.status_code == 200, row["code"]
    assert client.get("/admin/codes/offence?view=nothing").status_code == 404


def test_a_state_is_found_by_code_name_and_authority(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    send(client, "/directory/FR/add", **MINISTRY)
    for wanted in ("fr", "FRA", "Franc", "ministry of just"):
        assert "/directory/FR" in client.get(f"/directory?q={wanted}").text, wanted
    assert "/directory/FR" not in client.get("/directory?q=Japan").text


def test_an_authority_is_added_changed_and_taken_out_of_use(sign_in: SignIn, sessions: Sessions) -> None:
    client = sign_in("administrator")
    status, page = send(client, "/directory/FR/add", **MINISTRY)
    assert (status, "Ministry of Justice" in page) == (200, True)
    with sessions() as session:
        row = session.scalars(select(Authority)).one()
    address = f"/directory/authorities/{row.id}"
    status, page = send(client, address, **MINISTRY, phone="+33 1 00", version=hidden(client, address, "version"))
    assert (status, "+33 1 00" in page) == (200, True)
    send(client, f"{address}/retire", form_at=address)
    assert "Ministry of Justice" not in client.get("/directory/FR").text
    assert "Ministry of Justice" in client.get("/directory/FR?retired=1").text
    with sessions() as session:
        codes = session.scalars(select(AdministrationEntry.code).order_by(AdministrationEntry.seq)).all()
    assert codes == ["signed_in", "authority_added", "authority_changed", "authority_retired"]


def test_a_second_administrator_does_not_overwrite_the_first(sign_in: SignIn, sessions: Sessions) -> None:
    client = sign_in("administrator")
    send(client, "/directory/FR/add", **MINISTRY)
    with sessions() as session:
        address = f"/directory/authorities/{session.scalars(select(Authority.id)).one()}"
    version = hidden(client, address, "version")
    send(client, address, **MINISTRY, phone="1", version=version)
    status, page = send(client, address, **MINISTRY, phone="2", version=version)
    assert (status, "Somebody else changed this entry" in page, 'value="2"' in page) == (422, True, True)


def test_a_wrong_authority_comes_back_with_what_was_typed(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    status, page = send(client, "/directory/FR/add", **{**MINISTRY, "email": "nobody", "phone": "+33 1"})
    assert status == 422
    assert "Enter one e-mail address." in page
    assert 'value="+33 1"' in page


def test_a_code_of_the_office_is_added_changed_and_taken_out_of_use(sign_in: SignIn, sessions: Sessions) -> None:
    client = sign_in("administrator")
    row: dict[str, Any] = {"label": "Match fixing", "check": "house", "instrument": "UNCAC"}
    status, page = send(client, "/admin/codes/offence/add", code="MATCH_FIXING", **row)
    assert (status, "Match fixing" in page) == (200, True)
    address = "/admin/codes/offence/MATCH_FIXING"
    status, _page = send(client, address, **{**row, "label": "Fixing matches"}, seen=hidden(client, address, "seen"))
    assert status == 200
    with sessions() as session:
        assert catalogue(session).offences["MATCH_FIXING"].label == "Fixing matches"
    send(client, f"{address}/retire", form_at=address)
    with sessions() as session:
        assert catalogue(session).offences.is_retired("MATCH_FIXING")
    send(client, f"{address}/restore", form_at=address)
    with sessions() as session:
        assert "MATCH_FIXING" in catalogue(session).offences


def test_saving_a_row_as_it_stands_loses_nothing_of_it(sign_in: SignIn, sessions: Sessions) -> None:
    """Keys that the form does not show (members, what a bar speaks of) stay."""
    client = sign_in("administrator")
    with sessions() as session:
        before = catalogue(session).legal_bases["EU_EIO"]
    address = "/admin/codes/legal_basis/EU_EIO"
    fields: dict[str, Any] = {
        "label": before.label,
        "kind": before.kind,
        "covers": list(before.covers),
        "check": before.check,
    }
    fields |= {"check_note": before.check_note or "", "note": before.note or "", "in_force": before.in_force or ""}
    status, _page = send(client, address, **fields, seen=hidden(client, address, "seen"))
    assert status == 200
    with sessions() as session:
        assert catalogue(session).legal_bases["EU_EIO"] == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "lower"}, "Use 2 to 40 capital letters"),
        ({"code": "UNCAC_23"}, "This code is taken"),
        ({"code": "NEW", "label": ""}, "Fill this in."),
    ],
)
def test_a_wrong_code_is_refused_beside_its_field(sign_in: SignIn, fields: dict[str, str], words: str) -> None:
    row: dict[str, Any] = {"label": "Match fixing", "check": "house", **fields}
    status, page = send(sign_in("administrator"), "/admin/codes/offence/add", **row)
    assert (status, words in page) == (422, True)


def test_the_page_of_the_trail_tells_whether_it_holds(sign_in: SignIn, settings: Settings) -> None:
    client = sign_in("auditor")
    assert "The trail was not walked yet." in client.get("/audit").text
    check_trail(open_office(settings))
    assert "The trail holds." in client.get("/audit").text


def test_the_trail_says_who_did_what_and_is_narrowed_by_the_address(sign_in: SignIn) -> None:
    send(sign_in("administrator"), "/directory/FR/add", **MINISTRY)
    client = sign_in("auditor")
    page = client.get("/audit").text
    assert "Authority added" in page
    assert "Signed in" in page
    narrowed = client.get("/audit?code=signed_in").text
    assert "Ministry of Justice" not in narrowed
    assert client.get("/audit?from=2999-01-01").text.count("data-open") == 0
    for nonsense in ("person=x", "before=x", "from=x", "to=9999-12-31", f"person={'9' * 30}", "before=0"):
        assert client.get(f"/audit?{nonsense}").status_code == 200, nonsense


def test_who_looked_at_a_restricted_case_is_told_to_nobody_whom_it_does_not_name(
    sign_in: SignIn, settings: Settings, sessions: Sessions
) -> None:
    with sessions() as session, session.begin():
        officer = person(session, name="Anna")
        plain, restricted = case_of(session, officer), case_of(session, officer)
        restrict_to(session, restricted.id, [officer.id], granted_by=None, at=clock.now())
        plain_id, restricted_id, officer_id = plain.id, restricted.id, officer.id
        references = plain.reference, restricted.reference
    log = AccessLog(sessions, audit_key(settings))
    for case_id in (plain_id, restricted_id):
        log.record("case_viewed", actor_id=officer_id, case_id=case_id, now=clock.now(), address="192.0.2.9")
    client = sign_in("auditor")
    page = client.get("/audit/access").text
    assert (references[0] in page, references[1] in page) == (True, False)
    assert page.count("192.0.2.9") == 1
    assert "192.0.2.9" in client.get(f"/audit/access?reference={references[0]}").text
    assert "192.0.2.9" not in client.get(f"/audit/access?reference={references[1]}").text

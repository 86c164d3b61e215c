"""The pages of a request through the client: what is shown, what is kept, what is refused and where it is said."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from config.settings import Settings
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.queries import actor_of
from mla_tracker.cases.models import Case
from mla_tracker.cases.registration import particulars_of
from mla_tracker.casework.demo.load import load
from mla_tracker.casework.editing import edit_particulars
from mla_tracker.core.database import Sessions
from mla_tracker.directory.models import Authority
from mla_tracker.office_from_settings import open_office
from mla_tracker.web.context import Services
from tests.support.browsing import application, person, signed_in, token

MOST_QUERIES = 12
MOST_OF_A_CASE = 23  # three of them keep the look in the trail; none grows with the data
"""The page of a request: thirteen to read it, four to record that it was looked at."""


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    person(sessions, "anna", "caseworker")
    person(sessions, "berta", "supervisor")
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return signed_in(app, "anna")


def new_request(client: FlaskClient, **changes: str) -> Any:
    address = "/cases/new?kind=mla&direction=incoming"
    form = {
        "csrf_token": token(client, address), "subject": "Bank records of Aurum Holdings", "counterpart": "BR",
        "opened_on-day": "2", "opened_on-month": "3", "opened_on-year": "2026", "channel": "post",
        "nature": "criminal", "basis": "UNCAC", "urgency": "routine", "confidentiality": "ordinary",
        "facts_summary": "Payments were made.", "items-0-type_code": "DOCUMENTS", "persons-0-name": "Łukasz Nowicki",
        "persons-0-role": "suspect", **changes,
    }  # fmt: skip
    return client.post(address, data=form)


def test_a_request_is_registered_and_found_by_name_without_diacritics(client: FlaskClient) -> None:
    answer = new_request(client)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/cases/MLA-IN-2026-00001")
    assert "MLA-IN-2026-00001" in client.get("/cases?q=lukasz+nowicki").text
    assert "MLA-IN-2026-00001" not in client.get("/cases?q=somebody").text


@pytest.mark.parametrize("direction", ["incoming", "outgoing"])
def test_an_extradition_is_registered_on_its_page_which_shows_no_items(
    client: FlaskClient, sessions: Sessions, direction: str
) -> None:
    with sessions() as session, session.begin():
        body = Authority(own=True, name="Economic Crime Prosecutor", type_code="PROSECUTION")
        session.add(body)
        session.flush()
        number = str(body.id)
    address = f"/cases/new?kind=extradition&direction={direction}"
    form = {
        "csrf_token": token(client, address), "subject": "Extradition of Łukasz Nowicki", "counterpart": "BR",
        "opened_on-day": "2", "opened_on-month": "3", "opened_on-year": "2026", "channel": "interpol",
        "wanted_for": "prosecution", "basis": "UNCAC", "urgency": "routine", "confidentiality": "ordinary",
        "persons-0-name": "Łukasz Nowicki", "persons-0-role": "sought", "owner_authority_id": number,
    }  # fmt: skip
    answer = client.post(address, data=form)
    assert answer.status_code == 302, re.findall(r'class="err[^>]*>[^<]*', answer.text)


def test_a_request_without_a_channel_is_told_so_beside_the_field(client: FlaskClient) -> None:
    answer = new_request(client, channel="")
    assert answer.status_code == 422
    assert 'id="channel-error"' in answer.text


def test_what_was_typed_is_kept_and_each_problem_stands_beside_its_field(client: FlaskClient) -> None:
    answer = new_request(client, subject="", counterpart="", **{"opened_on-day": "31", "opened_on-month": "2"})
    assert answer.status_code == 422
    assert 'value="Łukasz Nowicki"' in answer.text
    assert "Payments were made." in answer.text
    assert "Enter a subject line." in answer.text
    assert 'id="subject-error"' in answer.text


def test_a_second_request_of_the_same_state_and_reference_asks_first(client: FlaskClient) -> None:
    new_request(client, their_reference="JC 12/2026")
    again = new_request(client, their_reference="JC 12/2026")
    assert again.status_code == 422
    assert "Perhaps it is here already." in again.text
    assert new_request(client, their_reference="JC 12/2026", confirmed="1").status_code == 302


def test_an_act_is_recorded_and_one_that_lacks_something_says_what(client: FlaskClient) -> None:
    new_request(client, counterpart_authority_id="")
    page = client.get("/cases/MLA-IN-2026-00001").text
    assert "is not open yet" in page
    assert "the authority that makes or receives the request" in page
    address = "/cases/MLA-IN-2026-00001/acts/acknowledged"
    form = {"csrf_token": token(client, address), "version": "1", "on-day": "4", "on-month": "3", "on-year": "2026"}
    assert client.post(address, data=form).status_code == 302
    assert client.post(address, data=form).status_code == 422  # sent twice: the request moved on meanwhile
    assert client.get("/cases/MLA-IN-2026-00001/acts/answer_sent").status_code == 422


def test_two_people_at_once_see_the_difference_and_lose_no_text(
    client: FlaskClient, settings: Settings, sessions: Sessions
) -> None:
    new_request(client)
    address = "/cases/MLA-IN-2026-00001/edit"
    given = token(client, address)
    with sessions() as session:
        case = session.scalars(select(Case)).one()
        other = actor_of(session.scalars(select(Account).where(Account.name == "berta")).one())
        theirs = particulars_of(case).__class__(**{**particulars_of(case).__dict__, "subject": "Berta's words"})
        edit_particulars(open_office(settings), session, case.id, theirs, version=case.version, actor=other)
    form = {
        "csrf_token": given, "version": "1", "subject": "Anna's words", "facts_summary": "Payments were made.",
        "counterpart": "BR", "channel": "post", "nature": "criminal", "urgency": "routine",
        "confidentiality": "ordinary",
    }  # fmt: skip
    answer = client.post(address, data=form)
    assert answer.status_code == 409
    assert "Anna&#39;s words" in answer.text
    assert "Berta&#39;s words" in answer.text
    assert client.post(address, data={**form, "version": "2"}).status_code == 302


def test_a_restricted_request_is_nowhere_for_others(app: Flask, client: FlaskClient) -> None:
    answer = new_request(client, confidentiality="restricted")
    reference = answer.headers["Location"].rsplit("/", 1)[1]
    berta = signed_in(app, "berta")
    for address in (f"/cases/{reference}", f"/cases/{reference}/acts/acknowledged"):
        assert berta.get(address).status_code == 404
    for address in ("/cases", "/cases?q=lukasz", "/?all=1", "/deadlines", "/cases?format=csv"):
        assert reference not in berta.get(address).text
    assert reference in client.get("/cases").text


def test_a_cell_that_could_start_a_formula_stays_text(client: FlaskClient) -> None:
    new_request(client, subject="=1+1")
    assert "'=1+1" in client.get("/cases?format=csv").text
    assert client.get("/cases?format=xlsx").status_code == 200
    assert client.get("/cases?format=exe").status_code == 404


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that pages send meanwhile."""
    services: Services = app.extensions["mla_services"]
    engine = services.office.sessions.kw["bind"]
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_pages_ask_few_questions_however_many_requests_there_are(app: Flask, settings: Settings) -> None:
    numbers: list[dict[str, int]] = []
    client = signed_in(app, "berta")
    for _step in load(open_office(settings), cases=30):
        pass
    with open_office(settings).sessions() as session:
        references = session.scalars(select(Case.reference).where(Case.confidentiality != "restricted").limit(2)).all()
    client.get("/")
    for reference in references:
        found = {}
        for address in ("/", "/cases", "/deadlines", f"/cases/{reference}"):
            with counted(app) as seen:
                assert client.get(address).status_code == 200
            found[address.replace(reference, "")] = len(seen)
        numbers.append(found)
    for found in numbers:
        for address, number in found.items():
            assert number <= (MOST_OF_A_CASE if address == "/cases/" else MOST_QUERIES), numbers

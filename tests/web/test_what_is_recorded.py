"""What somebody saw or took out stands in the log of looking; who asks too much is told to wait."""

import re
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Settings
from mla_tracker.accounts.models import Account
from mla_tracker.audit.models import AccessEntry
from mla_tracker.casework.editing import grant_access
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.office_from_settings import open_office
from tests.factories.office import a_world
from tests.support.browsing import application, person, signed_in, token


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    """Anna is named on the restricted one of two requests, Bela is not."""
    made, office = application(settings, run_folder, limited=True), open_office(settings)
    ids = {name: person(sessions, name, "caseworker") for name in ("anna", "bela")}
    with sessions() as session:
        world = a_world(office, session)
        world.register()
        restricted = world.register(confidentiality="restricted")
        grant_access(office, session, restricted.id, ids["anna"], actor=world.officer)
        made.extensions["test_restricted"] = (restricted.id, restricted.reference)
    return made


def looks(session: Session, name: str) -> list[tuple[str, int | None]]:
    rows = session.execute(
        select(AccessEntry.code, AccessEntry.case_id)
        .join(Account, Account.id == AccessEntry.actor_id)
        .where(Account.name == name)
        .order_by(AccessEntry.id)
    )
    return [(row.code, row.case_id) for row in rows]


def test_a_restricted_request_in_a_list_is_a_look_at_it(app: Flask, sessions: Sessions) -> None:
    case_id, reference = app.extensions["test_restricted"]
    anna, bela = signed_in(app, "anna"), signed_in(app, "bela")
    assert reference in anna.get("/cases").text
    assert reference not in bela.get("/cases").text
    with sessions() as session:
        assert looks(session, "anna") == [("case_listed", case_id)]
        assert looks(session, "bela") == []


def test_a_list_taken_out_is_recorded_and_too_many_are_put_off(app: Flask, sessions: Sessions) -> None:
    anna = signed_in(app, "anna")
    for number in range(10):
        assert anna.get(f"/cases?format={('csv', 'xlsx')[number % 2]}").status_code == 200
    late = anna.get("/cases?format=csv")
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) in range(1, 62)
    assert "Too many tries" in late.text
    assert anna.get("/cases").status_code == 200
    with sessions() as session:
        assert [code for code, _case in looks(session, "anna")].count("cases_exported") == 10


def test_a_file_taken_out_is_recorded_and_a_restricted_one_asks_again(app: Flask, sessions: Sessions) -> None:
    case_id, reference = app.extensions["test_restricted"]
    anna, bela = signed_in(app, "anna"), signed_in(app, "bela")
    taken = anna.get(f"/cases/{reference}/file")
    assert (taken.status_code, taken.content_type) == (200, "application/zip")
    assert taken.headers["Content-Disposition"] == f'attachment; filename="{reference}.zip"'
    assert bela.get(f"/cases/{reference}/file").status_code == 404
    with time_machine.travel(clock.now().timestamp() + 400, tick=True):
        asked = anna.get(f"/cases/{reference}/file")
        assert asked.headers["Location"].startswith("/confirm?next=")
    with sessions() as session:
        assert looks(session, "anna") == [("case_file_exported", case_id)]


def test_emergency_access_opens_the_request_and_is_reviewed(app: Flask) -> None:
    _case_id, reference = app.extensions["test_restricted"]
    anna, bela = signed_in(app, "anna"), signed_in(app, "bela")
    assert bela.get(f"/cases/{reference}").status_code == 404
    form = {"csrf_token": token(bela, "/cases/emergency"), "reference": reference, "reason": "short"}
    assert bela.post("/cases/emergency", data=form).status_code == 422
    wrong = bela.post("/cases/emergency", data=form | {"reference": "MLA-IN-2026-ZZZZZ", "reason": "x" * 30})
    assert wrong.status_code == 422
    opened = bela.post("/cases/emergency", data=form | {"reason": "The limit ends tonight and nobody is here."})
    assert opened.headers["Location"] == f"/cases/{reference}"
    assert bela.get(f"/cases/{reference}").status_code == 200
    page = anna.get(f"/cases/{reference}/access").text
    assert "The limit ends tonight" in page
    (end,) = re.findall(r'action="([^"]+/emergency/\d+/end)"', page)
    assert bela.post(end, data={"csrf_token": token(bela, "/account")}).status_code == 422, "nobody reviews his own"
    assert anna.post(end, data={"csrf_token": token(anna, "/account")}).status_code == 302
    assert bela.get(f"/cases/{reference}").status_code == 404


def test_who_reads_the_trail_finds_what_was_done_to_the_requests_that_are_open_to_him(
    app: Flask, sessions: Sessions
) -> None:
    _case_id, restricted = app.extensions["test_restricted"]
    person(sessions, "uta", "auditor")
    uta = signed_in(app, "uta")
    page = uta.get("/audit/requests").text
    (reference, *_) = re.findall(r"MLA-IN-\d{4}-\d{5}", page)
    assert restricted not in page
    assert reference in uta.get(f"/audit/requests?reference={reference.lower()}").text
    assert uta.get("/audit/requests?code=registered").text.count(f"/cases/{reference}") >= 1
    for nothing in (f"reference={restricted}", "person=99999", "to=2001-01-01", "code=refused"):
        assert "Nothing was recorded" in uta.get(f"/audit/requests?{nothing}").text, nothing

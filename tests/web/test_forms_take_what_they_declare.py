"""Every column of a row sent to every form of it: only what the form declares changes (ASVS 15.3.3)."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.accounts.models import Account
from mla_tracker.cases.models import Case
from mla_tracker.core.database import Sessions
from mla_tracker.office_from_settings import open_office
from mla_tracker.web.cases.forms import EditForm
from tests.factories.office import a_world
from tests.support.browsing import application, person, signed_in
from tests.support.forms import form_of


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made, office = application(settings, run_folder), open_office(settings)
    person(sessions, "anna", "caseworker")
    with sessions() as session:
        made.extensions["test_reference"] = a_world(office, session).register().reference
    return made


def hostile(model: Any) -> dict[str, str]:
    """A value for every column that its type may take."""
    values = {"BOOLEAN": "false", "BIGINT": "99", "INTEGER": "99", "SMALLINT": "99", "DATE": "2020-01-01"}
    return {column.name: values.get(str(column.type), "administrator") for column in model.__table__.columns}


def row(sessions: Sessions, model: Any, condition: Any) -> dict[str, Any]:
    with sessions() as session:
        found = session.scalars(select(model).where(condition)).one()
        return {column.name: getattr(found, column.name) for column in model.__table__.columns}


@pytest.mark.parametrize(
    ("address", "declared"),
    [
        ("/preferences", {"language", "theme", "density", "shortcuts"}),
        ("/account/preferences", {"language", "time_zone", "theme", "density", "shortcuts"}),
        ("/account", set()),
    ],
)
def test_of_an_account_only_what_the_form_declares_changes(
    app: Flask, sessions: Sessions, address: str, declared: set[str]
) -> None:
    client = signed_in(app, "anna")
    before = row(sessions, Account, Account.name == "anna")
    fields = form_of(client.get("/account").text)
    client.post(address, data={**hostile(Account), **{name: fields[name] for name in ("csrf_token",)}, "theme": "dark"})
    after = row(sessions, Account, Account.name == "anna")
    assert {name for name in before if before[name] != after[name]} <= declared


def test_of_a_request_only_its_particulars_change(app: Flask, sessions: Sessions) -> None:
    client, reference = signed_in(app, "anna"), app.extensions["test_reference"]
    before = row(sessions, Case, Case.reference == reference)
    fields = form_of(client.get(f"/cases/{reference}/edit").text)
    declared = {name for name in before if hasattr(EditForm, name)}
    undeclared = {name: value for name, value in hostile(Case).items() if name not in declared}
    assert {"id", "reference", "status", "outcome", "lead_id", "closed_on", "kind"} <= set(undeclared)
    sent = {**undeclared, **{name: value for name, value in fields.items() if name}, "subject": "Another subject"}
    answer = client.post(f"/cases/{reference}/edit", data=sent)
    assert answer.status_code == 302, answer.text
    after = row(sessions, Case, Case.reference == reference)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= declared | {"version", "changed_at", "search_text"}
    assert after["subject"] == "Another subject"

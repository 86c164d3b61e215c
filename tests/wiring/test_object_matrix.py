"""Each route about a request, for a request that is open to the reader, one that is restricted to others, and one that
there is not: the last two are answered alike, to the letter. The table stands beside this test.

`MLA_WRITE_TABLES=1` writes the table anew; the difference is then read by a person.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.accounts.permissions import Role
from mla_tracker.cases.models import AssistanceItem, Case, Person
from mla_tracker.core.database import Sessions
from mla_tracker.office_from_settings import open_office
from tests.factories.office import a_world
from tests.support.browsing import application, person, signed_in, token

TABLE = Path(__file__).with_name("object_table.txt")
READERS = (Role.CASEWORKER, Role.SUPERVISOR, Role.AUDITOR)
NONE = "MLA-IN-2026-QQQQQ"


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made, office = application(settings, run_folder), open_office(settings)
    with sessions() as session:
        world = a_world(office, session)
        made.extensions["test_cases"] = {
            kind: world.register(confidentiality=kind).reference for kind in ("ordinary", "restricted")
        }
    for role in READERS:
        person(sessions, role.value, role.value)
    return made


def addresses(app: Flask, sessions: Sessions, reference: str, of: str) -> Iterator[tuple[str, str, str]]:
    """Each route about a request with its method, at the reference; numbers in it are those of the request `of`."""
    with sessions() as session:
        case = session.scalars(select(Case).where(Case.reference == of)).one()
        values: dict[str, Any] = {
            "reference": reference, "code": "acknowledged", "seq": 1, "account_id": 1, "access_id": 1,
            "verdict": "keep", "number": 1, "deadline_id": 1, "name": "x", "round_id": 1, "notice_id": 1,
            "item_id": session.scalars(select(AssistanceItem.id).where(AssistanceItem.case_id == case.id)).first(),
            "person_id": session.scalars(select(Person.id).where(Person.case_id == case.id)).first(),
        }  # fmt: skip
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if "case_ref:" not in rule.rule:
            continue
        given = {name: values.get(name, 1) for name in rule.arguments}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.rule, method, adapter.build(rule.endpoint, given, method=method)


def answer(client: FlaskClient, method: str, address: str, form_token: str) -> tuple[int, str]:
    """Status and page, without what differs by chance: the number of the answer, the token, the reference asked for."""
    found = client.get(address) if method == "GET" else client.post(address, data={"csrf_token": form_token})
    page = re.sub(r"\b[0-9A-F]{8}\b|value=\"[\w.-]{60,}\"|MLA-IN-2026-\w+", "…", found.data.decode(errors="replace"))
    return found.status_code, page


def test_what_is_closed_is_answered_as_what_is_not_there(app: Flask, sessions: Sessions) -> None:
    cases = app.extensions["test_cases"]
    clients = {role: signed_in(app, role.value) for role in READERS}
    tokens = {role: token(client, "/account") for role, client in clients.items()}
    lines = [f"{'':<90}" + "".join(f"{role.value:<26}" for role in READERS).rstrip()]
    lines.append(f"{'':<90}" + f"{'open   closed none':<26}" * len(READERS))
    open_ones = list(addresses(app, sessions, cases["ordinary"], cases["ordinary"]))
    closed = list(addresses(app, sessions, cases["restricted"], cases["restricted"]))
    none = list(addresses(app, sessions, NONE, cases["restricted"]))
    different = []
    for (rule, method, own), (_rule, _method, hidden), (_rule2, _method2, unknown) in zip(
        open_ones, closed, none, strict=True
    ):
        line = f"{method:<5}{rule:<85}"
        for role, client in clients.items():
            first = str(answer(client, method, own, tokens[role])[0]) if method == "GET" else "-"
            second, third = (answer(client, method, address, tokens[role]) for address in (hidden, unknown))
            if second != third:
                different.append((role, method, hidden))
            line += f"{first:<7}{second[0]:<7}{third[0]:<12}"
        lines.append(line.rstrip())
    assert different == []
    found = "\n".join(line.rstrip() for line in lines) + "\n"
    if os.environ.get("MLA_WRITE_TABLES"):
        TABLE.write_text(found, encoding="utf-8")
    assert found.splitlines() == TABLE.read_text(encoding="utf-8").splitlines()

"""Each route, each role: the status of every answer stands in a table beside this test, and a change of it is a change
of that table. Then what all of them share: no look changes anything, no address is an accident, headers everywhere.

`MLA_WRITE_TABLES=1` writes the table anew; the difference is then read by a person.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text
from werkzeug.routing import Rule

from config.settings import Settings
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission, Role
from mla_tracker.accounts.queries import actor_of
from mla_tracker.cases.models import AssistanceItem, Case, Person
from mla_tracker.casework.act import act
from mla_tracker.casework.calendars import make_change
from mla_tracker.casework.recomputing import work_off
from mla_tracker.casework.registering import register
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.deadlines.models import CalendarChange, Deadline
from mla_tracker.deadlines.office_calendars import OFFICE, Change
from mla_tracker.documents.services import store_made
from mla_tracker.office_from_settings import open_office, open_vault
from mla_tracker.statistics.computing import compute_snapshot
from mla_tracker.statistics.services import UNRESTRICTED, Wanted
from mla_tracker.web.access import PERMISSION
from tests.factories.documents import PDF, particulars
from tests.factories.office import a_world
from tests.support.browsing import application, person, signed_in, token

TABLE = Path(__file__).with_name("route_table.txt")
STRANGER = "stranger"
# What a look may leave behind: that it was one, and when its reader was last seen.
LEFT_BY_LOOKING = {"access_entry", "chain_head", "user_session"}
CAREFUL = {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"}


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    """An office with two requests (the second restricted) and a document in each, people of each role, and figures."""
    made, office = application(settings, run_folder), open_office(settings)
    with sessions() as session:
        world = a_world(office, session)
        world = replace(world, session=session)
        now = clock.now()
        for confidentiality in ("ordinary", "restricted"):
            given = world.registration(confidentiality=confidentiality)
            done = register(office, session, given, actor=world.officer, recorded_at=now)
            with act(office, session, done.case_id, actor=world.officer) as a:
                store_made(a, open_vault(settings), particulars(exhibit=True), "Letter.pdf", PDF)
        closed = Change(OFFICE, now.date(), now.date(), works=False, name="Closed")
        keeper = replace(world.supervisor, permissions=frozenset({Permission.ADMIN_OFFICE}))
        make_change(office, session, closed, source="Order", version="", actor=keeper, now=now)
    work_off(office, seconds=30)
    for role in Role:
        person(sessions, role.value, role.value)
    compute_snapshot(sessions, Wanted(clock.today(office.zone), UNRESTRICTED), zone=office.zone)
    return made


def addresses(app: Flask, sessions: Sessions) -> Iterator[tuple[Rule, str, str]]:
    """Each route with each method and an address at which there is something."""
    with sessions() as session:
        case = session.scalars(select(Case).where(Case.confidentiality == "ordinary")).one()
        values: dict[str, Any] = {
            "reference": case.reference, "iso2": "BR", "table": "ground", "code": "MLA_NONCONFORM",
            "item_id": session.scalars(select(AssistanceItem.id).where(AssistanceItem.case_id == case.id)).first(),
            "person_id": session.scalars(select(Person.id).where(Person.case_id == case.id)).first(),
            "account_id": session.scalars(select(Account.id).order_by(Account.id)).first(),
            "authority_id": case.counterpart_authority_id, "seq": 1, "session_id": 1, "passkey_id": 1,
            "token": "none", "access_id": 1, "verdict": "keep", "notice_id": 1,
            "name": "none.eml", "filename": "none.css", "version": 1,
            "deadline_id": session.scalars(
                select(Deadline.id).where(Deadline.case_id == case.id, Deadline.rule_code == "HOUSE_REVIEW")
            ).one(),
            "number": session.scalars(select(CalendarChange.id)).one(),
            "task_id": 1, "report_id": 1, "link_id": 1, "view_id": 1, "note_id": 1,
            "absence_id": 1, "clock": "hard", "urgency": "urgent",
        }  # fmt: skip
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=str):
        given = {name: values[name] for name in rule.arguments}
        if rule.endpoint == "cases.record_act":
            given["code"] = "acknowledged"
        if rule.endpoint.startswith("limits."):
            given["code"] = "HOUSE_REVIEW"
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, method, adapter.build(rule.endpoint, given, method=method)


def answers(app: Flask, sessions: Sessions) -> str:
    """The table: a line a route. What a role may send is not sent here: "may"; refused sends answer for themselves."""
    clients: dict[str, FlaskClient] = {role.value: signed_in(app, role.value) for role in Role}
    clients[STRANGER] = app.test_client()
    tokens = {name: token(client, "/account") for name, client in clients.items() if name != STRANGER}
    tokens[STRANGER] = token(clients[STRANGER], "/login")
    lines = [f"{'':<66}" + "".join(f"{name:<15}" for name in clients).rstrip()]
    for rule, method, address in addresses(app, sessions):
        wanted = getattr(app.view_functions[rule.endpoint], PERMISSION, None)
        found = []
        for name, client in clients.items():
            may = wanted is None or (name != STRANGER and not _disjoint(name, wanted))
            if method == "POST" and may:
                found.append("may")
            elif method == "POST":
                found.append(str(client.post(address, data={"csrf_token": tokens[name]}).status_code))
            else:
                found.append(str(client.get(address).status_code))
        lines.append(f"{method:<5}{rule.rule:<60} " + "".join(f"{one:<15}" for one in found).rstrip())
    return "\n".join(lines) + "\n"


def _disjoint(role: str, wanted: Any) -> bool:
    actor = actor_of(Account(id=0, name=role, role=role, active=True))
    return not any(actor.may(permission) for permission in wanted)


def test_every_role_gets_the_answers_of_the_table(app: Flask, sessions: Sessions) -> None:
    found = answers(app, sessions)
    if os.environ.get("MLA_WRITE_TABLES"):
        TABLE.write_text(found, encoding="utf-8")
    assert found.splitlines() == TABLE.read_text(encoding="utf-8").splitlines()


def content(sessions: Sessions) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that looking may not change."""
    with sessions() as session:
        tables = set(inspect(session.connection()).get_table_names()) - LEFT_BY_LOOKING
        return {
            table: sorted((tuple(row) for row in session.execute(text(f'SELECT * FROM "{table}"'))), key=repr)  # noqa: S608
            for table in sorted(tables)
        }


def test_no_look_changes_anything(app: Flask, sessions: Sessions) -> None:
    clients = [signed_in(app, role.value) for role in Role]
    before = content(sessions)
    assert before["case_file"]
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=True):
        for client in clients:
            for _rule, method, address in addresses(app, sessions):
                if method == "GET":
                    client.get(address)
                    client.head(address)
                    client.open(address, method="OPTIONS")
            for address in ("/cases?format=csv", "/cases?format=xlsx"):
                client.get(address)
    after = content(sessions)
    assert {table for table in before if before[table] != after[table]} == set()


HOSTILE = [
    "9" * 30, "-1", "0", "%00", "%ff%fe", "'", "{{7*7}}", "<script>alert(1)</script>", "../../etc/passwd", "%0d%0aX: 1",
    "2026-99-99", "~~~~", "x" * 3000, "null", "1e9", "٣", "²", "NaN", "2026-02-30", "0001-01-01", "9999-12-31",
]  # fmt: skip
PARAMETERS = {
    "/cases": [
        "q", "kind", "direction", "status", "outcome", "state", "basis", "item", "urgency", "lead", "from", "to",
        "closed_from", "closed_to", "due_by", "no_answer", "snapshot", "order", "after", "format", "unassigned",
    ],
    "/deadlines": ["lead", "bound", "after"],
    "/": ["all"],
    "/dashboard": ["kind", "direction", "state", "scope", "on"],
    "/statistics": ["kind", "direction", "state", "scope", "on", "format", "measure"],
    "/directory": ["q", "after", "state"],
    "/audit": ["after", "actor", "code", "from", "to", "case", "before", "q"],
    "/audit/requests": ["after", "person", "code", "from", "to", "before", "reference"],
    "/audit/access": ["after", "actor", "case", "from", "to", "before"],
    "/cases/new": ["kind", "direction"],
    "/login": ["next"],
    "/admin/mail": ["after", "state"],
    "/admin/codes/ground": ["q", "retired", "after"],
}  # fmt: skip


# Of these every parameter gets each by itself; the others come in all parameters at once (`MLA_PROOF=1`: each alone).
WORST = HOSTILE if os.environ.get("MLA_PROOF") else ["9" * 30, "%00", "-1", "0001-01-01"]


def hostile_addresses(path: str) -> Iterator[str]:
    for value in HOSTILE:
        yield path + "?" + "&".join(f"{name}={value}" for name in PARAMETERS[path] if name != "format")
    for name in PARAMETERS[path]:
        for value in WORST:
            yield f"{path}?{name}={value}"


def test_no_parameter_is_an_accident(app: Flask) -> None:
    clients = [signed_in(app, role.value) for role in (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)]
    clients.append(app.test_client())
    broken = []
    for path in PARAMETERS:
        client = next(client for client in reversed(clients) if client.get(path).status_code == 200)
        for address in hostile_addresses(path):
            answer = client.get(address)
            if answer.status_code >= 500 or "<script>alert" in answer.text or "X: 1" in str(answer.headers):
                broken.append(f"{answer.status_code} {address[:90]}")
    assert broken == []


def test_no_number_in_an_address_is_an_accident(app: Flask, sessions: Sessions) -> None:
    clients = [signed_in(app, role.value) for role in Role]
    broken = []
    for rule, method, _address in list(addresses(app, sessions)):
        for value in ("99999999999999999999999999", "0", "2147483648"):
            if method != "GET" or not re.search(r"<int:", rule.rule):
                continue
            path = re.sub(r"<int:\w+>", value, rule.rule).replace("<case_ref:reference>", "MLA-IN-2026-00001")
            for client in clients:
                answer = client.get(path)
                if answer.status_code >= 500:
                    broken.append((path, answer.status_code))
    assert broken == []


def test_headers_stand_on_every_answer_whatever_it_is(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = signed_in(app, "supervisor")
    found = {
        200: client.get("/"),
        302: client.get("/login"),
        400: client.post("/cases/new"),
        403: client.get("/admin/people"),
        404: client.get("/nowhere"),
        405: client.put("/cases"),
        413: client.post("/cases/new", data={"subject": "x" * (5 * 1024 * 1024)}),
        422: client.post("/cases/new", data={"csrf_token": token(client, "/cases/new"), "subject": ""}),
    }

    def broken() -> str:
        raise RuntimeError("a secret in a message")

    app.view_functions["work.deadlines"] = broken
    found[500] = client.get("/deadlines")
    assert {status: answer.status_code for status, answer in found.items()} == {status: status for status in found}
    for status, answer in found.items():
        assert set(answer.headers.keys()) >= CAREFUL, status
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, status
        assert {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; ")), status
        assert answer.headers["Cache-Control"] == "no-store", status
    assert "a secret" not in found[500].text
    assert "Traceback" not in found[500].text
    assert re.search(r"\b[0-9A-F]{8}\b", found[500].text)


def test_behind_https_the_cookie_is_bound_to_the_host(settings: Settings, sessions: Sessions, run_folder: Path) -> None:
    del sessions
    client = application(settings.model_copy(update={"base_url": "https://office.example"}), run_folder).test_client()
    answer = client.get("/login", base_url="https://office.example")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    for wanted in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert wanted in cookie.split("; ")
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_in_development_it_is_a_plain_one_that_no_script_reads(app: Flask) -> None:
    (cookie,) = app.test_client().get("/login").headers.getlist("Set-Cookie")
    assert cookie.startswith("mla_session=")
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_a_forged_forwarded_address_counts_for_nothing(app: Flask, sessions: Sessions) -> None:
    client = app.test_client()
    form = {
        "email": "auditor@office.example", "password": "not it at all", "csrf_token": token(client, "/login"),
    }  # fmt: skip
    client.post("/login", data=form, headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example"})
    with sessions() as session:
        addresses_seen = session.execute(text("SELECT DISTINCT address FROM sign_in_attempt")).scalars().all()
    assert addresses_seen == ["127.0.0.1"]

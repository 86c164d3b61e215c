"""Every page says whom it is for, and nobody else gets in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from config.settings import Settings
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Role
from mla_tracker.core.database import Sessions
from mla_tracker.web.access import PERMISSION, PUBLIC, UndeclaredView, check_declared
from tests.support.browsing import application, person, signed_in

OPEN_TO_ALL = {
    "auth.login", "auth.logout", "calendar.feed", "links.forgotten", "links.link", "health.alive", "health.ready",
    "health.metrics", "preferences.keep", "dev.gallery", "dev_mail.index", "dev_mail.letter", "dev_mail.html_part",
}  # fmt: skip


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    del sessions
    return application(settings, run_folder)


def routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Each route with a method and an address that fits it."""
    for rule in app.url_map.iter_rules():
        values = {
            name: {"reference": "MLA-IN-2026-00001", "iso2": "BR", "table": "ground", "verdict": "keep"}.get(name, "1")
            for name in rule.arguments
        }
        adapter = app.url_map.bind("localhost")
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            plain = {
                name: int(value) if "int" in type(rule._converters[name]).__name__.lower() else value
                for name, value in values.items()
            }
            yield rule, method, adapter.build(rule.endpoint, plain, method=method)


def test_every_route_declares_a_permission_or_is_on_the_short_list(app: Flask) -> None:
    public = {rule.endpoint for rule in app.url_map.iter_rules() if hasattr(app.view_functions[rule.endpoint], PUBLIC)}
    assert public == OPEN_TO_ALL
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        assert hasattr(view, PERMISSION) or rule.endpoint in OPEN_TO_ALL, rule


def test_an_application_with_a_silent_view_does_not_start(app: Flask) -> None:
    app.view_functions["silent"] = lambda: ""
    app.url_map.add(Rule("/silent", endpoint="silent"))
    with pytest.raises(UndeclaredView, match="silent"):
        check_declared(app)


def test_a_stranger_is_sent_to_the_door(app: Flask) -> None:
    client = app.test_client()
    for rule, method, address in routes(app):
        if rule.endpoint in OPEN_TO_ALL or method != "GET":
            continue
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/login?next="), address


def test_whatever_changes_something_needs_the_token(app: Flask, sessions: Sessions) -> None:
    person(sessions, "anna", "supervisor")
    client = signed_in(app, "anna")
    for rule, method, address in routes(app):
        if method == "POST":
            # A form with a file is read after its request was found, its token first: here there is no request.
            wanted = 404 if rule.endpoint in ("documents.send", "documents.send_a_version") else 400
            assert client.post(address).status_code == wanted, rule


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_let_in_exactly_where_its_permissions_say(app: Flask, sessions: Sessions, role: Role) -> None:
    person(sessions, "anna", role.value)
    client = signed_in(app, "anna")
    for rule, method, address in routes(app):
        if rule.endpoint in OPEN_TO_ALL or method != "GET":
            continue
        wanted = getattr(app.view_functions[rule.endpoint], PERMISSION)
        answer = client.get(address)
        if ROLE_PERMISSIONS[role].isdisjoint(wanted):
            assert answer.status_code == 403, address
        else:
            assert answer.status_code in (200, 302, 404), (address, answer.status_code)


def test_every_answer_carries_the_headers(app: Flask, sessions: Sessions) -> None:
    person(sessions, "anna", "supervisor")
    client = signed_in(app, "anna")
    for address, status in (("/", 200), ("/nowhere", 404), ("/admin/people", 403), ("/login", 302)):
        answer = client.get(address)
        assert answer.status_code == status
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert client.get("/").headers["Cache-Control"] == "no-store"
    assert client.post("/nowhere").status_code in (400, 404)
    assert client.delete("/cases").status_code == 405

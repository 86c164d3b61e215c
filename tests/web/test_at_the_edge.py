"""Who the visitor is, what stands on every answer, and what is said when the database is away."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from config.settings import Settings
from mla_tracker.core.database import Sessions, make_sessions
from mla_tracker.web.context import services
from mla_tracker.web.proxies import TrustedProxies
from tests.support.browsing import application, person, signed_in, token

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

OURS = ("10.0.0.5/32", "fd00::/8")


def seen(remote: str, **headers: str) -> "WSGIEnvironment":
    """What the application is told of a request that came from `remote` with these headers."""
    told: dict[str, Any] = {}

    def inner(environ: "WSGIEnvironment", _start: Any) -> Iterable[bytes]:
        told.update(environ)
        return []

    environ = {"REMOTE_ADDR": remote, "HTTP_HOST": "here.example", "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in headers.items()}
    TrustedProxies(inner, OURS)(environ, lambda *_given: lambda _data: None)
    return told


@pytest.mark.parametrize(
    ("remote", "chain", "visitor"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.5", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "198.51.100.1, fd00::7", "198.51.100.1"),
        ("10.0.0.5", "10.0.0.5", "10.0.0.5"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "1.2.3.4, nonsense", "10.0.0.5"),
        ("10.0.0.5", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.5", "[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:10.0.0.5", "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_visitor_is_the_last_address_that_is_not_ours(remote: str, chain: str, visitor: str) -> None:
    assert seen(remote, **({"for": chain}))["REMOTE_ADDR"] == visitor


def test_scheme_and_host_count_from_our_proxies_alone_and_no_header_stays() -> None:
    trusted = seen("10.0.0.5", proto="https", host="office.example")
    assert (trusted["wsgi.url_scheme"], trusted["HTTP_HOST"]) == ("https", "office.example")
    forged = seen("203.0.113.9", proto="https", host="evil.example")
    assert (forged["wsgi.url_scheme"], forged["HTTP_HOST"]) == ("http", "here.example")
    assert not [name for told in (trusted, forged) for name in told if name.startswith("HTTP_X_FORWARDED")]


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    person(sessions, "anna", "caseworker")
    person(sessions, "ines", "administrator")
    return made


def test_static_files_carry_the_headers_and_may_be_kept(app: Flask) -> None:
    client = app.test_client()
    (sheet, *_) = [
        part.split('"')[0] for part in client.get("/login").text.split('href="') if part.startswith("/static/")
    ]
    answer = client.get(sheet)
    assert answer.status_code == 200
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
        assert name in answer.headers, name
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/static/", "/static/../config/settings.py", "/var/"])
def test_nothing_of_the_machine_is_served(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404


def test_figures_for_prometheus_are_for_this_machine_or_the_token(
    settings: Settings, sessions: Sessions, run_folder: Path
) -> None:
    del sessions
    with_token = type(settings).model_validate(
        settings.model_dump(by_alias=False) | {"metrics_token": "a token of thirty-two characters"}
    )
    client = application(with_token, run_folder).test_client()
    outside = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", environ_base=outside).status_code == 404
    wrong = {"Authorization": "Bearer a token of thirty-two character"}
    assert client.get("/metrics", environ_base=outside, headers=wrong).status_code == 404
    right = {"Authorization": "Bearer a token of thirty-two characters"}
    assert client.get("/metrics", environ_base=outside, headers=right).status_code == 200


def test_signing_out_tells_the_browser_to_forget(app: Flask) -> None:
    client = signed_in(app, "anna")
    answer = client.post("/logout", data={"csrf_token": token(client, "/account")})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_while_the_database_is_away_nobody_is_let_in_and_the_page_says_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app, "anna")
    nowhere = make_sessions(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", poolclass=NullPool))
    with app.app_context():
        office = services().office
    monkeypatch.setitem(office.__dict__, "sessions", nowhere)
    answer = client.get("/cases")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "The register is not ready" in answer.text
    assert "anna" not in answer.text
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json == {
        "ready": False,
        "database": False,
        "broker": True,
        "schedule": False,
        "reminders": False,
    }
    monkeypatch.undo()
    assert client.get("/cases").status_code == 200


def test_a_statement_that_fails_half_way_is_503_and_rolled_back(app: Flask, sessions: Sessions) -> None:
    client = signed_in(app, "anna")

    def breaks() -> str:
        raise OperationalError("select 1", {}, Exception("server closed the connection unexpectedly"))

    app.view_functions["work.deadlines"] = breaks
    answer = client.get("/deadlines")
    assert answer.status_code == 503
    assert "server closed" not in answer.text
    with sessions() as session:
        assert session.execute(text("select count(*) from account")).scalar() == 2


def test_an_administrator_gives_a_password_and_the_old_one_is_over(app: Flask, sessions: Sessions) -> None:
    anna = signed_in(app, "anna")
    ines = signed_in(app, "ines")
    with sessions() as session:
        account_id = session.execute(text("select id from account where name = 'anna'")).scalar()
    address = f"/admin/people/{account_id}/password"
    form = {"csrf_token": token(ines, f"/admin/people/{account_id}"), "password": "seven quiet herons wait"}
    assert ines.post(address, data=form | {"password": "short"}).status_code == 422
    assert anna.get("/account").status_code == 200
    assert ines.post(address, data=form).status_code == 302
    assert anna.get("/account").status_code == 302


def test_preferences_follow_the_account_into_another_browser(app: Flask) -> None:
    first = signed_in(app, "anna")
    first.post("/preferences", data={"csrf_token": token(first, "/account"), "theme": "dark", "keys": "off"})
    second = signed_in(app, "anna")
    theme, keys = second.get_cookie("theme"), second.get_cookie("keys")
    assert theme is not None
    assert keys is not None
    assert (theme.value, keys.value) == ("dark", "off")

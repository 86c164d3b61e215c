"""The application on static files that the test run builds once, and people who sign in to it."""

import re
import secrets
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from config.settings import Settings
from mla_tracker.accounts.services import create_account
from mla_tracker.app import create_app
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.web import assets
from mla_tracker.web.extensions import limiter

PASSWORD = "plenty of pelicans 7"


def application(settings: Settings, run_folder: Path, *, limited: bool = False) -> Flask:
    """The application for these settings; without the limits per person, which a test would soon reach."""
    assets.ready(run_folder / "static")
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    static = settings.var_dir / "static"
    if not static.exists():
        static.symlink_to(run_folder / "static")
    app = create_app(settings)
    limiter.enabled = limited
    return app


def person(sessions: Sessions, name: str, role: str) -> int:
    """An account that can sign in as `name@office.example`."""
    with sessions() as session, session.begin():
        account = create_account(
            session, email=f"{name}@office.example", name=name, role=role, password=PASSWORD, now=clock.now()
        )
        session.flush()
        return account.id


def signed_in(app: Flask, name: str) -> FlaskClient:
    """A browser in which this person is signed in."""
    client = app.test_client()
    # From an address of its own: signing in is limited by address, and all tests of a run share the counter.
    client.environ_base["REMOTE_ADDR"] = f"2001:db8::{secrets.token_hex(2)}"
    form = {"email": f"{name}@office.example", "password": PASSWORD, "csrf_token": token(client, "/login")}
    assert client.post("/login", data=form).status_code == 302
    return client


def token(client: FlaskClient, path: str) -> str:
    """The token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]

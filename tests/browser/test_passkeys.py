"""A passkey made and shown in a real browser, with an authenticator that the browser itself simulates."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from config.settings import Settings
from mla_tracker.accounts.passkeys import Place
from mla_tracker.core.database import Sessions
from tests.browser.gallery_server import serving
from tests.browser.looking import violations
from tests.support.browsing import PASSWORD, application, person


@pytest.fixture
def address(settings: Settings, sessions: Sessions, run_folder: Path) -> Iterator[str]:
    app: Flask = application(settings, run_folder)
    person(sessions, "marta", "caseworker")
    with serving(app) as found:
        # Browsers know passkeys at a name, not at a number.
        base_url = found.replace("127.0.0.1", "localhost")
        given = app.extensions["mla_services"]
        app.extensions["mla_services"] = replace(given, place=Place(base_url, "Central Authority"))
        yield base_url


def with_authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def knock(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    page.fill("[name=email]", "marta@office.example")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_passkey_is_made_and_opens_the_door(context: BrowserContext, address: str) -> None:
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    with_authenticator(page)
    knock(page, address)
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/account/factors")
    assert violations(page) == []
    page.fill("[name=name]", "Work laptop")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert page.locator(".codes li").count() == 10
    assert violations(page) == []
    page.get_by_role("link", name="I have kept them").click()
    assert page.get_by_role("cell", name="Work laptop").is_visible()
    page.goto(f"{address}/account/factors/app")
    assert page.locator(".square svg").bounding_box() is not None
    assert violations(page) == []
    context.clear_cookies()
    knock(page, address)
    page.get_by_role("button", name="Use a passkey").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{address}/")
    assert [line for line in said if "Content Security Policy" in line or "Error" in line] == []

"""Each of the four life cycles in a real browser, from the first letter to the closing.

`MLA_PICTURES=folder` keeps a picture of each request at its end.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from config.settings import Settings
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.directory.models import Authority
from tests.browser.gallery_server import serving
from tests.browser.looking import violations
from tests.browser.test_main_job import filled, on_day, sign_in
from tests.support.browsing import application, person

PICTURES = os.environ.get("MLA_PICTURES")
TODAY = clock.today(ZoneInfo("Europe/Vienna"))


@dataclass(frozen=True)
class Step:
    """One act with what is entered beside its day. `chief`: by the supervisor; `item`: on the first item."""

    code: str
    values: dict[str, str] = field(default_factory=dict)
    chief: bool = False
    item: bool = False


def step(code: str, *, chief: bool = False, item: bool = False, **values: str) -> Step:
    return Step(code, values, chief, item)


def days(name: str, ahead: int) -> dict[str, str]:
    return on_day(name, TODAY + timedelta(days=ahead))


ASSISTANCE = {
    "counterpart": "BR", "counterpart_authority_id": "Cooperation Department", "channel": "central_authority",
    "basis": "UNCAC", "subject": "Bank records of Aurum Holdings", "facts_summary": "Payments were made.",
    "nature": "criminal", "items-0-type_code": "DOCUMENTS",
    "items-0-executing_authority_id": "Economic Crime Prosecutor",
    "persons-0-name": "Renata Azevedo",
}  # fmt: skip
SURRENDER = {
    "counterpart": "BR", "counterpart_authority_id": "Cooperation Department", "channel": "central_authority",
    "basis": "UNCAC", "subject": "Surrender of Renata Azevedo", "facts_summary": "Payments were made.",
    "wanted_for": "prosecution", "persons-0-name": "Renata Azevedo", "persons-0-nationality": "BR",
}  # fmt: skip
OURS = {"owner_authority_id": "Economic Crime Prosecutor"}

LIVES: dict[tuple[str, str], tuple[dict[str, str], list[Step], str]] = {
    ("mla", "incoming"): (
        ASSISTANCE,
        [
            step("acknowledged"),
            step("legal_basis_accepted", basis="UNCAC"),
            Step("information_requested", {"missing": "The dates.", **days("reply_due", 30)}),
            step("information_received"),
            step("accepted", contents="complete", dual_criminality="given"),
            step("execution_ordered"),
            step("inquiry_recorded", inquiry="received", content="How far is it?"),
            step("inquiry_recorded", inquiry="answered", content="At the bank."),
            step("item_executed", item=True, result="Records of two accounts."),
            step("execution_ended", result="Done."),
            step("answer_sent", results="Two accounts.", use_limits="none"),
            step("closed"),
        ],
        "Executed in full",
    ),
    ("mla", "outgoing"): (
        {**ASSISTANCE, **OURS},
        [
            step("submitted_for_approval", draft="1", contents="complete"),
            step("request_approved", chief=True, draft="1"),
            step("sent", language="pt"),
            step("acknowledged_abroad"),
            step("information_asked_of_us", missing="The warrant."),
            step("information_supplied"),
            step("item_executed", item=True, result="Received."),
            step("results_received", use_limits="none"),
            step("results_passed_on"),
            step("closed"),
        ],
        "Executed in full",
    ),
    ("extradition", "incoming"): (
        {**SURRENDER, "provisional_arrest_warrant": "District Court, 7/2026"},
        [
            Step("arrested", {"place": "Harbour", **days("notice_date", 0)}),
            step("formal_request_received"),
            step("legal_basis_accepted", basis="UNCAC"),
            step("sent_to_court", contents="complete", dual_criminality="given", warrant="District Court, 7/2026"),
            step("committed", court="District Court: permitted"),
            step("assurance_recorded", assurance="requested", content="Consular visits."),
            step("assurance_recorded", assurance="given", content="By note verbale."),
            step("assurance_recorded", assurance="sufficient", content="It names the place."),
            step("granted", decided_by="Minister of Justice", assurances="sufficient", competing="none"),
            step("grant_communicated"),
            Step("surrender_fixed", {"place": "Airport", **days("surrender_on", 0)}),
            step("surrendered", place="Airport"),
        ],
        "Surrendered",
    ),
    ("extradition", "outgoing"): (
        {**SURRENDER, **OURS},
        [
            step("submitted_for_approval", draft="1", contents="complete", warrant="District Court, 7/2026"),
            step("request_approved", chief=True, draft="1"),
            step("sent", language="pt"),
            step("acknowledged_abroad"),
            step("granted_abroad", decided_by="Court of Appeal"),
            Step("surrender_fixed", {"place": "Airport", **days("surrender_on", 0)}),
            step("surrendered_to_us", place="Airport", days_in_custody="12"),
            step("closed"),
        ],
        "Surrendered to us",
    ),
}


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    for name, role in (("marta", "caseworker"), ("tomas", "supervisor")):
        person(sessions, name, role)
    with sessions() as session, session.begin():
        session.add(Authority(own=True, name="Economic Crime Prosecutor", type_code="PROSECUTION"))
        session.add(Authority(state="BR", name="Cooperation Department", type_code="CA_MLA"))
    return made


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serving(app) as found:
        yield found


def record(page: Page, request: str, one: Step) -> None:
    """Go to the request, follow the link to the act as a person would, fill in its form and record it."""
    page.goto(request)
    if not one.item and not page.locator(f".acts a[href$='/acts/{one.code}']").first.is_visible():
        page.locator("details.more-acts > summary").first.click()
    if one.item:
        page.locator("details.row-menu > summary").first.click()
    page.locator(f"a[href*='/acts/{one.code}']").first.click()
    plain = {}
    for name, value in one.values.items():
        choice = page.locator(f"main form input[name='{name}'][value='{value}']")
        if choice.count():
            choice.first.check()
        else:
            plain[name] = value
    filled(page, plain)
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_url(request)


@pytest.mark.parametrize(("kind", "direction"), LIVES, ids=["-".join(life) for life in LIVES])
def test_a_life_from_the_first_letter_to_the_closing(
    browser: Browser, context: BrowserContext, address: str, kind: str, direction: str
) -> None:
    given, steps, outcome = LIVES[kind, direction]
    page = sign_in(context, address, "marta")
    second = browser.new_context()
    chief = sign_in(second, address, "tomas") if any(one.chief for one in steps) else page
    page.goto(f"{address}/cases/new?kind={kind}&direction={direction}")
    page.locator("details.more > summary", has_text="Offences").click()
    page.locator("[name=offences][value=UNCAC_15b]").check()
    filled(page, given)
    page.locator("main form button[type=submit]:has-text('Register')").click()
    page.wait_for_url(lambda url: "/cases/new" not in url)
    request = page.url
    for one in steps:
        record(chief if one.chief else page, request, one)
    page.goto(request)
    assert outcome in (page.locator("dl.standing .status").text_content() or "")
    assert violations(page) == []
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{kind}-{direction}.png", full_page=True)
    page.goto(f"{request}/course")
    assert "Closed" in (page.locator("svg.course .now").text_content() or "")
    assert violations(page) == []
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{kind}-{direction}-course.png", full_page=True)
    second.close()

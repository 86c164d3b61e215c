"""The main job in a real browser: a request comes in and is refused with reasons, others go out; and every page under
axe, as wide as its window."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, url_for
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.accounts.models import Account
from mla_tracker.cases.models import Case
from mla_tracker.casework.act import act as opened_act
from mla_tracker.casework.demo.load import load
from mla_tracker.casework.office import Office
from mla_tracker.casework.proceeding_acts import NewProceeding, open_proceeding
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.deadlines.models import Deadline
from mla_tracker.directory.models import Authority
from mla_tracker.documents.services import store_made
from mla_tracker.documents.vault import Vault
from mla_tracker.office_from_settings import open_office, open_vault
from mla_tracker.statistics.computing import compute_snapshot
from mla_tracker.statistics.services import Wanted
from tests.browser.gallery_server import serving
from tests.browser.looking import PHONE, WIDE, violations
from tests.factories.documents import PDF, particulars
from tests.support.browsing import PASSWORD, application, person

Scheme = Literal["light", "dark"]
DOWNLOAD = "/cases/<case_ref:reference>/documents/<int:number>/versions/<int:version>"
FOR_MACHINES = {
    "/healthz", "/readyz", "/metrics", "/dev/mail/<name>", "/dev/mail/<name>/html", "/dev/gallery", DOWNLOAD,
    "/login/link/<token>", "/cases/<case_ref:reference>/file", "/cases/together/<int:report_id>",
    "/admin/calendars/<int:number>/withdraw", "/calendar/<token>.ics", "/reminders/<int:notice_id>",
    "/reminders/<int:notice_id>/request",
}  # fmt: skip
"""Not for people, or tried elsewhere: the gallery by itself, the letters of development with the mail pages, what is a
file, and what is only there after an act: a link by mail, a change of a calendar, acts on many requests, a
reminder of one's own."""

CHOOSE = """(field, wanted) => {
  const found = [...field.options].find((one) => one.value === wanted || one.text.includes(wanted));
  if (found) { field.value = found.value; field.dispatchEvent(new Event("change", {bubbles: true})); }
  return Boolean(found);
}"""

IS_ALL_SEEN = """(link) => {
  const {left, right, top, bottom} = link.getBoundingClientRect();
  return left >= 0 && right <= document.documentElement.clientWidth && [left + 2, right - 2].every((x) =>
    [top + 2, bottom - 2].every((y) => link.contains(document.elementFromPoint(x, y))));
}"""


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    for name, role in (("marta", "caseworker"), ("tomas", "supervisor"), ("ada", "administrator"), ("ines", "auditor")):
        person(sessions, name, role)
    with sessions() as session, session.begin():
        session.add(Authority(own=True, name="Economic Crime Prosecutor", type_code="PROSECUTION"))
        session.add(Authority(state="BR", name="Cooperation Department", type_code="CA_MLA"))
    return made


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serving(app) as found:
        yield found


def sign_in(context: BrowserContext, address: str, name: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("[name=email]", f"{name}@office.example")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.startswith(f"{address}/login"))
    return page


def filled(page: Page, values: dict[str, str]) -> None:
    """Each named field of the page's form gets its value, whatever kind of field it is."""
    for name, value in values.items():
        field = page.locator(f"main form [name='{name}']").first
        if field.evaluate("field => field.tagName") == "SELECT":  # by value or words; a long one is hidden by script
            assert field.evaluate(CHOOSE, value), (name, value)
        else:
            field.fill(value)


def on_day(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def act(page: Page, address: str, reference: str, code: str, values: dict[str, str]) -> None:
    """Open the page of an act by its button on the request, fill it in and record it."""
    page.goto(f"{address}/cases/{reference}")
    link = page.locator(f"a[href='/cases/{reference}/acts/{code}']").first
    if not link.is_visible():
        page.locator("details.more-acts > summary").click()
    link.click()
    filled(page, values)
    page.locator("main form button[type=submit]").first.click()


def the_menu_of_an_item_shows_all_its_links(page: Page) -> None:
    """Each link of the open menu is within the window, under no other thing and beside no other link."""
    for window in (WIDE, PHONE):
        page.set_viewport_size(window)
        page.locator("details.row-menu > summary").first.click()
        links = page.locator("details.row-menu[open] .panel a")
        tops = [box["y"] for link in links.all() if (box := link.bounding_box())]
        assert len(tops) > 1
        assert all(later - earlier >= 24 for earlier, later in pairwise(tops)), tops
        for link in links.all():
            link.scroll_into_view_if_needed()
            assert link.evaluate(IS_ALL_SEEN), (window, link.text_content())
        assert violations(page) == []
        page.keyboard.press("Escape")
    page.set_viewport_size(WIDE)


def test_a_request_comes_in_is_refused_with_reasons_and_one_goes_out(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address, "marta")
    today = clock.today(ZoneInfo("Europe/Vienna"))
    received = today - timedelta(days=40)
    page.goto(f"{address}/cases/new?kind=mla&direction=incoming")
    page.locator("main form button[type=submit]:has-text('Register')").click()
    assert page.locator(".errsum").is_visible()
    given = {
        "counterpart": "BR", "counterpart_authority_id": "Cooperation Department", "their_reference": "DRCI 77/2026",
        "channel": "central_authority", "basis": "UNCAC",
        "subject": "Bank records of Aurum Holdings", "nature": "criminal", "items-0-type_code": "DOCUMENTS",
        "persons-0-name": "Łukasz Nowicki", **on_day("opened_on", received),
    }  # fmt: skip
    filled(page, given)
    page.locator("main form button[type=submit]:has-text('Register')").click()
    reference = f"MLA-IN-{today.year}-00001"
    page.wait_for_url(f"{address}/cases/{reference}")
    assert page.locator("h1").text_content() == "Bank records of Aurum Holdings"

    act(page, address, reference, "legal_basis_accepted", {"basis": "UNCAC", **on_day("on", received)})
    page.goto(f"{address}/cases/{reference}")
    the_menu_of_an_item_shows_all_its_links(page)
    act(page, address, reference, "refusal_proposed", {"reasons": "No offence here.", **on_day("on", received)})
    assert page.locator("#grounds-error").is_visible()
    assert page.locator("[name=reasons]").input_value() == "No offence here."
    page.locator("[name=grounds][value=MLA_DUAL_CRIM]").check()
    page.get_by_role("button", name="Record", exact=True).click()
    assert "Refusal" in (page.locator("main").text_content() or "")

    chief = sign_in(context.browser.new_context(), address, "tomas")  # type: ignore[union-attr]
    act(chief, address, reference, "refusal_approved", on_day("on", received + timedelta(days=1)))
    act(page, address, reference, "refusal_communicated", on_day("on", received + timedelta(days=2)))
    page.wait_for_url(f"{address}/cases/{reference}")
    assert page.locator("ol.spine .h", has_text="efusal").count() >= 3
    assert "Refused" in (page.locator("main").text_content() or "")

    page.goto(f"{address}/cases/new?kind=mla&direction=outgoing")
    filled(
        page,
        {
            **given,
            "owner_authority_id": "Economic Crime Prosecutor",
            "subject": "Statement of a witness",
            "persons-0-name": "Ana Prado",
        },
    )
    page.locator("main form button[type=submit]:has-text('Register')").click()
    page.wait_for_url(f"{address}/cases/MLA-OUT-{today.year}-00001")
    for direction, own in (("incoming", {}), ("outgoing", {"owner_authority_id": "Economic Crime Prosecutor"})):
        page.goto(f"{address}/cases/new?kind=extradition&direction={direction}")
        sought = {name: value for name, value in given.items() if name not in ("nature", "items-0-type_code")}
        filled(page, {**sought, **own, "wanted_for": "prosecution", "subject": "Surrender of a person"})
        page.locator("main form button[type=submit]:has-text('Register')").click()
        page.wait_for_url(f"{address}/cases/EXT-{'IN' if direction == 'incoming' else 'OUT'}-{today.year}-00001")
    page.goto(f"{address}/cases?q=lukasz+nowicki")
    assert reference in (page.locator("table.reg").text_content() or "")
    chief.goto(f"{address}/dashboard")
    assert chief.locator("h1").is_visible()
    chief.context.close()


def store_a_document_in_each(office: Office, vault: Vault) -> None:
    """An exhibit in every request."""
    with office.sessions() as session:
        for case_id in session.scalars(select(Case.id)).all():
            with opened_act(office, session, case_id, actor=SYSTEM) as opened:
                store_made(opened, vault, particulars(exhibit=True), "Letter.pdf", PDF)


def addresses_of(app: Flask, sessions: Sessions, proceeding: str) -> dict[str, str]:
    """An address for each page of the application, by its rule; what a rule asks for is taken from the cases."""
    with sessions() as session:
        case = session.scalars(
            select(Case).where(Case.kind == "mla", Case.direction == "incoming", Case.status == "under_review")
        ).first()
        assert case is not None
        authority = session.scalars(select(Authority.id).where(Authority.state.is_not(None))).first()
        account = session.scalars(select(Account.id)).first()
        silent = session.scalars(
            select(Case.reference).where(
                Case.direction == "outgoing", Case.sent_on.is_not(None), Case.answered_on.is_(None),
                Case.closed_on.is_(None),
            )
        ).first()  # fmt: skip
        known: dict[str, Any] = {
            "reference": case.reference, "code": "acknowledged", "seq": 1, "item_id": case.items[0].id, "iso2": "CH",
            "authority_id": authority, "account_id": account, "table": "legal_basis",
            "deadline_id": session.scalars(select(Deadline.id).where(Deadline.case_id == case.id)).first(),
            "number": 1, "clock": "hard", "urgency": "routine",
        }  # fmt: skip
    codes = {"codes.row": "UNCAC", "reports.report": "R1"}
    found = {}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.rule not in FOR_MACHINES and rule.endpoint != "static":
                values = {name: known[name] for name in rule.arguments}
                if rule.endpoint in codes:
                    values["code"] = codes[rule.endpoint]
                elif rule.endpoint.startswith("limits."):
                    values["code"] = "HOUSE_REVIEW"
                if rule.rule.startswith("/reminders/letter/"):
                    values["reference"] = silent
                if rule.rule.startswith("/proceedings/<"):
                    values |= {"reference": proceeding, "code": "proceeding_assigned"}
                    values = {name: values[name] for name in rule.arguments}
                found[rule.rule] = url_for(rule.endpoint, **values)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_fits_and_is_quiet(
    browser: Browser, app: Flask, settings: Settings, sessions: Sessions, address: str, scheme: Scheme
) -> None:
    office = open_office(settings)
    for _step in load(office, cases=60):
        pass
    store_a_document_in_each(office, open_vault(settings))
    yesterday = clock.today(settings.zone) - timedelta(days=1)
    compute_snapshot(office.sessions, Wanted(yesterday, "unrestricted"), zone=settings.zone)
    with sessions() as session:
        opened = NewProceeding("JOINT_INVEST", "CH", "Operation Granite", yesterday)
        proceeding = open_proceeding(office, session, opened, actor=SYSTEM)
    pages = addresses_of(app, sessions, proceeding)
    unseen = set(pages)
    faults: list[str] = []

    def said(something: object) -> None:
        faults.append(str(something))

    for name in ("tomas", "ada", "ines"):
        context = browser.new_context(viewport=WIDE, color_scheme=scheme)
        page = sign_in(context, address, name)
        page.on("console", said)
        page.on("pageerror", said)
        for rule in sorted(unseen):
            if context.request.get(f"{address}{pages[rule]}").status != 200:
                continue
            unseen.discard(rule)
            page.set_viewport_size(WIDE)
            page.goto(f"{address}{pages[rule]}")
            for window in (WIDE, PHONE):
                page.set_viewport_size(window)
                faults += [f"{rule} {window['width']}: {one}" for one in violations(page)]
                if page.evaluate("document.documentElement.scrollWidth") > window["width"]:
                    faults.append(f"{rule}: wider than {window['width']}")
        context.close()
    assert "\n".join(faults) == ""
    assert unseen == set()

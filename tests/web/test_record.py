"""The record with a State, and what comparable requests say of one of ours: each number leads to its cases."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config.settings import Settings
from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.statistics.computing import compute_snapshot
from mla_tracker.statistics.services import UNRESTRICTED, Wanted
from tests.factories import figures as make
from tests.support.browsing import application, person, signed_in

LINK = re.compile(r'<a href="(/cases\?[^"]+)">(.*?)</a>', re.DOTALL)


@pytest.fixture
def today(settings: Settings) -> date:
    return clock.today(settings.zone)


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path, today: date) -> Flask:
    """Twenty-four requests of ours to Brazil, answered after 100 to 330 days; one that waits since 120 days and is
    needed in 60; a few that Brazil sent us."""
    made = application(settings, run_folder)
    lead = person(sessions, "caseworker", "caseworker")
    person(sessions, "administrator", "administrator")
    with sessions() as session, session.begin():
        for number in range(24):
            opened = today - timedelta(days=900 - number)
            ended = opened + timedelta(days=100 + 10 * number)
            case = make.add_request(
                session, direction="outgoing", counterpart="BR", opened_on=opened, sent_on=opened, answered_on=ended,
                closed_on=ended, outcome="executed_in_full",
            )  # fmt: skip
            session.add_all(
                [
                    CaseLegalBasis(case_id=case.id, basis_code="UNCAC", is_primary=True),
                    AssistanceItem(
                        case_id=case.id, number=1, type_code="DOCUMENTS" if number % 2 else "SERVICE", coercive=False,
                        status="finished", outcome="executed", status_since=ended,
                    ),
                ]
            )  # fmt: skip
        waiting = make.add_request(
            session, direction="outgoing", counterpart="BR", opened_on=today - timedelta(days=120),
            sent_on=today - timedelta(days=120), needed_by=today + timedelta(days=60), lead_id=lead,
        )  # fmt: skip
        waiting.reference = "MLA-OUT-2026-00042"
        sent(session, waiting, today - timedelta(days=120))
        for number in range(3):
            make.add_request(session, counterpart="BR", opened_on=today - timedelta(days=10 + number))
    assert compute_snapshot(sessions, Wanted(today, UNRESTRICTED), zone=settings.zone) is not None
    return made


def sent(session: Session, case: Case, day: date) -> None:
    """The entries of a request of ours up to its sending."""
    log = make.Log(session, case)
    for code in ("opened", "submitted_for_approval", "request_approved", "sent"):
        log.add(code, day)


def listed(client: FlaskClient, address: str) -> int:
    found = re.search(r'class="countline"><span>([\d,]+) requests?<', client.get(unescape(address)).text)
    assert found is not None, address
    return int(found[1].replace(",", ""))


def test_both_directions_side_by_side(app: Flask) -> None:
    client = signed_in(app, "caseworker")
    text = client.get("/directory/BR/record").text
    rows = dict(re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text, re.DOTALL))
    assert re.sub(r"<[^>]+>", " ", rows["Open"]).split() == ["3", "1"]
    assert "Half answered within, days" in rows
    for address, said in LINK.findall(text):
        number = re.sub(r"<[^>]+>", "", said)
        if number.isdigit() and "answer" not in address and "waiting" not in address:
            assert listed(client, address) == int(number), address
    assert "Agreed actions" in text
    assert client.get("/directory/br/record").status_code == 404
    assert signed_in(app, "administrator").get("/directory/BR/record").status_code == 403


def test_what_comparable_requests_say(app: Flask) -> None:
    """Answered after 130 to 330 days were 21, after more than 180 days 15."""
    client = signed_in(app, "caseworker")
    work = client.get("/").text
    assert "Likely to come too late" in work
    said = re.search(
        r"(\d+) of (\d+) comparable requests that were open after 120 days took more than 60 further", work
    )
    assert said is not None
    assert (int(said[1]), int(said[2])) == (15, 21)
    address = re.search(r'href="(/cases\?comparable=[^"]+)"', work)
    assert address is not None
    assert listed(client, address[1]) == 21
    page = client.get("/cases/MLA-OUT-2026-00042").text
    assert "The answer is likely to come after" in page
    assert client.get("/cases?comparable=1:9:0:T-00000").status_code == 404
    assert client.get("/cases?comparable=nonsense").status_code == 404


def test_nothing_is_said_of_too_few(app: Flask, settings: Settings, sessions: Sessions, today: date) -> None:
    with sessions() as session, session.begin():
        few = make.add_request(
            session, direction="outgoing", counterpart="KE", opened_on=today - timedelta(days=50),
            sent_on=today - timedelta(days=50), needed_by=today + timedelta(days=5),
        )  # fmt: skip
        few.reference = "MLA-OUT-2026-00043"
        sent(session, few, today - timedelta(days=50))
    compute_snapshot(sessions, Wanted(today, UNRESTRICTED), zone=settings.zone)
    page = signed_in(app, "caseworker").get("/cases/MLA-OUT-2026-00043")
    assert page.status_code == 200
    assert "comparable requests" not in page.text

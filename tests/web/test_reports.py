"""`/reports`: asked for, waited for, read, taken as files; who may have which."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from config.settings import Settings
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.statistics.reports.computing import compute_due_reports
from tests.factories import figures as make
from tests.support.browsing import application, person, signed_in, token


class Jobs:
    """Keeps what was asked for in place of a broker."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, name: str, /, **_arguments: str | int) -> bool:
        self.sent.append(name)
        return True


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path, jobs: Jobs) -> Flask:
    """An office with requests that came and closed, one out of balance, and readers of three roles."""
    made = application(settings, run_folder)
    made.extensions["mla_services"] = replace(made.extensions["mla_services"], jobs=jobs)
    today = clock.today(settings.zone)
    with sessions() as session, session.begin():
        for number in range(12):
            opened = today - timedelta(days=200 - number)
            make.add_request(
                session, counterpart="BR", opened_on=opened, answered_on=today if number % 2 else None,
                closed_on=today if number % 2 else None, outcome="executed_in_full" if number % 2 else None,
            )  # fmt: skip
        make.add_request(
            session, counterpart="KE", opened_on=today, answered_on=today - timedelta(days=900),
            closed_on=today - timedelta(days=900), outcome="withdrawn",
        )  # fmt: skip
    for role in ("supervisor", "caseworker", "administrator"):
        person(sessions, role, role)
    return made


def test_from_asking_to_the_files(app: Flask, settings: Settings, sessions: Sessions, jobs: Jobs) -> None:
    client = signed_in(app, "supervisor")
    today = clock.today(settings.zone)
    first = today - timedelta(days=400)
    form = {"csrf_token": token(client, "/reports"), "code": "R1", "from": first.isoformat(), "to": today.isoformat()}
    answer = client.post("/reports", data=form)
    address = answer.headers["Location"]
    assert jobs.sent == ["reports.compute"]
    waiting = client.get(address)
    assert waiting.headers["Refresh"] == "2"
    assert client.get(f"{address}&format=csv").status_code == 404
    compute_due_reports(sessions, zone=settings.zone, seconds=30)
    page = client.get(address)
    assert "Refresh" not in page.headers
    assert "The line does not close." in page.text
    assert re.search(r'href="/cases/T-\d+"', page.text)
    for form_of, start in (("csv", b"report,table"), ("xlsx", b"PK"), ("pdf", b"%PDF-")):
        file = client.get(f"{address}&format={form_of}")
        assert file.data.startswith(start)
        assert f'filename="r1-{first}-{today}.{form_of}"' in file.headers["Content-Disposition"]
    assert "R1 Flow of requests" in re.sub(r"<[^>]+>", "", client.get("/reports").text)


def test_the_public_version_hides_and_names_no_case(app: Flask, settings: Settings, sessions: Sessions) -> None:
    client = signed_in(app, "supervisor")
    form = {"csrf_token": token(client, "/reports"), "code": "R2", "public": "1"}
    address = client.post("/reports", data=form).headers["Location"]
    compute_due_reports(sessions, zone=settings.zone, seconds=30)
    page = client.get(address).text
    assert "Public version: counts from 1 to 4" in page
    assert "…" in page
    assert "/cases/T-" not in page


def test_who_may_have_which(app: Flask) -> None:
    supervisor, caseworker, administrator = (
        signed_in(app, name) for name in ("supervisor", "caseworker", "administrator")
    )
    assert administrator.get("/reports").status_code == 403
    assert 'value="R10"' in supervisor.get("/reports").text
    assert 'value="R10"' not in caseworker.get("/reports").text
    assert caseworker.get("/reports/R10").status_code == 404
    assert caseworker.get("/reports/R1?scope=all").status_code == 404
    assert caseworker.get("/reports/R1").status_code == 200
    form = {"csrf_token": token(caseworker, "/reports"), "code": "R1", "scope": "all"}
    assert caseworker.post("/reports", data=form).status_code == 404


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/reports/R1?from=2024-02-31", "Give the day as year-month-day."),
        ("/reports/R1?from=2024-02-03&to=2024-01-01", "Choose a last day that is not before the first."),
        ("/reports/R1?to=2199-01-01", "Choose today or an earlier day."),
    ],
)
def test_what_cannot_be_is_told(app: Flask, address: str, said: str) -> None:
    answer = signed_in(app, "supervisor").get(address)
    assert answer.status_code == 422
    assert said in answer.text
    assert signed_in(app, "supervisor").get("/reports/R99").status_code == 404

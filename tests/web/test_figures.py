"""`/dashboard` and `/statistics`: who sees them, what they say, and that each figure leads to exactly its cases."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from config.settings import Settings
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.services import create_account
from mla_tracker.cases.models import Case
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.statistics import services
from mla_tracker.statistics.computing import compute_snapshot
from mla_tracker.statistics.models import SnapshotFigure
from mla_tracker.statistics.queries import parse_figure
from mla_tracker.statistics.services import Wanted
from tests.factories import figures as make
from tests.support.browsing import application

PASSWORD = "plenty of pelicans 7"
LINK = re.compile(r'<a[^>]*href="(/cases\?[^"]+)"[^>]*>(.*?)</a>', re.DOTALL)


class Jobs:
    """Keeps what was asked for in place of a broker."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str | int]]] = []

    def send(self, name: str, /, **arguments: str | int) -> bool:
        self.sent.append((name, arguments))
        return True


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    """The application on static files that the test run builds once."""
    del sessions  # the pages commit for real: the database is made anew afterwards
    return application(settings, run_folder)


@pytest.fixture
def today(settings: Settings) -> date:
    return clock.today(settings.zone)


@pytest.fixture
def office(sessions: Sessions, today: date) -> Sessions:
    """Some sixty requests of three States with leads, deadlines, refusals, custody, silence and drafts."""
    with sessions() as session, session.begin():
        leads = [
            create_account(
                session,
                email=f"{name}@office.example",
                name=name,
                role="caseworker",
                password=PASSWORD,
                now=clock.now(),
            )
            for name in ("Anna", "Berta")
        ]
        session.flush()
        ids = [lead.id for lead in leads]
        for number in range(40):
            opened = today - timedelta(days=700 - number * 9)
            answered = opened + timedelta(days=20 + number * 7)
            make.add_request(
                session, kind="extradition" if number % 5 == 0 else "mla",
                direction="outgoing" if number % 3 == 0 else "incoming", counterpart=("BR", "KE", "UA")[number % 3],
                opened_on=opened, sent_on=opened if number % 3 == 0 else None,
                acknowledged_on=opened + timedelta(days=4), decided_on=opened + timedelta(days=10),
                answered_on=answered, closed_on=answered, needed_by=opened + timedelta(days=120),
                outcome="refused" if number % 10 == 1 else "surrendered" if number % 5 == 0 else "executed_in_full",
                lead_id=ids[number % 2],
            )  # fmt: skip
        refused = session.scalars(select(Case).where(Case.outcome == "refused").order_by(Case.id.desc())).first()
        assert refused is not None
        refused.answered_on = refused.closed_on = today
        make.add_refusal(session, refused, "MLA_DUAL_CRIM", "MLA_NE_BIS", told_on=today)
        for number, age in enumerate((1, 29, 30, 89, 90, 179, 180, 364, 365, 900)):
            opened = today - timedelta(days=age)
            make.add_request(
                session, direction="outgoing" if number % 2 else "incoming", counterpart="BR", opened_on=opened,
                sent_on=opened if number % 4 == 1 else None, lead_id=ids[0] if number % 3 else None,
                next_due_on=today - timedelta(days=3) if number % 2 else today + timedelta(days=9),
            )  # fmt: skip
        session.execute(
            update(Case)
            .where(Case.closed_on.is_(None), Case.opened_on == today - timedelta(days=89))
            .values(next_custody=True)
        )
    return sessions


def signed_in(app: Flask, sessions: Sessions, role: str) -> FlaskClient:
    with sessions() as session, session.begin():
        create_account(
            session, email=f"{role}@office.example", name=role, role=role, password=PASSWORD, now=clock.now()
        )
    client = app.test_client()
    form = {"email": f"{role}@office.example", "password": PASSWORD, "csrf_token": token(client, "/login")}
    assert client.post("/login", data=form).status_code == 302
    return client


def token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def compute(settings: Settings, sessions: Sessions, on: date, scope: str = services.UNRESTRICTED) -> None:
    assert compute_snapshot(sessions, Wanted(on, scope), zone=settings.zone) is not None


@pytest.mark.parametrize(
    ("role", "dashboard", "statistics"),
    [("supervisor", 200, 200), ("auditor", 200, 200), ("caseworker", 403, 200), ("administrator", 403, 403)],
)
def test_who_may_look(app: Flask, sessions: Sessions, role: str, dashboard: int, statistics: int) -> None:
    client = signed_in(app, sessions, role)
    assert client.get("/dashboard").status_code == dashboard
    assert client.get("/statistics").status_code == statistics
    assert client.get("/statistics/definitions").status_code == statistics


@pytest.mark.parametrize(
    "choice", ["", "?kind=mla", "?direction=outgoing", "?kind=extradition&direction=incoming", "?scope=all"]
)
@pytest.mark.parametrize("page", ["/dashboard", "/statistics"])
def test_every_figure_leads_to_exactly_its_cases(
    app: Flask, settings: Settings, office: Sessions, today: date, page: str, choice: str
) -> None:
    compute(settings, office, today)
    compute(settings, office, today, services.ALL)
    client = signed_in(app, office, "supervisor")
    text = client.get(page + choice).text
    links = {(unescape(address), plain(inside)) for address, inside in LINK.findall(text)}
    assert len(links) > 10
    for address, said in links:
        figure = re.search(r"snapshot=(\d+):([^&]+)|snapshot=(\d+)%3A([^&]+)", address)
        expected = number_of(said)
        if figure is not None:
            expected = stored(office, int(figure[1] or figure[3]), (figure[2] or figure[4]).replace("%3A", ":"))
            if said.isdigit() and "answer" not in address:
                assert int(said) == expected, (address, said)
        elif expected is None:
            expected = shown_beside(text, address)
        assert listed(client, address) == expected, (address, said)


def stored(sessions: Sessions, snapshot: int, figure: str) -> int:
    key = parse_figure(figure)
    assert key is not None
    with sessions() as session:
        row = session.get(SnapshotFigure, (snapshot, key.measure, key.kind, key.direction, key.state))
        return row.n if row else 0


def shown_beside(text: str, address: str) -> int:
    """The number of one of the eight figures: its label is the link, the number stands after it."""
    after = unescape(text).split(f'href="{address}"', 1)[1]
    found = re.search(r'<dd class="v">([\d,]+)', after)
    assert found is not None, address
    return int(found[1].replace(",", ""))


def plain(markup: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def number_of(said: str) -> int | None:
    found = re.fullmatch(r"([\d,]+)(?: that still waits?)?|All ([\d,]+)", said)
    return int((found[1] or found[2]).replace(",", "")) if found else None


def listed(client: FlaskClient, address: str) -> int:
    """How many cases the list has: what its count line says."""
    page = client.get(address)
    assert page.status_code == 200, address
    found = re.search(r'class="countline"><span>([\d,]+) requests?<', page.text)
    assert found is not None, address
    return int(found[1].replace(",", ""))


def test_live_and_snapshot_are_said_apart(app: Flask, settings: Settings, office: Sessions, today: date) -> None:
    compute(settings, office, today - timedelta(days=1))
    client = signed_in(app, office, "supervisor")
    with office() as session, session.begin():
        make.add_request(session, opened_on=today)
    text = plain(client.get("/dashboard").text)
    assert re.search(r"Open cases\s+now\s*11\b", text)
    yesterday = today - timedelta(days=1)
    assert re.search(rf"Half answered within\s+{yesterday.day} {yesterday:%b}", text)


def test_before_the_first_snapshot_the_pages_say_what_will_come(app: Flask, office: Sessions) -> None:
    client = signed_in(app, office, "supervisor")
    text = plain(client.get("/dashboard").text)
    assert "not computed yet" in text
    assert re.search(r"Open cases\s+now\s*10\b", text)
    assert "No figures of that day yet." in client.get("/statistics").text


def test_an_empty_office(app: Flask, settings: Settings, sessions: Sessions, today: date) -> None:
    compute(settings, sessions, today)
    client = signed_in(app, sessions, "supervisor")
    assert "No case is open." in client.get("/dashboard").text
    assert "No curve: no case yet." in client.get("/statistics").text


def test_asking_for_figures(app: Flask, settings: Settings, office: Sessions, today: date) -> None:
    jobs = Jobs()
    app.extensions["mla_services"] = replace(app.extensions["mla_services"], jobs=jobs)
    client = signed_in(app, office, "caseworker")
    form = {"csrf_token": token(client, "/statistics"), "kind": "mla", "scope": "all"}
    answer = client.post("/statistics/compute", data=form)
    # A caseworker reads no figures over restricted requests: the wish for them becomes one for the others.
    assert answer.headers["Location"] == "/statistics?kind=mla"
    assert jobs.sent == [
        ("statistics.compute", {"on": today.isoformat(), "scope": services.UNRESTRICTED, "as_known": 0})
    ]
    waiting = client.get("/statistics")
    assert waiting.headers["Refresh"] == "4"
    assert "are being computed" in waiting.text
    compute(settings, office, today)
    done = client.get("/statistics?kind=mla")
    assert "Refresh" not in done.headers
    assert "Half of all requests are answered within" in done.text


def test_scope_all_is_for_those_who_may(app: Flask, settings: Settings, office: Sessions, today: date) -> None:
    compute(settings, office, today)
    with office() as session, session.begin():
        make.restrict(session, make.add_request(session, counterpart="UA", opened_on=today))
    compute(settings, office, today, services.ALL)
    supervisor, caseworker = (signed_in(app, office, role) for role in ("supervisor", "caseworker"))
    with office() as session:
        number = session.scalar(
            select(SnapshotFigure.snapshot_id).where(SnapshotFigure.n == 11, SnapshotFigure.measure == "open")
        )
    assert 'name="scope"' in supervisor.get("/statistics").text
    assert 'name="scope"' not in caseworker.get("/statistics?scope=all").text
    assert supervisor.get(f"/cases?snapshot={number}:open:::").status_code == 200
    assert caseworker.get(f"/cases?snapshot={number}:open:::").status_code == 404
    assert supervisor.get(f"/cases?snapshot={number}:nonsense:::").status_code == 404


def test_the_curve_and_its_table(app: Flask, settings: Settings, office: Sessions, today: date) -> None:
    compute(settings, office, today)
    text = signed_in(app, office, "auditor").get("/statistics").text
    assert text.count('<svg class="chart"') + text.count("<svg viewBox") >= 2
    drawing = text[text.index('class="drawing"') : text.index("</figure>")]
    assert "http" not in drawing.replace("http://www.w3.org/", "")
    assert "s-acc" in drawing
    assert "f-band" in drawing
    assert "naive mean" in text


def test_without_the_renderer_the_table_still_stands(
    app: Flask, settings: Settings, office: Sessions, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute(settings, office, today)
    monkeypatch.setattr("mla_tracker.render.client.sys.executable", "/nonexistent/python")
    text = signed_in(app, office, "auditor").get("/statistics").text
    assert "The picture could not be drawn just now" in text
    assert "Share still open" in text


def test_figures_as_csv(app: Flask, settings: Settings, office: Sessions, today: date) -> None:
    compute(settings, office, today)
    answer = signed_in(app, office, "caseworker").get("/statistics?format=csv&kind=mla")
    assert answer.mimetype == "text/csv"
    head, *lines = answer.text.splitlines()
    assert head.startswith("as_of,scope,definitions,measure,kind,direction,state,n,")
    assert any(line.startswith(f"{today},unrestricted,2,answer,mla,,,32,") for line in lines)


def test_every_measure_is_defined(app: Flask, sessions: Sessions) -> None:
    text = signed_in(app, sessions, "caseworker").get("/statistics/definitions").text
    for anchor in ("acknowledge", "decide", "execute", "answer", "waiting", "on_time"):
        assert f'id="{anchor}"' in text


def test_accounts_of_leads_are_named_as_they_are(app: Flask, office: Sessions) -> None:
    with office() as session, session.begin():
        session.execute(update(Account).where(Account.name == "Anna").values(name="<b>Anna</b>"))
    assert "&lt;b&gt;Anna&lt;/b&gt;" in signed_in(app, office, "supervisor").get("/dashboard").text

"""The pages of a request as a browser fills them in: what is sent, what is refused, what two people see."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update

from config.settings import Settings
from mla_tracker.audit.models import AccessEntry
from mla_tracker.cases.models import Case, CaseEvent, CaseOffence
from mla_tracker.casework.demo.load import load
from mla_tracker.core.database import Sessions
from mla_tracker.directory.models import Authority
from mla_tracker.instruments.models import CatalogueVersion, OffenceRow
from mla_tracker.office_from_settings import open_office
from mla_tracker.web.context import Services
from tests.support.browsing import application, person, signed_in
from tests.support.forms import form_of, forms_of, send, send_again

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A0")
NEW = "/cases/new?kind=mla&direction=incoming"


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    for name, role in (("anna", "caseworker"), ("dinh", "caseworker"), ("berta", "supervisor"), ("ines", "auditor")):
        person(sessions, name, role)
    with sessions() as session, session.begin():
        session.add(Authority(state="BR", name="Cooperation Department", type_code="CA_MLA"))
    return made


@pytest.fixture
def anna(app: Flask) -> FlaskClient:
    return signed_in(app, "anna")


@pytest.fixture
def berta(app: Flask) -> FlaskClient:
    return signed_in(app, "berta")


def registered(client: FlaskClient, **changes: Any) -> str:
    """The address of a new request."""
    given: dict[str, Any] = {
        "subject": "Bank records of Aurum Holdings", "counterpart": "BR", "channel": "post", "nature": "criminal",
        "basis": "UNCAC", "facts_summary": "Payments were made.", "items-0-type_code": "DOCUMENTS",
        "persons-0-name": "Łukasz Nowicki", "offences": ["UNCAC_15b"], **changes,
    }  # fmt: skip
    fields = form_of(client.get(NEW).text)
    authority = client.get(NEW).text.split("Cooperation Department")[0].rsplit('value="', 1)[1].split('"')[0]
    theirs = authority if given["counterpart"] == "BR" else ""
    answer = send_again(client, NEW, fields, **{"counterpart_authority_id": theirs, **given})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def test_the_form_as_it_stands_says_what_is_missing_and_keeps_every_field(anna: FlaskClient) -> None:
    typed: dict[str, Any] = {
        "subject": "", "facts_summary": "<b>Payments</b> & more\n\"quoted\" 'lines'", "their_reference": "JC 1/2",
        "operation": "Tempest", "items-0-type_code": "DOCUMENTS", "items-0-description": "Account 1",
        "persons-0-name": "Łukasz Nowicki", "persons-0-native": "Łukasz", "counterpart": "FR",
        "languages": ["fr", "de"],
        "offences": ["UNCAC_15b", "UNCAC_17"], "basis": "UNCAC", "urgency": "urgent", "urgency_reason": "Custody.",
        "opened_on-day": "31", "opened_on-month": "2", "opened_on-year": "2026",
    }  # fmt: skip
    answer = send(anna, NEW, **typed)
    assert answer.status_code == 422
    assert "Enter a subject line." in answer.text
    kept = form_of(answer.text)
    for name, value in typed.items():
        found = kept[name]
        assert (sorted(found) if isinstance(value, list) else found) == (
            sorted(value) if isinstance(value, list) else value
        ), name
    assert "<b>Payments" not in answer.text


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"subject": "", "opened_on-day": "31", "opened_on-month": "2"}, ("subject", "opened_on")),
        ({"subject": "x", "counterpart": "", "urgency": "urgent"}, ("counterpart", "urgency_reason")),
        (
            {"subject": "x", "needed_by-day": "1", "needed_by-month": "1", "needed_by-year": "2099"},
            ("needed_by_reason",),
        ),
    ],
)
def test_every_message_is_bound_to_its_field_and_listed_on_top(
    anna: FlaskClient, given: dict[str, str], names: tuple[str, ...]
) -> None:
    answer = send(anna, NEW, **given)
    assert answer.status_code == 422
    for name in names:
        assert f'id="{name}-error"' in answer.text, name
        assert f'href="#{name}' in answer.text, name
    assert answer.text.count('aria-invalid="true"') >= len(names)


def test_add_another_keeps_what_was_typed_and_registers_nothing(anna: FlaskClient, sessions: Sessions) -> None:
    answer = send(anna, NEW, subject="Half typed", more="items", **{"items-0-type_code": "DOCUMENTS"})
    assert answer.status_code == 200
    fields = form_of(answer.text)
    assert fields["subject"] == "Half typed"
    assert "items-1-type_code" in fields
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_the_same_form_sent_twice_registers_once(anna: FlaskClient, sessions: Sessions) -> None:
    fields = form_of(anna.get(NEW).text)
    given = {"subject": "Once", "counterpart": "BR", "channel": "post", "items-0-type_code": "DOCUMENTS"}
    first, second = send_again(anna, NEW, fields, **given), send_again(anna, NEW, fields, **given)
    assert (first.status_code, second.status_code) == (302, 302), first.text + second.text
    assert first.headers["Location"] == second.headers["Location"]
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_an_outgoing_request_without_state_or_body_says_so_beside_the_fields(anna: FlaskClient) -> None:
    answer = send(anna, "/cases/new?kind=mla&direction=outgoing", subject="Statements")
    assert answer.status_code == 422
    assert 'id="counterpart-error"' in answer.text
    assert 'id="owner_authority_id-error"' in answer.text


def test_a_number_that_nobody_issued_in_a_hidden_field_is_a_conflict_and_no_accident(anna: FlaskClient) -> None:
    address = registered(anna)
    for path in ("/edit", "/acts/acknowledged"):
        for version in ("abc", "-5", "9" * 40, "", "²"):
            answer = send(anna, address + path, version=version)
            # An edit that changes nothing has nothing to lose; an act is never recorded on what nobody saw.
            assert answer.status_code in ((302, 303, 409) if path == "/edit" else (409, 422)), (path, version)


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("day", "0"), ("day", "-1"), ("day", "x"), ("day", "9" * 30), ("month", "13"), ("month", "²"),
        ("year", "9" * 30), ("year", "0"), ("year", "\x00"), ("month", "\x00"), ("year", "99999"),
    ],
)  # fmt: skip
def test_no_day_that_is_typed_is_an_accident(anna: FlaskClient, part: str, given: str) -> None:
    answer = send(anna, NEW, subject="Days", counterpart="BR", **{f"opened_on-{part}": given})
    assert answer.status_code in (400, 422)


def test_a_nul_in_a_text_is_refused(anna: FlaskClient) -> None:
    assert send(anna, NEW, subject="a\x00b", counterpart="BR").status_code in (400, 422)


def test_filters_stand_in_the_address_and_each_can_be_taken_off(anna: FlaskClient) -> None:
    registered(anna)
    registered(anna, counterpart="FR", subject="Statements of a witness", urgency="urgent", urgency_reason="Custody.")
    for query, expected in (
        ("", 2), ("state=FR", 1), ("state=fr", 1), ("state=BR&state=FR", 2), ("q=statements", 1), ("urgency=urgent", 1),
        ("kind=extradition", 0), ("direction=incoming&open=1", 2), ("closed=1", 0), ("basis=ECE", 0),
        ("item=DOCUMENTS&q=aurum", 1), ("from=2031-01-01", 0), ("unassigned=1", 0),
    ):  # fmt: skip
        page = anna.get(f"/cases?{query}").text
        assert (f"{expected} request" if expected else "0 requests") in page, query
    page = anna.get("/cases?state=FR&q=statements").text
    assert 'href="/cases?q=statements"' in page
    assert 'href="/cases?state=FR"' in page


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_an_export_is_a_formula(anna: FlaskClient, formula: str) -> None:
    registered(anna, subject=formula, their_reference=formula)
    for line in anna.get("/cases?format=csv").text.splitlines()[1:]:
        assert not any(cell.lstrip('"').startswith(("=", "+", "-", "@", "\t")) for cell in line.split(","))
    book = anna.get("/cases?format=xlsx").data
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert formula.strip() in [str(cell).strip() for cell in rows[1]]


def test_an_auditor_reads_and_is_offered_nothing_to_do(app: Flask, anna: FlaskClient) -> None:
    address = registered(anna)
    ines = signed_in(app, "ines")
    page = ines.get(address)
    assert page.status_code == 200
    assert "/acts/" not in page.text
    assert all(form[""] in ("/preferences", "/logout") for form in forms_of(page.text))
    assert ines.get(f"{address}/acts/acknowledged").status_code == 403
    token = form_of(ines.get("/account").text)["csrf_token"]
    assert ines.post(f"{address}/acts/acknowledged", data={"csrf_token": token}).status_code == 403


def test_an_act_that_lacks_a_field_keeps_the_others_and_a_second_person_is_another(
    anna: FlaskClient, berta: FlaskClient, sessions: Sessions
) -> None:
    address = registered(anna)
    send(anna, f"{address}/acts/legal_basis_accepted", basis="UNCAC")
    refused = send(anna, f"{address}/acts/refusal_proposed", reasons="Because of the facts.", grounds=[])
    assert refused.status_code == 422
    assert form_of(refused.text)["reasons"] == "Because of the facts."
    proposed = send(
        berta, f"{address}/acts/refusal_proposed", reasons="No offence here.", grounds=["MLA_DUAL_CRIM"],
    )  # fmt: skip
    assert proposed.status_code in (302, 303), proposed.text
    again = berta.post(
        f"{address}/acts/refusal_approved", data={"csrf_token": form_of(berta.get("/account").text)["csrf_token"]}
    )
    assert again.status_code in (403, 422)
    with sessions() as session:
        assert session.scalars(select(Case.status)).one() == "refusal_pending"


def test_an_act_on_a_page_that_grew_old_is_a_conflict_that_keeps_the_text(
    anna: FlaskClient, berta: FlaskClient, sessions: Sessions
) -> None:
    address = registered(anna)
    fields = form_of(anna.get(f"{address}/acts/information_requested").text)
    send(berta, f"{address}/acts/acknowledged")
    due = {"reply_due-day": "1", "reply_due-month": "12", "reply_due-year": "2030"}
    answer = send_again(anna, f"{address}/acts/information_requested", fields, missing="The account number.", **due)
    assert answer.status_code in (409, 422)
    assert "Somebody else" in answer.text
    kept = form_of(answer.text)
    assert kept["missing"] == "The account number."
    assert send_again(anna, f"{address}/acts/information_requested", kept).status_code in (302, 303)
    with sessions() as session:
        codes = session.scalars(select(CaseEvent.code).order_by(CaseEvent.seq)).all()
    assert codes[-2:] == ["acknowledged", "information_requested"]


def test_both_texts_are_shown_when_two_edit_the_same_field_and_other_fields_go_through(
    anna: FlaskClient, berta: FlaskClient, sessions: Sessions
) -> None:
    address = registered(anna)
    mine, other = (form_of(client.get(f"{address}/edit").text) for client in (anna, berta))
    assert send_again(berta, f"{address}/edit", other, subject="Berta's line", operation="Tempest").status_code in (
        302,
        303,
    )
    answer = send_again(anna, f"{address}/edit", mine, subject="Anna's line", their_reference="JC 7")
    assert answer.status_code == 409
    for words in ("Anna&#39;s line", "Berta&#39;s line", "Bank records of Aurum Holdings"):
        assert words in answer.text
    assert send_again(anna, f"{address}/edit", form_of(answer.text)).status_code in (302, 303)
    with sessions() as session:
        case = session.scalars(select(Case)).one()
    assert (case.subject, case.their_reference, case.operation) == ("Anna's line", "JC 7", "Tempest")


def test_who_saves_a_part_that_another_changed_is_told_and_other_acts_do_not_matter(
    anna: FlaskClient, berta: FlaskClient, sessions: Sessions
) -> None:
    address = registered(anna)
    for path, mine, theirs in (
        ("/offences", ["UNCAC_17"], ["UNCAC_15b", "UNCAC_17"]),
        ("/bases", {"basis": "UNTOC"}, {"basis": "UNCAC", "no_basis_named": ""}),
    ):
        shown = form_of(anna.get(address + path).text)
        send(berta, f"{address}/edit", their_reference=f"JC {path}")
        change = {"offences": mine} if isinstance(mine, list) else mine
        other = {"offences": theirs} if isinstance(theirs, list) else {**theirs, "further_bases": ["UNTOC"]}
        assert send(berta, address + path, **other).status_code in (302, 303)
        answer = send_again(anna, address + path, shown, **change)
        assert answer.status_code == 422, path
        assert "Somebody else changed this meanwhile" in answer.text
        assert send_again(anna, address + path, form_of(answer.text), **change).status_code in (302, 303)
    shown = form_of(anna.get(f"{address}/offences").text)
    send(berta, f"{address}/edit", their_reference="JC 9")
    assert send_again(anna, f"{address}/offences", shown, offences=["UNCAC_15b"]).status_code in (302, 303)
    with sessions() as session:
        assert session.scalars(select(CaseOffence.offence_code)).all() == ["UNCAC_15b"]


def test_saving_offences_keeps_two_articles_of_one_code_and_what_is_no_longer_in_use(
    anna: FlaskClient, sessions: Sessions
) -> None:
    address = registered(anna)
    with sessions() as session, session.begin():
        case_id = session.scalars(select(Case.id)).one()
        session.add(CaseOffence(case_id=case_id, offence_code="UNCAC_15b", domestic_article="Art. 332", penalty=""))
        session.execute(update(OffenceRow).where(OffenceRow.code == "UNCAC_15b").values(retired_at=func.now()))
        session.execute(update(CatalogueVersion).values(token="retired"))
    assert send(anna, f"{address}/offences").status_code in (302, 303)
    with sessions() as session:
        kept = session.execute(select(CaseOffence.offence_code, CaseOffence.domestic_article).order_by("id")).all()
    assert [tuple(row) for row in kept] == [("UNCAC_15b", ""), ("UNCAC_15b", "Art. 332")]


@pytest.mark.parametrize("path", ["/edit", "/lead", "/bases", "/offences", "/persons/new", "/items/new", "/correct/1"])
def test_every_page_of_the_file_opens_and_saves_as_it_stands_or_says_why_not(anna: FlaskClient, path: str) -> None:
    address = registered(anna)
    assert send(anna, address + path).status_code in (302, 303, 422)


def test_every_act_that_is_offered_opens_and_says_what_it_needs(anna: FlaskClient, berta: FlaskClient) -> None:
    address = registered(anna)
    offered = set()
    for client in (anna, berta):
        page = client.get(address).text
        offered |= {part.split('"')[0] for part in page.split(f'href="{address}/acts/')[1:]}
    assert len(offered) > 4
    for code in offered:
        opened = berta.get(f"{address}/acts/{code}")
        assert opened.status_code == 200, (code, opened.status_code)
        assert "None" not in str(form_of(opened.text).values()), code
    assert berta.get(f"{address}/acts/corrected").status_code == 404
    assert berta.get(f"{address}/acts/no_such_act").status_code == 404
    assert berta.get(f"{address}/acts/item_executed?item=999999").status_code == 404


def test_looking_at_a_case_is_recorded_with_who_and_from_where(anna: FlaskClient, sessions: Sessions) -> None:
    address = registered(anna)
    with sessions() as session:
        before = session.scalar(select(func.count()).select_from(AccessEntry)) or 0
    anna.get(address)
    anna.get(address)
    with sessions() as session:
        rows = session.scalars(select(AccessEntry).order_by(AccessEntry.id)).all()
    assert len(rows) == before + 2
    assert rows[-1].code == "case_viewed"


HIDDEN_PATHS = (
    "", "/edit", "/lead", "/bases", "/offences", "/persons/new", "/items/new", "/access", "/correct/1",
    "/acts/acknowledged", "/items/1",
)  # fmt: skip


def test_a_restricted_request_answers_an_outsider_as_one_that_is_not_there(
    anna: FlaskClient, berta: FlaskClient, app: Flask
) -> None:
    address = registered(anna, confidentiality="restricted", their_reference="SECRET 1")
    dinh = signed_in(app, "dinh")
    nothing = "/cases/MLA-IN-2026-ZZZZZ"

    def bare(text: str, path: str) -> str:
        """The page without what differs between any two pages: its own address and the number to quote."""
        return "".join(line for line in text.replace(path, "").splitlines() if "reference" not in line.lower())

    for client in (dinh, berta):
        token = form_of(client.get("/account").text)["csrf_token"]
        for path in HIDDEN_PATHS:
            hidden, missing = client.get(address + path), client.get(nothing + path)
            assert (hidden.status_code, missing.status_code) == (404, 404), path
            posts = [client.post(base + path, data={"csrf_token": token}) for base in (address, nothing)]
            assert {answer.status_code for answer in posts} <= {404, 405}, path
        reference = address.rsplit("/", 1)[1]
        for page in (
            "/",
            "/?all=1",
            "/cases",
            "/cases?q=secret",
            "/deadlines",
            "/cases?format=csv",
            "/cases?restricted=1",
        ):
            assert reference not in client.get(page).text, page
        if client is berta:
            for page in ("/dashboard", "/statistics"):
                assert reference not in client.get(page).text
    assert anna.get(address).status_code == 200


@pytest.fixture
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that pages send; clear it before a page."""
    services: Services = app.extensions["mla_services"]
    engine = services.office.sessions.kw["bind"]
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_no_page_asks_more_the_more_there_is(settings: Settings, berta: FlaskClient, counted: list[str]) -> None:
    """Each page with 10 requests and with 40: the same number of questions."""
    office = open_office(settings)
    asked: list[dict[str, int]] = []
    for cases in (10, 30):
        for _step in load(office, cases=cases, seed=cases):
            pass
        found = {}
        for page in ("/", "/?all=1", "/cases", "/cases?open=1&order=state", "/deadlines", "/dashboard", "/directory"):
            berta.get(page)  # what is read once a process is read
            counted.clear()
            assert berta.get(page).status_code == 200
            found[page] = len(counted)
        asked.append(found)
    assert asked[0] == asked[1]
    assert max(asked[0].values()) <= 14, asked[0]

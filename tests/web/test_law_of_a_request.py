"""The law of a request on its pages: refusing, exchanges, linked requests, proceedings, the life cycle."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.cases.particulars import BasisGiven
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.directory.models import Authority
from mla_tracker.office_from_settings import open_office
from tests.factories.office import World, a_world
from tests.support.browsing import application, person, signed_in
from tests.support.forms import form_of, send, send_again

REASONS = "The facts are clear; nothing could remove the obstacle."


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    for name, role in (("anna", "caseworker"), ("berta", "supervisor")):
        person(sessions, name, role)
    return made


@pytest.fixture
def anna(app: Flask) -> FlaskClient:
    return signed_in(app, "anna")


@pytest.fixture
def berta(app: Flask) -> FlaskClient:
    return signed_in(app, "berta")


@pytest.fixture
def world(app: Flask, settings: Settings, sessions: Sessions) -> Iterator[World]:  # noqa: ARG001 - its office
    with sessions() as session:
        yield a_world(open_office(settings), session)


def address(case: Case) -> str:
    return f"/cases/{case.reference}"


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def a_case(world: World, kind: str = "mla", direction: str = "incoming", **changes: Any) -> Case:
    return world.register(kind, direction, **changes)


def test_barred_grounds_are_shown_and_cannot_be_chosen(anna: FlaskClient, world: World) -> None:
    case = a_case(world)
    send(anna, f"{address(case)}/acts/legal_basis_accepted", basis="UNCAC")
    page = anna.get(f"{address(case)}/acts/refusal_proposed").text
    barred = page.split("Barred as grounds")[1]
    assert "Bank secrecy" in barred
    assert "46(8)" in barred
    assert 'value="BAR_BANK_SECRECY"' not in page
    assert "UNCAC 46(9)(b)" in page or "UNCAC 46(21)" in page
    assert "mandatory" in page or "optional" in page
    assert "46(26)" in page.split("Owed to the other State first")[1]
    refused = send(anna, f"{address(case)}/acts/refusal_proposed", grounds=["BAR_BANK_SECRECY"], reasons=REASONS)
    assert refused.status_code == 422


def test_the_second_person_reads_what_is_approved_and_the_first_is_not_offered_it(
    anna: FlaskClient, berta: FlaskClient, world: World
) -> None:
    case = a_case(world)
    send(anna, f"{address(case)}/acts/legal_basis_accepted", basis="UNCAC")
    given = {"grounds": ["MLA_DUAL_CRIM"], "reasons": "No offence here.", "no_consultation_reason": REASONS}
    assert send(berta, f"{address(case)}/acts/refusal_proposed", **given).status_code == 302
    assert "/acts/refusal_approved" not in berta.get(address(case)).text
    other = signed_in(anna.application, "berta")
    page = other.get(f"{address(case)}/acts/refusal_approved").text
    for words in ("The refusal in question", "ual criminality", "No offence here.", REASONS):
        assert words in page
    answer = send(other, f"{address(case)}/acts/refusal_approved")
    assert answer.status_code == 422
    assert "second person" in answer.text


def test_an_answer_before_the_question_is_refused_beside_its_day(anna: FlaskClient, world: World) -> None:
    case = a_case(world)
    today = clock.today(world.office.zone)
    asked = {**on("reply_due", today + timedelta(days=30)), "missing": "The dates."}
    assert send(anna, f"{address(case)}/acts/information_requested", **asked).status_code == 302
    answer = send(anna, f"{address(case)}/acts/information_received", **on("on", today - timedelta(days=1)))
    assert answer.status_code == 422
    assert "This lies before" in answer.text


def test_a_round_is_listed_with_whose_turn_it_is_and_goes_on_from_there(anna: FlaskClient, world: World) -> None:
    case = a_case(world)
    send(anna, f"{address(case)}/acts/inquiry_recorded", inquiry="received", content="How far is it?")
    page = anna.get(address(case)).text
    rounds = page.split('id="exchanges"')[1].split("</section>")[0]
    assert "How far is it?" in rounds
    assert "Ours" in rounds
    link = rounds.split('href="/cases')[1].split('"')[0]
    send(anna, "/cases" + link.replace("&amp;", "&"), inquiry="answered", content="At the bank.")
    rounds = anna.get(address(case)).text.split('id="exchanges"')[1].split("</section>")[0]
    assert "At the bank." in rounds
    assert "Ours" not in rounds


def test_a_contact_may_lie_before_the_request(anna: FlaskClient, world: World) -> None:
    case = a_case(world)
    before = case.opened_on - timedelta(days=20)
    answer = send(
        anna, f"{address(case)}/acts/contact_recorded", contact="fiu", content="Announced.", **on("on", before)
    )
    assert answer.status_code == 302, answer.text
    assert "with a financial intelligence unit" in anna.get(address(case)).text


def test_an_act_names_a_request_that_is_there(anna: FlaskClient, world: World) -> None:
    case, other = a_case(world), a_case(world, subject="Another")
    wrong = send(anna, f"{address(case)}/acts/merged", merged_into="MLA-IN-2026-99999")
    assert wrong.status_code == 422
    assert "Enter the reference of another request on file" in wrong.text
    assert send(anna, f"{address(case)}/acts/merged", merged_into=case.reference).status_code == 422
    send(anna, f"{address(case)}/acts/merged", merged_into=other.reference)
    page = anna.get(address(case)).text
    assert other.reference in page
    assert "merged into it" in page


def test_a_supplement_carries_the_number_of_its_parent(anna: FlaskClient, world: World, sessions: Sessions) -> None:
    parent = a_case(world)
    path = f"/cases/new?kind=mla&direction=incoming&supplement={parent.reference}"
    fields = form_of(anna.get(path).text)
    assert fields["subject"] == parent.subject
    answer = send_again(anna, path, fields, **{"items-0-type_code": "DOCUMENTS"})
    assert answer.headers["Location"].endswith(f"{parent.reference}/S1"), answer.text
    with sessions() as session:
        child = session.scalars(select(Case).where(Case.parent_id == parent.id)).one()
        codes = session.scalars(select(CaseEvent.code).where(CaseEvent.case_id == parent.id)).all()
    assert child.reference == f"{parent.reference}/S1"
    assert "supplement_linked" in codes
    assert child.reference in anna.get(address(parent)).text


def test_a_returned_request_is_sent_corrected_in_its_place(anna: FlaskClient, world: World, sessions: Sessions) -> None:
    case = a_case(world, "mla", "outgoing")
    day = case.opened_on
    world.record(case, "submitted_for_approval", day, draft="1", contents="complete")
    world.record(case, "request_approved", day, by=world.supervisor, draft="1")
    world.record(case, "sent", day, language="pt")
    assert "corrects=" not in anna.get(address(case)).text
    world.record(case, "negative_reply_received", day, reply_kind="returned", reasons="No translation.")
    page = anna.get(address(case)).text
    assert f"corrects={case.reference}" in page
    path = f"/cases/new?kind=mla&direction=outgoing&corrects={case.reference}"
    fields = form_of(anna.get(path).text)
    assert fields["items-0-type_code"] == "DOCUMENTS"
    answer = send_again(anna, path, fields, facts_summary="Now with the translation.")
    assert answer.status_code == 302, answer.text
    with sessions() as session:
        old = session.scalars(select(Case).where(Case.id == case.id)).one()
        new = session.scalars(select(Case).where(Case.id != case.id)).one()
    assert (old.status, old.outcome) == ("closed", "returned")
    assert (new.status, new.facts_summary) == ("drafting", "Now with the translation.")
    assert new.reference in anna.get(address(case)).text


def test_the_contents_do_not_tick_by_themselves(anna: FlaskClient, world: World) -> None:
    case = a_case(world)
    part = anna.get(address(case)).text.split("Contents of the request")[1].split("</section>")[0]
    lacking = [line.split("<span>")[1].split("<")[0] for line in part.split('<li class="lack">')[1:]]
    assert "Purpose of the evidence or action" in lacking
    assert "Identity, location and nationality of persons concerned" in lacking
    assert "Authority making the request" not in lacking


def test_the_page_warns_of_another_treaty_and_of_the_directory(
    anna: FlaskClient, world: World, sessions: Sessions
) -> None:
    case = a_case(world, bases=(BasisGiven("UNCAC", is_primary=True), BasisGiven("BILATERAL")))
    world.record(case, "legal_basis_accepted", case.opened_on, basis="UNCAC")
    assert "46(7)" in anna.get(address(case)).text
    ours = a_case(world, "mla", "outgoing")
    with sessions() as session, session.begin():
        authority = session.get_one(Authority, ours.counterpart_authority_id)
        authority.languages, authority.channels = ["pt"], ["diplomatic"]
    page = anna.get(address(ours)).text
    assert "46(14)" in page
    assert "Portuguese" in page
    assert "46(13)" in page


def test_the_life_cycle_shows_where_the_request_stands(anna: FlaskClient, world: World) -> None:
    case = a_case(world)
    page = anna.get(f"{address(case)}/course").text
    drawing = page.split('<svg class="course"')[1].split("</svg>")[0]
    assert drawing.count('class="place now"') == 1
    assert "Registered, under review" in drawing.split('class="place now"')[1].split("</g>")[0]
    assert "Acceptance" in page


def test_a_proceeding_is_opened_after_a_refusal_of_a_national(anna: FlaskClient, world: World) -> None:
    case = a_case(world, "extradition")
    path = f"/proceedings/new?case={case.reference}"
    answer = send(anna, path)
    assert answer.status_code == 302, answer.text
    place = str(answer.headers["Location"])
    page = anna.get(place).text
    assert "Prosecution in lieu of extradition" in page
    assert case.reference in page
    assert place.rsplit("/", 1)[1] in anna.get(address(case)).text
    send(anna, f"{place}/acts/proceeding_assigned", national_authority="Economic Crime Prosecutor")
    assert "Economic Crime Prosecutor" in anna.get(place).text
    wrong = send(anna, f"{place}/acts/proceeding_ended", result="x")
    assert wrong.status_code == 422
    assert anna.get("/proceedings").status_code == 200
    assert anna.get("/proceedings/PRO-2026-09999").status_code == 404

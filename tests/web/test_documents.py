"""Documents through the pages: taken in, refused, handed out, kept from others (S19, S25 to S29, C1, C2, C8)."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config.settings import Settings
from mla_tracker.audit.models import AccessEntry
from mla_tracker.casework.registering import register
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.documents.models import Document, DocumentVersion
from mla_tracker.documents.vault import Limits, Vault
from mla_tracker.office_from_settings import open_office
from mla_tracker.web.context import Services
from tests.factories.documents import PDF, flip_a_bit
from tests.factories.office import a_world
from tests.support.browsing import application, person, signed_in
from tests.support.forms import form_of, send

ROLES = {"anna": "caseworker", "dan": "caseworker", "berta": "supervisor", "ines": "auditor", "ada": "administrator"}


@pytest.fixture
def app(settings: Settings, sessions: Sessions, run_folder: Path) -> Flask:
    made = application(settings, run_folder)
    for name, role in ROLES.items():
        person(sessions, name, role)
    return made


@pytest.fixture
def anna(app: Flask) -> FlaskClient:
    return signed_in(app, "anna")


@pytest.fixture
def case(settings: Settings, sessions: Sessions) -> str:
    """The address of an ordinary request."""
    return registered(settings, sessions)


def registered(settings: Settings, sessions: Sessions, **changes: Any) -> str:
    office = open_office(settings)
    with sessions() as session:
        world = a_world(office, session)
        done = register(office, session, world.registration(**changes), actor=world.officer, recorded_at=clock.now())
        return f"/cases/{done.reference}"


def vault_of(app: Flask) -> Vault:
    services: Services = app.extensions["mla_services"]
    return services.vault


def set_services(app: Flask, **changes: Any) -> None:
    app.extensions["mla_services"] = replace(app.extensions["mla_services"], **changes)


def upload(
    client: FlaskClient, case: str, content: bytes = PDF, name: str = "Letter.pdf", *, to: str = "/new", **fields: Any
) -> Any:
    address = f"{case}/documents{to}"
    known = form_of(client.get(address).text)
    given = {"kind": "request", "title": "Letter of request", **fields} if to == "/new" else fields
    data = {"csrf_token": known["csrf_token"], **given}
    data |= {"file": (io.BytesIO(content), name)} if name else {}
    return client.post(address, data=data, content_type="multipart/form-data")


def post(client: FlaskClient, address: str, **fields: str) -> Any:
    """The form of a page, with these fields."""
    token = form_of(client.get(address).text)["csrf_token"]
    return client.post(address, data={"csrf_token": token, **fields})


def stored_files(app: Flask) -> list[Path]:
    return [path for path in vault_of(app).store.root.rglob("*") if path.is_file()]


def test_a_file_comes_in_and_goes_out_as_it_was(anna: FlaskClient, case: str, sessions: Sessions) -> None:
    content = PDF * 3000
    answer = upload(anna, case, content, "Запит №7 – “Aurum”.pdf", title="", dated_on="2026-03-01", language="uk")
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"] == f"{case}/documents/1"
    page = anna.get(f"{case}/documents/1").text
    assert sha256(content).hexdigest() in page
    assert "Запит №7" in page
    assert "Not scanned for malware" in page
    assert "/documents/1" in anna.get(case).text
    answer = anna.get(f"{case}/documents/1/versions/1")
    assert answer.data == content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    assert "filename*=UTF-8''%D0%97%D0%B0%D0%BF%D0%B8%D1%82" in answer.headers["Content-Disposition"]
    with sessions() as session:
        looks = session.execute(
            select(AccessEntry.code, AccessEntry.about)
            .where(AccessEntry.code.like("document%"))
            .order_by(AccessEntry.id)
        ).all()
    assert [tuple(look) for look in looks] == [("document_viewed", "1"), ("document_downloaded", "1.1")]


ACTIVE = {
    "page.html": b"<!doctype html><script>alert(1)</script>",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>',
    "data.xml": b'<?xml version="1.0"?><x/>',
}


@pytest.mark.parametrize("name", ACTIVE)
def test_what_could_run_is_handed_out_in_a_sandbox_as_an_attachment(anna: FlaskClient, case: str, name: str) -> None:
    assert upload(anna, case, ACTIVE[name], name).status_code == 302
    for _ in range(2):
        answer = anna.get(f"{case}/documents/1/versions/1")
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert "sandbox" in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bin", b"\0" * 20_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words", "status"),
    [
        (b"MZ\x90\0" * 5000, "a.pdf", "not taken", 422),
        (PDF, "a.docx", "The name says", 422),
        (b"", "a.pdf", "empty", 422),
        (b"", "", "Choose a file", 422),
        (bomb(), "a.zip", "times as large", 422),
        (PDF * 2000, "a.pdf", "MB at most", 413),
    ],
    ids=["program", "other ending", "empty", "none", "bomb", "too large"],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    app: Flask, anna: FlaskClient, case: str, content: bytes, name: str, words: str, status: int
) -> None:
    set_services(app, vault=Vault(vault_of(app).store, vault_of(app)._key, Limits(file=1_500_000)))
    answer = upload(anna, case, content, name, title="Kept & <b>safe</b>")
    assert answer.status_code == status
    assert words in answer.text
    assert 'id="file-error"' in answer.text
    assert form_of(answer.text)["title"] == "Kept & <b>safe</b>"
    assert stored_files(app) == []


def test_ten_gigabytes_are_refused_before_a_byte_is_read(app: Flask, anna: FlaskClient, case: str) -> None:
    answer = anna.post(
        f"{case}/documents/new",
        data={"file": (io.BytesIO(PDF), "a.pdf")},
        environ_overrides={"CONTENT_LENGTH": str(10 * 1024**3)},
    )
    assert answer.status_code == 413
    assert stored_files(app) == []


def test_without_the_token_or_the_right_nothing_is_kept(app: Flask, anna: FlaskClient, case: str) -> None:
    data = {"kind": "request", "title": "x"}
    for client, status in ((anna, 400), (signed_in(app, "ines"), 403), (app.test_client(), 302)):
        given = {**data, "file": (io.BytesIO(PDF), "a.pdf")}
        assert client.post(f"{case}/documents/new", data=given).status_code == status
    given = {**data, "csrf_token": "forged", "file": (io.BytesIO(PDF), "a.pdf")}
    assert anna.post(f"{case}/documents/new", data=given).status_code == 400
    assert stored_files(app) == []


@pytest.mark.parametrize("boundary", ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain"])
def test_a_broken_form_is_no_accident(app: Flask, anna: FlaskClient, case: str, boundary: str) -> None:
    for body in (
        b"",
        b"--x\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1',
    ):
        answer = anna.post(f"{case}/documents/new", data=body, content_type=boundary)
        assert answer.status_code == 400
    two = {"file": [(io.BytesIO(PDF), "a.pdf"), (io.BytesIO(PDF), "b.pdf")]}
    assert anna.post(f"{case}/documents/new", data=two).status_code == 400
    assert stored_files(app) == []


HOSTILE = [
    "../../../etc/cron.d/x.pdf",
    "..\\..\\x.pdf",
    "a\u202efdp.exe.pdf",
    "a%0D%0AX-Evil: 1.pdf",
    "a';x=%221.pdf",
    "🦆.pdf",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_names_nothing_and_is_handed_out_tamed(
    app: Flask, anna: FlaskClient, case: str, name: str
) -> None:
    assert upload(anna, case, PDF, name, title="").status_code == 302
    (path,) = stored_files(app)
    assert path.is_relative_to(vault_of(app).store.root / "files")
    assert len(path.name) == 32
    answer = anna.get(f"{case}/documents/1/versions/1")
    named = answer.headers["Content-Disposition"]
    assert "X-Evil" not in answer.headers
    for sign in ("/", "\\", "\r", "\n", "%2F", "%5C", "%E2%80%AE"):
        assert sign not in named, named
    assert named.count('"') == 2


def test_a_form_that_is_incomplete_takes_the_file_away_again(app: Flask, anna: FlaskClient, case: str) -> None:
    answer = upload(anna, case, kind="")
    assert answer.status_code == 422
    assert 'id="kind-error"' in answer.text
    answer = upload(anna, case, relation="translation", source="9")
    assert answer.status_code == 422
    assert stored_files(app) == []


def test_versions_and_translations_stand_beside_their_source(anna: FlaskClient, case: str) -> None:
    upload(anna, case)
    assert upload(anna, case, PDF + b"2", to="/1/versions/new").status_code == 302
    form = form_of(anna.get(f"{case}/documents/new?of=1&as=translation").text)
    assert (form["relation"], form["source"]) == ("translation", "1")
    assert upload(anna, case, title="Traduction", relation="translation", source="1").status_code == 302
    page = anna.get(f"{case}/documents/2").text
    assert sha256(PDF + b"2").hexdigest() in page
    assert "Translation of no. 1" in page
    assert "Traduction" in anna.get(f"{case}/documents/1").text


def every_address(case: str) -> list[tuple[str, str]]:
    below = ("1", "1/versions/1", "1/versions/new", "1/edit", "1/custody", "1/deletion", "new", "hold")
    sent = ("1/deletion/decline", "new", "1/versions/new", "1/edit", "1/custody", "1/deletion", "hold")
    return [("GET", f"{case}/documents/{path}") for path in below] + [
        ("POST", f"{case}/documents/{path}") for path in sent
    ]


def test_documents_of_a_restricted_case_are_nowhere_for_others(
    app: Flask, settings: Settings, sessions: Sessions
) -> None:
    anna, dan = signed_in(app, "anna"), signed_in(app, "dan")
    case = registered(settings, sessions)
    upload(anna, case)
    other_token = form_of(dan.get(f"{case}/documents/new").text)["csrf_token"]
    edit = send(anna, f"{case}/edit", confidentiality="restricted", confidentiality_reason="Secret measures.")
    assert edit.status_code == 302, edit.text
    for method, address in every_address(case):
        data = {"csrf_token": other_token, "title": "x"} if method == "POST" else None
        assert dan.open(address, method=method, data=data).status_code == 404, address
        nowhere = address.replace(case, "/cases/MLA-IN-2026-99999")
        assert dan.open(nowhere, method=method, data=data).status_code == 404
    assert anna.get(f"{case}/documents/1/versions/1").status_code == 200


def test_custody_is_refused_without_its_parts_and_then_recorded(anna: FlaskClient, case: str) -> None:
    upload(anna, case, exhibit="y")
    address = f"{case}/documents/1/custody"
    full = {
        "what": "received", "giver": "Court of Riga", "receiver": "Central Authority", "purpose": "Expertise",
        "means": "Sealed bag 77",
    }  # fmt: skip
    for lacking in ("what", "giver", "receiver", "purpose", "means"):
        answer = send(anna, address, **{**full, lacking: None})
        assert answer.status_code == 422
        assert f'id="{lacking}-error"' in answer.text, lacking
    for lacking in ("on-day", "hour"):
        answer = send(anna, address, **full, **{lacking: ""})
        assert answer.status_code == 422, lacking
    assert send(anna, address, **full, hour="00:00").status_code == 302
    page = anna.get(f"{case}/documents/1").text
    for words in full.values():
        assert words.capitalize() in page or words in page
    assert "Exhibit received" in anna.get(case).text


def test_a_deletion_is_asked_for_by_one_and_decided_by_another(app: Flask, anna: FlaskClient, case: str) -> None:
    upload(anna, case, title="Statement of Ana Prado")
    answer = send(anna, f"{case}/documents/1/deletion", ground="court_order", reason="Order 12/2026 of the court.")
    assert answer.status_code == 302
    berta = signed_in(app, "berta")
    assert post(anna, f"{case}/documents/hold", reason="Proceedings are pending.").status_code == 302
    token = form_of(berta.get(f"{case}/documents/1").text)["csrf_token"]
    approve = f"{case}/documents/1/deletion/approve"
    assert berta.post(approve, data={"csrf_token": token}).status_code == 422
    assert post(berta, f"{case}/documents/hold/lift", reason="The proceedings ended.").status_code == 302
    assert berta.post(approve, data={"csrf_token": token}).status_code == 302
    page = anna.get(f"{case}/documents/1").text
    assert "Deleted document" in page
    assert "Order 12/2026" in page
    assert "Ana Prado" not in page + anna.get(case).text
    assert sha256(PDF).hexdigest() in page
    assert anna.get(f"{case}/documents/1/versions/1").status_code == 422
    assert stored_files(app) == []


def test_one_flipped_bit_stops_the_download_and_alarms_the_administrator(
    app: Flask, anna: FlaskClient, case: str, sessions: Sessions
) -> None:
    upload(anna, case)
    ada = signed_in(app, "ada")
    assert "damaged" not in ada.get("/admin").text
    with sessions() as session:
        name = session.scalars(select(DocumentVersion.storage_name)).one()
    flip_a_bit(vault_of(app), name)
    answer = anna.get(f"{case}/documents/1/versions/1")
    assert answer.status_code == 422
    assert PDF[:20] not in answer.data
    assert "1 file is damaged" in ada.get("/admin").text
    page = ada.get("/admin/documents").text
    assert name in page
    assert case not in page
    assert "Stored file found damaged" in anna.get(case).text


def test_with_a_scanner_in_the_settings_nothing_unseen_is_handed_out(app: Flask, anna: FlaskClient, case: str) -> None:
    upload(anna, case)
    set_services(app, malware_scanner=True)
    assert "Waits for the scanner" in anna.get(case).text
    assert f"{case}/documents/1/versions/1" not in anna.get(f"{case}/documents/1").text
    assert anna.get(f"{case}/documents/1/versions/1").status_code == 422


def test_the_quota_of_a_person_is_told_beside_the_file(app: Flask, anna: FlaskClient, case: str) -> None:
    set_services(app, vault=Vault(vault_of(app).store, vault_of(app)._key, Limits(person_a_day=len(PDF) + 10)))
    assert upload(anna, case).status_code == 302
    answer = upload(anna, case)
    assert answer.status_code == 422
    assert "within a day" in answer.text
    assert len(stored_files(app)) == 1


def test_the_retention_period_is_set_with_an_entry_in_the_trail(app: Flask, sessions: Sessions) -> None:
    del sessions
    ada = signed_in(app, "ada")
    assert post(ada, "/admin/documents", years="0").status_code == 422
    assert post(ada, "/admin/documents", years="10").status_code == 302
    assert ada.get("/admin/documents").text.count('value="10"') == 1
    assert "Retention period" in signed_in(app, "ines").get("/audit").text
    assert post(ada, "/admin/documents", years="").status_code == 302


def test_a_store_that_is_away_is_said_and_leaves_no_row(
    app: Flask, anna: FlaskClient, case: str, sessions: Sessions
) -> None:
    upload(anna, case)
    with unwritable(vault_of(app)):
        assert anna.get(f"{case}/documents/1/versions/1").status_code == 422
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 1
        assert session.scalar(select(DocumentVersion.damage)) == ""


@contextmanager
def unwritable(vault: Vault) -> Iterator[None]:
    """The folder of the store is not mounted."""
    moved = vault.store.root.with_name("elsewhere")
    vault.store.root.rename(moved)
    yield
    moved.rename(vault.store.root)

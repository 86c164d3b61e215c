"""What leaves the office proves itself: the file of a case, and the anchor of the day."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from mla_tracker.accounts.actor import Actor
from mla_tracker.audit.chain import AuditKey
from mla_tracker.audit.exported_anchor import against_exported, exported_anchor, keep_exported
from mla_tracker.audit.services import anchor_changed_heads, record_administration
from mla_tracker.audit.signing import holds, public_key, sign
from mla_tracker.audit.verify_export import signed
from mla_tracker.cases.models import Case
from mla_tracker.casework.case_file_export import VERIFIER, export_case_file
from mla_tracker.core.errors import DomainError, NotPermitted, NotVisible
from tests.factories.office import NOW, RECEIVED, World, a_world, an_office

KEY, OTHER = AuditKey(b"k" * 32), AuditKey(b"x" * 32)


@pytest.fixture
def world(session: Session) -> World:
    return a_world(an_office(sessionmaker(session.get_bind())), session)


@pytest.fixture
def case(world: World) -> Case:
    made = world.register()
    world.record(made, "acknowledged", RECEIVED)
    return made


def taken(world: World, case: Case, actor: Actor | None = None) -> bytes:
    return export_case_file(world.office, world.session, case.reference, actor=actor or world.officer, now=NOW)


def checked(folder: Path, data: bytes, *more: str) -> tuple[int, str]:
    """The verifier out of the file itself, by a bare Python in an empty folder."""
    (folder / "case.zip").write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        (folder / "verify.py").write_bytes(file.read("verify.py"))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "case.zip", *more],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def changed(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The same file with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    change(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def test_the_file_holds_on_a_machine_with_nothing_but_python(world: World, case: Case, tmp_path: Path) -> None:
    code, said = checked(tmp_path, taken(world, case), public_key(KEY).hex())
    assert code == 0, said
    assert said.startswith(f"HOLDS: {case.reference}, ")
    assert len(VERIFIER.read_text(encoding="utf-8").splitlines()) < 200


def test_another_offices_key_does_not_sign_for_this_one(world: World, case: Case, tmp_path: Path) -> None:
    code, said = checked(tmp_path, taken(world, case), public_key(OTHER).hex())
    assert (code, said) == (1, "DOES NOT HOLD: it is signed by another key than the one given\n")


def _forged(parts: dict[str, bytes]) -> None:
    """Everything made anew and signed, with a key of one's own."""
    manifest = json.loads(parts["manifest.json"])
    manifest["reference"] = "MLA-IN-2026-99999"
    parts["manifest.json"] = json.dumps(manifest).encode()
    signature = {"public_key": public_key(KEY).hex(), "signature": sign(OTHER, parts["manifest.json"]).hex()}
    parts["signature.json"] = json.dumps(signature).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.update({"case.json": parts["case.json"].replace(b"Bank", b"Tank")}),
        lambda parts: parts.update({"timeline.json": parts["timeline.json"].replace(b"acknowledged", b"acknowledgee")}),
        lambda parts: parts.update({"manifest.json": parts["manifest.json"] + b" "}),
        lambda parts: parts.pop("case.json"),
        lambda parts: parts.update({"more.json": b"{}"}),
        lambda parts: parts.update({"signature.json": b"{}"}),
        lambda parts: parts.update({"timeline.json": b"[]"}),
        _forged,
    ],
)
def test_a_changed_copy_does_not_hold(
    world: World, case: Case, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    code, said = checked(tmp_path, changed(taken(world, case), change))
    assert code == 1
    assert said.startswith("DOES NOT HOLD: ")


def test_every_flipped_bit_of_a_signature_is_seen_and_both_ways_of_checking_agree() -> None:
    message = b"the manifest"
    good, public = sign(KEY, message), public_key(KEY)
    assert signed(public, good, message)
    for place in range(0, 512, 7):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        assert not signed(public, bytes(bad), message)
        assert not holds(public, bytes(bad), message)
    assert not signed(public, good, message + b"!")
    assert not signed(public[:-1], good, message)
    assert not signed(b"\xff" * 32, good, message)


def test_only_who_sees_the_case_and_may_export_gets_it(world: World) -> None:
    hidden = world.register(confidentiality="restricted")
    with pytest.raises(NotVisible):
        taken(world, hidden, world.supervisor)
    with pytest.raises(NotPermitted):
        taken(world, hidden, Actor(world.officer.account_id, "x", None, frozenset()))


def lived(session: Session, entries: int) -> None:
    for number in range(entries):
        record_administration(session, KEY, actor_id=None, code="code_added", detail={"code": str(number)}, now=NOW)
        anchor_changed_heads(session, KEY, NOW)


@pytest.mark.parametrize("exported", ["", "{}", "[]", '{"anchor": "{}", "signature": "00", "public_key": ""}'])
def test_what_is_no_anchor_of_ours_is_refused(session: Session, exported: str) -> None:
    with pytest.raises(DomainError):
        against_exported(session, KEY, exported)
    with pytest.raises(DomainError, match="not signed by this office"):
        against_exported(session, KEY, exported_anchor(session, OTHER, NOW))


def test_a_day_has_one_anchor_and_the_first_one_stays(session: Session, tmp_path: Path) -> None:
    lived(session, 1)
    path = keep_exported(session, KEY, tmp_path / "anchors", "2026-09-01", NOW)
    first = path.read_text(encoding="utf-8")
    lived(session, 1)
    keep_exported(session, KEY, tmp_path / "anchors", "2026-09-01", NOW + timedelta(hours=2))
    assert path.read_text(encoding="utf-8") == first
    assert against_exported(session, KEY, first) is None

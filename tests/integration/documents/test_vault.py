"""From a stream to a stored file: hashed on the way, sealed, and nothing half stored whatever happens (C1)."""

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from mla_tracker.core.errors import DomainError
from mla_tracker.documents.archives import ArchiveLimits, Unsafe
from mla_tracker.documents.file_types import WrongType
from mla_tracker.documents.frames import FRAME, Damaged
from mla_tracker.documents.store import StoreAway
from mla_tracker.documents.vault import Empty, Limits, Missing, TooLarge, Vault
from tests.factories.documents import PDF, a_vault, flip_a_bit, place_of, received


def everything_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_hash_is_that_of_the_bytes_and_the_disk_shows_nothing(vault: Vault) -> None:
    content = PDF * 2000
    receipt = received(vault, content, "Geheim – Zeugin Ana.pdf")
    assert len(content) > 2 * FRAME
    assert receipt.sha256 == sha256(content).digest()
    assert (receipt.size, receipt.file_name) == (len(content), "Geheim – Zeugin Ana.pdf")
    assert receipt.file_type.media_type == "application/pdf"
    (stored,) = everything_in(vault.store.root)
    assert stored.name == receipt.storage_name
    assert "Ana" not in str(stored)
    assert b"letter of request" not in stored.read_bytes().lower()
    assert stored.stat().st_mode & 0o077 == 0
    with vault.open(receipt.storage_name, receipt.wrapped_key) as reader:
        assert b"".join(reader.frames()) == content
    vault.verify(receipt.storage_name, receipt.wrapped_key, receipt.sha256)


def test_the_same_bytes_twice_share_nothing(vault: Vault) -> None:
    first, second = received(vault), received(vault)
    assert first.storage_name != second.storage_name
    assert place_of(vault, first.storage_name).read_bytes() != place_of(vault, second.storage_name).read_bytes()
    with pytest.raises(Damaged):
        vault.verify(first.storage_name, second.wrapped_key, first.sha256)


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "a.pdf", Empty),
        (b"MZ\x90\0" * 3000, "a.pdf", WrongType),
        (PDF, "a.docx", WrongType),
        (PDF * 100, "a.pdf", TooLarge),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>', "a.xml", Unsafe),
        (b"PK\x05\x06", "a.zip", DomainError),
    ],
)
def test_what_is_not_taken_leaves_nothing(
    tmp_path: Path, content: bytes, name: str, problem: type[DomainError]
) -> None:
    vault = a_vault(tmp_path, Limits(file=50_000))
    with pytest.raises(problem) as found:
        received(vault, content, name)
    assert found.value.field == "file"
    assert everything_in(vault.store.root) == []


def test_a_bomb_is_refused_and_leaves_nothing(vault: Vault) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 30_000_000)
    with pytest.raises(Unsafe):
        received(vault, target.getvalue(), "Letter.docx")
    assert everything_in(vault.store.root) == []
    small = a_vault(vault.store.root.parent / "small", Limits(archive=ArchiveLimits(unpacked=1000)))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("list.txt", "x" * 1001)
    with pytest.raises(Unsafe):
        received(small, target.getvalue(), "List.zip")


def test_a_writer_that_dies_leaves_only_what_the_sweep_finds(vault: Vault) -> None:
    incoming = vault.receive("Letter.pdf")
    incoming.write(PDF)
    assert [name for name, _at in vault.store.incoming()] == [incoming._name]
    assert list(vault.store.stored()) == []
    incoming.close()
    incoming.close()
    assert everything_in(vault.store.root) == []


def test_a_disk_that_is_full_is_a_reason_and_no_accident(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = vault.receive("Letter.pdf")

    def full(_piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(incoming._frames, "write", full)
    incoming.write(PDF)
    incoming.write(PDF)
    with pytest.raises(StoreAway, match="No space left"):
        incoming.keep()
    assert everything_in(vault.store.root) == []


def test_damage_and_loss_are_told_apart_from_a_store_that_is_away(vault: Vault) -> None:
    receipt = received(vault)
    flip_a_bit(vault, receipt.storage_name)
    with pytest.raises(Damaged):
        vault.verify(receipt.storage_name, receipt.wrapped_key, receipt.sha256)
    place_of(vault, receipt.storage_name).unlink()
    with pytest.raises(Missing):
        vault.verify(receipt.storage_name, receipt.wrapped_key, receipt.sha256)
    (vault.store.root / "files").rename(vault.store.root / "elsewhere")
    with pytest.raises(StoreAway):
        vault.verify(receipt.storage_name, receipt.wrapped_key, receipt.sha256)


def test_a_name_that_is_none_of_the_store_opens_nothing(vault: Vault) -> None:
    received(vault)
    for name in ("../../etc/passwd", "", "0" * 31, json.dumps({})):
        with pytest.raises(ValueError, match="not a name"):
            vault.store.open(name)

"""Containers: what they are, and every way in which one may harm (S06, S25)."""

import io
import struct
import zipfile
from typing import Any

import pytest

from mla_tracker.documents import archives
from mla_tracker.documents.archives import ArchiveLimits, Unsafe, look_into
from mla_tracker.documents.file_types import ASIC, DOCX, ODT, XLSX, ZIP, FileType, WrongType
from mla_tracker.documents.frames import FrameReader, FrameWriter, Seal

SEAL = Seal(b"k" * 32, "0f" * 16)
TYPES = "[Content_Types].xml"
DOCUMENT = {TYPES: "<Types/>", "word/document.xml": "<w:document/>"}


def reader_of(raw: bytes) -> FrameReader:
    target = io.BytesIO()
    writer = FrameWriter(target, SEAL)
    writer.write(raw)
    writer.finish()
    return FrameReader(target, SEAL)


def packed(members: dict[str, Any], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def look(raw: bytes, kind: FileType, limits: ArchiveLimits | None = None) -> None:
    look_into(reader_of(raw), kind, limits or ArchiveLimits())


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        (DOCUMENT, DOCX),
        ({TYPES: "<Types/>", "xl/workbook.xml": "<workbook/>", "xl/embeddings/a.zip": "PK"}, XLSX),
        ({"mimetype": ODT.media_type, "content.xml": "<office/>"}, ODT),
        ({"mimetype": ASIC.media_type, "letter.pdf": "%PDF-"}, ASIC),
        ({"photos/1.jpg": "x", "list.txt": "y"}, ZIP),
        ({}, ZIP),
    ],
    ids=lambda given: given.label if isinstance(given, FileType) else "",
)
def test_what_a_container_is_stands_in_its_list(members: dict[str, str], kind: FileType) -> None:
    look(packed(members), kind)
    for other in {DOCX, XLSX, ODT, ASIC, ZIP} - {kind}:
        with pytest.raises(WrongType):
            look(packed(members), other)


def test_a_large_honest_archive_is_read_member_by_member() -> None:
    look(packed({f"{number}.txt": "line\n" * 20_000 for number in range(20)}), ZIP)
    look(packed({"a.bin": bytes(range(256)) * 2000}, method=zipfile.ZIP_STORED), ZIP)


def with_declared_size(raw: bytes, size: int) -> bytes:
    """The same archive whose list says that its first member has that many bytes."""
    at = raw.rindex(b"PK\x01\x02")
    return raw[: at + 24] + struct.pack("<I", size) + raw[at + 28 :]


def overlapping() -> bytes:
    """Two entries of the list that name the same bytes, as the bombs that swell beyond any ratio do."""
    raw = packed({"a.bin": b"\0" * 1000})
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    entry = raw[start:end]
    tail = bytearray(raw[end:])
    tail[8:12] = struct.pack("<HH", 2, 2)
    tail[12:16] = struct.pack("<I", 2 * len(entry))
    return raw[:start] + entry + entry.replace(b"a.bin", b"b.bin") + bytes(tail)


BOMB = packed({"a.bin": b"\0" * (30 * 1024**2)})
LOCKED = bytearray(packed({"a.txt": "secret"}))
LOCKED[LOCKED.index(b"PK\x01\x02") + 8] |= 1


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (BOMB, ZIP),
        (with_declared_size(BOMB, 1000), ZIP),
        (overlapping(), ZIP),
        (packed({"inner.zip": packed({"a": "b"})}), ZIP),
        (packed({"inner.7z": "7z"}), ZIP),
        (packed({**DOCUMENT, "word/vbaProject.bin": "macro"}), DOCX),
        (packed({**DOCUMENT, "word/styles.xml": '<!DOCTYPE a [<!ENTITY b "c">]><w:styles/>'}), DOCX),
        (packed({"a": "b" * 1000}, method=zipfile.ZIP_BZIP2), ZIP),
        (packed({"a": "b" * 1000}, method=zipfile.ZIP_LZMA), ZIP),
        (packed(DOCUMENT)[:-40], DOCX),
        (packed(DOCUMENT)[30:], DOCX),
        (b"PK\x03\x04" + b"\0" * 200, ZIP),
        (b"PK\x05\x06", ZIP),
    ],
    ids=[
        "swells",
        "says less than it holds",
        "overlaps",
        "an archive within",
        "another within",
        "macros",
        "entities",
        "bzip2",
        "lzma",
        "cut",
        "beheaded",
        "no list",
        "only a mark",
    ],
)
def test_what_would_harm_is_refused(raw: bytes, kind: FileType) -> None:
    with pytest.raises((Unsafe, WrongType)):
        look(raw, kind)


def test_members_and_size_have_limits() -> None:
    with pytest.raises(Unsafe, match="members"):
        look(packed({str(number): "x" for number in range(11)}), ZIP, ArchiveLimits(members=10))
    with pytest.raises(Unsafe, match="larger"):
        look(packed({"a": "x" * 2_000_001}, method=zipfile.ZIP_STORED), ZIP, ArchiveLimits(unpacked=2_000_000))


def test_a_locked_archive_is_taken_as_it_is_and_a_locked_document_is_not() -> None:
    look(bytes(LOCKED), ZIP)
    raw = bytearray(packed(DOCUMENT))
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unsafe, match="password"):
        look(bytes(raw), DOCX)


def test_a_bomb_is_not_blown_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that says it has ten gigabytes: refused by its list, not one byte of it inflated."""
    monkeypatch.setattr(archives, "_inflated", lambda *_given: pytest.fail("it was inflated"))
    raw = with_declared_size(packed(DOCUMENT), 2**32 - 2)
    with pytest.raises(Unsafe):
        look(raw, DOCX)

"""The type of a file by its content, and that the name says the same (S26)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.documents.file_types import TAKEN, WrongType, recognise

SAMPLES = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "gif": b"GIF89a\x01\0\x01\0",
    "tif": b"II*\0\x08\0\0\0",
    "webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0",
    "wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "avi": b"RIFF\x24\0\0\0AVI LIST",
    "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0",
    "mp3": b"ID3\x04\0\0\0\0\0\0",
    "ogg": b"OggS\0\x02",
    "flac": b"fLaC\0\0\0\x22",
    "mkv": b"\x1aE\xdf\xa3\x01",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20,
    "msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20,
    "rtf": b"{\\rtf1\\ansi ",
    "zip": b"PK\x03\x04\x14\0\0\0",
    "docx": b"PK\x03\x04\x14\0\0\0",
    "e01": b"EVF\t\r\n\xff\0\x01",
    "p7s": b"0\x82\x0a\x1f\x06\t*\x86H",
    "html": b"<!DOCTYPE html><html><body>",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">',
    "xml": b'<?xml version="1.0"?><request/>',
    "eml": b"From: a@b.example\r\nSubject: x\r\n\r\nText",
    "csv": "name;sum\nŁukasz;1\n".encode(),
    "txt": "Zażółć gęślą jaźń".encode(),
    "json": b'{"a": 1}',
}
PROGRAMS = {
    "exe": b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff",
    "elf": b"\x7fELF\x02\x01\x01\0\0\0\0\0",
    "class": b"\xca\xfe\xba\xbe\0\0\0\x34",
    "7z": b"7z\xbc\xaf\x27\x1c\0\x04",
    "rar": b"Rar!\x1a\x07\x01\0",
    "gz": b"\x1f\x8b\x08\0\0\0\0\0",
    "lnk": b"L\0\0\0\x01\x14\x02\0\0\0\0\0",
}


@pytest.mark.parametrize("ending", SAMPLES)
def test_each_type_is_known_by_its_content(ending: str) -> None:
    found = recognise(SAMPLES[ending], f"Letter.{ending}")
    assert ending in found.extensions


@pytest.mark.parametrize("ending", SAMPLES)
def test_a_name_that_says_something_else_is_refused(ending: str) -> None:
    fitting = recognise(SAMPLES[ending], f"a.{ending}").extensions
    for other, sample in SAMPLES.items():
        both_text = {ending, other} <= {"txt", "csv", "eml", "json"}
        both_zip = {ending, other} <= {"zip", "docx"}  # told apart by the list of contents
        if other in fitting or both_text or both_zip:
            continue
        with pytest.raises(WrongType):
            recognise(sample, f"Letter.{ending}")


@pytest.mark.parametrize("name", ["a.pdf", "a.exe", "a", "a.txt", "a.docx", "a.zip"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_and_archives_that_cannot_be_looked_into_are_refused(program: str, name: str) -> None:
    with pytest.raises(WrongType):
        recognise(PROGRAMS[program], name)


@pytest.mark.parametrize("name", ["letter", "letter.exe", "letter.js", "letter.docm", "letter.pdf.exe"])
def test_a_good_content_under_a_wrong_name_is_refused(name: str) -> None:
    for sample in SAMPLES.values():
        with pytest.raises(WrongType):
            recognise(sample, name)


def test_text_in_two_byte_signs_is_text() -> None:
    assert recognise(b"\xff\xfe" + "Zapytanie".encode("utf-16-le"), "a.txt").media_type == "text/plain"
    with pytest.raises(WrongType):
        recognise(b"\xff\xfe" + "<html>".encode("utf-16-le"), "a.txt")


@given(st.binary(max_size=200), st.sampled_from([one for kind in TAKEN for one in kind.extensions] + ["exe", ""]))
def test_any_bytes_get_an_answer_and_never_a_type_their_name_denies(head: bytes, ending: str) -> None:
    try:
        found = recognise(head, f"a.{ending}")
    except WrongType as problem:
        assert problem.field == "file"  # noqa: PT017
    else:
        assert ending in found.extensions

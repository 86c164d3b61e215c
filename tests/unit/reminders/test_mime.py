"""What a message says is what a mail program reads, whatever names and subjects hold."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.reminders.mime import mail

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120)


def read(content: bytes) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(content, policy=cast("Any", policy.default)))


def written(*, name: str = "Ana", subject: str = "A subject", plain: str = "Text\n", html: str = "<p>é</p>\n") -> bytes:
    return mail(
        sender=("MLA tracker", "mla@justice.example"),
        recipient=(name, "ana@office.example"),
        message_id="<0123456789abcdef@justice.example>",
        headers=[("Subject", subject)],
        plain=plain,
        html=html,
    ).content


@given(name=TEXT, subject=TEXT, plain=TEXT, html=TEXT)
def test_it_is_read_as_it_was_meant(name: str, subject: str, plain: str, html: str) -> None:
    content = written(name=name, subject=subject, plain=plain, html=html)
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert content.replace(b"\r\n", b"").isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    message = read(content)
    assert not message.defects
    assert list(message.keys()) == ["From", "To", "Message-ID", "Subject", "MIME-Version", "Content-Type"]
    [recipient] = message["To"].addresses
    assert recipient.addr_spec == "ana@office.example"
    assert recipient.display_name == " ".join(name.split())
    assert message["Subject"] == " ".join(subject.split())
    for kind, text in (("plain", plain), ("html", html)):
        part = message.get_body((kind,))
        assert part is not None
        assert part.get_content().splitlines() == text.splitlines()


@pytest.mark.parametrize("hostile", ["Ana\r\nBcc: thief@else.example", "Ana\nX-Header: 1", "A <thief@else.example>, B"])
def test_no_name_and_no_subject_adds_a_header_or_a_recipient(hostile: str) -> None:
    message = read(written(name=hostile, subject=hostile))
    assert set(message.keys()) == {"From", "To", "Message-ID", "Subject", "MIME-Version", "Content-Type"}
    assert [found.addr_spec for found in message["To"].addresses] == ["ana@office.example"]


def test_a_line_of_dashes_or_of_a_boundary_ends_no_part() -> None:
    plain = "--=_0123456789abcdef\n--=_0123456789abcdef--\n.\n" + "x" * 3000 + "\n"
    part = read(written(plain=plain)).get_body(("plain",))
    assert part is not None
    assert part.get_content().splitlines() == plain.splitlines()

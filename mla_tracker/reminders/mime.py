"""One message as the bytes that travel (RFC 5322, 2045): headers, a plain part and an HTML part.

Written out here because the message objects of the standard library take longer than the mail server does; encoding
is the library's. A value is one line whatever was given, so that no name or subject can add a header.
"""

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr
from typing import Final

_LONGEST_LINE: Final = 76


@dataclass(frozen=True)
class Mail:
    """One message to one recipient; `content` ends its lines with CR LF."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


def mail(
    *,
    sender: tuple[str, str],
    recipient: tuple[str, str],
    message_id: str,
    headers: Sequence[tuple[str, str]],
    plain: str,
    html: str,
) -> Mail:
    """Put a message together; `sender` and `recipient` are name and address, `headers` all others but the MIME ones.

    An address outside ASCII stands as it is (RFC 6532): the server must take SMTPUTF8 for it.
    """
    written = [("From", _mailbox(*sender)), ("To", _mailbox(*recipient)), ("Message-ID", message_id)]
    written += [(name, _words(name, _one_line(value))) for name, value in headers]
    boundary = f"=_{message_id.strip('<>').partition('@')[0]}"  # "=_" never stands in quoted-printable text
    written += [("MIME-Version", "1.0"), ("Content-Type", f'multipart/alternative; boundary="{boundary}"')]
    head = "".join(f"{name}: {value}\n" for name, value in written)
    parts = b"".join(_part(boundary, kind, text) for kind, text in (("plain", plain), ("html", html)))
    content = head.encode() + b"\n" + parts + f"--{boundary}--\n".encode()
    return Mail(_one_line(sender[1]), _one_line(recipient[1]), message_id, content.replace(b"\n", b"\r\n"))


def _part(boundary: str, kind: str, text: str) -> bytes:
    head = f"--{boundary}\nContent-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    return head.encode() + binascii.b2a_qp(text.replace("\r\n", "\n").encode(), istext=True) + b"\n"


def _mailbox(name: str, address: str) -> str:
    name, address = _one_line(name), _one_line(address)
    if not name:
        return address
    return formataddr((name, "")).removesuffix("<>") + f"<{address}>"


def _words(name: str, value: str) -> str:
    """A header's text: as it is while it fits into a line, folded or encoded (RFC 2047) where it must be."""
    if value.isascii() and len(name) + 2 + len(value) <= _LONGEST_LINE:
        return value
    charset = "us-ascii" if value.isascii() else "utf-8"
    return Header(value, charset, header_name=name).encode()


def _one_line(value: str) -> str:
    return " ".join(value.split())

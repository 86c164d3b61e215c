"""`/dev/mail`: the messages that a development office wrote into its mail folder, and how each of them looks.

For a development office only: nobody has to sign in to read them.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, cast

from flask import Blueprint, Response, abort, render_template

from mla_tracker.web.access import public
from mla_tracker.web.context import services

bp = Blueprint("dev_mail", __name__, url_prefix="/dev/mail")

SHOWN: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_OWN_STYLE_ONLY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class Letter:
    """One message of the folder."""

    name: str
    to: str
    subject: str
    written_at: datetime | None
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


@bp.get("")
@public
def index() -> str:
    """The latest messages first."""
    folder = _folder()
    files = [] if folder is None else sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return render_template("dev/mail.html", letters=[_read(file) for file in files[:SHOWN]], total=len(files))


@bp.get("/<name>")
@public
def letter(name: str) -> str:
    """One message: its headers and its text part."""
    return render_template("dev/letter.html", letter=_read(_file(name)))


@bp.get("/<name>/html")
@public
def html_part(name: str) -> Response:
    """The HTML part by itself, as a mail program shows it: with its own style, without script."""
    response = Response(_read(_file(name)).html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _OWN_STYLE_ONLY
    return response


def _folder() -> Path | None:
    """Where the messages lie; None for an office that sends through a server."""
    given = services().mail_folder
    return Path(given) if given else None


def _file(name: str) -> Path:
    folder = _folder()
    file = None if folder is None or not _NAME.fullmatch(name) else folder / f"{name}.eml"
    if file is None or not file.is_file():
        abort(404)
    return file


def _read(file: Path) -> Letter:
    message = cast("EmailMessage", message_from_bytes(file.read_bytes(), policy=cast("Any", policy.default)))
    return Letter(
        name=file.stem,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        written_at=parsedate_to_datetime(str(message["Date"])) if message["Date"] else None,
        headers=tuple((name, str(value)) for name, value in message.items()),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return "" if body is None else str(body.get_content())

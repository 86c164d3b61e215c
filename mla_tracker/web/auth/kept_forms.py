"""A form that is sent after the session ended is not lost: it waits in the page on which one signs in again.

What was typed travels as a signed hidden field of that page, so nothing of it is kept on the server, and nobody can
put words into a form that he did not send. After the sign-in it is shown as a button that sends it; nothing is sent by
itself. It comes back only to the person whose session it was.
"""

from dataclasses import dataclass
from typing import Any, Final

from flask import current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from mla_tracker.accounts.sessions import ABSOLUTE, owner_of
from mla_tracker.web.context import db

TOKEN_IN_COOKIE: Final = "_user_id"  # noqa: S105 - the key under which Flask-Login keeps the session's token
_NEVER_KEPT: Final = frozenset({"csrf_token", "password", "present"})
_LARGEST: Final = 300_000


@dataclass(frozen=True)
class KeptForm:
    """Where it was going, and its fields in their order."""

    path: str
    fields: tuple[tuple[str, str], ...]


def keep_form() -> str:
    """The form of this POST as signed text; "" when no session of ours ended, when nothing was typed, when there is
    too much of it, or a password among it.
    """
    fields = [(name, value) for name, values in request.form.lists() for value in values if name not in _NEVER_KEPT]
    secret = any(name in request.form for name in _NEVER_KEPT - {"csrf_token"})
    token = session.get(TOKEN_IN_COOKIE)
    if not fields or secret or not token or sum(len(name) + len(value) for name, value in fields) > _LARGEST:
        return ""
    account_id = owner_of(db(), str(token))
    if account_id is None:
        return ""
    return str(_signer().dumps({"account": account_id, "path": request.full_path.rstrip("?"), "fields": fields}))


def kept_form(text: str, account_id: int) -> KeptForm | None:
    """The form that was kept for this person; None when there is none, or it is another's, or older than a session."""
    try:
        kept: Any = _signer().loads(text, max_age=int(ABSOLUTE.total_seconds())) if text else None
    except BadData:
        return None
    if kept is None or kept["account"] != account_id:
        return None
    return KeptForm(kept["path"], tuple((name, value) for name, value in kept["fields"]))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kept form")

"""The mark of a browser in which somebody signed in before: its failures are counted for itself alone.

A signed cookie holds a random mark and to whom it belongs. It lets nobody in and shows nothing; it only keeps those who
guess elsewhere from locking the owner out (see `accounts.guessing`).
"""

import secrets
from typing import Final

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from mla_tracker.accounts.signing_in import KnownBrowser
from mla_tracker.web.context import services

_AGE: Final = 180 * 24 * 3600
_PEOPLE: Final = 5


def known_browser() -> KnownBrowser | None:
    """What this browser proves; None for one that never signed in, or whose mark is old or not ours."""
    try:
        mark, account_ids = _signer().loads(request.cookies.get(_name(), ""), max_age=_AGE)
    except (BadData, ValueError, TypeError):
        return None
    return KnownBrowser(str(mark), frozenset(account_ids))


def remember_browser(response: Response, account_id: int) -> None:
    """After a sign-in: the browser is known to this account too; of several people it keeps the last five."""
    known = known_browser()
    mark = known.mark if known else secrets.token_urlsafe(16)
    others = sorted(known.account_ids - {account_id})[: _PEOPLE - 1] if known else []
    response.set_cookie(
        _name(),
        _signer().dumps([mark, [account_id, *others]]),
        max_age=_AGE,
        path="/",
        secure=services().secure,
        httponly=True,
        samesite="Strict",
    )


def _name() -> str:
    return "__Host-browser" if services().secure else "mla_browser"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="known browser")

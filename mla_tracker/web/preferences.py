"""How a reader wants the pages: theme, density, keys, language. Kept in cookies, so they hold before sign-in too.

`POST /preferences` takes any of the fields `theme` (system, light, dark), `density` (compact, comfortable), `keys`
(on, off) and `language` (one that the office offers), and goes back to `next`. Anything else is left out without an
error: there is nothing a reader could do about it. The language of an account is the account's; its owner passes
`remember_language` to keep it there.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from mla_tracker.web.access import public
from mla_tracker.web.look import DENSITIES, DENSITY_COOKIE, KEYS_COOKIE, THEME_COOKIE, THEMES

bp = Blueprint("preferences", __name__)

LANGUAGE_COOKIE: Final = "language"
_A_YEAR: Final = 31_536_000
# "system" is no cookie: the page then follows the device.
_OFFERED: Final[Mapping[str, tuple[str, ...]]] = {
    THEME_COOKIE: ("system", *THEMES),
    DENSITY_COOKIE: DENSITIES,
    KEYS_COOKIE: ("on", "off"),
}


def configure(languages: Sequence[str], remember_language: Callable[[str], None] | None = None) -> None:
    """Tells the blueprint, inside an application context, which languages there are and where an account keeps its
    own.
    """
    current_app.extensions["mla_preferences"] = (tuple(languages), remember_language)


@bp.post("/preferences")
@public
def keep() -> AnyResponse:
    """Keeps what was chosen and goes back to the page it was chosen on."""
    response: AnyResponse = redirect(_local(request.form.get("next", "")), 303)
    for name, offered in _OFFERED.items():
        value = request.form.get(name)
        if value in offered:
            _set(response, name, "" if value == "system" else value)
    languages, remember = current_app.extensions.get("mla_preferences", ((), None))
    language = request.form.get("language", "")
    if language.replace("-", "_") in {one.replace("-", "_") for one in languages}:
        _set(response, LANGUAGE_COOKIE, language)
        if remember is not None:
            remember(language)
    return response


def _set(response: AnyResponse, name: str, value: str) -> None:
    if value:
        response.set_cookie(
            name, value, max_age=_A_YEAR, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(name, path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def _local(address: str) -> str:
    """An address on this host, or the first page: a form field must not send people elsewhere."""
    parts = urlsplit(address.replace("\\", "/"))
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//"):
        return request.script_root + "/"
    return address

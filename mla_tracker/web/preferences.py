"""How a reader wants the pages: theme, density, keys, language. Kept in cookies, so they hold before sign-in too.

`POST /preferences` takes any of the fields `theme` (system, light, dark), `density` (compact, comfortable), `keys`
(on, off) and `language` (one that the office offers), and goes back to `next`. Anything else is left out without an
error: there is nothing a reader could do about it. Where somebody is signed in, `remember` is told what was chosen, so
that the account keeps it too.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from mla_tracker.web.access import public
from mla_tracker.web.local_address import local
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


def configure(languages: Sequence[str], remember: Callable[[Mapping[str, str]], None] | None = None) -> None:
    """Tells the blueprint, inside an application context, which languages there are and who remembers a choice."""
    current_app.extensions["mla_preferences"] = (tuple(languages), remember)


@bp.post("/preferences")
@public
def keep() -> AnyResponse:
    """Keeps what was chosen and goes back to the page it was chosen on."""
    response: AnyResponse = redirect(local(request.form.get("next", "")), 303)
    chosen = {name: request.form[name] for name, offered in _OFFERED.items() if request.form.get(name) in offered}
    if language := offered_language(request.form.get("language", "")):
        chosen[LANGUAGE_COOKIE] = language
    keep_in_browser(response, chosen)
    _languages, remember = current_app.extensions["mla_preferences"]
    if remember is not None and chosen:
        remember(chosen)
    return response


def keep_in_browser(response: AnyResponse, chosen: Mapping[str, str]) -> None:
    """Set a cookie for each choice; following the device ("system") is no cookie."""
    for name, value in chosen.items():
        if value == "system":
            response.delete_cookie(name, path="/", secure=request.is_secure, httponly=True, samesite="Lax")
        else:
            response.set_cookie(
                name, value, max_age=_A_YEAR, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
            )


def offered_language(tag: str) -> str:
    """The tag as the office writes it, "" when it does not offer this language."""
    languages, _remember = current_app.extensions["mla_preferences"]
    same = tag.replace("_", "-")
    return next((one for one in languages if one.replace("_", "-") == same), "")

"""The frame of every page: where one can go, how the reader wants to see it, and the columns of tables.

The web layer calls `install_look` once. Templates then have `page` (a `Frame`), `column(…)`, `asset(…)` and the
filters. The main navigation is bound to addresses, not to endpoints: an entry shows when some view answers its
address and the reader may open it, so a page appears in the head on the day it exists.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from flask import Flask, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.web.assets import Assets, install
from mla_tracker.web.filters import own_name, register_filters
from mla_tracker.web.role_words import ROLES

THEMES: Final = ("light", "dark")
DENSITIES: Final = ("compact", "comfortable")
THEME_COOKIE: Final = "theme"
DENSITY_COOKIE: Final = "density"
KEYS_COOKIE: Final = "keys"


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation: its address, its name, what one must be permitted, the key after `g`."""

    path: str
    label: Any
    permissions: tuple[Permission, ...]
    key: str


# One of the permissions is enough.
PLACES: Final = (
    Place("/", _l("My work"), (Permission.CASE_READ,), "w"),
    Place("/cases", _l("Cases"), (Permission.CASE_READ,), "c"),
    Place("/deadlines", _l("Deadlines"), (Permission.DEADLINE_READ,), "d"),
    Place("/dashboard", _l("Dashboard"), (Permission.DASHBOARD_READ,), "b"),
    Place("/statistics", _l("Statistics"), (Permission.STATISTICS_READ,), "s"),
    Place("/reports", _l("Reports"), (Permission.STATISTICS_READ,), "r"),
    Place("/directory", _l("States"), (Permission.DIRECTORY_READ,), "t"),
    Place("/audit", _l("Audit"), (Permission.AUDIT_READ,), "u"),
    Place(
        "/admin",
        _l("Administration"),
        (Permission.ADMIN_PEOPLE, Permission.ADMIN_CODES, Permission.ADMIN_OFFICE, Permission.ADMIN_MAIL),
        "a",
    ),
)


@dataclass(frozen=True)
class NavigationEntry:
    """A place as the head shows it."""

    url: str
    label: str
    key: str
    current: bool


@dataclass(frozen=True)
class Frame:
    """What `base.html` needs to know of the reader and the office. Addresses are "" where no view answers them."""

    office: str
    ministry: str
    language: str
    direction: Literal["ltr", "rtl"]
    languages: tuple[tuple[str, str], ...]
    theme: str
    density: str
    keys: bool
    name: str
    role: str
    places: tuple[NavigationEntry, ...]
    search_url: str
    register_url: str
    account_url: str
    sign_out_url: str
    preferences_url: str
    here: str


@dataclass(frozen=True)
class Column:
    """A column of a register table.

    `place` says what the cell is: it becomes the cell's class `c-…` and its place in the entry that a row turns into
    in a narrow window (first line: mark, ref, days; second: what; third: state, meta, act; `off` is left out there).
    `width` names a fixed width, without it the column takes what is left. `sort` is the value of `sort=` for this
    column.
    """

    label: str
    place: str = "off"
    width: str = ""
    numeric: bool = False
    sort: str = ""
    hidden_label: bool = False


def column(
    label: object,
    place: str = "off",
    *,
    width: str = "",
    numeric: bool = False,
    sort: str = "",
    hidden_label: bool = False,
) -> Column:
    """A `Column`; its label may be a lazy translation."""
    return Column(str(label), place, width, numeric, sort, hidden_label)


def install_look(
    app: Flask,
    assets: Assets,
    *,
    actor: Callable[[], Actor | None],
    office: Callable[[], tuple[str, str]],
    languages: Sequence[str],
) -> None:
    """Gives an application its static files, filters and frame.

    `actor`: who reads the page, None before sign-in. `office`: the name of the authority and of its ministry ("" if
    none). `languages`: those the office offers, as tags.
    """
    install(app, assets)
    register_filters(app)
    app.jinja_env.globals["column"] = column
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _frame() -> dict[str, Frame]:
        return {"page": frame_of(app, actor(), office(), languages)}


def frame_of(app: Flask, actor: Actor | None, office: tuple[str, str], languages: Sequence[str]) -> Frame:
    """The frame of the page being made, from the request, its cookies and the reader."""
    locale = get_locale()
    tag = str(locale).replace("_", "-") if locale else "en"
    theme = request.cookies.get(THEME_COOKIE, "")
    density = request.cookies.get(DENSITY_COOKIE, "")

    def address(path: str, *permissions: Permission, method: str = "GET") -> str:
        permitted = not permissions or (actor is not None and any(actor.may(one) for one in permissions))
        return request.script_root + path if permitted and _answers(app, path, method) else ""

    signed_in = actor is not None and actor.account_id is not None
    return Frame(
        office=office[0],
        ministry=office[1],
        language=tag,
        direction="rtl" if locale and locale.text_direction == "rtl" else "ltr",
        languages=tuple((code.replace("_", "-"), own_name(code)) for code in languages),
        theme=theme if theme in THEMES else "",
        density=density if density in DENSITIES else DENSITIES[0],
        keys=request.cookies.get(KEYS_COOKIE, "on") != "off",
        name=actor.name if actor else "",
        role=str(ROLES[actor.role]) if actor and actor.role else "",
        places=tuple(
            NavigationEntry(url, str(place.label), place.key, _is_current(place.path))
            for place in PLACES
            if (url := address(place.path, *place.permissions))
        ),
        search_url=address("/cases", Permission.CASE_READ),
        register_url=address("/cases/new", Permission.REQUEST_REGISTER),
        account_url=address("/account") if signed_in else "",
        sign_out_url=address("/logout", method="POST") if signed_in else "",
        preferences_url=address("/preferences", method="POST"),
        here=request.script_root + (request.full_path if request.query_string else request.path),
    )


def _answers(app: Flask, path: str, method: str) -> bool:
    """Whether some view answers this address."""
    try:
        app.url_map.bind("localhost").match(path, method=method)
    except RequestRedirect:
        return True
    except (NotFound, MethodNotAllowed):
        return False
    return True


def _is_current(path: str) -> bool:
    return request.path == path or (path != "/" and request.path.startswith(path + "/"))

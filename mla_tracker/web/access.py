"""Who may open which page: declared beside each view, refused by default.

Every view carries `@requires(…)` or `@public`; an application with a view that carries neither does not start.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import ServiceUnavailable

from mla_tracker.accounts.permissions import Permission
from mla_tracker.core.errors import NotPermitted
from mla_tracker.web.auth.door import login_page
from mla_tracker.web.auth.forms import LoginForm, ProofForm
from mla_tracker.web.auth.kept_forms import keep_form
from mla_tracker.web.auth.proof_page import proof_page
from mla_tracker.web.context import (
    AWAY_SECONDS,
    current_actor,
    freshly_proved,
    half_signed_in,
    must_set_up_factor,
    store_is_away,
)
from mla_tracker.web.local_address import FIRST_PAGE, local

View = TypeVar("View", bound=Callable[..., Any])

PERMISSION: Final = "mla_permission"
PUBLIC: Final = "mla_public"


class UndeclaredView(Exception):
    """A view says neither whom it is for nor that it is for everybody."""


def requires(*permissions: Permission, setting_up: bool = False, risky: bool = False) -> Callable[[View], View]:
    """For people who are signed in and have one of `permissions`: others get 403, strangers the page to sign in.

    `setting_up`: open also to who must set up a second factor before anything else. `risky`: asks for a proof of the
    last five minutes of who it is (ASVS 7.5).
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return _ask_who()
            if half_signed_in():
                return redirect(url_for("auth.second_factor", next=_way_back()))
            if must_set_up_factor() and not setting_up:
                return redirect(url_for("factors.index"))
            actor = current_actor()
            if not any(actor.may(permission) for permission in permissions):
                raise NotPermitted("This page is for another role.")
            if risky and not freshly_proved():
                return ask_proof()
            return view(*args, **kwargs)

        setattr(guarded, PERMISSION, permissions)
        return cast(View, guarded)

    return declare


def half(view: View) -> View:
    """For who has shown the password and not yet the second factor; others are sent where they belong."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return _ask_who()
        if not half_signed_in():
            return redirect(FIRST_PAGE)
        return view(*args, **kwargs)

    setattr(guarded, PERMISSION, (Permission.ACCOUNT_SELF,))
    return cast(View, guarded)


def _ask_who() -> Any:
    """The way to the door and back; 503 while nobody can be recognised. A form that came too late is kept."""
    if store_is_away():
        raise ServiceUnavailable(retry_after=AWAY_SECONDS)
    kept = keep_form() if request.method == "POST" else ""
    if not kept:
        return redirect(url_for("auth.login", next=_way_back()))
    form = LoginForm(formdata=None, next=_way_back(), kept=kept)
    return login_page(form), 401


def ask_proof() -> Any:
    """The page that asks again who it is; a form that was sent is kept over it."""
    kept = keep_form() if request.method == "POST" else ""
    if not kept:
        return redirect(url_for("confirm.ask", next=_way_back()))
    return proof_page(ProofForm(formdata=None, next=_way_back(), kept=kept), "confirm.ask"), 401


def _way_back() -> str:
    """The page to go on with: the one asked for, or the one on which a form stood."""
    if request.method != "POST":
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    way_on = came_from._replace(scheme="", netloc="", fragment="").geturl()
    return local(way_on) if came_from.netloc == request.host else FIRST_PAGE


def public(view: View) -> View:
    """For everybody, signed in or not."""
    setattr(view, PUBLIC, True)
    return view


def check_declared(app: Flask) -> None:
    """Refuse to start with a view that declares nothing; the static files are not views."""
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not declared(app, rule.endpoint)
    ]
    if silent:
        raise UndeclaredView(f"no permission is declared for: {', '.join(sorted(set(silent)))}")


def declared(app: Flask, endpoint: str) -> bool:
    view = app.view_functions[endpoint]
    return hasattr(view, PERMISSION) or hasattr(view, PUBLIC)

"""Who may open which page: declared beside each view, refused by default.

Every view carries `@requires(…)` or `@public`; an application with a view that carries neither does not start.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import ServiceUnavailable

from mla_tracker.accounts.permissions import Permission
from mla_tracker.core.errors import NotPermitted
from mla_tracker.web.auth.forms import LoginForm
from mla_tracker.web.auth.kept_forms import keep_form
from mla_tracker.web.context import AWAY_SECONDS, current_actor, store_is_away
from mla_tracker.web.local_address import FIRST_PAGE, local

View = TypeVar("View", bound=Callable[..., Any])

PERMISSION: Final = "mla_permission"
PUBLIC: Final = "mla_public"


class UndeclaredView(Exception):
    """A view says neither whom it is for nor that it is for everybody."""


def requires(*permissions: Permission) -> Callable[[View], View]:
    """For people who are signed in and have one of `permissions`: others get 403, strangers the page to sign in."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return _ask_who()
            actor = current_actor()
            if not any(actor.may(permission) for permission in permissions):
                raise NotPermitted("This page is for another role.")
            return view(*args, **kwargs)

        setattr(guarded, PERMISSION, permissions)
        return cast(View, guarded)

    return declare


def _ask_who() -> Any:
    """The way to the door and back; 503 while nobody can be recognised. A form that came too late is kept."""
    if store_is_away():
        raise ServiceUnavailable(retry_after=AWAY_SECONDS)
    if request.method != "POST":
        return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
    came_from = urlsplit(request.referrer or "")
    way_on = came_from._replace(scheme="", netloc="", fragment="").geturl()
    way_on = local(way_on) if came_from.netloc == request.host else FIRST_PAGE
    kept = keep_form()
    if not kept:
        return redirect(url_for("auth.login", next=way_on))
    form = LoginForm(formdata=None, next=way_on, kept=kept)
    return render_template("accounts/login.html", form=form, door=url_for("auth.login")), 401


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

"""`/login` and `/logout`."""

import math
from typing import Any, Final

import structlog
from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_user, logout_user

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.accounts.guessing import DELAY_AFTER, LOCK_AFTER
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_by_id, actor_of
from mla_tracker.accounts.sessions import end_session
from mla_tracker.accounts.signing_in import Refused, SignedIn, sign_in
from mla_tracker.casework.administration import note
from mla_tracker.web.access import public, requires
from mla_tracker.web.account.own_preferences import show_as_account_wants
from mla_tracker.web.auth.forms import LoginForm
from mla_tracker.web.auth.kept_forms import kept_form
from mla_tracker.web.auth.known_browser import known_browser, remember_browser
from mla_tracker.web.context import (
    client_address,
    current_account,
    current_session_id,
    db,
    now,
    office,
)
from mla_tracker.web.extensions import User, limiter
from mla_tracker.web.local_address import local

bp = Blueprint("auth", __name__)

_log = structlog.get_logger(__name__)
_TOLD_AT: Final = (DELAY_AFTER, LOCK_AFTER)


def _who_tries() -> str:
    """Each name at an address has its own measure, so that a flood of one leaves the neighbours alone."""
    return f"{client_address()} {request.form.get('email', '').strip().lower()[:254]}"


@bp.route("/login", methods=["GET", "POST"])
@limiter.limit("60 per minute", key_func=_who_tries, methods=["POST"])
@public
def login() -> Any:
    """The same words for an unknown name, a wrong password and a disabled account."""
    if current_user.is_authenticated:
        return redirect(local(request.args.get("next", "")))
    form = LoginForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    status, headers = 200, {}
    if form.validate_on_submit():
        found = sign_in(
            db(),
            email=form.email.data or "",
            password=form.password.data or "",
            address=client_address(),
            agent=request.headers.get("User-Agent", ""),
            now=now(),
            browser=known_browser(),
        )
        if isinstance(found, SignedIn):
            return _enter(found, form)
        if isinstance(found, Refused):
            _record_refusal(found)
            form.password.errors = [_("The address or the password is not right.")]
            status = 422
        else:
            seconds = max(1, math.ceil((found.until - now()).total_seconds()))
            form.password.errors = [_slow(seconds)]
            status, headers = 429, {"Retry-After": str(seconds)}
            db().rollback()
    elif form.errors:
        status = 422
    return render_template("accounts/login.html", form=form, door=url_for("auth.login")), status, headers


def _enter(found: SignedIn, form: LoginForm) -> Any:
    """A session of its own for this sign-in: nothing of the cookie before it is carried over."""
    account = account_by_id(db(), found.account_id)
    note(office(), db(), actor=actor_of(account), code="signed_in", detail={"address": client_address()}, now=now())
    db().commit()
    session.clear()
    g.pop("csrf_token", None)
    login_user(User(found.token, found.session_id, account, actor_of(account)))
    kept = kept_form(form.kept.data or "", account.id)
    way_on = local(form.next.data or "")
    page = render_template("accounts/kept.html", kept=kept, way_on=way_on) if kept else redirect(way_on)
    response = make_response(page)
    remember_browser(response, account.id)
    show_as_account_wants(response, account)
    return response


def _record_refusal(found: Refused) -> None:
    """Each refusal is a line of the log; where guessing begins to be slowed, and where it is locked, the trail says so.
    Neither holds the name as typed: some people type their password there.
    """
    _log.warning("sign-in refused", account=found.account_id, address=client_address(), failures=found.failures)
    if found.failures in _TOLD_AT:
        detail = {"address": client_address(), "number": found.failures}
        if found.account_id is not None:
            detail["account"] = found.account_id
        note(office(), db(), actor=SYSTEM, code="guessing_slowed", detail=detail, now=now())
    db().commit()


def _slow(seconds: int) -> str:
    if seconds < 90:
        return str(
            ngettext(
                "Too many attempts. Wait %(num)d second, then try again.",
                "Too many attempts. Wait %(num)d seconds, then try again.",
                seconds,
            )
        )
    minutes = math.ceil(seconds / 60)
    return str(
        ngettext(
            "Too many attempts. Wait %(num)d minute, then try again.",
            "Too many attempts. Wait %(num)d minutes, then try again.",
            minutes,
        )
    )


@bp.post("/logout")
@requires(Permission.ACCOUNT_SELF)
def logout() -> Any:
    """End this session: its row, its cookie, and what the browser kept."""
    account, row = current_account(), current_session_id()
    if account is not None and row is not None:
        end_session(db(), row, account.id, now())
        note(office(), db(), actor=actor_of(account), code="signed_out", detail={}, now=now())
        db().commit()
    logout_user()
    session.clear()
    response = make_response(redirect(url_for("auth.login")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response

"""`/login` and `/logout`."""

import math
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_user, logout_user

from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_by_id, actor_of
from mla_tracker.accounts.signing_in import SignedIn, SlowDown, end_session, sign_in
from mla_tracker.casework.administration import note
from mla_tracker.web.access import public, requires
from mla_tracker.web.auth.forms import LoginForm
from mla_tracker.web.context import (
    client_address,
    current_account,
    current_session_id,
    db,
    now,
    office,
)
from mla_tracker.web.extensions import User, limiter

bp = Blueprint("auth", __name__)


@bp.route("/login", methods=["GET", "POST"])
@limiter.limit("60 per minute", methods=["POST"])
@public
def login() -> Any:
    """The same words for an unknown name, a wrong password and a disabled account."""
    if current_user.is_authenticated:
        return redirect(local(request.args.get("next", "")))
    form = LoginForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    status = 200
    if form.validate_on_submit():
        found = sign_in(
            db(),
            email=form.email.data or "",
            password=form.password.data or "",
            address=client_address(),
            agent=request.headers.get("User-Agent", ""),
            now=now(),
        )
        if isinstance(found, SignedIn):
            return _enter(found, form.next.data or "")
        if found is None:
            db().commit()
            form.password.errors = [_("The address or the password is not right.")]
            status = 422
        else:
            form.password.errors = [_slow(found)]
            status = 429
    elif form.errors:
        status = 422
    return render_template("accounts/login.html", form=form), status


def _enter(found: SignedIn, wanted: str) -> Any:
    account = account_by_id(db(), found.account_id)
    note(office(), db(), actor=actor_of(account), code="signed_in", detail={"address": client_address()}, now=now())
    db().commit()
    session.clear()
    row = found.session_id
    login_user(User(found.token, row, account, actor_of(account)))
    return redirect(local(wanted))


def _slow(found: SlowDown) -> str:
    seconds = max(1, math.ceil((found.until - now()).total_seconds()))
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


def local(address: str) -> str:
    """An address on this host, or the first page."""
    cleaned = address.replace("\\", "/").strip()
    parts = urlsplit(cleaned)
    plain = cleaned.startswith("/") and not cleaned.startswith("//") and not parts.scheme and not parts.netloc
    if not plain or any(ord(sign) < 32 for sign in address):
        return "/"
    return cleaned

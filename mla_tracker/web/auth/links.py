"""`/login/forgotten` and `/login/link/…`: a password set by a link that came by mail."""

from typing import Any

import structlog
from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from mla_tracker.accounts.links import linked_account, use_link
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.queries import actor_of
from mla_tracker.casework.administration import note
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.reminders.account_letters import Letter, write_letter
from mla_tracker.web.access import public
from mla_tracker.web.auth.forms import ForgottenForm, NewPasswordForm
from mla_tracker.web.context import client_address, db, now, office
from mla_tracker.web.extensions import limiter
from mla_tracker.web.flashes import told

bp = Blueprint("links", __name__, url_prefix="/login")

_log = structlog.get_logger(__name__)


@bp.route("/forgotten", methods=["GET", "POST"])
@limiter.limit("5 per minute; 30 per hour", methods=["POST"])
@public
def forgotten() -> Any:
    """The same answer whether there is such an account or not."""
    form = ForgottenForm()
    if form.validate_on_submit():
        email = (form.email.data or "").strip().lower()
        account = db().scalar(select(Account).where(Account.email == email, Account.active))
        if account is not None:
            write_letter(db(), account.id, Letter.PASSWORD_LINK, now())
            db().commit()
        _log.info("password link asked for", account=account.id if account else None, address=client_address())
        told(_("If there is an account with this address, a link is on its way to it. It holds 30 minutes."))
        return redirect(url_for("auth.login"))
    return render_template("accounts/forgotten.html", form=form), 422 if form.errors else 200


@bp.route("/link/<token>", methods=["GET", "POST"])
@limiter.limit("30 per minute")
@public
def link(token: str) -> Any:
    """Set a password. Opening the link uses nothing up; sending the form does."""
    try:
        account = linked_account(db(), token, now())
        form = NewPasswordForm()
        if form.validate_on_submit():
            account = use_link(db(), token, form.password.data or "", now())
            write_letter(db(), account.id, Letter.PASSWORD_CHANGED, now())
            detail = {"address": client_address(), "how": "link"}
            note(office(), db(), actor=actor_of(account), code="password_changed", detail=detail, now=now())
            db().commit()
            told(_("Your password is set. Sign in with it."))
            return redirect(url_for("auth.login"))
    except NotVisible:
        db().rollback()
        return render_template("accounts/link_over.html"), 404
    except DomainError as problem:
        db().rollback()
        form.take(problem)
    page = render_template("accounts/new_password.html", form=form, account=account)
    return page, 422 if form.errors else 200

"""`/login`, its second step, and `/logout`."""

import math
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from mla_tracker.accounts.queries import account_by_id, actor_of
from mla_tracker.accounts.sessions import begin_session, end_session
from mla_tracker.accounts.signing_in import Refused, SignedIn, sign_in
from mla_tracker.casework.administration import note
from mla_tracker.web.access import half, public
from mla_tracker.web.account.own_preferences import show_as_account_wants
from mla_tracker.web.auth.door import login_page
from mla_tracker.web.auth.forms import LoginForm, ProofForm
from mla_tracker.web.auth.kept_forms import kept_form
from mla_tracker.web.auth.known_browser import known_browser, remember_browser
from mla_tracker.web.auth.proof_page import proof_page
from mla_tracker.web.auth.proving import passkey_challenge, proved, refused_proof
from mla_tracker.web.auth.refusing import record_refusal, slow_words
from mla_tracker.web.context import NOBODY, client_address, db, half_signed_in, now, office
from mla_tracker.web.extensions import User, limiter
from mla_tracker.web.local_address import local

bp = Blueprint("auth", __name__)


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
            record_refusal(found.account_id, found.failures)
            form.password.errors = [_("The address or the password is not right.")]
            status = 422
        else:
            seconds = max(1, math.ceil((found.until - now()).total_seconds()))
            form.password.errors = [slow_words(seconds)]
            status, headers = 429, {"Retry-After": str(seconds)}
            db().rollback()
    elif form.errors:
        status = 422
    return login_page(form), status, headers


def _enter(found: SignedIn, form: LoginForm) -> Any:
    """A session of its own for this sign-in: nothing of the cookie before it is carried over."""
    account = account_by_id(db(), found.account_id)
    if found.pending:
        db().commit()
        _carry(User(found.token, found.session_id, account, NOBODY, pending=True))
        asked = ProofForm(formdata=None, next=form.next.data, kept=form.kept.data)
        return proof_page(asked, "auth.second_factor")
    return _let_in(User(found.token, found.session_id, account, actor_of(account)), form, "password")


def _let_in(user: User, form: LoginForm | ProofForm, how: str) -> Any:
    """The end of signing in: recorded, and on to where one wanted to go."""
    account = user.account
    detail = {"address": client_address(), "how": how}
    note(office(), db(), actor=actor_of(account), code="signed_in", detail=detail, now=now())
    db().commit()
    _carry(user)
    response = make_response(way_on(form, account.id))
    remember_browser(response, account.id)
    show_as_account_wants(response, account)
    return response


def _carry(user: User) -> None:
    session.clear()
    g.pop("csrf_token", None)
    login_user(user)


def way_on(form: LoginForm | ProofForm, account_id: int) -> Any:
    """The form that was kept, for its owner's word, or the page asked for."""
    kept = kept_form(form.kept.data or "", account_id)
    wanted = local(form.next.data or "")
    return render_template("accounts/kept.html", kept=kept, way_on=wanted) if kept else redirect(wanted)


@bp.route("/login/second-factor", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@half
def second_factor() -> Any:
    """The second factor; with it the pending session ends and a new one begins (ASVS 7.2.4)."""
    waiting: User = current_user._get_current_object()
    form = ProofForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    found = proved(form, waiting, by_password=False) if form.validate_on_submit() else ""
    if not found:
        return refused_proof(form, "auth.second_factor")
    end_session(db(), waiting.session_id, waiting.account.id, now())
    row, fresh_token = begin_session(
        db(), waiting.account.id, address=client_address(), agent=request.headers.get("User-Agent", ""), now=now()
    )
    return _let_in(User(fresh_token, row.id, waiting.account, actor_of(waiting.account)), form, found)


@bp.post("/login/second-factor/passkey")
@limiter.limit("30 per minute")
@half
def second_factor_passkey() -> Any:
    """What a passkey is to sign at the door."""
    return passkey_challenge()


@bp.post("/logout")
@public
def logout() -> Any:
    """End this session, whole or half: its row, its cookie, and what the browser kept."""
    if current_user.is_authenticated:
        account = current_user.account
        end_session(db(), current_user.session_id, account.id, now())
        if not half_signed_in():
            note(office(), db(), actor=actor_of(account), code="signed_out", detail={}, now=now())
        db().commit()
    logout_user()
    session.clear()
    response = make_response(redirect(url_for("auth.login")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response

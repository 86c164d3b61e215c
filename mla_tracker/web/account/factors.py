"""`/account/factors`: the second factors of a person, set up and taken away by himself."""

from typing import Any

import segno
from flask import Blueprint, Response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from mla_tracker.accounts.passkeys import add_passkey, registration_options
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.sealing import Unreadable
from mla_tracker.accounts.second_factors import (
    add_app,
    factors_of,
    new_recovery_codes,
    new_seed,
    remove_app,
    remove_passkey,
    seed_address,
)
from mla_tracker.casework.administration import note
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.reminders.account_letters import Letter, write_letter
from mla_tracker.web.access import requires
from mla_tracker.web.account.forms import AppForm, PasskeyForm
from mla_tracker.web.context import current_actor, db, must_set_up_factor, now, office, services
from mla_tracker.web.extensions import User, limiter
from mla_tracker.web.flashes import refused, told

bp = Blueprint("factors", __name__, url_prefix="/account/factors")


def _user() -> User:
    found: User = current_user._get_current_object()
    return found


@bp.get("")
@requires(Permission.ACCOUNT_SELF, setting_up=True)
def index() -> Any:
    """What is set up, and what can be."""
    return _page(PasskeyForm(formdata=None))


def _page(form: PasskeyForm) -> Any:
    page = render_template(
        "accounts/factors.html", form=form, factors=factors_of(db(), _user().account.id), first=must_set_up_factor()
    )
    return page, 422 if form.errors else 200


@bp.route("/app", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SELF, setting_up=True, risky=True)
def app() -> Any:
    """Set up an authenticator app: the seed travels sealed in the form and is kept once the app shows its code."""
    account, form = _user().account, AppForm()
    try:
        seed = services().seals.open((form.sealed.data or "").encode()) if form.sealed.data else new_seed()
    except Unreadable:
        seed = new_seed()
    if form.validate_on_submit():
        try:
            had = factors_of(db(), account.id)
            add_app(db(), services().seals, account.id, seed=seed, code=form.code.data or "", now=now())
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            _note("factor_added", factor="app")
            return _added(first=not had.any)
    form.sealed.data = services().seals.seal(seed).decode()
    square = segno.make(seed_address(seed, account.email, services().office_name), error="m")
    page = render_template(
        "accounts/app.html",
        form=form,
        square=Markup(square.svg_inline(scale=5, border=2, omitsize=True)),  # noqa: S704 - made here of our own seed
        seed=" ".join(seed[at : at + 4] for at in range(0, len(seed), 4)),
        account=account,
    )
    return page, 422 if form.errors else 200


def _added(*, first: bool) -> Any:
    """With the first factor come the recovery codes."""
    if first:
        return _codes()
    db().commit()
    told(_("It is set up."))
    return redirect(url_for("factors.index"))


@bp.post("/app/remove")
@requires(Permission.ACCOUNT_SELF, risky=True)
def take_app_away() -> Any:
    """No longer the authenticator app."""
    try:
        remove_app(db(), _user().account.id, required=services().second_factor)
    except DomainError as problem:
        db().rollback()
        refused(problem.message)
        return redirect(url_for("factors.index"))
    _note("factor_removed", factor="app")
    db().commit()
    told(_("The app no longer counts."))
    return redirect(url_for("factors.index"))


@bp.post("/passkeys/challenge")
@limiter.limit("20 per minute")
@requires(Permission.ACCOUNT_SELF, setting_up=True, risky=True)
def passkey_challenge() -> Any:
    """What the browser needs to make a passkey."""
    user = _user()
    options = registration_options(db(), services().place, user.account, user.session_id, now())
    db().commit()
    return Response(options, content_type="application/json")


@bp.post("/passkeys")
@limiter.limit("20 per minute")
@requires(Permission.ACCOUNT_SELF, setting_up=True, risky=True)
def add_key() -> Any:
    """Keep the passkey that the browser made."""
    user, form = _user(), PasskeyForm()
    if form.validate():
        had = factors_of(db(), user.account.id)
        try:
            key = add_passkey(
                db(), services().place, user.account, user.session_id,
                answer=form.answer.data or "", name=form.name.data or "", now=now(),
            )  # fmt: skip
        except DomainError as problem:
            db().commit()  # the challenge is used up all the same
            form.take(problem)
        else:
            _note("factor_added", factor="passkey", name=key.name)
            return _added(first=not had.any)
    return _page(form)


@bp.post("/passkeys/<int:passkey_id>/remove")
@requires(Permission.ACCOUNT_SELF, risky=True)
def take_key_away(passkey_id: int) -> Any:
    """No longer this passkey."""
    try:
        if not remove_passkey(db(), _user().account.id, passkey_id, required=services().second_factor):
            raise NotVisible("There is no such passkey.")
    except NotVisible:
        raise
    except DomainError as problem:
        db().rollback()
        refused(problem.message)
        return redirect(url_for("factors.index"))
    _note("factor_removed", factor="passkey")
    db().commit()
    told(_("The passkey no longer counts."))
    return redirect(url_for("factors.index"))


@bp.post("/codes")
@requires(Permission.ACCOUNT_SELF, risky=True)
def codes() -> Any:
    """Ten new recovery codes; those before no longer count."""
    if not factors_of(db(), _user().account.id).any:
        raise DomainError("Set up a second factor first: the codes stand in for it.")
    return _codes()


def _codes() -> Any:
    made = new_recovery_codes(db(), _user().account.id)
    _note("recovery_codes_made")
    db().commit()
    return render_template("accounts/recovery_codes.html", codes=made)


def _note(code: str, **detail: str) -> None:
    if code in set(Letter):
        write_letter(db(), _user().account.id, Letter(code), now())
    note(office(), db(), actor=current_actor(), code=code, detail=detail, now=now())

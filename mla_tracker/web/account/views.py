"""`/account`: who one is here, own sessions, own password, own preferences."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_by_id, open_sessions
from mla_tracker.accounts.services import change_password, change_preferences, preferences_of
from mla_tracker.accounts.sessions import end_all_sessions, end_session
from mla_tracker.casework.administration import note
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.reminders.account_letters import Letter, write_letter
from mla_tracker.web.access import requires
from mla_tracker.web.account.browser_names import browser_name
from mla_tracker.web.account.forms import PasswordForm, PreferencesForm
from mla_tracker.web.account.own_preferences import show_as_account_wants
from mla_tracker.web.context import current_actor, current_session_id, db, now, office, services
from mla_tracker.web.extensions import limiter
from mla_tracker.web.flashes import told
from mla_tracker.web.preferences import offered_language

bp = Blueprint("account", __name__, url_prefix="/account")


def _own_id() -> int:
    account_id = current_actor().account_id
    if account_id is None:
        raise NotVisible("There is no such account.")
    return account_id


@bp.route("", methods=["GET", "POST"])
@limiter.limit("10 per minute", key_func=lambda: f"account {current_actor().account_id}", methods=["POST"])
@requires(Permission.ACCOUNT_SELF)
def index() -> Any:
    """Who am I here, from where am I signed in, how do I want it, and a new password."""
    account = account_by_id(db(), _own_id())
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            change_password(
                db(), account, present=form.present.data or "", new=form.password.data or "", now=now(),
                keep_session=current_session_id(),
            )  # fmt: skip
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            write_letter(db(), account.id, Letter.PASSWORD_CHANGED, now())
            note(office(), db(), actor=current_actor(), code="password_changed", detail={}, now=now())
            db().commit()
            told(_("Your password is changed; your other sessions have ended."))
            return redirect(url_for("account.index"))
    return _page(account, form, _preferences_form(account))


@bp.post("/preferences")
@requires(Permission.ACCOUNT_SELF)
def prefer() -> Any:
    """Language, time zone and display, kept with the account and shown at once in this browser."""
    account = account_by_id(db(), _own_id())
    form = PreferencesForm().offer()
    if form.validate():
        try:
            change_preferences(account, form.to_domain(), languages=services().languages)
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            db().commit()
            told(_("Your preferences are kept."))
            response = make_response(redirect(url_for("account.index")))
            show_as_account_wants(response, account)
            return response
    return _page(account, PasswordForm(formdata=None), form)


def _preferences_form(account: Account) -> PreferencesForm:
    wanted = preferences_of(account)
    return PreferencesForm(
        formdata=None,
        language=offered_language(wanted.language) or services().languages[0],
        time_zone=wanted.time_zone,
        theme=wanted.theme,
        density=wanted.density,
        shortcuts=wanted.shortcuts,
    ).offer()


def _page(account: Account, form: PasswordForm, preferences: PreferencesForm) -> Any:
    page = render_template(
        "accounts/account.html",
        account=account,
        form=form,
        wants=preferences,
        sessions=open_sessions(db(), account.id, now()),
        present=current_session_id(),
        browser_name=browser_name,
    )
    return page, 422 if form.errors or preferences.errors else 200


@bp.post("/sessions/<int:session_id>/end")
@requires(Permission.ACCOUNT_SELF)
def end(session_id: int) -> Any:
    """End one of one's own sessions."""
    if not end_session(db(), session_id, _own_id(), now()):
        raise NotVisible("There is no such session.")
    note(office(), db(), actor=current_actor(), code="session_ended", detail={"session": session_id}, now=now())
    db().commit()
    told(_("The session has ended."))
    return redirect(url_for("account.index"))


@bp.post("/sessions/end-others")
@requires(Permission.ACCOUNT_SELF)
def end_others() -> Any:
    """End all but this one."""
    ended = end_all_sessions(db(), _own_id(), now(), but=current_session_id())
    note(office(), db(), actor=current_actor(), code="sessions_ended", detail={"number": ended}, now=now())
    db().commit()
    told(_("All other sessions have ended."))
    return redirect(url_for("account.index"))

"""`/account`: own data, own sessions, own password."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_by_id, open_sessions
from mla_tracker.accounts.services import change_password
from mla_tracker.accounts.signing_in import end_all_sessions, end_session
from mla_tracker.casework.administration import note
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.web.access import requires
from mla_tracker.web.account.browser_names import browser_name
from mla_tracker.web.context import current_actor, current_session_id, db, now, office
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm

bp = Blueprint("account", __name__, url_prefix="/account")


class PasswordForm(BaseForm):
    present = PasswordField(_l("Present password"), validators=[InputRequired(_l("Enter your present password."))])
    password = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Enter a new password.")), Length(max=128)],
        description=_l("12 characters or more; a sentence of several words is easy to keep and hard to guess"),
    )


def _own_id() -> int:
    account_id = current_actor().account_id
    if account_id is None:
        raise NotVisible("There is no such account.")
    return account_id


@bp.route("", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SELF)
def index() -> Any:
    """Who am I here, from where am I signed in, and a new password."""
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
            note(office(), db(), actor=current_actor(), code="password_changed", detail={}, now=now())
            db().commit()
            told(_("Your password is changed; your other sessions have ended."))
            return redirect(url_for("account.index"))
    page = render_template(
        "accounts/account.html",
        account=account,
        form=form,
        sessions=open_sessions(db(), account.id, now()),
        present=current_session_id(),
        browser_name=browser_name,
    )
    return page, 422 if form.errors else 200


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

"""`/admin`: what can be administered; `/admin/people`: accounts and their sessions."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts import services as accounts
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_by_id, open_sessions, people
from mla_tracker.accounts.sessions import end_all_sessions
from mla_tracker.casework.administration import note
from mla_tracker.core.errors import DomainError
from mla_tracker.web.access import requires
from mla_tracker.web.account.browser_names import browser_name
from mla_tracker.web.context import current_actor, db, now, office, permitted
from mla_tracker.web.fields import SelectChoice
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm
from mla_tracker.web.role_words import ROLES

bp = Blueprint("admin", __name__, url_prefix="/admin")

_ROLE_CHOICES = [SelectChoice(role.value, label) for role, label in ROLES.items()]


class PersonForm(BaseForm):
    email = EmailField(
        _l("E-mail address"), validators=[InputRequired(_l("Enter an e-mail address.")), Length(max=254)]
    )
    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter the name.")), Length(max=120)])
    role = SelectField(_l("Role"), choices=_ROLE_CHOICES)
    password = PasswordField(
        _l("First password"),
        validators=[InputRequired(_l("Enter a first password.")), Length(max=128)],
        description=_l("Tell it in person; it can be changed under “Account”"),
    )


class RoleForm(BaseForm):
    role = SelectField(_l("Role"), choices=_ROLE_CHOICES)


class GivenPasswordForm(BaseForm):
    password = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Enter a new password.")), Length(max=128)],
        description=_l("Tell it in person; it can be changed under “Account”"),
    )


@bp.get("")
@requires(Permission.ADMIN_PEOPLE, Permission.ADMIN_CODES, Permission.ADMIN_MAIL, Permission.ADMIN_OFFICE)
def index() -> Any:
    """Change it without a programmer."""
    parts = [
        (Permission.ADMIN_PEOPLE, _("People"), "/admin/people", _("Accounts, roles, sessions")),
        (Permission.ADMIN_CODES, _("Codes"), "/admin/codes", _("Legal bases, grounds, offences, types of assistance")),
        (Permission.ADMIN_MAIL, _("Mail"), "/admin/mail", _("The queue, what could not be delivered, the last sweep")),
    ]
    return render_template(
        "admin/index.html",
        parts=[(label, url, words) for permission, label, url, words in parts if permitted(permission)],
    )


@bp.route("/people", methods=["GET", "POST"])
@requires(Permission.ADMIN_PEOPLE)
def list_people() -> Any:
    """Everybody of the office; a new account."""
    form = PersonForm()
    if form.validate_on_submit():
        try:
            account = accounts.create_account(
                db(), email=form.email.data or "", name=form.name.data or "", role=form.role.data,
                password=form.password.data, now=now(),
            )  # fmt: skip
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            _note("account_created", account.id, role=account.role)
            told(_("The account is ready."))
            return redirect(url_for("admin.list_people"))
    page = render_template("admin/people.html", form=form, people=people(db()), roles=ROLES)
    return page, 422 if form.errors else 200


@bp.route("/people/<int:account_id>", methods=["GET", "POST"])
@requires(Permission.ADMIN_PEOPLE)
def person(account_id: int) -> Any:
    """One account: its role, its sessions."""
    account = account_by_id(db(), account_id)
    form = RoleForm(role=account.role) if request.method == "GET" else RoleForm()
    if form.validate_on_submit():
        before = account.role
        try:
            accounts.change_role(db(), account, form.role.data)
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            _note("role_changed", account_id, was=before, now=form.role.data)
            told(_("The role is changed; it counts from the next page on."))
            return redirect(url_for("admin.person", account_id=account_id))
    return _person_page(account, form, GivenPasswordForm(formdata=None))


@bp.post("/people/<int:account_id>/password")
@requires(Permission.ADMIN_PEOPLE)
def give_password(account_id: int) -> Any:
    """A new password for somebody who forgot his; all sessions end."""
    account = account_by_id(db(), account_id)
    form = GivenPasswordForm()
    if form.validate():
        try:
            accounts.set_password(db(), account, form.password.data or "", now())
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            _note("password_given", account_id)
            told(_("The new password counts from now on; all sessions have ended."))
            return redirect(url_for("admin.person", account_id=account_id))
    return _person_page(account, RoleForm(formdata=None, role=account.role), form)


def _person_page(account: Account, form: RoleForm, given: GivenPasswordForm) -> Any:
    page = render_template(
        "admin/person.html", form=form, given=given, account=account, roles=ROLES, browser_name=browser_name,
        sessions=open_sessions(db(), account.id, now()), own=account.id == current_actor().account_id,
    )  # fmt: skip
    return page, 422 if form.errors or given.errors else 200


@bp.post("/people/<int:account_id>/disable")
@requires(Permission.ADMIN_PEOPLE)
def disable(account_id: int) -> Any:
    """No more signing in; all sessions end."""
    accounts.disable_account(db(), account_by_id(db(), account_id), now())
    _note("account_disabled", account_id)
    told(_("The account is disabled and its sessions have ended."))
    return redirect(url_for("admin.person", account_id=account_id))


@bp.post("/people/<int:account_id>/enable")
@requires(Permission.ADMIN_PEOPLE)
def enable(account_id: int) -> Any:
    """Let a disabled account in again."""
    accounts.enable_account(account_by_id(db(), account_id))
    _note("account_enabled", account_id)
    told(_("The account is open again."))
    return redirect(url_for("admin.person", account_id=account_id))


@bp.post("/people/<int:account_id>/end-sessions")
@requires(Permission.ADMIN_PEOPLE)
def end_sessions(account_id: int) -> Any:
    """Sign a person out everywhere."""
    end_all_sessions(db(), account_by_id(db(), account_id).id, now())
    _note("sessions_ended", account_id)
    told(_("All sessions have ended."))
    return redirect(url_for("admin.person", account_id=account_id))


def _note(code: str, account_id: int, **more: str) -> None:
    note(office(), db(), actor=current_actor(), code=code, detail={"account": account_id, **more}, now=now())
    db().commit()

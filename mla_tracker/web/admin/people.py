"""`/admin/people`: accounts, their roles, sessions, passwords and second factors."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext as _

from mla_tracker.accounts import services as accounts
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_by_id, open_sessions, people
from mla_tracker.accounts.second_factors import agree_reset, ask_reset, asked_reset, factors_of
from mla_tracker.accounts.sessions import end_all_sessions
from mla_tracker.casework.administration import note
from mla_tracker.core.errors import DomainError
from mla_tracker.reminders.account_letters import Letter, write_letter
from mla_tracker.web.access import requires
from mla_tracker.web.account.browser_names import browser_name
from mla_tracker.web.admin.forms import GivenPasswordForm, PersonForm, RoleForm
from mla_tracker.web.admin.views import bp
from mla_tracker.web.context import current_actor, db, now, office
from mla_tracker.web.flashes import told
from mla_tracker.web.role_words import ROLES


@bp.get("/people")
@requires(Permission.ADMIN_PEOPLE)
def list_people() -> Any:
    """Everybody of the office, and the form for a new account."""
    return _people_page(PersonForm(formdata=None))


@bp.post("/people")
@requires(Permission.ADMIN_PEOPLE, risky=True)
def create() -> Any:
    """A new account."""
    form = PersonForm()
    if form.validate():
        try:
            account = accounts.create_account(
                db(), email=form.email.data or "", name=form.name.data or "", role=form.role.data,
                password=form.password.data or None, now=now(),
            )  # fmt: skip
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            if not form.password.data:
                write_letter(db(), account.id, Letter.INVITATION, now())
            _note("account_created", account.id, role=account.role)
            told(_("The account is ready.") if form.password.data else _("An invitation is on its way."))
            return redirect(url_for("admin.list_people"))
    return _people_page(form)


def _people_page(form: PersonForm) -> Any:
    page = render_template("admin/people.html", form=form, people=people(db()), roles=ROLES)
    return page, 422 if form.errors else 200


@bp.get("/people/<int:account_id>")
@requires(Permission.ADMIN_PEOPLE)
def person(account_id: int) -> Any:
    """One account: its role, its sessions, its second factors."""
    account = account_by_id(db(), account_id)
    return _person_page(account, RoleForm(formdata=None, role=account.role), GivenPasswordForm(formdata=None))


@bp.post("/people/<int:account_id>")
@requires(Permission.ADMIN_PEOPLE, risky=True)
def change_role(account_id: int) -> Any:
    """Another role."""
    account, form = account_by_id(db(), account_id), RoleForm()
    if form.validate():
        before = account.role
        try:
            accounts.change_role(db(), account, form.role.data)
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            write_letter(db(), account_id, Letter.ROLE_CHANGED, now())
            _note("role_changed", account_id, was=before, now=form.role.data)
            told(_("The role is changed; it counts from the next page on."))
            return redirect(url_for("admin.person", account_id=account_id))
    return _person_page(account, form, GivenPasswordForm(formdata=None))


@bp.post("/people/<int:account_id>/password")
@requires(Permission.ADMIN_PEOPLE, risky=True)
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
            write_letter(db(), account_id, Letter.PASSWORD_CHANGED, now())
            _note("password_given", account_id)
            told(_("The new password counts from now on; all sessions have ended."))
            return redirect(url_for("admin.person", account_id=account_id))
    return _person_page(account, RoleForm(formdata=None, role=account.role), form)


def _person_page(account: Account, form: RoleForm, given: GivenPasswordForm) -> Any:
    page = render_template(
        "admin/person.html", form=form, given=given, account=account, roles=ROLES, browser_name=browser_name,
        sessions=open_sessions(db(), account.id, now()), own=account.id == current_actor().account_id,
        factors=factors_of(db(), account.id), reset=asked_reset(db(), account.id, now()), me=current_actor().account_id,
    )  # fmt: skip
    return page, 422 if form.errors or given.errors else 200


@bp.post("/people/<int:account_id>/link")
@requires(Permission.ADMIN_PEOPLE, risky=True)
def send_link(account_id: int) -> Any:
    """A link by mail with which the person sets a password himself."""
    account = account_by_id(db(), account_id)
    if not account.active:
        raise DomainError("The account is disabled: open it first.")
    write_letter(db(), account_id, Letter.PASSWORD_LINK if account.password_hash else Letter.INVITATION, now())
    _note("password_link_sent", account_id)
    told(_("A link is on its way. It holds 30 minutes."))
    return redirect(url_for("admin.person", account_id=account_id))


@bp.post("/people/<int:account_id>/disable")
@requires(Permission.ADMIN_PEOPLE, risky=True)
def disable(account_id: int) -> Any:
    """No more signing in; all sessions end."""
    accounts.disable_account(db(), account_by_id(db(), account_id), now())
    _note("account_disabled", account_id)
    told(_("The account is disabled and its sessions have ended."))
    return redirect(url_for("admin.person", account_id=account_id))


@bp.post("/people/<int:account_id>/enable")
@requires(Permission.ADMIN_PEOPLE, risky=True)
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


@bp.post("/people/<int:account_id>/factors/reset")
@requires(Permission.ADMIN_PEOPLE, risky=True)
def reset_factors(account_id: int) -> Any:
    """Lost factors are taken away by two administrators: the first asks, another agrees."""
    account, me = account_by_id(db(), account_id), current_actor().account_id or 0
    asked = asked_reset(db(), account_id, now())
    if asked is None or asked.asked_by == me:
        ask_reset(db(), account, asked_by=me, now=now())
        _note("factor_reset_asked", account_id)
        told(_("Another administrator must agree within two days: it stands on this page."))
    else:
        asked_by = agree_reset(db(), account, agreed_by=me, now=now())
        write_letter(db(), account_id, Letter.FACTORS_RESET, now())
        _note("factors_reset", account_id, asked_by=asked_by)
        told(_("The second factors are taken away and all sessions have ended."))
    return redirect(url_for("admin.person", account_id=account_id))


def _note(code: str, account_id: int, **more: str | int) -> None:
    note(office(), db(), actor=current_actor(), code=code, detail={"account": account_id, **more}, now=now())
    db().commit()

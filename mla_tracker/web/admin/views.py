"""`/admin`: what can be administered."""

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.documents.queries import damaged_files
from mla_tracker.web.access import requires
from mla_tracker.web.context import db, permitted

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("")
@requires(Permission.ADMIN_PEOPLE, Permission.ADMIN_CODES, Permission.ADMIN_MAIL, Permission.ADMIN_OFFICE)
def index() -> Any:
    """Change it without a programmer."""
    parts = [
        (Permission.ADMIN_PEOPLE, _("People"), "/admin/people", _("Accounts, roles, sessions")),
        (Permission.ADMIN_CODES, _("Codes"), "/admin/codes", _("Legal bases, grounds, offences, types of assistance")),
        (
            Permission.ADMIN_CODES,
            _("Time limits"),
            "/admin/limits",
            _("Confirm, adapt, add, retire the rules"),
        ),
        (Permission.ADMIN_OFFICE, _("Working calendars"), "/admin/calendars", _("Holidays, closures of the office")),
        (Permission.ADMIN_MAIL, _("Reminder ladders"), "/admin/ladders", _("When each clock reminds, and whom")),
        (Permission.ADMIN_OFFICE, _("Documents"), "/admin/documents", _("Whether stored files are whole; retention")),
        (Permission.ADMIN_MAIL, _("Mail"), "/admin/mail", _("The queue, what could not be delivered, the last sweep")),
    ]
    return render_template(
        "admin/index.html",
        parts=[(label, url, words) for permission, label, url, words in parts if permitted(permission)],
        damaged=damaged_files(db()) if permitted(Permission.ADMIN_OFFICE) else 0,
    )

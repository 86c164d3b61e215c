"""`/admin/mail`: whether the mail goes out, what waits, what could not be sent, and another try for it."""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from mla_tracker.accounts.permissions import Permission
from mla_tracker.core.errors import DomainError
from mla_tracker.reminders import queries
from mla_tracker.reminders.services import retry_dead
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, now, office
from mla_tracker.web.flashes import refused, told

bp = Blueprint("mail_admin", __name__, url_prefix="/admin/mail")

REASONS: Final = {
    "refused": _l("Refused by the mail server"),
    "gave_up": _l("Not taken for 72 hours"),
    "nobody_to_tell": _l("Nobody leads or supervises the request"),
    "overtaken": _l("Overtaken by a later reminder"),
    "before_floor": _l("Due before the request was taken in"),
    "acknowledged": _l("Acknowledged"),
    "ended": _l("The time limit ended"),
    "moved": _l("The date moved"),
    "paused": _l("The time limit is paused"),
    "reassigned": _l("Somebody else is told"),
    "inactive": _l("The account is disabled"),
}
LETTERS: Final = {
    "invitation": _l("Invitation"),
    "password_link": _l("Link to set a password"),
    "password_changed": _l("Word of a new password"),
    "factor_added": _l("Word of a new second factor"),
    "factor_removed": _l("Word of a second factor taken away"),
    "factors_reset": _l("Word of second factors taken away by administrators"),
    "role_changed": _l("Word of another role"),
    "emergency_access": _l("Word of an emergency access"),
}
STATES: Final = {
    "planned": _l("Waiting"),
    "claimed": _l("Being sent"),
    "deferred": _l("To be tried again"),
    "sent": _l("Sent"),
    "suppressed": _l("Not sent"),
    "dead": _l("Failed"),
}


@bp.get("")
@requires(Permission.ADMIN_MAIL)
def index() -> str:
    """The health of the mail, dead letters, the queue."""
    session, actor = db(), current_actor()
    health = queries.mail_health(session, actor)
    return render_template(
        "admin/mail.html",
        health=health,
        dead=queries.dead_letters(session, actor),
        waiting=queries.queue(session, actor),
        shown=queries.SHOWN,
        rungs=rung_words,
        reasons=REASONS,
        states=STATES,
    )


@bp.post("/<int:notice_id>/retry")
@requires(Permission.ADMIN_MAIL)
def retry(notice_id: int) -> Any:
    """Put a dead letter back into the queue."""
    session = db()
    try:
        retry_dead(session, current_actor(), office().audit_key, notice_id, now=now())
        session.commit()
    except DomainError as problem:
        session.rollback()
        refused(_(problem.message))
    else:
        told(_("The message is in the queue again."))
    return redirect(url_for("mail_admin.index"))


def rung_words(rung: str) -> str:
    """What a rung of the ladder is called on a page, in the reader's language."""
    named = {"due": _("On the day"), "chase": _("The other State is late"), "summary": _("Summary after a load")}
    if rung in LETTERS:
        return str(LETTERS[rung])
    kind, number = rung.rstrip("0123456789%+-"), rung.strip("abcdefghijklmnopqrstuvwxyz+-%")
    if not number:
        return str(named.get(rung, rung))
    if not kind:
        return str(_("%(percent)s %% of the time used", percent=number))
    if kind == "overdue":
        return str(ngettext("%(num)s day late", "%(num)s days late", int(number)))
    return str(ngettext("%(num)s day before", "%(num)s days before", int(number)))

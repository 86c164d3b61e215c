"""`/admin/mail`: whether the mail goes out, what waits, what could not be sent, and another try for it."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.core.errors import DomainError
from mla_tracker.reminders import queries
from mla_tracker.reminders.services import retry_dead
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, now, office
from mla_tracker.web.flashes import refused, told
from mla_tracker.web.reminders.words import REASONS, STATES, rung_words

bp = Blueprint("mail_admin", __name__, url_prefix="/admin/mail")


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

"""`/admin/documents`: whether every stored file is what it was, and for how long they are kept. Names no request."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from mla_tracker.accounts.permissions import Permission
from mla_tracker.casework.documenting import set_retention
from mla_tracker.core.errors import DomainError
from mla_tracker.documents.queries import retention_years, store_health
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, office, services
from mla_tracker.web.documents.presenting import size_words
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm

bp = Blueprint("documents_admin", __name__, url_prefix="/admin/documents")


class RetentionForm(BaseForm):
    """For how long."""

    years = IntegerField(
        _l("Years after closing"),
        validators=[Optional(), NumberRange(1, 200, _l("Enter a number of years from 1 to 200, or nothing."))],
        description=_l("Empty: they are kept. Nothing is deleted by itself: a person asks, a second one decides."),
    )


@bp.route("", methods=["GET", "POST"])
@requires(Permission.ADMIN_OFFICE)
def index() -> Any:
    """The state of the store, and the retention period."""
    form = RetentionForm(years=retention_years(db())) if request.method == "GET" else RetentionForm()
    if form.validate_on_submit():
        try:
            set_retention(office(), db(), form.years.data, actor=current_actor())
        except DomainError as problem:
            form.take(problem)
        else:
            told(_("Saved."))
            return redirect(url_for("documents_admin.index"))
    health = store_health(db())
    page = render_template(
        "admin/documents.html",
        form=form,
        health=health,
        size=size_words(health.bytes),
        scanner=services().malware_scanner,
    )
    return page, 422 if form.errors else 200

"""`/cases/emergency`: opening a restricted request in an emergency; its review stands with who sees the request."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.queries import find_case
from mla_tracker.casework.administration import note
from mla_tracker.casework.emergency import review, take_access
from mla_tracker.core.errors import Invalid
from mla_tracker.web.access import requires
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db, now, office
from mla_tracker.web.extensions import limiter
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm


class EmergencyForm(BaseForm):
    reference = StringField(
        _l("Reference of the request"), validators=[InputRequired(_l("Enter the reference.")), Length(max=40)]
    )
    reason = TextAreaField(
        _l("Why it cannot wait"),
        validators=[InputRequired(_l("Enter the reason.")), Length(max=1000)],
        description=_l("Those who are named on the request read it at once, and review it"),
    )


@bp.route("/emergency", methods=["GET", "POST"])
@limiter.limit("10 per hour", key_func=lambda: f"emergency {current_actor().account_id}", methods=["POST"])
@requires(Permission.CASE_EMERGENCY, risky=True)
def emergency() -> Any:
    """Open a restricted request that does not name the reader; each attempt is in the trail."""
    form = EmergencyForm()
    if form.validate_on_submit():
        try:
            reference = take_access(
                office(), db(), form.reference.data or "", form.reason.data or "", actor=current_actor(), now=now()
            )
        except Invalid as problem:
            db().rollback()
            form.take(problem)
            if "reference" in problem.errors:
                note(office(), db(), actor=current_actor(), code="emergency_refused", detail={}, now=now())
                db().commit()
        else:
            told(_("The request is open to you. Those who are named on it are told, and review it."))
            return redirect(url_for("cases.detail", reference=reference))
    return render_template("cases/emergency.html", form=form), 422 if form.errors else 200


@bp.post("/<case_ref:reference>/emergency/<int:access_id>/<any(keep, end):verdict>")
@requires(Permission.CASE_RESTRICT)
def review_access(reference: str, access_id: int, verdict: str) -> Any:
    """Whether he who took the access stays named."""
    case = find_case(db(), current_actor(), reference)
    review(office(), db(), case.id, access_id, keep=verdict == "keep", actor=current_actor(), now=now())
    told(_("Reviewed."))
    return redirect(url_for("cases.access", reference=case.reference))

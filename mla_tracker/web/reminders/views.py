"""`/reminders/…`: the page behind the link of a reminder, and who gets what on a day."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.queries import find_case
from mla_tracker.casework.acknowledging import acknowledge_notice, own_notice
from mla_tracker.core.errors import NotVisible
from mla_tracker.reminders.chasing import reminder_of
from mla_tracker.reminders.forecast import FARTHEST, SHOWN, forecast
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, looked_at, now, office, today
from mla_tracker.web.fields import DayField
from mla_tracker.web.filters import day
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm
from mla_tracker.web.reminders.words import WHY, rung_words

bp = Blueprint("reminders", __name__, url_prefix="/reminders")


class ForecastForm(BaseForm):
    class Meta:
        csrf = False  # a question, nothing is written

    on = DayField()


@bp.get("/<int:notice_id>")
@requires(Permission.ACCOUNT_SELF)
def notice(notice_id: int) -> str:
    """What the link of a mail opens: no word of the case, and nothing happens by opening it (scanners do)."""
    found = own_notice(db(), current_actor(), notice_id)
    return render_template("reminders/acknowledge.html", found=found, notice_id=notice_id)


@bp.get("/<int:notice_id>/request")
@requires(Permission.ACCOUNT_SELF)
def follow(notice_id: int) -> Any:
    """On to the request, without acknowledging."""
    found = own_notice(db(), current_actor(), notice_id)
    return redirect(url_for("cases.detail", reference=found.reference, _anchor="deadlines"))


@bp.post("/<int:notice_id>")
@requires(Permission.REQUEST_WORK)
def acknowledge(notice_id: int) -> Any:
    """The person has seen it."""
    reference = acknowledge_notice(office(), db(), current_actor(), notice_id)
    told(_("Acknowledged: it stands in the request."))
    return redirect(url_for("cases.detail", reference=reference, _anchor="deadlines"))


@bp.get("/letter/<case_ref:reference>")
@requires(Permission.REQUEST_WORK)
def letter(reference: str) -> str:
    """The next reminder to the other State, for review: its number and the days of the former ones."""
    case = find_case(db(), current_actor(), reference)
    found = reminder_of(db(), case)
    if found is None:
        raise NotVisible("There is nothing to remind the other State of.")
    page = render_template("reminders/letter.html", found=found, former=", ".join(day(on) for on in found.former))
    looked_at("case_viewed", case)
    return page


@bp.get("/forecast")
@requires(Permission.DEADLINE_READ)
def on_a_day() -> Any:
    """Who gets what tomorrow, or on any other day to come; nothing is planned or sent by looking."""
    form = ForecastForm(request.args)
    chosen = today() + timedelta(days=1)
    wrong = False
    if request.args:
        wrong = not form.validate() or form.on.data is None
        if form.on.data is not None:
            wrong = wrong or not today() <= form.on.data <= today() + timedelta(days=FARTHEST)
            chosen = chosen if wrong else form.on.data
    found = forecast(db(), current_actor(), chosen, now=now(), zone=office().zone)
    page = render_template(
        "reminders/forecast.html",
        form=form,
        wrong=wrong,
        day=chosen,
        lines=found,
        rungs=rung_words,
        why=WHY,
        shown=SHOWN,
        farthest=today() + timedelta(days=FARTHEST),
    )
    return page, 422 if wrong else 200

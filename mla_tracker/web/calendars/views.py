"""`/admin/calendars`: the days off of our own calendar and of other States, and what a change of them does.

A change is shown before it is made: how many deadlines move, how many are no longer overdue, how many reminders are
withdrawn. Then exactly that is done, by the worker, with progress on the page.
"""

from datetime import date
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import names_of
from mla_tracker.casework import calendars
from mla_tracker.casework.blast_radius import Effect
from mla_tracker.casework.calendars import Shown
from mla_tracker.core.errors import Conflict, DomainError, NotVisible
from mla_tracker.deadlines.calendar import FIRST_YEAR, LAST_YEAR
from mla_tracker.deadlines.models import CalendarChange, Recomputation
from mla_tracker.deadlines.office_calendars import OFFICE, Change, office_calendars
from mla_tracker.web.access import requires
from mla_tracker.web.cases.forms import options
from mla_tracker.web.context import current_actor, db, now, office, services, today
from mla_tracker.web.fields import DayField
from mla_tracker.web.filters import country
from mla_tracker.web.flashes import refused, told
from mla_tracker.web.forms import BaseForm

bp = Blueprint("calendars", __name__, url_prefix="/admin/calendars")

JOB: Final = "deadlines.sweep"


class ChangeForm(BaseForm):
    """Days of one place. `version` is of the calendars as the preview was counted on; "" before it."""

    version = HiddenField()
    shown = HiddenField()
    place = StringField(
        _l("Calendar"),
        validators=[InputRequired(_l("Enter a State, or OFFICE.")), Length(max=8)],
        description=_l("A State as LV, or OFFICE for closures of our own"),
    )
    first = DayField(_l("First day"), validators=[InputRequired(_l("Enter the day."))])
    last = DayField(_l("Last day"), validators=[Optional()], description=_l("Where it is more than one"))
    works = RadioField(
        _l("On these days"),
        choices=options([("off", _l("nobody works")), ("on", _l("people work after all"))]),
        default="off",
    )
    name = StringField(
        _l("Name"), validators=[Length(max=120)], description=_l("It stands beside each date that it moves")
    )
    source = StringField(
        _l("Source"),
        validators=[InputRequired(_l("Name the law, the decision or the notice.")), Length(max=400)],
        description=_l("The law, decision or notice that says so"),
    )

    def change(self) -> Change:
        """What was entered."""
        first = self.first.data or date.min
        place = (self.place.data or "").strip().upper()
        return Change(place, first, self.last.data or first, self.works.data == "on", (self.name.data or "").strip())


class WithdrawForm(BaseForm):
    version = HiddenField()


@bp.get("")
@requires(Permission.ADMIN_OFFICE)
def index() -> Any:
    """Our own days off of a year, and the changes that were made."""
    year = request.args.get("year", today().year, type=int)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotVisible("There is no such year.")
    own = office_calendars(db(), office().country, office().zone).own
    rows = db().scalars(select(CalendarChange).order_by(CalendarChange.id.desc())).all()
    runs = db().scalars(select(Recomputation).order_by(Recomputation.id.desc()).limit(10)).all()
    return render_template(
        "calendars/index.html",
        year=year,
        own=own,
        days=own.skipped(date(year - 1, 12, 31), date(year, 12, 31)),
        changes=[(row, place_words(row.place)) for row in rows],
        names=names_of(db(), {row.set_by for row in rows} | {row.withdrawn_by for row in rows}),
        runs=[(run, why_words(run), figures(run.found or run.expected or {})) for run in runs],
        first_year=FIRST_YEAR,
        last_year=LAST_YEAR,
        office=OFFICE,
    )


@bp.route("/add", methods=["GET", "POST"])
@requires(Permission.ADMIN_OFFICE)
def add() -> Any:
    """First what it does, then the change."""
    form = ChangeForm(data={"place": OFFICE})
    shown: Shown | None = None
    if form.validate_on_submit():
        wanted = form.change()
        try:
            if form.shown.data == _mark(wanted):
                calendars.make_change(
                    office(),
                    db(),
                    wanted,
                    source=form.source.data or "",
                    version=form.version.data or "",
                    actor=current_actor(),
                    now=now(),
                )
                return _queued()
            shown = calendars.show_change(office(), db(), wanted, actor=current_actor(), now=now())
        except DomainError as problem:
            db().rollback()
            form.take(problem)
            form.shown.data = ""
        if shown is not None:
            form.version.data, form.shown.data = shown.version, _mark(wanted)
    page = render_template("calendars/add.html", form=form, shown=figures(shown.effect.figures()) if shown else None)
    return page, 422 if form.errors or form.form_errors else 200


def _mark(change: Change) -> str:
    """What a preview was of: other days than those that were shown are shown first."""
    return f"{change.place}|{change.first}|{change.last}|{change.works}|{change.name}"


@bp.route("/<int:number>/withdraw", methods=["GET", "POST"])
@requires(Permission.ADMIN_OFFICE)
def withdraw(number: int) -> Any:
    """Take a change back, after showing what that does."""
    row = db().get(CalendarChange, number)
    if row is None or row.withdrawn_at is not None:
        raise NotVisible("There is no such change.")
    form = WithdrawForm()
    if form.validate_on_submit():
        try:
            calendars.withdraw_change(
                office(), db(), number, version=form.version.data or "", actor=current_actor(), now=now()
            )
        except Conflict as problem:
            db().rollback()
            form.take(problem)
        else:
            return _queued()
    try:
        shown = calendars.show_withdrawal(office(), db(), number, actor=current_actor(), now=now())
    except Conflict as problem:
        refused(problem.message)
        return redirect(url_for("calendars.index", _anchor="runs"))
    db().rollback()
    form.version.data = shown.version
    page = render_template(
        "calendars/withdraw.html",
        form=form,
        row=db().get_one(CalendarChange, number),
        place=place_words(row.place),
        shown=figures(shown.effect.figures()),
    )
    return page, 422 if form.form_errors else 200


def _queued() -> Any:
    services().jobs.send(JOB)
    told(_("The change is made; the deadlines follow, case by case."))
    return redirect(url_for("calendars.index", _anchor="runs"))


def place_words(place: str) -> Any:
    """A place in words."""
    return _("Our own closures") if place == OFFICE else country(place)


def figures(found: dict[str, Any]) -> list[str]:
    """What a change does, in words; what does not happen is left out."""
    effect = Effect(**{name: found.get(name, 0) for name in Effect().figures()})
    lines = [
        (effect.moved, ngettext("%(num)d deadline moves", "%(num)d deadlines move", effect.moved)),
        (effect.begun, ngettext("%(num)d deadline begins", "%(num)d deadlines begin", effect.begun)),
        (effect.gone, ngettext("%(num)d deadline falls away", "%(num)d deadlines fall away", effect.gone)),
        (
            effect.no_longer_overdue,
            ngettext("%(num)d is no longer overdue", "%(num)d are no longer overdue", effect.no_longer_overdue),
        ),
        (
            effect.newly_overdue,
            ngettext("%(num)d is overdue from then on", "%(num)d are overdue from then on", effect.newly_overdue),
        ),
        (
            effect.ends_changed,
            ngettext(
                "%(num)d that ended was in time, or late, otherwise than it stood",
                "%(num)d that ended were in time, or late, otherwise than they stood",
                effect.ends_changed,
            ),
        ),
        (
            effect.reminders_withdrawn,
            ngettext("%(num)d reminder is withdrawn", "%(num)d reminders are withdrawn", effect.reminders_withdrawn),
        ),
        (effect.cases, ngettext("in %(num)d request", "in %(num)d requests", effect.cases)),
    ]
    return [words for number, words in lines if number] or [_("No deadline changes.")]


def why_words(run: Recomputation) -> str:
    """What a going through of the cases was for."""
    words = {
        "calendar_changed": _("Calendar changed"),
        "calendar_change_withdrawn": _("Change of a calendar taken back"),
        "limits": _("Time limits changed"),
        "limit_changed": _("Time limit changed"),
        "release": _("New release"),
    }
    return str(words[run.why["kind"]])

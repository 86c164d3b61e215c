"""`/admin/ladders`: when each kind of clock reminds, and whom; shown before it is saved."""

from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import people
from mla_tracker.casework.administration import note
from mla_tracker.core import office_setting
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.reminders.ladders import change_ladder, ladders_in_force, preview
from mla_tracker.reminders.recipients import HEAD
from mla_tracker.reminders.services import plan_missing
from mla_tracker.reminders.shapes import CLOCKS, CUSTODY, URGENCIES, Level, Shape, Told, house_shape
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, now, office
from mla_tracker.web.fields import SelectChoice
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm
from mla_tracker.web.reminders.words import rung_words

bp = Blueprint("ladders", __name__, url_prefix="/admin/ladders")

CLOCK_WORDS: Final = {
    "hard": _l("Time limit of the law"),
    "target": _l("Target"),
    "lead_time": _l("Lead time before an event"),
    CUSTODY: _l("Longest custody"),
    "window": _l("Window"),
    "min_hold": _l("Shortest hold"),
}
URGENCY_WORDS: Final = {"routine": _l("Routine"), "urgent": _l("Urgent"), "most_urgent": _l("Most urgent")}
TOLD_WORDS: Final = {
    Told.OFFICER: _l("the lead"),
    Told.SUBSTITUTE: _l("the substitute"),
    Told.SUPERVISOR: _l("supervisors"),
    Told.HEAD: _l("the head"),
}
_TOLD: Final = [SelectChoice(one.value, words) for one, words in TOLD_WORDS.items()]


class LadderForm(BaseForm):
    days_before = StringField(_l("Days before"), validators=[Length(max=60)], description=_l("Numbers, such as 14, 3"))
    percents = StringField(
        _l("Percent of the time used"),
        validators=[Length(max=60)],
        description=_l("For custody and for clocks in hours"),
    )
    last_days = IntegerField(_l("Each of so many last days"), validators=[InputRequired(_l("Enter a number."))])
    days_late = StringField(_l("Days late"), validators=[Length(max=60)], description=_l("Numbers, such as 1, 7"))
    every_days = IntegerField(
        _l("Then every so many days"), validators=[InputRequired(_l("Enter a number."))], description=_l("0: no more")
    )
    head_after = IntegerField(
        _l("To the head after so many days"),
        validators=[InputRequired(_l("Enter a number."))],
        description=_l("0: never"),
    )
    told_before = SelectMultipleField(_l("Told before the day"), choices=_TOLD)
    told_due = SelectMultipleField(_l("Told on the day"), choices=_TOLD)
    told_overdue = SelectMultipleField(_l("Told when late"), choices=_TOLD)
    told_head = SelectMultipleField(_l("Told when it goes to the head"), choices=_TOLD)


class HeadForm(BaseForm):
    head = SelectField(
        _l("Head of the authority"),
        description=_l("Is told at the last step; while nobody is named, the supervisors are"),
    )


@bp.get("")
@requires(Permission.ADMIN_MAIL)
def index() -> str:
    """Every ladder in force, and who heads the authority."""
    in_force = ladders_in_force(db())
    lines = [
        {
            "clock": clock,
            "urgency": urgency,
            "shape": in_force.of(clock, urgency),
            "own": (clock, urgency) in in_force.own,
        }
        for clock in CLOCKS
        for urgency in URGENCIES
    ]
    return render_template(
        "admin/ladders.html",
        lines=lines,
        head=_head_form(),
        clocks=CLOCK_WORDS,
        urgencies=URGENCY_WORDS,
        told=_told_words,
        levels=Level,
    )


@bp.post("/head")
@requires(Permission.ADMIN_MAIL)
def name_head() -> Any:
    """Name the person at the last step of the ladders, or nobody."""
    form = _head_form(sent=True)
    if form.validate_on_submit():
        office_setting.write(db(), HEAD, form.head.data, now())
        _note("head_named", account=form.head.data)
        told(_("Kept."))
    return redirect(url_for("ladders.index"))


@bp.route("/<clock>/<urgency>", methods=["GET", "POST"])
@requires(Permission.ADMIN_MAIL)
def change(clock: str, urgency: str) -> Any:
    """Change one ladder: first what it would bring, then saving. `house` gives the house's back."""
    if clock not in CLOCKS or urgency not in URGENCIES:
        raise NotVisible("There is no such ladder.")
    present = ladders_in_force(db()).of(clock, urgency)
    form = LadderForm() if request.method == "POST" else LadderForm(**_fields(present))
    seen = None
    if form.validate_on_submit():
        house = "house" in request.form
        shape = _shape(form, house_shape(clock, urgency))
        try:
            if "save" in request.form or house:
                _save(clock, urgency, None if house else shape)
                told(_("The ladder is changed; it counts from now on."))
                return redirect(url_for("ladders.index"))
            seen = preview(db(), clock, urgency, shape, now=now(), zone=office().zone)
        except DomainError as problem:
            db().rollback()
            form.take(problem)
    page = render_template(
        "admin/ladder.html",
        form=form,
        seen=seen,
        clock=clock,
        urgency=urgency,
        clocks=CLOCK_WORDS,
        urgencies=URGENCY_WORDS,
        rungs=rung_words,
        told=_told_words,
        zone=office().zone,
    )
    return page, 422 if form.errors else 200


def _save(clock: str, urgency: str, shape: Shape | None) -> None:
    plan_missing(office().sessions, now(), office().zone)  # what is due under the former ladder is decided under it
    change_ladder(
        db(), current_actor(), office().audit_key, clock, urgency, shape, now=now(), zone=office().zone
    )  # fmt: skip
    db().commit()


def _fields(shape: Shape) -> dict[str, Any]:
    lists = {name: ", ".join(map(str, getattr(shape, name))) for name in ("days_before", "percents", "days_late")}
    numbers = {name: getattr(shape, name) for name in ("last_days", "every_days", "head_after")}
    people_told = {f"told_{level.name.lower()}": [one.value for one in shape.told[level]] for level in Level}
    return {**lists, **numbers, **people_told}


def _shape(form: Any, house: Shape) -> Shape:
    return replace(
        house,
        days_before=_numbers(form.days_before.data),
        percents=_numbers(form.percents.data),
        days_late=_numbers(form.days_late.data),
        last_days=form.last_days.data,
        every_days=form.every_days.data,
        head_after=form.head_after.data,
        told={level: frozenset(Told(one) for one in form[f"told_{level.name.lower()}"].data) for level in Level},
    )


def _numbers(text: str) -> tuple[int, ...]:
    """What was typed as a list; a word that is no number becomes one that the rule refuses beside its field."""
    words = (text or "").replace(",", " ").replace(";", " ").split()
    return tuple(sorted({int(word) if word.isdecimal() and len(word) < 5 else 0 for word in words}, reverse=True))


def _told_words(one: frozenset[Told]) -> str:
    return ", ".join(str(TOLD_WORDS[told]) for told in Told if told in one)


def _head_form(*, sent: bool = False) -> Any:
    form = HeadForm() if sent else HeadForm(formdata=None, head=office_setting.read(db(), HEAD) or "")
    form.head.choices = [
        SelectChoice("", _("Nobody")),
        *(SelectChoice(str(person.id), person.name) for person in people(db()) if person.active),
    ]
    return form


def _note(code: str, **detail: str) -> None:
    note(office(), db(), actor=current_actor(), code=code, detail=detail, now=now())
    db().commit()

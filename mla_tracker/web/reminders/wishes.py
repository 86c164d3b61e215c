"""`/account/reminders`: when and how a person is told, absences and the substitute, the address of the calendar."""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_by_id
from mla_tracker.casework.administration import note
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.reminders import preferences
from mla_tracker.reminders.kinds import CHOOSABLE, Kind, Wish, wish_of
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, now, office, permitted, today
from mla_tracker.web.fields import DayField, SelectChoice
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm

bp = Blueprint("reminder_wishes", __name__, url_prefix="/account/reminders")

KINDS: Final = {
    Kind.ASSIGNED: _l("A request is assigned to me"),
    Kind.APPROVAL: _l("Somebody asks for my approval"),
    Kind.REPLY: _l("A reply to a request of mine is recorded"),
    Kind.SILENCE: _l("The other State has not answered"),
    Kind.UNVERIFIED: _l("A directory entry was not verified for a year"),
}
WISHES: Final = {Wish.AT_ONCE: _l("At once"), Wish.DIGEST: _l("In the digest"), Wish.OFF: _l("Not at all")}
DAYS: Final = [
    SelectChoice("1", _l("Monday")),
    SelectChoice("2", _l("Tuesday")),
    SelectChoice("3", _l("Wednesday")),
    SelectChoice("4", _l("Thursday")),
    SelectChoice("5", _l("Friday")),
    SelectChoice("6", _l("Saturday")),
    SelectChoice("7", _l("Sunday")),
]
_HOURS: Final = [SelectChoice(str(hour), f"{hour:02}:00") for hour in preferences.HOURS]
_ANY: Final = SelectChoice("", _l("any hour"))


class WishesForm(BaseForm):
    work_from = SelectField(_l("Not before"), choices=[_ANY, *_HOURS[:-1]])
    work_to = SelectField(_l("Not after"), choices=[_ANY, *_HOURS[1:]])
    work_days = SelectMultipleField(_l("Working days"), choices=DAYS)
    digest = SelectField(
        _l("Digest"),
        choices=[
            SelectChoice("off", _l("None")),
            SelectChoice("daily", _l("Every day")),
            SelectChoice("weekly", _l("Every Monday")),
        ],
        description=_l("One message with what is due and what came in; it is sent when it has something to say"),
    )
    digest_hour = SelectField(_l("At"), choices=_HOURS[:-1])


for _kind, _label in KINDS.items():
    setattr(
        WishesForm,
        _kind.value,
        SelectField(_label, choices=[SelectChoice(wish.value, WISHES[wish]) for wish in CHOOSABLE[_kind]]),
    )


class AbsenceForm(BaseForm):
    first_on = DayField(_l("First day away"), validators=[InputRequired(_l("Enter a day."))])
    last_on = DayField(_l("Last day away"), validators=[InputRequired(_l("Enter a day."))])


class SubstituteForm(BaseForm):
    substitute = SelectField(
        _l("Who stands in for me"),
        description=_l("Is told in your place while you are away, and may be named on a ladder"),
    )


def _own_id() -> int:
    account_id = current_actor().account_id
    if account_id is None:
        raise NotVisible("There is no such account.")
    return account_id


@bp.route("", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SELF)
def index() -> Any:
    """Everything about being reminded that is one's own to choose."""
    form = WishesForm() if request.method == "POST" else WishesForm(**_shown())
    if form.validate_on_submit():
        try:
            preferences.keep_wishes(db(), _own_id(), _chosen(form))
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            _note("reminder_wishes_changed")
            told(_("Kept."))
            return redirect(url_for("reminder_wishes.index"))
    return _page(form, AbsenceForm(formdata=None), _substitute_form())


@bp.post("/absences")
@requires(Permission.REQUEST_WORK)
def be_away() -> Any:
    """Tell the product that one will be away."""
    form = AbsenceForm()
    if form.validate_on_submit() and form.first_on.data and form.last_on.data:
        try:
            preferences.be_away(db(), _own_id(), form.first_on.data, form.last_on.data)
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            _note("absence_entered")
            told(_("Your absence is noted."))
            return redirect(url_for("reminder_wishes.index"))
    return _page(WishesForm(formdata=None, **_shown()), form, _substitute_form())


@bp.post("/absences/<int:absence_id>/end")
@requires(Permission.REQUEST_WORK)
def be_back(absence_id: int) -> Any:
    """Take an absence back."""
    preferences.drop_absence(db(), _own_id(), absence_id)
    _note("absence_taken_back")
    told(_("The absence is taken back."))
    return redirect(url_for("reminder_wishes.index"))


@bp.post("/substitute")
@requires(Permission.REQUEST_WORK)
def substitute() -> Any:
    """Name the person who stands in."""
    form = _substitute_form(sent=True)
    if form.validate_on_submit():
        preferences.name_substitute(db(), _own_id(), int(form.substitute.data) if form.substitute.data else None)
        _note("substitute_named")
        told(_("Kept."))
        return redirect(url_for("reminder_wishes.index"))
    return _page(WishesForm(formdata=None, **_shown()), AbsenceForm(formdata=None), form)


@bp.post("/calendar")
@requires(Permission.DEADLINE_READ)
def new_calendar() -> Any:
    """A new secret address, shown this once; a former one ends."""
    token = preferences.new_feed(db(), _own_id())
    _note("calendar_address_made")
    page = render_template("reminders/calendar.html", address=url_for("calendar.feed", token=token, _external=True))
    return page, 201


@bp.post("/calendar/end")
@requires(Permission.DEADLINE_READ)
def end_calendar() -> Any:
    """The address answers no more."""
    preferences.end_feed(db(), _own_id())
    _note("calendar_address_ended")
    told(_("The address of your calendar has ended."))
    return redirect(url_for("reminder_wishes.index"))


def _page(form: Any, absence: Any, standing_in: Any) -> Any:
    account = account_by_id(db(), _own_id())
    page = render_template(
        "reminders/wishes.html",
        form=form,
        absence=absence,
        standing_in=standing_in,
        kinds=[form[kind.value] for kind in KINDS],
        absences=preferences.absences_of(db(), account.id, today()),
        has_feed=preferences.wishes_of(db(), account.id).has_feed,
        works=permitted(Permission.REQUEST_WORK),
        reads=permitted(Permission.DEADLINE_READ),
        zone=account.time_zone or office().zone.key,
    )
    return page, 422 if form.errors or absence.errors or standing_in.errors else 200


def _shown() -> dict[str, Any]:
    wishes = preferences.wishes_of(db(), _own_id())
    return {
        "work_from": "" if wishes.work_from is None else str(wishes.work_from),
        "work_to": "" if wishes.work_to is None else str(wishes.work_to),
        "work_days": [str(day) for day in wishes.work_days],
        "digest": wishes.digest,
        "digest_hour": str(wishes.digest_hour),
        **{kind.value: wish_of(kind, wishes.kinds.get(kind), digest=True).value for kind in KINDS},
    }


def _chosen(form: Any) -> preferences.Wishes:
    return preferences.Wishes(
        work_from=int(form.work_from.data) if form.work_from.data else None,
        work_to=int(form.work_to.data) if form.work_to.data else None,
        work_days=tuple(int(day) for day in form.work_days.data),
        digest=form.digest.data,
        digest_hour=int(form.digest_hour.data),
        kinds={kind.value: form[kind.value].data for kind in KINDS},
    )


def _substitute_form(*, sent: bool = False) -> Any:
    own = account_by_id(db(), _own_id())
    form = SubstituteForm() if sent else SubstituteForm(formdata=None, substitute=str(own.substitute_id or ""))
    people = preferences.possible_substitutes(db(), own.id)
    form.substitute.choices = [
        SelectChoice("", _("Nobody")), *(SelectChoice(str(person.id), person.name) for person in people)
    ]  # fmt: skip
    return form


def _note(code: str) -> None:
    note(office(), db(), actor=current_actor(), code=code, detail={}, now=now())
    db().commit()

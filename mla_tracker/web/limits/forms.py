"""The form of a time limit: what may be adapted, and what a new one after the pattern of another needs besides."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from mla_tracker.instruments.time_limits import DayType, Origin, Roll, Status
from mla_tracker.web.cases.forms import options
from mla_tracker.web.check_words import CHECKS
from mla_tracker.web.deadlines import words
from mla_tracker.web.fields import DayField
from mla_tracker.web.forms import BaseForm

DAY_TYPES = {
    DayType.CALENDAR: _l("Calendar days"),
    DayType.WORKING: _l("Working days"),
    DayType.COURT: _l("Court days"),
}
COUNTINGS = {"exclusive": _l("does not count (day 0)"), "inclusive": _l("counts (day 1)")}
ORIGINS = {
    Origin.TEXT: _l("the text says so"),
    Origin.GENERAL_LAW: _l("a general act on periods says so"),
    Origin.DEFAULT: _l("the text is silent, so we count"),
}
ROLLS = {
    Roll.NONE: _l("stays where it is"),
    Roll.NEXT: _l("moves to the next working day"),
    Roll.PREVIOUS: _l("moves to the working day before"),
}
CALENDARS = {
    "requested_state": _l("the requested State"),
    "requesting_state": _l("the requesting State"),
    "own": _l("ours"),
}
STATUSES = {
    Status.IN_FORCE: _l("In force"),
    Status.NOT_IN_FORCE: _l("Not in force yet"),
    Status.HISTORIC: _l("No longer in force"),
}


class LimitForm(BaseForm):
    """The number of a limit, how it is counted, and whether it was checked."""

    seen = HiddenField()
    shown = HiddenField()
    label = StringField(_l("Words"), validators=[InputRequired(_l("Say what is due.")), Length(max=400)])
    source = StringField(_l("Source"), validators=[InputRequired(_l("Name the article.")), Length(max=400)])
    amount = IntegerField(
        _l("Length"), validators=[Optional(), NumberRange(0, 10_000)], description=_l("Empty: the text has no number")
    )
    unit = SelectField(_l("Unit"), choices=options(words.UNITS.items(), blank=_l("None")))
    day_type = SelectField(_l("Days counted"), choices=options(DAY_TYPES.items()))
    counting = SelectField(_l("The first day"), choices=options(COUNTINGS.items()))
    counting_source = SelectField(_l("Why so"), choices=options(ORIGINS.items()))
    roll = SelectField(_l("A last day that is no working day"), choices=options(ROLLS.items()))
    roll_source = SelectField(_l("Why this"), choices=options(ORIGINS.items()))
    calendar = SelectField(_l("Whose calendar"), choices=options(CALENDARS.items()))
    status = SelectField(_l("In force"), choices=options(STATUSES.items()))
    applies_from = DayField(_l("For starts from"), validators=[Optional()])
    applies_until = DayField(_l("For starts until"), validators=[Optional()])
    check = SelectField(
        _l("Checked against the text"),
        choices=options((code, CHECKS[code]) for code in ("checked", "secondary", "unchecked", "house")),
    )
    check_note = TextAreaField(_l("What was checked, and where"), validators=[Length(max=4_000)])
    note = TextAreaField(_l("Note"), validators=[Length(max=4_000)])

    def changes(self) -> dict[str, Any]:
        """What was entered, as the file of the rules writes it."""
        texts = ("label", "source", "day_type", "counting", "counting_source", "roll", "roll_source", "calendar")
        found: dict[str, Any] = {name: self._fields[name].data for name in (*texts, "status", "check")}
        for name in ("check_note", "note"):
            found[name] = (self._fields[name].data or "").strip() or None
        for name in ("applies_from", "applies_until"):
            found[name] = self._fields[name].data.isoformat() if self._fields[name].data else None
        return {**found, "amount": self.amount.data, "unit": self.unit.data or None}

    def show(self, definition: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        """Fill in a limit as it is stored."""
        whole = {**defaults, **definition}
        for name in self.changes():
            self._fields[name].process(None, whole.get(name))


class NewLimitForm(LimitForm):
    """Besides: its code, and where it attaches."""

    code = StringField(
        _l("Code"),
        validators=[InputRequired(_l("Enter a code.")), Length(max=40)],
        description=_l("Capital letters, digits and underscores; it is never renamed"),
    )
    instruments = StringField(
        _l("Attaches under"),
        validators=[InputRequired(_l("Name a legal basis.")), Length(max=400)],
        description=_l(
            "Codes of legal bases, HOUSE for every request, DOMESTIC for the law of one State; several with commas"
        ),
    )
    jurisdiction = StringField(
        _l("State of the domestic law"), validators=[Length(max=2)], description=_l("With DOMESTIC only, as LV")
    )
    between = StringField(
        _l("Between"), validators=[Length(max=200)], description=_l("Pairs of States, as LV-TR; several with commas")
    )

    def changes(self) -> dict[str, Any]:
        if "code" not in self._fields:
            return super().changes()
        pairs = [pair.strip().upper().split("-") for pair in (self.between.data or "").split(",") if pair.strip()]
        return {
            **super().changes(),
            "code": (self.code.data or "").strip().upper(),
            "instruments": [one.strip().upper() for one in (self.instruments.data or "").split(",") if one.strip()],
            "jurisdiction": (self.jurisdiction.data or "").strip().upper() or None,
            "between": pairs,
        }

    def show(self, definition: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        """Fill in the pattern; the code is left to be chosen."""
        whole = {**defaults, **definition}
        for name in LimitForm.changes(self):
            self._fields[name].process(None, whole.get(name))
        self.instruments.data = ", ".join(definition["instruments"])
        self.jurisdiction.data = definition.get("jurisdiction")
        self.between.data = ", ".join("-".join(pair) for pair in definition.get("between", ()))

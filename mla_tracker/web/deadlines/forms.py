"""Forms about deadlines: shape only; what a rule says is decided below and shown beside the field."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from mla_tracker.web.cases.forms import options
from mla_tracker.web.deadlines import words
from mla_tracker.web.fields import DayField
from mla_tracker.web.forms import BaseForm

LONGEST = 4_000


class ActForm(BaseForm):
    """An act on the case: its version and the day on which it happened."""

    version = HiddenField()
    on = DayField(_l("On"), validators=[InputRequired(_l("Enter the day."))])


class ReasonedForm(ActForm):
    """A reason by its code and in words, and whose delay it is."""

    reason_code = SelectField(_l("Reason"), validators=[InputRequired(_l("Choose a reason."))])
    side = SelectField(_l("Whose delay it is"), choices=options(words.SIDES.items(), blank=_l("Choose")))
    reason = TextAreaField(
        _l("In words"), validators=[InputRequired(_l("Give the reason in words.")), Length(max=LONGEST)]
    )

    def offer(self, reasons: list[tuple[str, Any]]) -> None:
        """Fill the list of reasons."""
        self.reason_code.choices = options(reasons, blank=_l("Choose"))


class ExtendForm(ReasonedForm):
    amount = IntegerField(
        _l("By how much"), validators=[Optional(), NumberRange(min=1, max=1000)], description=_l("Or until which day")
    )
    unit = SelectField(_l("Unit"), choices=options(words.UNITS.items()), default="days")
    until = DayField(_l("Until"), validators=[Optional()])


class PauseForm(ReasonedForm):
    pass


class ResumeForm(ActForm):
    pass


class MetForm(ActForm):
    evidence = TextAreaField(
        _l("What shows it"),
        validators=[InputRequired(_l("Say what shows it.")), Length(max=LONGEST)],
        description=_l("A letter and its date, a receipt, an entry of a register"),
    )


class DisputeForm(ActForm):
    side = SelectField(_l("Who contests it"), choices=options(words.SIDES.items(), blank=_l("Choose")))
    reason = TextAreaField(
        _l("What is contested, and why"), validators=[InputRequired(_l("Give the reason.")), Length(max=LONGEST)]
    )


class SettleForm(ActForm):
    result = TextAreaField(_l("How it ended"), validators=[InputRequired(_l("Say how it ended.")), Length(max=LONGEST)])


class SetDayForm(ActForm):
    label = StringField(_l("What is due"), validators=[InputRequired(_l("Say what is due.")), Length(max=200)])
    due_on = DayField(_l("Due on"), validators=[InputRequired(_l("Enter the day."))])
    due_time = TimeField(_l("At"), validators=[Optional()], description=_l("Only where an hour was set"))
    bound = RadioField(
        _l("Who must do it"),
        choices=options([("ours", _l("We")), ("theirs", _l("The other side"))]),
        default="ours",
    )
    set_by = SelectField(_l("Who set the day"), choices=options(words.SET_BY.items(), blank=_l("Choose")))
    reason = TextAreaField(
        _l("Reason, or the decision that sets it"),
        validators=[InputRequired(_l("Give the reason.")), Length(max=LONGEST)],
    )

    def moment(self, zone: ZoneInfo) -> tuple[date, datetime | None]:
        """The day, and the moment where an hour was entered."""
        day, hour = self.due_on.data or date.max, self.due_time.data
        return day, datetime.combine(day, hour, zone).astimezone(UTC) if hour is not None else None


class FactForm(ActForm):
    """`on` is the day of the fact; of a planned one the day on which it became known."""

    fact = SelectField(_l("What happened, or is planned"), validators=[InputRequired(_l("Choose one."))])
    planned_on = DayField(_l("Planned for"), validators=[Optional()], description=_l("Only of what is planned"))
    hour = TimeField(_l("Hour"), validators=[Optional()], description=_l("Where it is known: some limits count hours"))

    def offer(self, facts: list[tuple[str, Any]]) -> None:
        """Fill the list of facts."""
        self.fact.choices = options(facts, blank=_l("Choose"))

    def moment(self, zone: ZoneInfo) -> datetime | None:
        """The moment of the planned day, or of the day of the act, where an hour was entered."""
        day, hour = self.planned_on.data or self.on.data, self.hour.data
        return datetime.combine(day, hour, zone).astimezone(UTC) if day is not None and hour is not None else None


class ComputeForm(BaseForm):
    """The calculator; it changes nothing, so that its answer has an address."""

    class Meta:
        csrf = False

    start = StringField(
        _l("From"),
        validators=[InputRequired(_l("Enter a day."))],
        description=_l("As 2026-11-24, or with the hour as 2026-11-24T09:40"),
    )
    length = IntegerField(_l("Length"), validators=[InputRequired(_l("Enter a number.")), NumberRange(0, 100_000)])
    unit = SelectField(
        _l("Unit"),
        choices=options(
            [
                ("calendar-days", _l("Calendar days")),
                ("working-days", _l("Working days")),
                ("weeks", _l("Weeks")),
                ("months", _l("Months")),
                ("years", _l("Years")),
                ("hours", _l("Hours")),
            ]
        ),
    )
    calendar = StringField(
        _l("Calendar"),
        validators=[InputRequired(_l("Enter a State.")), Length(max=12)],
        description=_l("A State as LV, a part of one as CH-ZH, or OFFICE for our own"),
    )
    counting = SelectField(
        _l("The first day"),
        choices=options([("exclusive", _l("does not count")), ("inclusive", _l("counts"))]),
    )
    roll = BooleanField(_l("A last day that is no working day moves to the next one"))

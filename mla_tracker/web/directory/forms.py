"""The form of an authority: shape only, the rules are those of `directory/services.py`."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from mla_tracker.directory.models import Authority
from mla_tracker.directory.services import LONGEST, LONGEST_TEXT, AuthorityGiven
from mla_tracker.web.directory import words
from mla_tracker.web.fields import DayField, SelectChoice
from mla_tracker.web.forms import BaseForm

_TEXTS = (
    "name",
    "name_native",
    "competent_for",
    "address",
    "email",
    "phone",
    "urgent_contact",
    "website",
    "note",
)


class AuthorityForm(BaseForm):
    """An authority of a State, or a body of our own side."""

    version = HiddenField()
    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter the name.")), Length(max=LONGEST)])
    name_native = StringField(_l("Name in its own language"), validators=[Length(max=LONGEST)])
    type_code = SelectField(_l("Type"), validators=[InputRequired(_l("Choose a type of authority."))])
    competent_for = TextAreaField(
        _l("Competent for"),
        validators=[Length(max=LONGEST_TEXT)],
        description=_l("Which requests, which regions, which offences"),
    )
    channels = SelectMultipleField(_l("Channels it accepts"))
    languages = SelectMultipleField(_l("Languages it accepts"), description=_l("UNCAC 46(14)"))
    email = StringField(_l("E-mail"), validators=[Length(max=LONGEST)])
    phone = StringField(_l("Telephone"), validators=[Length(max=LONGEST)])
    urgent_contact = StringField(
        _l("Urgent contact"), validators=[Length(max=LONGEST)], description=_l("At night and on holidays")
    )
    website = StringField(_l("Web page"), validators=[Length(max=LONGEST)])
    address = TextAreaField(_l("Postal address"), validators=[Length(max=LONGEST_TEXT)])
    note = TextAreaField(_l("Note"), validators=[Length(max=LONGEST_TEXT)])
    verified_on = DayField(
        _l("Last verified on"),
        validators=[Optional()],
        description=_l("The day on which somebody last made sure that this is right"),
    )
    valid_from = DayField(_l("First day"), validators=[Optional()])
    valid_to = DayField(_l("Last day"), validators=[Optional()])

    def offer(self, types: Sequence[tuple[str, str]]) -> None:
        """Fill the lists; `types` are (code, label) pairs."""
        blank = [SelectChoice("", _l("Choose"))]
        self.type_code.choices = blank + [SelectChoice(code, label) for code, label in types]
        self.channels.choices = [SelectChoice(code, label) for code, label in words.CHANNELS.items()]
        self.languages.choices = [SelectChoice(code, label) for code, label in words.languages()]

    def show(self, row: Authority) -> None:
        """Fill in what is on file."""
        for field in self:
            if field.name != "csrf_token":
                field.process(None, getattr(row, field.name))

    def given(self) -> AuthorityGiven:
        """What was entered, as the directory takes it."""
        texts: dict[str, Any] = {name: (getattr(self, name).data or "").strip() for name in _TEXTS}
        return AuthorityGiven(
            **texts,
            type_code=self.type_code.data or "",
            channels=tuple(self.channels.data or ()),
            languages=tuple(self.languages.data or ()),
            verified_on=self.verified_on.data,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
        )

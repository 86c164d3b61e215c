"""Forms of documents: shape only. The file itself is no field of theirs once it is sent: it goes to the store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from mla_tracker.documents.models import Document
from mla_tracker.documents.rules import LONGEST_TITLE
from mla_tracker.documents.services import DocumentGiven
from mla_tracker.web.cases.forms import language_name, no_number, options
from mla_tracker.web.cases.words import LANGUAGES
from mla_tracker.web.documents import words
from mla_tracker.web.fields import DayField
from mla_tracker.web.forms import BaseForm

_LONGEST_REASON: Final = 2000
_LONGEST_NAME: Final = 200


class ParticularsForm(BaseForm):
    """Kind, title, language, day, exhibit."""

    title = StringField(_l("Title"), validators=[Optional(), Length(max=LONGEST_TITLE)])
    kind = SelectField(_l("Kind"), validators=[InputRequired(_l("Choose what kind of document it is."))])
    language = SelectField(_l("Language"), validators=[Optional()])
    dated_on = DayField(_l("Dated"), validators=[Optional()], description=_l("The day that it bears"))
    exhibit = BooleanField(_l("An exhibit: its custody is recorded"))

    def offer(self) -> None:
        """Fill the selects."""
        self.kind.choices = options(words.KINDS.items(), blank=_l("Choose"))
        languages = sorted(((code, language_name(code)) for code in LANGUAGES), key=lambda pair: pair[1])
        self.language.choices = options(languages, blank=_l("Not stated"))

    def given(self, title: str = "") -> DocumentGiven:
        """What was entered; `title` where none was."""
        return DocumentGiven(
            kind=self.kind.data or "",
            title=(self.title.data or "").strip() or title,
            language=self.language.data or "",
            dated_on=self.dated_on.data,
            exhibit=bool(self.exhibit.data),
        )


class AddForm(ParticularsForm):
    """A new document with its file, and what it is of another one."""

    file = FileField(_l("File"), validators=[])
    relation = SelectField(_l("It is"), validators=[Optional()])
    source = SelectField(_l("Of"), validators=[Optional()], coerce=no_number)

    def offer_sources(self, documents: Sequence[Document]) -> None:
        """The documents of the request of which it may be a translation, an extract and so on."""
        self.relation.choices = options(words.RELATIONS.items(), blank=_l("a document of its own"))
        living = [(one.number, f"{one.number}. {one.title}") for one in documents if one.deleted_at is None]
        self.source.choices = options(living, blank=_l("Choose"))


class VersionForm(BaseForm):
    """A further version."""

    file = FileField(_l("File"), validators=[])


class CustodyForm(BaseForm):
    """An exhibit changes hands; every field is asked for (the rule refuses without)."""

    what = RadioField(_l("What happened"), validators=[InputRequired(_l("Choose what happened to the exhibit."))])
    on = DayField(_l("Day"), validators=[InputRequired(_l("Enter the day."))])
    hour = TimeField(_l("Hour"), validators=[InputRequired(_l("Enter the hour."))])
    giver = StringField(_l("Given by"), validators=[InputRequired(_l("Enter who gave it.")), Length(max=_LONGEST_NAME)])
    receiver = StringField(
        _l("Received by"), validators=[InputRequired(_l("Enter who received it.")), Length(max=_LONGEST_NAME)]
    )
    purpose = StringField(_l("Purpose"), validators=[InputRequired(_l("Enter what for.")), Length(max=_LONGEST_REASON)])
    means = StringField(
        _l("Means"),
        validators=[InputRequired(_l("Enter by which means it came or went.")), Length(max=_LONGEST_NAME)],
        description=_l("By hand, courier with its number, sealed bag with its number, electronic channel"),
    )

    def offer(self) -> None:
        """Fill the choices."""
        self.what.choices = options(words.CUSTODY.items())

    def moment(self, zone: ZoneInfo) -> datetime:
        """When it changed hands, in UTC; day and hour are those of the office."""
        day: Any = self.on.data
        hour: Any = self.hour.data
        return datetime.combine(day, hour, zone).astimezone(UTC)


class DeletionForm(BaseForm):
    """Asking for a deletion."""

    ground = SelectField(_l("Ground"), validators=[InputRequired(_l("Choose the ground."))])
    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(_l("Say why, in a sentence.")), Length(max=_LONGEST_REASON)]
    )

    def offer(self) -> None:
        """Fill the choices."""
        self.ground.choices = options(words.GROUNDS.items(), blank=_l("Choose"))


class HoldForm(BaseForm):
    """Placing or lifting a legal hold."""

    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(_l("Say why, in a sentence.")), Length(max=_LONGEST_REASON)]
    )

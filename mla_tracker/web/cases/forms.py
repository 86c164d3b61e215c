"""Forms of a request: shape only; what a rule says is decided below and shown beside the field."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from mla_tracker.cases.facts import FieldKind, FieldSpec
from mla_tracker.cases.particulars import (
    FIELDS,
    LONGEST_SUBJECT,
    BasisGiven,
    ItemGiven,
    OffenceGiven,
    Particulars,
    PersonGiven,
    Registration,
    is_birth,
)
from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.web.cases import words
from mla_tracker.web.directory.words import CHANNELS
from mla_tracker.web.fields import DayField, SelectChoice
from mla_tracker.web.forms import BaseForm

LONGEST_TEXT = 20_000
MOST_ROWS = 30


def options(
    pairs: Iterable[tuple[Any, Any]], *, blank: Any = None, standing: Iterable[tuple[Any, Any]] = ()
) -> list[SelectChoice]:
    """Choices of a select; `blank` is the words of the empty one. `standing`: what the file holds, offered even
    where it is no longer in use, so that saving the form takes nothing off.
    """
    first = [] if blank is None else [SelectChoice("", blank)]
    listed = {str(value): label for value, label in pairs}
    for value, label in standing:
        listed.setdefault(str(value), label)
    return first + [SelectChoice(value, label) for value, label in listed.items()]


def no_number(value: Any) -> int | None:
    """An id from a select, or None for the empty choice."""
    return int(value) if value not in (None, "", "None") else None


def text_or_none(value: Any) -> str | None:
    return value or None


class ItemForm(Form):
    """One measure sought."""

    type_code = SelectField(_l("Assistance asked"), validate_choice=True)
    description = StringField(_l("Particulars"), validators=[Length(max=500)])
    executing_authority_id = SelectField(_l("Executing authority"), coerce=no_number)

    def validate_description(self, field: StringField) -> None:
        """Particulars without a type would be lost with their row."""
        if (field.data or "").strip() and not self.type_code.data:
            raise ValidationError(_l("Choose what assistance is asked; these particulars have no type."))


class PersonForm(Form):
    """A person with the name shown and the name in its own script."""

    name = StringField(_l("Name in Latin letters"), validators=[Length(max=200)])
    native = StringField(_l("Name in its own script"), validators=[Length(max=200)])
    role = SelectField(_l("Role"), choices=options(words.PERSON_ROLES.items()))
    legal_person = BooleanField(_l("Legal person"))
    nationality = SelectField(_l("Nationality"), coerce=text_or_none)
    born_on = StringField(
        _l("Born"), validators=[Length(max=20)], description=_l("Such as 1970-05-31, or the year alone")
    )

    def validate_born_on(self, field: StringField) -> None:
        """A day, a month or a year; a person without a name would be lost with the row."""
        text = (field.data or "").strip()
        if text and not is_birth(text):
            raise ValidationError(_l("Enter a day such as 1970-05-31, a month such as 1970-05, or a year."))
        if text and not (self.name.data or self.native.data or "").strip():
            raise ValidationError(_l("Enter the name too."))


class ParticularsForm(BaseForm):
    """The fields that are edited later too."""

    subject = StringField(
        _l("Subject line"),
        validators=[InputRequired(_l("Enter a subject line.")), Length(max=LONGEST_SUBJECT)],
        description=_l("What is asked, of whom; this line stands in every list"),
    )
    facts_summary = TextAreaField(
        _l("Summary of the facts"),
        validators=[Length(max=LONGEST_TEXT)],
        description=_l("Not needed where only service of documents is asked, art. 46(15)(c)"),
    )
    purpose = StringField(
        _l("Purpose"),
        validators=[Length(max=1000)],
        description=_l("For what the evidence or action is sought, art. 46(15)(f)"),
    )
    operation = StringField(_l("Operation"), validators=[Length(max=100)], description=_l("If it is part of one"))
    counterpart = SelectField(_l("State"), coerce=text_or_none)
    counterpart_authority_id = SelectField(_l("Its authority"), coerce=no_number)
    their_reference = StringField(_l("Their reference"), validators=[Length(max=100)])
    owner_authority_id = SelectField(_l("Body of ours that asks"), coerce=no_number)
    channel = SelectField(_l("Channel"), coerce=text_or_none)
    languages = SelectMultipleField(_l("Languages"))
    nature = SelectField(_l("Nature of the proceedings"), coerce=text_or_none)
    wanted_for = SelectField(_l("Wanted for"), coerce=text_or_none)
    urgency = SelectField(_l("Urgency"), choices=options(words.URGENCIES.items()), default="routine")
    urgency_reason = StringField(_l("Reason for the urgency"), validators=[Length(max=500)])
    confidentiality = SelectField(
        _l("Confidentiality"), choices=options(words.CONFIDENTIALITIES.items()), default="ordinary"
    )
    confidentiality_reason = StringField(_l("Reason for the confidentiality"), validators=[Length(max=500)])
    needed_by = DayField(_l("Needed by"), validators=[Optional()])
    needed_by_reason = StringField(_l("Reason for the date"), validators=[Length(max=500)])
    hearing_on = DayField(_l("Hearing or trial on"), validators=[Optional()])
    limitation_on = DayField(_l("Time-barred on"), validators=[Optional()])

    def offer(
        self, states: Sequence[tuple[str, str]], theirs: Sequence[tuple[int, str]], ours: Sequence[tuple[int, str]]
    ) -> None:
        """Fill the lists from the directory."""
        self.counterpart.choices = options(states, blank=_l("Choose a State"))
        self.counterpart_authority_id.choices = options(theirs, blank=_l("Not known yet"))
        self.owner_authority_id.choices = options(ours, blank=_l("Not named"))
        self.channel.choices = options(CHANNELS.items(), blank=_l("Not recorded"))
        self.nature.choices = options(words.NATURES.items(), blank=_l("Not recorded"))
        self.wanted_for.choices = options(words.WANTED_FOR.items(), blank=_l("Not recorded"))
        self.languages.choices = options((code, language_name(code)) for code in words.LANGUAGES)

    def particulars(self, *, received_on: date | None, received_at: datetime | None, no_basis: bool) -> Particulars:
        """What was entered, as the domain takes it."""
        plain = {
            name: getattr(self, name).data or ""
            for name in (
                "subject", "facts_summary", "purpose", "operation", "their_reference", "urgency_reason",
                "confidentiality_reason", "needed_by_reason",
            )
        }  # fmt: skip
        return Particulars(
            **{name: value.strip() for name, value in plain.items()},
            counterpart=self.counterpart.data,
            counterpart_authority_id=self.counterpart_authority_id.data,
            owner_authority_id=self.owner_authority_id.data,
            urgency=self.urgency.data,
            confidentiality=self.confidentiality.data,
            nature=self.nature.data,
            wanted_for=self.wanted_for.data,
            languages=tuple(self.languages.data or ()),
            channel=self.channel.data,
            no_basis_named=no_basis,
            received_on=received_on,
            received_at=received_at,
            needed_by=self.needed_by.data,
            hearing_on=self.hearing_on.data,
            limitation_on=self.limitation_on.data,
        )


class RegisterForm(ParticularsForm):
    """A new request on one page."""

    submission_key = HiddenField()
    opened_on = DayField(_l("Received on"), validators=[InputRequired(_l("Enter the day."))])
    hour = TimeField(_l("Hour"), validators=[Optional()], description=_l("Where hours count"))
    registered_on = DayField(
        _l("Registered on"),
        validators=[Optional()],
        description=_l("Left empty: today"),
    )
    provisional_arrest_warrant = StringField(
        _l("Warrant, for provisional arrest"),
        validators=[Length(max=300)],
        description=_l("Only where provisional arrest is asked for before the formal request, art. 44(10)"),
    )
    basis = SelectField(_l("Legal basis named"), coerce=text_or_none)
    further_bases = SelectMultipleField(_l("Further legal bases"))
    offences = SelectMultipleField(_l("Offences"))
    lead_id = SelectField(_l("Lead"), coerce=no_number)
    items = FieldList(FormField(ItemForm), min_entries=1, max_entries=MOST_ROWS)
    persons = FieldList(FormField(PersonForm), min_entries=1, max_entries=MOST_ROWS)

    def offer_codes(
        self,
        catalogue: Catalogue,
        kind: str,
        states: Sequence[tuple[str, str]],
        ours: Sequence[tuple[int, str]],
        leads: Sequence[tuple[int, str]],
    ) -> None:
        """Fill the code lists for this kind of request."""
        bases = [(row.code, row.label) for row in catalogue.bases_covering(kind)]
        self.basis.choices = options(bases, blank=_l("None named"))
        self.further_bases.choices = options(bases)
        self.offences.choices = options((row.code, offence_label(row)) for row in catalogue.offences.values())
        self.lead_id.choices = options(leads, blank=_l("Not assigned"))
        if kind != "mla":
            # An extradition asks for the person alone: its page shows no items, so that none is sent.
            self.items.entries.clear()
        types = [(row.code, type_label(row)) for row in catalogue.assistance_types.values()]
        for entry in self.items:
            entry.form.type_code.choices = options(types, blank=_l("Choose"))
            entry.form.executing_authority_id.choices = options(ours, blank=_l("Not yet known"))
        for person in self.persons:
            person.form.nationality.choices = options(states, blank=_l("Unknown"))

    def registration(self, kind: str, direction: str, zone: ZoneInfo) -> Registration:
        """What was entered, as the domain takes it; rows left empty are no rows."""
        incoming = direction == "incoming"
        opened_on = self.opened_on.data or date.min
        hour: time | None = self.hour.data
        received_at = datetime.combine(opened_on, hour, zone).astimezone(UTC) if incoming and hour else None
        bases = [code for code in (self.basis.data, *(self.further_bases.data or ())) if code]
        return Registration(
            kind=kind,
            direction=direction,
            opened_on=opened_on,
            particulars=self.particulars(
                received_on=opened_on if incoming else None, received_at=received_at, no_basis=not bases
            ),
            lead_id=self.lead_id.data,
            bases=tuple(BasisGiven(code, number == 0) for number, code in enumerate(dict.fromkeys(bases))),
            offences=tuple(OffenceGiven(code) for code in self.offences.data or ()),
            items=tuple(
                ItemGiven(
                    entry.type_code.data,
                    (entry.description.data or "").strip(),
                    None,
                    entry.executing_authority_id.data,
                )
                for entry in (row.form for row in self.items)
                if entry.type_code.data
            )
            if kind == "mla"
            else (),
            persons=tuple(
                person for person in (person_given(row.form, kind) for row in self.persons) if person is not None
            ),
            submission_key=self.submission_key.data or None,
            registered_on=self.registered_on.data if incoming else None,
            provisional_arrest_warrant=(self.provisional_arrest_warrant.data or "").strip()
            if (kind, direction) == ("extradition", "incoming")
            else "",
        )


def person_given(form: Any, kind: str) -> PersonGiven | None:
    """A person from its row; None where no name was entered."""
    names = tuple(
        (name.strip(), script)
        for name, script in ((form.native.data or "", "native"), (form.name.data or "", "Latn"))
        if name.strip()
    )
    if not names:
        return None
    return PersonGiven(
        names=tuple(sorted(names, key=lambda pair: pair[1] != "Latn")),
        role=form.role.data or ("sought" if kind == "extradition" else "other"),
        legal_person=bool(form.legal_person.data),
        born_on=(form.born_on.data or "").strip(),
        nationality=form.nationality.data,
    )


class EditForm(ParticularsForm):
    """The particulars of a request on file."""

    version = HiddenField()
    received_on = DayField(_l("Received on"), validators=[Optional()])
    no_basis_named = BooleanField(_l("No legal basis was named"))

    def take_over(self, entered: Particulars) -> None:
        """Show what others saved meanwhile in the fields that were left alone."""
        for name in FIELDS:
            if name in self:
                value = getattr(entered, name)
                self[name].data = list(value) if isinstance(value, tuple) else value
                self[name].raw_data = None


class PartForm(BaseForm):
    """A part of the file that is saved whole: `seen` marks what it was filled from."""

    seen = HiddenField()


class LeadForm(PartForm):
    lead_id = SelectField(_l("Lead"), coerce=no_number)


class BasesForm(PartForm):
    basis = SelectField(_l("Primary legal basis"), coerce=text_or_none)
    further_bases = SelectMultipleField(_l("Further legal bases"))
    no_basis_named = BooleanField(_l("No legal basis was named"))


class OffencesForm(PartForm):
    offences = SelectMultipleField(_l("Offences"))


class AddPersonForm(BaseForm):
    person = FormField(PersonForm)


class AddItemForm(BaseForm):
    item = FormField(ItemForm)


class ChangeItemForm(PartForm):
    description = StringField(_l("Particulars"), validators=[Length(max=500)])
    coercive = BooleanField(_l("Needs compulsion"))
    executing_authority_id = SelectField(_l("Executing authority"), coerce=no_number)


class CorrectForm(BaseForm):
    version = HiddenField()
    action = RadioField(
        _l("What was wrong"),
        choices=options(
            [("change", _l("The day: it happened on another")), ("annul", _l("The entry: it did not happen"))]
        ),
        default="change",
    )
    happened_on = DayField(_l("It happened on"), validators=[Optional()])
    reason = TextAreaField(
        _l("Reason for the correction"), validators=[InputRequired(_l("Give the reason.")), Length(max=2000)]
    )


class AccessForm(BaseForm):
    account_id = SelectField(_l("Person"), coerce=no_number)


def act_form(specs: Sequence[FieldSpec], day: tuple[str, bool], codes: "ActCodes") -> type[BaseForm]:
    """The form of one act: its day (and hour), and the fields that its facts ask for."""
    label, with_hour = day
    fields: dict[str, Any] = {
        "version": HiddenField(),
        "on": DayField(label, validators=[InputRequired(_l("Enter the day."))]),
    }
    if with_hour:
        fields["hour"] = TimeField(_l("Hour"), validators=[Optional()], description=_l("Where hours count"))
    for spec in specs:
        fields[spec.name] = _field(spec, codes)
    return type("ActForm", (BaseForm,), fields)


class ActCodes:
    """The code lists that an act of one case may ask from: (code, label) pairs."""

    def __init__(
        self,
        *,
        grounds: Sequence[tuple[str, str]] = (),
        postponement_grounds: Sequence[tuple[str, str]] = (),
        deficiencies: Sequence[tuple[str, str]] = (),
        bases: Sequence[tuple[str, str]] = (),
        rounds: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.grounds = grounds
        self.postponement_grounds = postponement_grounds
        self.deficiencies = deficiencies
        self.bases = bases
        self.rounds = rounds

    def select_choices(self, kind: FieldKind) -> list[SelectChoice]:
        """What a select of this kind offers, with the words of its empty choice."""
        if kind is FieldKind.ROUND:
            return options(self.rounds, blank=_l("The latest, or a new one"))
        if kind is FieldKind.BASIS:
            return options([*self.bases, ("none", _l("None is accepted"))], blank=_l("Choose"))
        return options(self.postponement_grounds, blank=_l("Choose"))


def _field(spec: FieldSpec, codes: ActCodes) -> Any:
    needed: list[Any] = [InputRequired(_l("Fill this in."))] if spec.required else [Optional()]
    given: dict[str, Any] = {"label": spec.label, "description": spec.hint, "validators": needed}
    match spec.kind:
        case FieldKind.DATE:
            return DayField(**given)
        case FieldKind.INTEGER:
            return IntegerField(**given)
        case FieldKind.LONG_TEXT:
            return TextAreaField(**{**given, "validators": [*needed, Length(max=LONGEST_TEXT)]})
        case FieldKind.YES_NO:
            return RadioField(choices=options([("yes", _l("Yes")), ("no", _l("No"))]), **given)
        case FieldKind.CHOICE:
            return RadioField(choices=options(spec.choices), **given)
        case FieldKind.GROUNDS | FieldKind.DEFICIENCIES:
            offered = codes.grounds if spec.kind is FieldKind.GROUNDS else codes.deficiencies
            return SelectMultipleField(choices=options(offered), **given)
        case FieldKind.ROUND | FieldKind.POSTPONEMENT_GROUND | FieldKind.BASIS:
            return SelectField(choices=codes.select_choices(spec.kind), **given)
        case _:
            return StringField(**{**given, "validators": [*needed, Length(max=500)]})


def act_detail(form: BaseForm, specs: Sequence[FieldSpec]) -> dict[str, Any]:
    """What was entered beside the day, as it is kept: ISO dates, lists of codes, text without blanks around it."""
    detail: dict[str, Any] = {}
    for spec in specs:
        value = form[spec.name].data
        if isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, str):
            value = value.strip()
        if value not in (None, "", []):
            detail[spec.name] = value
    return detail


def act_moment(form: BaseForm, zone: ZoneInfo) -> tuple[date, datetime | None]:
    """The day of the act, and its moment in UTC where the hour was given."""
    day: date = form["on"].data
    hour = form["hour"].data if "hour" in form else None
    return day, datetime.combine(day, hour, zone).astimezone(UTC) if hour else None


def language_name(code: str) -> str:
    """The name of a language in the language of the page."""
    locale = get_locale()
    return (locale.languages.get(code) if locale else None) or code


def type_label(row: Any) -> str:
    """A type of assistance with its paragraph: "Service of judicial documents 46(3)(b)"."""
    return f"{row.label} · {row.uncac}" if row.uncac else str(row.label)


def offence_label(row: Any) -> str:
    """An offence with its article: "UNCAC 15(a) Active bribery …"."""
    return f"{row.instrument} {row.article} {row.label}" if row.instrument and row.article else str(row.label)

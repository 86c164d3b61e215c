"""What an administrator may set in a row of each list, and how a row reads on a page.

One table of fields serves both: the form is made from it, and the page of a code shows the same fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.instruments.codes import ALL, ANY
from mla_tracker.web.check_words import CHECKS
from mla_tracker.web.codes import words
from mla_tracker.web.fields import SelectChoice
from mla_tracker.web.filters import joined
from mla_tracker.web.forms import BaseForm

LONGEST: Final = 400
LONGEST_TEXT: Final = 4_000


class Shape(Enum):
    """How a field is entered and stored."""

    TEXT = "a line of text"
    LONG = "several lines of text"
    LINES = "a list of texts, one a line"
    ONE = "one of several values"
    SOME = "any of several values"
    YES_NO = "true or false"
    BASIS = "the code of a legal basis"
    BASES = "codes of legal bases, or ANY"
    GROUNDS = "codes of grounds, or ALL"


@dataclass(frozen=True)
class CodeField:
    """One key of a row. `choices`: value to words; `required`: a row without it is refused; `short`: its label
    where a row is only read."""

    key: str
    label: Any
    shape: Shape = Shape.TEXT
    choices: Mapping[Any, Any] = field(default_factory=dict)
    required: bool = False
    hint: Any = ""
    short: Any = ""


_LABEL = CodeField("label", _l("Words"), required=True)
_NOTES = (
    CodeField("note", _l("Note"), Shape.LONG),
    CodeField(
        "check",
        _l("Checked against the text"),
        Shape.ONE,
        {mark: CHECKS[mark] for mark in ("checked", "secondary", "unchecked", "house")},
        required=True,
        short=_l("Checked"),
    ),
    CodeField("check_note", _l("What was checked, and where"), Shape.LONG, short=_l("Of the check")),
)
_APPLIES = CodeField("applies", _l("For requests for"), Shape.SOME, words.KINDS, required=True)
_SOURCES = CodeField("sources", _l("Sources"), Shape.LINES, required=True, hint=_l("One a line: treaty and article"))
_ARTICLE = CodeField("article", _l("Article"), required=True)
_BASIS = CodeField("basis", _l("Legal basis"), Shape.BASIS, required=True)
_WHEN = CodeField("when", _l("Applies when"), Shape.ONE, words.CONDITIONS, required=True)

FIELDS: Final[Mapping[str, tuple[CodeField, ...]]] = {
    "legal_basis": (
        _LABEL,
        CodeField("kind", _l("Kind"), Shape.ONE, words.BASIS_KINDS, required=True),
        CodeField("covers", _l("Covers"), Shape.SOME, words.KINDS, required=True),
        CodeField("mla", _l("Articles on assistance")),
        CodeField("extradition", _l("Articles on extradition")),
        CodeField("freeze", _l("Articles on assets")),
        CodeField("in_force", _l("In force since"), hint=_l("Year, month and day, as in 2005-12-14")),
        CodeField(
            "opens_domestic_grounds",
            _l("Opens grounds of domestic law for"),
            Shape.SOME,
            words.KINDS,
            short=_l("Opens domestic grounds"),
        ),
        *_NOTES,
    ),
    "ground": (
        _LABEL,
        CodeField(
            "class",
            _l("Kind"),
            Shape.ONE,
            {code: label for code, label in words.GROUPS.items() if code != "bar"},
            required=True,
        ),
        _APPLIES,
        CodeField(
            "force",
            _l("Force"),
            Shape.ONE,
            {code: label for code, label in words.FORCES.items() if code != "barred"},
            required=True,
        ),
        CodeField("bases", _l("Open under"), Shape.BASES, required=True),
        _SOURCES,
        CodeField("curable", _l("A corrected or completed request may succeed"), Shape.YES_NO, short=_l("Curable")),
        CodeField("cure", _l("How"), hint=_l("Only where a corrected request may succeed")),
        *_NOTES,
    ),
    "duty": (
        _ARTICLE,
        _BASIS,
        _APPLIES,
        CodeField("act", _l("Act"), Shape.ONE, words.DUTY_ACTS, required=True),
        CodeField("duty", _l("Duty"), Shape.ONE, words.DUTIES, required=True),
        CodeField("towards", _l("Towards"), Shape.ONE, words.TOWARDS, required=True),
        CodeField("before", _l("Before the act is recorded"), Shape.YES_NO, short=_l("Before the act")),
        CodeField("force", _l("Force"), Shape.ONE, words.DUTY_FORCES, required=True),
        CodeField("grounds", _l("On these grounds"), Shape.GROUNDS, required=True),
        CodeField(
            "with_domestic",
            _l("And on every ground of domestic law that the basis opens"),
            Shape.YES_NO,
            short=_l("Domestic grounds"),
        ),
        _WHEN,
        *_NOTES,
    ),
    "bar": (
        _ARTICLE,
        _BASIS,
        CodeField("ground", _l("Barred ground")),
        _APPLIES,
        CodeField("scope", _l("Barred"), Shape.ONE, words.BAR_SCOPES),
        _WHEN,
        *_NOTES,
    ),
    "offence": (
        _LABEL,
        CodeField("instrument", _l("Convention"), Shape.BASIS),
        CodeField("article", _l("Article")),
        *_NOTES,
    ),
    "assistance_type": (
        _LABEL,
        CodeField("coercive", _l("Needs compulsion"), Shape.ONE, words.COERCIVE, required=True),
        CodeField("stage", _l("Stage of asset recovery"), Shape.ONE, words.STAGES),
        CodeField("uncac", _l("UNCAC")),
        CodeField("untoc", _l("UNTOC")),
        CodeField("budapest", _l("Budapest")),
        *_NOTES,
    ),
    "authority_type": (
        _LABEL,
        CodeField("group", _l("Group"), Shape.ONE, words.TYPE_GROUPS, required=True),
        CodeField("basis", _l("Provision or resolution")),
        *_NOTES,
    ),
    "delay_reason": (
        _LABEL,
        CodeField("side", _l("Whose side causes it"), Shape.ONE, words.SIDES, required=True),
        CodeField(
            "pausable",
            _l("Stops a clock of our own, never one of a treaty"),
            Shape.YES_NO,
            short=_l("Stops our clocks"),
        ),
        _SOURCES,
        *_NOTES,
    ),
    "time_limit": (
        _LABEL,
        CodeField("source", _l("Source")),
        CodeField("instruments", _l("Attaches under"), Shape.LINES),
        CodeField("amount", _l("Length")),
        CodeField("unit", _l("Unit")),
        CodeField("starts_on", _l("Starts on")),
        CodeField("ends_on", _l("Ends on"), Shape.LINES),
        *_NOTES,
    ),
}

SHORT: Final[Mapping[str, str]] = {
    "legal_basis": "kind",
    "ground": "class",
    "duty": "basis",
    "bar": "basis",
    "offence": "article",
    "assistance_type": "uncac",
    "authority_type": "group",
    "delay_reason": "side",
    "time_limit": "source",
}
"""The one key of each list that a table of its rows shows beside the words."""


def shown(one: CodeField, value: Any) -> Any:
    """A stored value in words; Markup of isolated values, or our own words. "" where nothing is stored."""
    if value is None or value == [] or value == "":
        return ""
    if one.shape is Shape.YES_NO:
        return words.YES_NO[bool(value)]
    if isinstance(value, list):
        return joined([one.choices.get(part, part) for part in value])
    return one.choices.get(value, value)


def shown_rows(table: str, definition: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """All fields of a row that hold something, as (label, value) for a list of facts."""
    rows = [
        (one.short or one.label, shown(one, definition.get(one.key))) for one in FIELDS[table] if one.key != "label"
    ]
    return [(label, value) for label, value in rows if value != ""]


class CodeForm(BaseForm):
    """The base of the forms that `form_for` makes: it gives back a row as the seed files write it."""

    spec: tuple[CodeField, ...] = ()
    seen = HiddenField()

    def definition(self) -> dict[str, Any]:
        """The row as entered; what was left empty is None."""
        return {one.key: _entered(one, self._fields[one.key].data) for one in self.spec}

    def show(self, definition: Mapping[str, Any]) -> None:
        """Fill in a row as it is stored."""
        for one in self.spec:
            value = definition.get(one.key)
            entered = "\n".join(value) if one.shape is Shape.LINES and isinstance(value, list) else value
            self._fields[one.key].process(None, entered)


def form_for(table: str, catalogue: Catalogue, *, with_code: bool) -> CodeForm:
    """The form of one list, with a field for the code where the row is new."""
    fields: dict[str, Any] = {"spec": FIELDS[table]}
    if with_code:
        hint = _("Capital letters, digits and underscores. It is never renamed and never used again.")
        needed = [InputRequired(_("Enter a code.")), Length(max=40)]
        fields["code"] = StringField(_("Code"), validators=needed, description=hint)
    fields |= {one.key: _form_field(one, catalogue) for one in FIELDS[table]}
    made: CodeForm = type("CodeFormOfList", (CodeForm,), fields)()
    return made


def _form_field(one: CodeField, catalogue: Catalogue) -> Any:
    checks: list[Any] = [InputRequired(_("Fill this in."))] if one.required else [Optional()]
    given: dict[str, Any] = {"label": one.label, "description": one.hint, "validators": checks}
    bases = [(code, _(row.label)) for code, row in catalogue.legal_bases.items()]
    match one.shape:
        case Shape.YES_NO:
            return BooleanField(one.label, description=one.hint)
        case Shape.ONE:
            return SelectField(choices=_choices(one.choices.items(), blank=True), **given)
        case Shape.SOME:
            return SelectMultipleField(choices=_choices(one.choices.items()), **given)
        case Shape.BASIS:
            return SelectField(choices=_choices(bases, blank=True), **given)
        case Shape.BASES:
            return SelectMultipleField(choices=_choices([(ANY, _("Any legal basis")), *bases]), **given)
        case Shape.GROUNDS:
            grounds = [(code, _(row.label)) for code, row in catalogue.grounds.items()]
            return SelectMultipleField(choices=_choices([(ALL, _("All grounds")), *grounds]), **given)
        case Shape.LONG | Shape.LINES:
            return TextAreaField(**{**given, "validators": [*checks, Length(max=LONGEST_TEXT)]})
        case _:
            return StringField(**{**given, "validators": [*checks, Length(max=LONGEST)]})


def _choices(pairs: Any, *, blank: bool = False) -> Sequence[Any]:
    first = [SelectChoice("", _("Choose"))] if blank else []
    return first + [SelectChoice(code, label) for code, label in pairs]


def _entered(one: CodeField, data: Any) -> Any:
    if one.shape is Shape.YES_NO:
        return bool(data)
    if one.shape is Shape.LINES:
        return [line.strip() for line in (data or "").splitlines() if line.strip()] or None
    if isinstance(data, list):
        return data or None
    text = (data or "").strip()
    return text or None


def code_words(row_label: str) -> Markup | str:
    """The words of a row in the reader's language, where they were translated."""
    return _(row_label) if row_label else ""

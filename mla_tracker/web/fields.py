"""Fields that WTForms does not have."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from babel.dates import get_month_names
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import DateField
from wtforms.fields.choices import SelectChoice as SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.utils import unset_value

from mla_tracker.web.filters import isolate

PARTS: Final = ("day", "month", "year")
_CENTURY: Final = 100
_THIS_CENTURY: Final = 2000


class DayInput:
    """Three boxes, day, month and year, under the field's legend; each has the field's hint and error described to
    it.
    """

    def __call__(self, field: "DayField", **kwargs: Any) -> Markup:
        labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
        shared = {key: value for key, value in kwargs.items() if key not in ("class", "class_", "id")}
        boxes = []
        for part in PARTS:
            attributes = {
                "class": "form-control y" if part == "year" else "form-control",
                # The first box carries the field's own id: links of the error summary end there.
                "id": field.id if part == "day" else f"{field.id}-{part}",
                "name": f"{field.name}-{part}",
                "value": field.typed.get(part, ""),
                "inputmode": "numeric" if part != "month" else "text",
                "autocomplete": "off",
                **shared,
            }
            given = Markup(" ").join(Markup('{}="{}"').format(key, value) for key, value in attributes.items())
            boxes.append(
                Markup('<span><label for="{}">{}</label><input type="text" {}></span>').format(
                    attributes["id"], labels[part], given
                )
            )
        return Markup('<div class="date3">{}</div>').format(Markup("").join(boxes))


class DayField(DateField):
    """A legal date typed as day, month and year, so that what is no date can be shown again as it was typed.

    Data: a `date` or None. Months may be numbers or names in the reader's language; a year of two digits is of this
    century. A form that sends the plain name with an ISO date (`2026-11-24`) is understood as well.
    """

    widget = DayInput()
    typed: dict[str, str]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Sequence[Any] | None = None) -> None:
        self.typed = {}
        sent = self._sent(formdata)
        given = formdata if sent is None else MultiDict([(self.name, sent)])
        super().process(given, data, extra_filters)
        if not self.typed and isinstance(self.data, date):
            self.typed = {"day": str(self.data.day), "month": str(self.data.month), "year": str(self.data.year)}

    def _sent(self, formdata: Any) -> str | None:
        """What was typed as one text, "" when all boxes are empty; None when the form did not come from these boxes."""
        if formdata is None:
            return None
        names = {part: f"{self.name}-{part}" for part in PARTS}
        if not any(name in formdata for name in names.values()):
            return str(formdata.getlist(self.name)[0]) if self.name in formdata else None
        self.typed = {part: str(formdata.get(name, "")).strip() for part, name in names.items()}
        return " ".join(text for text in self.typed.values() if text)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        found = _parts(self.typed) if self.typed else _iso(text)
        if found is None:
            raise ValueError(_("%(typed)s is not a date", typed=isolate(text)))
        self.data = found


def _iso(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _parts(typed: Mapping[str, str]) -> date | None:
    try:
        year = int(typed["year"])
        return date(year + _THIS_CENTURY if year < _CENTURY else year, _month(typed["month"]), int(typed["day"]))
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> int:
    """A number, or the start of a name (three letters at least) in the reader's language or in English."""
    if text.isdecimal():
        return int(text)
    start = text.casefold().rstrip(".")
    for locale in (get_locale() or "en", "en"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                if len(start) > 2 and name.casefold().startswith(start):
                    return int(number)
    raise ValueError(text)

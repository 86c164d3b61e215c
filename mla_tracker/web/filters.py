"""How values are written on a page: in the reader's language, isolated from the direction of the text around them.

Registered by `register_filters`. A template puts every value through one of these; the template lint sees to it.
Filters that return text from Babel (a date, a number, the name of a State) are already in the reader's language; what a
person typed (names, references, subject lines) goes through `bdi` in text and through `isolate` in an attribute.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from flask import Flask
from flask_babel import get_locale, ngettext, to_user_timezone
from flask_babel import gettext as _
from markupsafe import Markup, escape
from wtforms import Field, FieldList, FormField
from wtforms.form import BaseForm

from mla_tracker.web.markdown import markdown

Level = Literal["late", "soon", ""]

# A deadline is "soon" in its last two days; a custody clock when half of it is used, late from nine tenths on.
SOON_DAYS: Final = 2
CUSTODY_SOON: Final = 0.5
CUSTODY_LATE: Final = 0.9

_FIRST_STRONG_ISOLATE = "\u2068"
_POP_ISOLATE = "\u2069"
_SECONDS_OF_HOUR = 3600
_HOURS_TOLD_BELOW = timedelta(days=2)
_HOURS_OF_DAY = 24
_HOURS_SHOWN_BELOW_DAYS = 14


def _locale() -> Locale:
    """The reader's locale; English outside a request, as in a command."""
    return get_locale() or Locale("en")


# -- isolation ---------------------------------------------------------------------------------------------------------


def bdi(value: object) -> Markup:
    """A value that a person typed, for text: `<bdi>` keeps its direction from leaking. None and "" give nothing."""
    if value is None or value == "":
        return Markup("")
    if hasattr(value, "__html__"):
        return Markup("<bdi>{}</bdi>").format(value)
    return Markup("<bdi>{}</bdi>").format(str(value))


def isolate(value: object) -> str:
    """The same for an attribute, where no element can stand: Unicode's first-strong isolate around the value."""
    text = "" if value is None else str(value)
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}" if text else ""


def lines(value: object) -> Markup:
    """Text of several lines, each isolated, with its line breaks kept."""
    text = "" if value is None else str(value).strip()
    return Markup("<br>").join(bdi(line) for line in text.splitlines()) if text else Markup("")


def words(value: object) -> object:
    """Marks what is ours: words already translated, or Markup made of isolated values. Changes nothing."""
    return "" if value is None else value


# -- dates and moments -------------------------------------------------------------------------------------------------


def _as_date(value: date | datetime) -> date:
    """The day of a date, or of a moment in the reader's zone."""
    if isinstance(value, datetime):
        local: datetime = to_user_timezone(value if value.tzinfo else value.replace(tzinfo=UTC))
        return local.date()
    return value


def _date(value: date | datetime | None, english: str, skeleton: str) -> str:
    return "" if value is None else _written(_as_date(value), english, skeleton, str(_locale()))


@lru_cache(maxsize=4096)
def _written(value: date, english: str, skeleton: str, locale: str) -> str:
    """The same few days stand on every page."""
    if Locale.parse(locale).language == "en":
        return format_date(value, english, locale=locale)
    return format_skeleton(skeleton, value, locale=locale)


def day(value: date | datetime | None) -> str:
    """`24 Nov 2026`; in other languages their own order. Of a moment: its day in the reader's zone."""
    return _date(value, "d MMM y", "yMMMd")


def weekday_day(value: date | datetime | None) -> str:
    """`Tue 24 Nov 2026`: wherever something falls due, the weekday stands with it."""
    return _date(value, "EEE d MMM y", "yMMMEd")


def long_day(value: date | datetime | None) -> str:
    """`Tuesday 24 November 2026`, for the line under a heading."""
    return _date(value, "EEEE d MMMM y", "yMMMMEEEEd")


def month(value: date | datetime | None) -> str:
    """`Nov 2026`."""
    return _date(value, "MMM y", "yMMM")


def clock(value: datetime | time | None) -> str:
    """`09:14`, on the 24-hour clock everywhere, in the reader's zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = to_user_timezone(value if value.tzinfo else value.replace(tzinfo=UTC)).time()
    return format_time(value, "HH:mm", locale=_locale())


def moment(value: datetime | None) -> str:
    """`24 Nov 2026, 09:14`, in the reader's zone."""
    return "" if value is None else f"{day(value)}, {clock(value)}"


def iso(value: date | datetime | None) -> str:
    """For `<time datetime=…>` and for inputs."""
    return "" if value is None else value.isoformat()


# -- time left ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimeLeft:
    """What a deadline has left, said in words, and how grave that is ("late", "soon" or "")."""

    text: str
    level: Level


def time_left(
    due_on: date | None, today: date, due_at: datetime | None = None, now: datetime | None = None
) -> TimeLeft:
    """Whole days to a deadline. Its last day is not late: `overdue by 1 day` begins on the day after.

    A limit in hours (`due_at`, with `now`) is late at its minute, and within two days of it tells the hours.
    """
    if due_on is None:
        return TimeLeft("", "")
    if due_at is not None and now is not None and abs(due_at - now) < _HOURS_TOLD_BELOW:
        return _hours_left(due_at - now)
    days = (due_on - today).days
    if days < 0:
        text = ngettext("overdue by %(days)s day", "overdue by %(days)s days", -days, days=number(-days))
        return TimeLeft(text, "late")
    level: Level = "soon" if days <= SOON_DAYS else ""
    if days == 0:
        return TimeLeft(_("today"), level)
    if days == 1:
        return TimeLeft(_("tomorrow"), level)
    return TimeLeft(ngettext("in %(days)s day", "in %(days)s days", days, days=number(days)), level)


def _hours_left(left: timedelta) -> TimeLeft:
    hours = int(abs(left).total_seconds()) // _SECONDS_OF_HOUR
    if left < timedelta():
        if not hours:
            return TimeLeft(_("overdue by under an hour"), "late")
        text = ngettext("overdue by %(hours)s hour", "overdue by %(hours)s hours", hours, hours=number(hours))
        return TimeLeft(text, "late")
    if not hours:
        return TimeLeft(_("in under an hour"), "soon")
    return TimeLeft(ngettext("in %(hours)s hour", "in %(hours)s hours", hours, hours=number(hours)), "soon")


def days_left(due_on: date | None, today: date) -> str:
    """The words of `time_left` alone."""
    return time_left(due_on, today).text


def custody_left(left: timedelta, used: float) -> TimeLeft:
    """A custody clock: `2 d 6 h`, days alone from a fortnight on. `used`: the share of the limit gone, 0 to 1."""
    level: Level = "late" if used >= CUSTODY_LATE else "soon" if used >= CUSTODY_SOON else ""
    seconds = int(left.total_seconds())
    if seconds <= 0:
        return TimeLeft(_("ended"), "late")
    hours = seconds // _SECONDS_OF_HOUR
    days, rest = divmod(hours, _HOURS_OF_DAY)
    if days >= _HOURS_SHOWN_BELOW_DAYS or (days and not rest):
        return TimeLeft(_("%(days)d d", days=days), level)
    if not days:
        return TimeLeft(_("%(hours)d h", hours=rest) if rest else _("under 1 h"), level)
    return TimeLeft(_("%(days)d d %(hours)d h", days=days, hours=rest), level)


# -- numbers, names ----------------------------------------------------------------------------------------------------


def number(value: float | Decimal | None, digits: int | None = None) -> str:
    """`1,250`; with `digits`, that many after the point. None is an en dash: nothing was counted."""
    if value is None:
        return "–"
    if digits is None:
        return format_decimal(value, locale=_locale())
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=_locale())


def short_number(value: float | Decimal | None) -> str:
    """`8.4M`, for a figure; the full number stands in the table beside it."""
    return "–" if value is None else format_compact_decimal(value, locale=_locale(), fraction_digits=1)


def percent(value: float | Decimal | None, digits: int = 0) -> str:
    """A share of one as `61 %`, with a no-break space in English; other languages keep their own form."""
    if value is None:
        return "–"
    locale = _locale()
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "\u00a0%"
    if locale.language == "en":
        return format_percent(value, format=pattern, locale=locale)
    return format_percent(value, locale=locale, decimal_quantization=digits == 0)


def amount(value: Decimal | float | None, currency: str) -> str:
    """`EUR 412,600.00`: the code of the currency, since its sign is shared by several."""
    return "–" if value is None else format_currency(value, currency, format="¤¤ #,##0.00", locale=_locale())


def country(code: str | None) -> str:
    """The name of a State by its ISO code in the reader's language, as Unicode has it; an unknown code stays a code."""
    return "" if not code else str(_locale().territories.get(code.upper(), code))


def language(code: str | None) -> str:
    """The name of a language by its code, in the reader's language."""
    return "" if not code else str(_locale().languages.get(code.replace("-", "_"), code))


def own_name(code: str) -> str:
    """The name of a language in itself, as a reader who knows no other looks for it: Français, العربية."""
    try:
        name = Locale.parse(code, sep="-" if "-" in code else "_").display_name or code
    except (ValueError, UnknownLocaleError):
        return code
    return name[:1].upper() + name[1:]


def text_direction(code: str | None = None) -> str:
    """ "rtl" or "ltr" of a language, the reader's own by default."""
    try:
        found = _locale() if code is None else Locale.parse(code, sep="-" if "-" in code else "_")
    except (ValueError, UnknownLocaleError):
        return "ltr"
    return str(found.text_direction)


# -- forms -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FieldError:
    """One thing that needs attention: the id to jump to, the field's label and the message."""

    target: str
    label: str
    message: str


def form_errors(form: BaseForm, more: Mapping[str, Sequence[str]] | Sequence[str] = ()) -> list[FieldError]:
    """Every error of a form in the order of its fields, nested ones too; errors of the whole form stand first.

    `more`: errors found by a service, by field name; those whose field the form does not have belong to the whole form.
    """
    found = [FieldError("", "", str(message)) for message in form.form_errors]
    further = dict(more) if isinstance(more, Mapping) else {"": list(more)}
    fields = list(_fields(form))
    names = {field.name for field in fields}
    for name, messages in further.items():
        if name not in names:
            found += [FieldError("", "", str(message)) for message in messages]
    for field in fields:
        own: list[object] = [*_own_errors(field), *further.get(field.name, ())]
        label = re.sub(r"\s*:$", "", str(field.label.text))
        found += [FieldError(str(field.id), label, str(message)) for message in own]
    return found


def _own_errors(field: Field) -> Iterator[object]:
    """A list field collects the errors of its entries as lists and mappings: those are found at the entries."""
    errors: Sequence[object] = field.errors
    yield from (error for error in errors if not isinstance(error, list | tuple | dict))


def _fields(form: BaseForm) -> Iterator[Field]:
    for field in form:
        if isinstance(field, FormField):
            yield from _fields(field.form)
        elif isinstance(field, FieldList):
            yield field
            for entry in field:
                if isinstance(entry, FormField):
                    yield from _fields(entry.form)
                else:
                    yield entry
        else:
            yield field


def attribute_id(value: object) -> str:
    """A value as a part of an id: letters, digits and dashes."""
    return re.sub(r"[^A-Za-z0-9]+", "-", str(value)).strip("-").lower()


def joined(values: Sequence[object], separator: str = ", ") -> Markup:
    """Several typed values in one line, each isolated."""
    return escape(separator).join(bdi(value) for value in values)


def sparkline(values: Sequence[float | None], width: float = 100, height: float = 28, inset: float = 2) -> str:
    """Points of a polyline through the values, lowest at the bottom; gaps are left out, a level line is central."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    spread = high - low
    step = width / (len(values) - 1)
    points = []
    for index, value in enumerate(values):
        if value is None:
            continue
        share = (value - low) / spread if spread else 0.5
        points.append(f"{index * step:.1f},{height - inset - share * (height - 2 * inset):.1f}")
    return " ".join(points)


FILTERS: Final[Mapping[str, Any]] = {
    "amount": amount,
    "attribute_id": attribute_id,
    "bdi": bdi,
    "clock": clock,
    "country": country,
    "day": day,
    "days_left": days_left,
    "iso": iso,
    "isolate": isolate,
    "joined": joined,
    "language": language,
    "lines": lines,
    "long_day": long_day,
    "moment": moment,
    "markdown": markdown,
    "month": month,
    "number": number,
    "own_name": own_name,
    "percent": percent,
    "short_number": short_number,
    "sparkline": sparkline,
    "text_direction": text_direction,
    "weekday_day": weekday_day,
    "words": words,
}

GLOBALS: Final[Mapping[str, Any]] = {
    "custody_left": custody_left,
    "form_errors": form_errors,
    "time_left": time_left,
}


def register_filters(app: Flask) -> None:
    """Makes the filters and the few functions known to the templates of an application."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(GLOBALS)

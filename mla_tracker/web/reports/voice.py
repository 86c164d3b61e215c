"""How a report speaks in the reader's language: its texts, names of States, days and numbers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from mla_tracker.statistics.reports.content import Cell, Hidden, Kind, Words
from mla_tracker.statistics.reports.files import HIDDEN_MARK, Voice
from mla_tracker.web.filters import country, day, number, percent


def voice() -> Voice:
    """The reader's voice, for a page or a file."""
    locale = get_locale()
    return Voice(words=in_words, state=country, day=day, rtl=bool(locale and locale.text_direction == "rtl"))


def language() -> str:
    """The reader's language as a tag without its region."""
    locale = get_locale()
    return locale.language if locale else "en"


def in_words(words: Words) -> str:
    """A text of a report, translated, with its values as the reader writes them."""
    text = str(_(words.text))
    return text % _values(words.values) if words.values else text


def _values(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _value(value) for name, value in values.items()}


def _value(value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    return number(value) if isinstance(value, int | float) else str(value)


def cell(value: Cell, kind: Kind) -> str:
    """A cell of a table on a page; what is not there is a dash."""
    match value:
        case None | "":
            return "–"
        case Hidden():
            return HIDDEN_MARK
        case Words():
            return in_words(value)
        case date():
            return day(value)
        case str():
            return country(value) if kind is Kind.STATE else value
        case _:
            return percent(value) if kind is Kind.SHARE else number(round(value))

"""How values are written: isolation, dates, time left, numbers and names, in English and in other languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, StringField
from wtforms.validators import InputRequired, Optional

from mla_tracker.web import filters
from mla_tracker.web.fields import DayField

TODAY = date(2026, 11, 24)


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page in the language that the test names, English by default; moments in Vienna's time."""
    app = Flask(__name__)
    chosen = getattr(request, "param", "en")
    Babel(app, locale_selector=lambda: chosen, timezone_selector=lambda: "Europe/Vienna")
    with app.test_request_context():
        yield


pytestmark = pytest.mark.usefixtures("language")


def test_what_was_typed_is_isolated_and_escaped() -> None:
    assert filters.bdi("Ünal <b>") == Markup("<bdi>Ünal &lt;b&gt;</bdi>")
    assert filters.bdi(None) == filters.bdi("") == ""
    assert filters.bdi(0) == "<bdi>0</bdi>"
    assert filters.bdi(Markup("<b>x</b>")) == "<bdi><b>x</b></bdi>"
    assert filters.isolate("يوسف") == "\u2068يوسف\u2069"
    assert filters.isolate(None) == ""
    assert filters.lines("one\n<two>") == "<bdi>one</bdi><br><bdi>&lt;two&gt;</bdi>"
    assert filters.joined(["a", "b"]) == "<bdi>a</bdi>, <bdi>b</bdi>"


@given(st.text())
def test_no_text_gets_out_of_its_isolation(text: str) -> None:
    inside = str(filters.bdi(text)).removeprefix("<bdi>").removesuffix("</bdi>")
    assert "<" not in inside
    assert ">" not in inside


def test_dates_in_english() -> None:
    assert filters.day(TODAY) == "24 Nov 2026"
    assert filters.weekday_day(TODAY) == "Tue 24 Nov 2026"
    assert filters.long_day(TODAY) == "Tuesday 24 November 2026"
    assert filters.month(TODAY) == "Nov 2026"
    assert filters.day(None) == filters.moment(None) == filters.clock(None) == filters.iso(None) == ""


def test_a_moment_is_shown_in_the_readers_zone() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert filters.moment(late) == "25 Nov 2026, 00:30"
    assert filters.day(late) == "25 Nov 2026"


@pytest.mark.parametrize(
    ("language", "day", "share", "state"),
    [("fr", "24 nov. 2026", "61\u202f%", "Brésil"), ("ar", "24 نوفمبر 2026", "61%", "البرازيل")],
    indirect=["language"],
)
def test_other_languages_write_in_their_own_way(day: str, share: str, state: str) -> None:
    assert filters.day(TODAY) == day
    assert filters.percent(0.61).replace("\u00a0", "\u202f") == share.replace("\u00a0", "\u202f")
    assert filters.country("BR") == state


@pytest.mark.parametrize(
    ("days", "text", "level"),
    [
        (-12, "overdue by 12 days", "late"),
        (-1, "overdue by 1 day", "late"),
        (0, "today", "soon"),
        (1, "tomorrow", "soon"),
        (2, "in 2 days", "soon"),
        (3, "in 3 days", ""),
        (100, "in 100 days", ""),
        (-1148, "overdue by 1,148 days", "late"),
    ],
)
def test_time_left(days: int, text: str, level: str) -> None:
    assert filters.time_left(TODAY + timedelta(days=days), TODAY) == filters.TimeLeft(text, level)  # type: ignore[arg-type]
    assert filters.days_left(TODAY + timedelta(days=days), TODAY) == text


@pytest.mark.parametrize(
    ("left", "used", "text", "level"),
    [
        (timedelta(days=2, hours=6, minutes=59), 0.94, "2 d 6 h", "late"),
        (timedelta(days=7, hours=19), 0.57, "7 d 19 h", "soon"),
        (timedelta(days=22, hours=5), 0.27, "22 d", ""),
        (timedelta(days=3), 0.2, "3 d", ""),
        (timedelta(hours=5), 0.99, "5 h", "late"),
        (timedelta(minutes=5), 0.99, "under 1 h", "late"),
        (timedelta(seconds=-1), 1.0, "ended", "late"),
        (timedelta(days=9), 0.5, "9 d", "soon"),
        (timedelta(days=9), 0.9, "9 d", "late"),
    ],
)
def test_custody_left(left: timedelta, used: float, text: str, level: str) -> None:
    assert filters.custody_left(left, used) == filters.TimeLeft(text, level)  # type: ignore[arg-type]


def test_numbers_and_names() -> None:
    assert filters.number(1250) == "1,250"
    assert filters.number(1250.5, 2) == "1,250.50"
    assert filters.number(None) == filters.percent(None) == filters.amount(None, "EUR") == "–"
    assert filters.percent(0.614) == "61\u00a0%"
    assert filters.percent(0.614, 1) == "61.4\u00a0%"
    assert filters.amount(412600, "EUR").replace("\u00a0", " ") == "EUR 412,600.00"
    assert filters.country("xx-unknown") == "xx-unknown"
    assert filters.language("pt") == "Portuguese"
    assert filters.own_name("fr") == "Français"
    assert filters.own_name("zz") == "zz"
    assert filters.text_direction("ar") == "rtl"
    assert filters.text_direction() == "ltr"


def test_a_sparkline_rises_with_its_values_and_leaves_gaps_out() -> None:
    assert filters.sparkline([1, None, 3]) == "0.0,26.0 100.0,2.0"
    assert filters.sparkline([5, 5]) == "0.0,14.0 100.0,14.0"
    assert filters.sparkline([5]) == ""


class _Item(Form):
    kind = StringField("Kind", [InputRequired("Say which.")])


class _Whole(Form):
    subject = StringField("Subject", [InputRequired("Enter a subject.")])
    items = FieldList(FormField(_Item), min_entries=1)


def test_errors_of_a_form_stand_in_its_order_with_those_of_the_services() -> None:
    form = _Whole(MultiDict({"items-0-kind": ""}))
    assert not form.validate()
    found = filters.form_errors(form, {"subject": ["Too long."], "elsewhere": ["It was closed."]})
    assert [(one.target, one.label, one.message) for one in found] == [
        ("", "", "It was closed."),
        ("subject", "Subject", "Enter a subject."),
        ("subject", "Subject", "Too long."),
        ("items-0-kind", "Kind", "Say which."),
    ]
    assert filters.form_errors(form, ["It was closed."])[0].message == "It was closed."


class _Dated(Form):
    on = DayField("Received on", [Optional()])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("24", "11", "2026"), date(2026, 11, 24)),
        (("24", "nov", "26"), date(2026, 11, 24)),
        (("1", "Sept.", "2026"), date(2026, 9, 1)),
        (("29", "2", "2024"), date(2024, 2, 29)),
        (("", "", ""), None),
    ],
)
def test_a_typed_day(typed: tuple[str, str, str], expected: date | None) -> None:
    form = _Dated(MultiDict(zip(("on-day", "on-month", "on-year"), typed, strict=True)))
    assert form.validate()
    assert form.on.data == expected


@pytest.mark.parametrize("typed", [("31", "11", "2026"), ("24", "", "2026"), ("24", "no", "2026"), ("x", "1", "2026")])
def test_what_is_no_day_is_shown_again_as_it_was_typed(typed: tuple[str, str, str]) -> None:
    form = _Dated(MultiDict(zip(("on-day", "on-month", "on-year"), typed, strict=True)))
    assert not form.validate()
    assert form.on.data is None
    assert "is not a date" in form.on.errors[0]
    for text in typed:
        assert f'value="{text}"' in form.on()


@pytest.mark.parametrize("language", ["fr"], indirect=True)
def test_a_month_may_be_typed_in_the_readers_language() -> None:
    form = _Dated(MultiDict({"on-day": "3", "on-month": "août", "on-year": "2026"}))
    assert form.validate()
    assert form.on.data == date(2026, 8, 3)


def test_a_day_from_the_register_and_from_an_iso_text() -> None:
    assert 'value="24"' in _Dated(on=TODAY).on()
    sent = _Dated(MultiDict({"on": "2026-11-24"}))
    assert sent.validate()
    assert sent.on.data == TODAY
    assert not _Dated(MultiDict({"on": "soon"})).validate()
    assert _Dated(MultiDict({"other": "1"})).on.data is None

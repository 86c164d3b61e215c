"""`/dev/gallery`: every component of the pages on one page, with data as an office has them.

Browser tests look at it in light and dark, in both directions, wide and narrow. The figures are an example.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from flask import Blueprint, render_template
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional

from mla_tracker.web.access import public
from mla_tracker.web.fields import DayField, SelectChoice
from mla_tracker.web.filters import bdi, country

bp = Blueprint("dev", __name__, url_prefix="/dev")

TODAY: Final = date(2026, 11, 24)

_STATES: Final = (
    "NG",
    "GE",
    "EC",
    "PE",
    "AM",
    "MA",
    "ES",
    "KE",
    "MZ",
    "ID",
    "UA",
    "AL",
    "BR",
    "VN",
    "PH",
    "KZ",
    "TN",
    "UY",
)

_WORK: Final = (
    ("MLA-IN-2026-00118", "NG", "Answer to their status inquiry", date(2026, 11, 12), "Answer"),
    ("EXT-IN-2026-00007", "GE", "Assurance on detention, round 2: sufficient or not", date(2026, 11, 18), "Decide"),
    (
        "MLA-OUT-2026-00091",
        "CH",
        "Second reminder: account statements not acknowledged",
        date(2026, 11, 20),
        "Send reminder",
    ),
    ("MLA-IN-2026-00163", "PE", "Acknowledge receipt", date(2026, 11, 23), "Acknowledge"),
)
_WEEK: Final = (
    ("MLA-IN-2026-00180", "AM", "Answer the question on attending the hearing", date(2026, 11, 25), "Answer"),
    (
        "MLA-OUT-2026-00140",
        "VN",
        "Translation of the request back from the translator",
        date(2026, 11, 26),
        "Record receipt",
    ),
    ("MLA-IN-2026-00171", "ES", "Decide on recognition (EIO 12(3), 30 days)", date(2026, 11, 27), "Decide"),
    ("MLA-IN-2025-00302/S1", "KE", "Transmit certified company records", date(2026, 11, 27), "Transmit"),
)
_CASES: Final = (
    (
        "MLA-IN-2026-00118",
        "NG",
        ("Bank records, four accounts, ", "Adewale Holdings", ""),
        "running",
        "In execution",
        "",
        date(2026, 11, 12),
        "M. Lindqvist",
    ),
    (
        "EXT-IN-2026-00007",
        "GE",
        ("", "ნინო კაპანაძე", ", embezzlement"),
        "running",
        "Assurances",
        "",
        date(2026, 11, 18),
        "M. Lindqvist",
    ),
    (
        "MLA-IN-2026-00096",
        "EC",
        ("Service of a summons on ", "J. Villacís Mora", ""),
        "running",
        "In execution",
        "Court",
        date(2026, 11, 19),
        "T. Okafor",
    ),
    (
        "MLA-IN-2026-00163",
        "PE",
        ("Search of premises and seizure of documents", "", ""),
        "new",
        "Registered",
        "",
        date(2026, 11, 23),
        "M. Lindqvist",
    ),
    (
        "MLA-IN-2026-00180",
        "AM",
        ("Statement of two witnesses", "", ""),
        "new",
        "Under review",
        "",
        date(2026, 11, 25),
        "M. Lindqvist",
    ),
    (
        "EXT-IN-2026-00019",
        "MA",
        ("", "يوسف بنعلي", ", laundering of proceeds"),
        "late",
        "Provisional arrest",
        "Other State",
        date(2026, 11, 26),
        "I. Kalniņa",
    ),
    (
        "MLA-IN-2026-00155",
        "MZ",
        ("Statement of ", "Γεώργιος Παπαδόπουλος", ""),
        "waiting",
        "Awaiting information",
        "Other State",
        date(2026, 11, 30),
        "M. Lindqvist",
    ),
    (
        "MLA-IN-2026-00148",
        "UA",
        ("Freezing of a share portfolio, ", "ТОВ «Дніпро-Інвест»", ""),
        "waiting",
        "Consultation",
        "Both",
        date(2026, 12, 2),
        "D. T. Hoa",
    ),
    (
        "MLA-IN-2026-00109",
        "VN",
        ("Tracing of proceeds, ", "Nguyễn Thị Thuý Hằng", ""),
        "running",
        "In execution",
        "Police",
        date(2026, 12, 4),
        "D. T. Hoa",
    ),
    (
        "MLA-IN-2026-00074",
        "PH",
        ("Enforcement of a confiscation order, 55(1)(b)", "", ""),
        "done",
        "Executed",
        "",
        date(2026, 12, 14),
        "T. Okafor",
    ),
    (
        "MLA-IN-2026-00061",
        "TN",
        ("Return of confiscated assets, 57(3)(a)", "", ""),
        "barred",
        "Refused",
        "",
        None,
        "D. T. Hoa",
    ),
)


_FACTS: Final = (
    "Between March 2023 and January 2025 the director of a State port company is said to have received payments "
    "through two consultancy contracts in return for dredging works."
)


class GalleryForm(Form):
    """One field of each type; two of them with errors."""

    kind = RadioField(
        "Kind",
        choices=[SelectChoice("mla", "Mutual legal assistance"), SelectChoice("extradition", "Extradition")],
        validators=[InputRequired()],
    )
    state = SelectField("Requesting State", validators=[InputRequired()])
    their_reference = StringField("Their reference")
    language = SelectField(
        "Language",
        choices=[SelectChoice("pt", "Portuguese"), SelectChoice("en", "English")],
        validators=[InputRequired()],
    )
    needed_by = DayField("Needed by", validators=[Optional()])
    hour = TimeField("Hour of receipt")
    facts = TextAreaField(
        "Summary of facts",
        description="What is said to have happened, when, where and by whom. Not needed for service of documents.",
    )
    measures = SelectMultipleField(
        "Assistance asked",
        choices=[
            SelectChoice("statement", "Statement of a witness, 46(3)(a)"),
            SelectChoice("search", "Search and seizure, 46(3)(c)"),
            SelectChoice("records", "Bank records, 46(3)(f)"),
        ],
    )
    secret = BooleanField("Keep the request confidential", description="Article 46(20)")
    letter = FileField("Letter of request")
    email = EmailField("Email address", validators=[InputRequired()])
    password = PasswordField("Password", validators=[InputRequired()])


@bp.get("/gallery")
@public
def gallery() -> str:
    """The components with their examples."""
    typed = MultiDict([("kind", "mla"), ("state", "MZ"), ("their_reference", "PGR-GCCC 88/2026"), ("language", "pt")])
    typed.update(
        {
            "needed_by-day": "31",
            "needed_by-month": "11",
            "needed_by-year": "2026",
            "facts": _FACTS,
            "email": "marta.lindqvist@justice.example",
        }
    )
    typed.update({"password": "not shown", "measures": "records"})
    form = GalleryForm(typed)
    form.state.choices = [SelectChoice(code, country(code)) for code in _STATES]
    form.validate()
    form.language.errors = ["The directory asks for English or Swahili"]
    return render_template("dev/gallery.html", form=form, today=TODAY, sort_url=_sort_url, **_examples())


def _sort_url(order: str) -> str:
    return f"#sort-{order}"


def _examples() -> dict[str, Any]:
    def at(day: date, hour: int, minute: int) -> datetime:
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)

    return {
        "work": _WORK,
        "week": _WEEK,
        "cases": _CASES,
        "clocks": [
            (timedelta(days=2, hours=6), 0.94, "EXT-IN-2026-00019", "MA", "يوسف بنعلي", date(2026, 11, 26)),
            (timedelta(days=7, hours=19), 0.57, "EXT-OUT-2026-00011", "AL", "Dritan Leka", date(2026, 12, 2)),
            (timedelta(days=22), 0.27, "EXT-IN-2026-00012", "GR", "Γεώργιος Παπαδόπουλος", date(2026, 12, 16)),
        ],
        "entries": [
            {
                "on": date(2026, 12, 14),
                "title": "Trial opens in Brazil",
                "lines": ["7th Federal Criminal Court"],
                "ahead": True,
            },
            {
                "on": date(2026, 12, 4),
                "title": "Results on their way to Brazil",
                "lines": ["Items 2 and 3"],
                "ahead": True,
                "left": "in 10 days",
            },
            {"today": True},
            {
                "on": date(2026, 11, 20),
                "at": at(date(2026, 11, 20), 15, 40),
                "title": "Brazil asks whether its prosecutor may attend the hearing",
                "lines": [Markup("Note {}, English").format(bdi("DRCI 1488/2026"))],
                "recorded": "recorded 3 days later",
            },
            {
                "on": date(2026, 11, 9),
                "title": "Consultation opened before a refusal, 46(26)",
                "lines": ["Ground in view: absence of dual criminality, item 4"],
            },
            {"on": date(2026, 10, 28), "title": "Receipt of bank records confirmed by Brazil", "minor": True},
            {
                "on": date(2026, 10, 12),
                "title": "Item 1 executed and transmitted",
                "lines": ["214 pages, use limited to the named proceedings, 46(19)"],
            },
        ],
        "ages": [
            (0.59, "r1", 38, 0),
            (0.89, "r1", 57, 2),
            (0.95, "r2", 61, 6),
            (0.56, "r3", 36, 11),
            (0.34, "r4", 22, 12),
        ],
        "history": [160, 164, 172, 170, 178, 186, 188, 194, 192, 200, 206, 204, 214],
        "weeks": [
            {
                "on": date(2026, 11, 23) + timedelta(days=step + 2 * (step // 5)),
                "today": step == 1,
                "count": step % 4 + 1,
                "lines": ["Brazil: review"],
                "more": step % 3,
                "url": "#",
            }
            for step in range(10)
        ],
        "conflict": [
            {
                "label": "Subject",
                "was": "Bank records",
                "theirs": "Bank and company records",
                "yours": "Bank records, three accounts",
            },
            {"label": "Needed by", "was": "4 Dec 2026", "theirs": "4 Dec 2026", "yours": "1 Dec 2026"},
        ],
    }

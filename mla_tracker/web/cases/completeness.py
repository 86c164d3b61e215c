"""What the Convention asks a request to contain, and what of it is there so far (UNCAC 46(15), ECE 12(2))."""

from typing import Any

from flask_babel import gettext as _

from mla_tracker.web.cases.forms import RegisterForm


def contents(form: RegisterForm, kind: str) -> list[dict[str, Any]]:
    """The checklist beside the form: one line a content, with its article; it never blocks the saving."""
    persons = any(row.form.name.data or row.form.native.data for row in form.persons)
    items = any(row.form.type_code.data for row in form.items)
    if kind == "extradition":
        wanted = [
            (bool(form.counterpart_authority_id.data), _("Authority that makes the request"), "ECE 12(1)", ""),
            (persons, _("Person sought, with nationality or that it is unknown"), "ECE 12(2)(c)", _("No name yet")),
            (
                bool(form.offences.data),
                _("Offences with time, place and legal provisions"),
                "ECE 12(2)(b)",
                _("None chosen"),
            ),
            (bool(form.facts_summary.data), _("Statement of the facts"), "ECE 12(2)(b)", _("Empty")),
            (
                bool(form.wanted_for.data),
                _("For prosecution, or to serve a sentence"),
                "ECE 12(2)(a)",
                _("Not recorded"),
            ),
        ]
    else:
        wanted = [
            (bool(form.counterpart_authority_id.data), _("Authority making the request"), "46(15)(a)", _("Not known yet")),
            (bool(form.subject.data and form.nature.data), _("Subject and nature of the proceedings"), "46(15)(b)", _("Subject line or nature is lacking")),
            (bool(form.facts_summary.data), _("Summary of the facts"), "46(15)(c)", _("Not needed for service of documents alone")),
            (items, _("Assistance sought"), "46(15)(d)", _("No item yet")),
            (persons, _("Identity, location and nationality of persons concerned"), "46(15)(e)", _("Where appropriate")),
            (bool(form.needed_by_reason.data or form.facts_summary.data), _("Purpose of the evidence or action"), "46(15)(f)", _("Say it in the facts")),
        ]  # fmt: skip
    return [
        {"state": "done" if present else "lack", "label": label, "article": article, "note": "" if present else lacking}
        for present, label, article, lacking in wanted
    ]

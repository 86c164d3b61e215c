"""What the texts ask a request to contain, and what of it is there so far: UNCAC 46(15), 55(3) for assets, ECE 12(2).

The same list stands beside the form of a new request, on the page of a request until it is decided or sent, and beside
the act that records that its contents were checked. It never blocks: what lacks can be asked for.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from mla_tracker.cases.facts import SERVICE_OF_DOCUMENTS
from mla_tracker.cases.models import Case
from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.web.cases.forms import RegisterForm


@dataclass(frozen=True)
class Held:
    """What is there of a request. `items`: (type, particulars given); `persons`: (named, nationality known)."""

    kind: str
    authority: bool
    subject: bool
    nature: bool
    facts: bool
    purpose: bool
    wanted_for: bool
    offences: bool
    items: tuple[tuple[str, bool], ...]
    persons: tuple[tuple[bool, bool], ...]


def of_form(form: RegisterForm, kind: str) -> Held:
    """What was typed so far."""
    return Held(
        kind=kind,
        authority=bool(form.counterpart_authority_id.data),
        subject=bool(form.subject.data),
        nature=bool(form.nature.data),
        facts=bool(form.facts_summary.data),
        purpose=bool(form.purpose.data),
        wanted_for=bool(form.wanted_for.data),
        offences=bool(form.offences.data),
        items=tuple(
            (row.form.type_code.data, bool(row.form.description.data)) for row in form.items if row.form.type_code.data
        ),
        persons=tuple(
            (True, bool(row.form.nationality.data))
            for row in form.persons
            if row.form.name.data or row.form.native.data
        ),
    )


def of_case(case: Case) -> Held:
    """What is on file."""
    return Held(
        kind=case.kind,
        authority=case.counterpart_authority_id is not None,
        subject=bool(case.subject),
        nature=case.nature is not None,
        facts=bool(case.facts_summary),
        purpose=bool(case.purpose),
        wanted_for=case.wanted_for is not None,
        offences=bool(case.offences),
        items=tuple((item.type_code, bool(item.description)) for item in case.items),
        persons=tuple((bool(person.names), person.nationality is not None) for person in case.persons),
    )


def contents(held: Held, codes: Catalogue) -> list[dict[str, Any]]:
    """The checklist, one line a content with its article and what lacks of it."""
    return _of_extradition(held) if held.kind == "extradition" else _of_assistance(held, codes)


def _of_assistance(held: Held, codes: Catalogue) -> list[dict[str, Any]]:
    service_alone = bool(held.items) and all(code == SERVICE_OF_DOCUMENTS for code, _given in held.items)
    asked = [(code, given) for code, given in held.items if codes.assistance_types.get(code) is not None]
    lines = [
        _line(_("Authority making the request"), "46(15)(a)", "" if held.authority else _("Not known yet")),
        _line(_("Subject and nature of the proceedings"), "46(15)(b)", _what_lacks(
            (held.subject, _("no subject line")), (held.nature, _("the nature is not recorded")))),
        _line(_("Summary of the facts"), "46(15)(c)", "" if held.facts or service_alone else _("Empty"))
        if not service_alone or held.facts
        else _open(_("Summary of the facts"), "46(15)(c)", _("Not needed for service of documents alone")),
        _line(_("Assistance sought"), "46(15)(d)", _what_lacks(
            (bool(held.items), _("no item yet")), (all(given for _code, given in held.items), _("an item without particulars")))),
        _persons(held),
        _line(_("Purpose of the evidence or action"), "46(15)(f)", "" if held.purpose else _("Not recorded")),
    ]  # fmt: skip
    return lines + _of_assets(asked, codes)


def _of_assets(asked: list[tuple[str, bool]], codes: Catalogue) -> list[dict[str, Any]]:
    """What 55(3) asks beyond 46(15): the property, where it is, what it is worth, and the order to be enforced."""
    about_assets = [(codes.assistance_types[code].stage, given) for code, given in asked]
    if not any(stage for stage, _given in about_assets):
        return []
    described = all(given for stage, given in about_assets if stage)
    lines = [
        _line(
            _("Property, where it is and its estimated value"), "55(3)(a)", "" if described else _("In the particulars of the item")
        )
    ]  # fmt: skip
    if any(stage in ("confiscate", "return") for stage, _given in about_assets):
        lines.append(
            _open(
                _("The order, its extent and finality, notice to third parties"), "55(3)(b)", _("Check the annexes of the request")
            )
        )  # fmt: skip
    else:
        lines.append(
            _open(_("Facts relied on and actions requested"), "55(3)(c)", _("Check the annexes of the request"))
        )
    return lines


def _persons(held: Held) -> dict[str, Any]:
    label = _("Identity, location and nationality of persons concerned")
    if not held.persons:
        return _open(label, "46(15)(e)", _("Where possible and appropriate"))
    known = all(nationality for _named, nationality in held.persons)
    return _line(label, "46(15)(e)", "" if known else _("A nationality is not recorded"))


def _of_extradition(held: Held) -> list[dict[str, Any]]:
    named = any(name for name, _nationality in held.persons)
    known = all(nationality for _named, nationality in held.persons)
    return [
        _line(_("Authority that makes the request"), "ECE 12(1)", "" if held.authority else _("Not known yet")),
        _line(_("Person sought, with nationality"), "ECE 12(2)(c)", _what_lacks(
            (named, _("no name yet")), (not named or known, _("a nationality is not recorded")))),
        _line(_("Offences with time, place and legal provisions"), "ECE 12(2)(b)", "" if held.offences else _("None chosen")),
        _line(_("Statement of the facts"), "ECE 12(2)(b)", "" if held.facts else _("Empty")),
        _line(_("For prosecution, or to serve a sentence"), "ECE 12(2)(a)", "" if held.wanted_for else _("Not recorded")),
    ]  # fmt: skip


def _what_lacks(*parts: tuple[bool, str]) -> str:
    return "; ".join(words for present, words in parts if not present)


def _line(label: str, article: str, lacks: str) -> dict[str, Any]:
    return {"state": "lack" if lacks else "done", "label": label, "article": article, "note": lacks}


def _open(label: str, article: str, note: str) -> dict[str, Any]:
    return {"state": "wait", "label": label, "article": article, "note": note}

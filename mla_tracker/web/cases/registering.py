"""Registering a new request on one page."""

import secrets
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.duplicates import possible_duplicates
from mla_tracker.cases.life_cycle import cycle_code
from mla_tracker.cases.models import Case
from mla_tracker.cases.particulars import DIRECTIONS, KINDS, Follows
from mla_tracker.cases.queries import find_case
from mla_tracker.casework.editing import lead_choices
from mla_tracker.casework.registering import register
from mla_tracker.core.errors import DomainError
from mla_tracker.instruments.queries import catalogue
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.choices import our_authorities, state_choices, their_authorities
from mla_tracker.web.cases.completeness import contents, of_form
from mla_tracker.web.cases.forms import RegisterForm
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db, office, today
from mla_tracker.web.flashes import told


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.REQUEST_REGISTER)
def new() -> Any:
    """Kind and direction first; the fields follow. Nothing that was typed is lost by an error or another row."""
    former, how = _followed()
    kind, direction = _asked("kind", KINDS), _asked("direction", DIRECTIONS)
    role = "sought" if kind == "extradition" else "suspect"
    first_values = {"opened_on": today(), "lead_id": current_actor().account_id, "persons": [{"role": role}]}
    if former is not None:
        kind, direction = former.kind, former.direction
        first_values |= _values_of(former, how)
    form = RegisterForm(data=first_values)
    _offer(form, kind)
    grown = _grow(form)
    if grown:
        _offer(form, kind)
    elif form.validate_on_submit():
        registration = form.registration(kind, direction, office().zone)
        if former is not None:
            registration = replace(registration, follows=Follows(former.id, how))
        likely = [] if former is not None else possible_duplicates(db(), current_actor(), registration)
        if likely and "confirmed" not in request.form:
            return _page(form, kind, direction, former, how, duplicates=likely), 422
        try:
            done = register(office(), db(), registration, actor=current_actor())
        except DomainError as problem:
            form.take(problem)
        else:
            if not done.again:
                told(_("%(reference)s is on file.", reference=done.reference))
            return redirect(url_for("cases.detail", reference=done.reference))
    return _page(form, kind, direction, former, how), 422 if form.errors and not grown else 200


def _followed() -> tuple[Case | None, str]:
    """The request that the new one supplements or corrects, as the address names it."""
    for name, how in (("supplement", "supplement"), ("corrects", "corrected")):
        if reference := request.values.get(name):
            return find_case(db(), current_actor(), reference, whole=True), how
    return None, ""


def _values_of(former: Case, how: str) -> dict[str, Any]:
    """What is taken over from the request that is followed; a supplement asks for something else than its parent."""
    kept = (
        "subject", "facts_summary", "purpose", "operation", "counterpart", "counterpart_authority_id",
        "owner_authority_id", "channel", "languages", "nature", "wanted_for", "confidentiality",
        "confidentiality_reason", "lead_id",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(former, name) for name in kept}
    values["basis"] = next((row.basis_code for row in former.bases if row.is_primary), None)
    values["further_bases"] = [row.basis_code for row in former.bases if not row.is_primary]
    values["offences"] = [row.offence_code for row in former.offences]
    if how == "corrected":
        values["items"] = [{"type_code": item.type_code, "description": item.description} for item in former.items] or [
            {}
        ]
    values["persons"] = [
        {
            "name": person.names[0].name if person.names else "",
            "native": person.names[1].name if len(person.names) > 1 else "",
            "role": person.role,
            "legal_person": person.legal_person,
            "nationality": person.nationality,
            "born_on": person.born_on,
        }
        for person in former.persons
    ] or [{}]
    return values


def _page(form: RegisterForm, kind: str, direction: str, former: Case | None, how: str, duplicates: Any = ()) -> str:
    if not form.submission_key.data:
        form.submission_key.data = secrets.token_urlsafe(16)
    return render_template(
        "cases/new.html",
        form=form,
        kind=kind,
        direction=direction,
        words=words,
        duplicates=duplicates,
        former=former,
        how=how,
        followed={("supplement" if how == "supplement" else "corrects"): former.reference} if former else {},
        contents=contents(of_form(form, kind), catalogue(db())),
        choices=[
            (words.CYCLES[cycle_code(k, d)], url_for("cases.new", kind=k, direction=d), (k, d) == (kind, direction))
            for k in KINDS
            for d in DIRECTIONS
        ],
    )


def _asked(name: str, known: tuple[str, ...]) -> str:
    value = request.values.get(name, "")
    return value if value in known else known[0]


def _offer(form: RegisterForm, kind: str) -> None:
    session = db()
    states, ours = state_choices(session), our_authorities(session)
    form.offer(states, their_authorities(session), ours)
    form.offer_codes(catalogue(session), kind, states, ours, lead_choices(session))


def _grow(form: RegisterForm) -> bool:
    """“Add another” is a button of the form: a further row, everything typed kept."""
    wanted = request.form.get("more", "")
    if wanted == "items" and len(form.items) < (form.items.max_entries or 0):
        form.items.append_entry()
    elif wanted == "persons" and len(form.persons) < (form.persons.max_entries or 0):
        form.persons.append_entry()
    else:
        return wanted == "again"
    return True

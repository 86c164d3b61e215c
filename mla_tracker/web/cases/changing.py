"""Changing what is on the file: particulars, lead, bases, offences, persons, items, access, corrections."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from mla_tracker.accounts.models import Account, NeedToKnow
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_names
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import AssistanceItem, Case
from mla_tracker.cases.particulars import BasisGiven, EditConflict, ItemGiven, OffenceGiven
from mla_tracker.cases.queries import entries_of, find_case
from mla_tracker.cases.registration import particulars_of
from mla_tracker.casework import editing
from mla_tracker.casework.emergency import accesses_of
from mla_tracker.casework.parts import Part, bases_part, item_part, lead_part, mark, offences_part
from mla_tracker.core.errors import Conflict, DomainError, NotVisible
from mla_tracker.instruments.queries import catalogue
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.choices import our_authorities, state_choices, their_authorities
from mla_tracker.web.cases.forms import (
    AccessForm,
    AddItemForm,
    AddPersonForm,
    BasesForm,
    ChangeItemForm,
    CorrectForm,
    EditForm,
    LeadForm,
    OffencesForm,
    PartForm,
    offence_label,
    options,
    person_given,
    type_label,
)
from mla_tracker.web.cases.presenting import event_title
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db, office
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm, seen_version


def done(case: Case, anchor: str = "") -> Any:
    """Saved: back to the part of the request that changed."""
    told(_("Saved."))
    return redirect(url_for("cases.detail", reference=case.reference, _anchor=anchor or None))


def try_in(form: BaseForm, change: Callable[[], object]) -> bool:
    """Whether the change went through; a broken rule is shown in the form."""
    try:
        change()
    except DomainError as problem:
        form.take(problem)
        return False
    return True


def _try_part(form: PartForm, part: Callable[[], Part], change: Callable[[], object]) -> bool:
    """The same for a part that is saved whole; after a conflict the form is one of the part as it stands now."""
    try:
        change()
    except DomainError as problem:
        form.take(problem)
        if isinstance(problem, Conflict):
            form.seen.data = mark(part())
        return False
    return True


def small(form: BaseForm, case: Case, heading: str, **more: Any) -> Any:
    """The page of a form of a few fields, saved with one button."""
    page = render_template("cases/change.html", form=form, case=case, heading=heading, **more)
    return page, 422 if form.errors else 200


@bp.route("/<case_ref:reference>/edit", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def edit(reference: str) -> Any:
    """Two people at once: the second sees what the first changed, field by field, and keeps his own text."""
    session, actor = db(), current_actor()
    case = find_case(session, actor, reference)
    form = EditForm(obj=case) if request.method == "GET" else EditForm()
    form.offer(
        state_choices(session),
        their_authorities(session, case.counterpart_authority_id),
        our_authorities(session, case.owner_authority_id),
    )
    differences: list[Any] = []
    if form.validate_on_submit():
        old = particulars_of(case)
        new = replace(
            form.particulars(
                received_on=form.received_on.data or old.received_on,
                received_at=old.received_at if form.received_on.data in (None, old.received_on) else None,
                no_basis=bool(form.no_basis_named.data),
            )
        )
        try:
            editing.edit_particulars(office(), session, case.id, new, version=seen_version(form.version), actor=actor)
        except EditConflict as problem:
            form.take(problem)
            form.take_over(problem.entered)
            form.version.data = str(problem.version)
            differences = problem.differences
        except DomainError as problem:
            form.take(problem)
        else:
            if new.confidentiality == "restricted" != old.confidentiality:
                told(_("Saved. Only you and the lead see it now: name who else needs to."))
                return redirect(url_for("cases.access", reference=reference))
            return done(case)
        case = find_case(session, actor, reference)
    elif request.method == "GET":
        form.version.data = str(case.version)
    page = render_template(
        "cases/edit.html",
        form=form,
        case=case,
        words=words,
        differences=[
            {
                "label": words.FIELDS[row.field],
                "was": _shown(row.was),
                "theirs": _shown(row.stands),
                "yours": _shown(row.yours),
            }
            for row in differences
        ],
    )
    return page, 409 if differences else 422 if form.errors else 200


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(inner) for inner in value)
    return "" if value is None else str(value)


@bp.route("/<case_ref:reference>/lead", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def lead(reference: str) -> Any:
    """Who leads the case."""
    case = find_case(db(), current_actor(), reference)
    form = LeadForm(lead_id=case.lead_id, seen=mark(lead_part(case)))
    form.lead_id.choices = options(editing.lead_choices(db(), case.lead_id), blank=_("Not assigned"))
    if form.validate_on_submit() and _try_part(
        form,
        lambda: lead_part(case),
        lambda: editing.assign(office(), db(), case.id, form.lead_id.data, actor=current_actor(), seen=form.seen.data),
    ):
        return done(case)
    return small(form, case, _("Lead"))


@bp.route("/<case_ref:reference>/bases", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def bases(reference: str) -> Any:
    """The legal bases asserted."""
    case = find_case(db(), current_actor(), reference, whole=True)
    form = BasesForm(seen=mark(bases_part(case, case.bases)))
    table = catalogue(db()).legal_bases
    rows = [(row.code, row.label) for row in catalogue(db()).bases_covering(case.kind)]
    standing = [(row.basis_code, table[row.basis_code].label) for row in case.bases]
    form.basis.choices = options(rows, blank=_("None named"), standing=standing)
    form.further_bases.choices = options(rows, standing=standing)
    if request.method == "GET":
        form.basis.data = next((row.basis_code for row in case.bases if row.is_primary), None)
        form.further_bases.data = [row.basis_code for row in case.bases if not row.is_primary]
        form.no_basis_named.data = case.no_basis_named
    if form.validate_on_submit():
        named = [code for code in (form.basis.data, *(form.further_bases.data or ())) if code]
        given = [BasisGiven(code, number == 0) for number, code in enumerate(dict.fromkeys(named))]
        if _try_part(
            form,
            lambda: bases_part(case, case.bases),
            lambda: editing.change_bases(
                office(),
                db(),
                case.id,
                given,
                none_named=bool(form.no_basis_named.data),
                actor=current_actor(),
                seen=form.seen.data,
            ),
        ):
            return done(case)
    return small(form, case, _("Legal bases"))


@bp.route("/<case_ref:reference>/offences", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def offences(reference: str) -> Any:
    """The offences of the case."""
    case = find_case(db(), current_actor(), reference, whole=True)
    form = OffencesForm(seen=mark(offences_part(case.offences)))
    table = catalogue(db()).offences
    form.offences.choices = options(
        ((row.code, offence_label(row)) for row in table.values()),
        standing=[(row.offence_code, offence_label(table[row.offence_code])) for row in case.offences],
    )
    if request.method == "GET":
        form.offences.data = list(dict.fromkeys(row.offence_code for row in case.offences))
    if form.validate_on_submit():
        chosen = form.offences.data or []
        kept = [
            OffenceGiven(row.offence_code, row.domestic_article, row.penalty)
            for row in case.offences
            if row.offence_code in chosen
        ]
        given = kept + [OffenceGiven(code) for code in chosen if code not in {offence.code for offence in kept}]
        if _try_part(
            form,
            lambda: offences_part(case.offences),
            lambda: editing.change_offences(office(), db(), case.id, given, actor=current_actor(), seen=form.seen.data),
        ):
            return done(case)
    return small(form, case, _("Offences"))


@bp.route("/<case_ref:reference>/persons/new", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def add_person(reference: str) -> Any:
    """A further person."""
    case = find_case(db(), current_actor(), reference)
    form = AddPersonForm()
    form.person.form.nationality.choices = options(state_choices(db()), blank=_("Unknown"))
    if form.validate_on_submit():
        given = person_given(form.person.form, case.kind)
        if given is None:
            form.person.form.name.errors = [_("Enter a name.")]
        elif try_in(form, lambda: editing.add_person_to(office(), db(), case.id, given, actor=current_actor())):
            return done(case, "people")
    return small(form, case, _("A further person"), inner=form.person.form)


@bp.post("/<case_ref:reference>/persons/<int:person_id>/remove")
@requires(Permission.REQUEST_WORK)
def remove_person(reference: str, person_id: int) -> Any:
    """Take a person off the file."""
    case = find_case(db(), current_actor(), reference)
    editing.remove_person(office(), db(), case.id, person_id, actor=current_actor())
    return done(case, "people")


@bp.route("/<case_ref:reference>/items/new", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def add_item(reference: str) -> Any:
    """A further measure sought."""
    case = find_case(db(), current_actor(), reference)
    form = AddItemForm()
    inner = form.item.form
    inner.type_code.choices = options(
        ((row.code, type_label(row)) for row in catalogue(db()).assistance_types.values()), blank=_("Choose")
    )
    inner.executing_authority_id.choices = options(our_authorities(db()), blank=_("Not yet known"))
    if form.validate_on_submit():
        given = ItemGiven(
            inner.type_code.data or "", (inner.description.data or "").strip(), None, inner.executing_authority_id.data
        )
        if try_in(form, lambda: editing.add_item_to(office(), db(), case.id, given, actor=current_actor())):
            return done(case, "items")
    return small(form, case, _("A further item"), inner=inner)


@bp.route("/<case_ref:reference>/items/<int:item_id>", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def change_item(reference: str, item_id: int) -> Any:
    """Particulars and executing authority of an item."""
    case = find_case(db(), current_actor(), reference)
    item = db().scalar(select(AssistanceItem).where(AssistanceItem.id == item_id, AssistanceItem.case_id == case.id))
    if item is None:
        raise NotVisible("There is no such item.")
    seen = mark(item_part(item))
    form = ChangeItemForm(obj=item, seen=seen) if request.method == "GET" else ChangeItemForm(seen=seen)
    form.executing_authority_id.choices = options(
        our_authorities(db(), item.executing_authority_id), blank=_("Not yet known")
    )
    if form.validate_on_submit() and _try_part(
        form,
        lambda: item_part(item),
        lambda: editing.change_item(
            office(),
            db(),
            case.id,
            item_id,
            description=(form.description.data or "").strip(),
            coercive=bool(form.coercive.data),
            executing_authority_id=form.executing_authority_id.data,
            actor=current_actor(),
            seen=form.seen.data,
        ),
    ):
        return done(case, "items")
    return small(form, case, _("Item %(number)s", number=item.number))


@bp.route("/<case_ref:reference>/correct/<int:seq>", methods=["GET", "POST"])
@requires(Permission.REQUEST_CORRECT)
def correct(reference: str, seq: int) -> Any:
    """Correct an entry of the timeline by a further entry; both stay."""
    case = find_case(db(), current_actor(), reference)
    wrong = next((entry for entry in entries_of(db(), case.id) if entry.seq == seq), None)
    if wrong is None:
        raise NotVisible("There is no such entry.")
    form = CorrectForm(data={"version": str(case.version), "happened_on": wrong.happened_on})
    if form.validate_on_submit() and try_in(
        form,
        lambda: editing.correct(
            office(),
            db(),
            case.id,
            seq,
            reason=form.reason.data or "",
            happened_on=form.happened_on.data,
            annul=form.action.data == "annul",
            actor=current_actor(),
            version=seen_version(form.version),
        ),
    ):
        return done(case, "timeline")
    heading = _("Correct: %(entry)s", entry=event_title(life_cycles(), wrong.code))
    return small(form, case, heading, grave=True)


@bp.route("/<case_ref:reference>/access", methods=["GET", "POST"])
@requires(Permission.CASE_RESTRICT)
def access(reference: str) -> Any:
    """Who sees a restricted case."""
    case = find_case(db(), current_actor(), reference)
    rows = db().execute(
        select(Account.id, Account.name)
        .join(NeedToKnow, NeedToKnow.account_id == Account.id)
        .where(NeedToKnow.case_id == case.id)
        .order_by(Account.name)
    )
    named = [(account_id, name) for account_id, name in rows]
    readers = db().execute(
        select(Account.id, Account.name).where(Account.active, Account.role != "administrator").order_by(Account.name)
    )
    form = AccessForm()
    form.account_id.choices = options(
        [(account_id, name) for account_id, name in readers if account_id not in dict(named)],
        blank=_("Choose a person"),
    )
    if form.validate_on_submit():
        if form.account_id.data is None:
            form.account_id.errors = [_("Choose a person.")]
        elif try_in(
            form,
            lambda: editing.grant_access(office(), db(), case.id, form.account_id.data or 0, actor=current_actor()),
        ):
            return redirect(url_for("cases.access", reference=case.reference))
    names = account_names(db())
    emergencies = [(taken, names[taken.account_id]) for taken in accesses_of(db(), case.id)]
    page = render_template("cases/access.html", form=form, case=case, named=named, emergencies=emergencies)
    return page, 422 if form.errors else 200


@bp.post("/<case_ref:reference>/access/<int:account_id>/end")
@requires(Permission.CASE_RESTRICT)
def end_access(reference: str, account_id: int) -> Any:
    """Take a person off a restricted case."""
    case = find_case(db(), current_actor(), reference)
    editing.end_access(office(), db(), case.id, account_id, actor=current_actor())
    if account_id == current_actor().account_id:
        return redirect(url_for("cases.index"))
    return redirect(url_for("cases.access", reference=case.reference))

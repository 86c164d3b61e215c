"""Everything that is done to a document once it is there: particulars, custody, deletion, legal hold."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.queries import find_case
from mla_tracker.casework.act import act
from mla_tracker.casework.documenting import delete_document
from mla_tracker.core.errors import DomainError
from mla_tracker.documents import services as documents
from mla_tracker.documents.models import Document
from mla_tracker.documents.queries import find_document
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, now, office, services, today
from mla_tracker.web.documents.forms import CustodyForm, DeletionForm, HoldForm, ParticularsForm
from mla_tracker.web.documents.views import bp
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm


@bp.route("/<int:number>/edit", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def edit(reference: str, number: int) -> Any:
    """Kind, title, language, day, exhibit."""
    case, document = _found(reference, number)
    form = ParticularsForm(obj=document) if request.method == "GET" else ParticularsForm()
    form.offer()
    if form.validate_on_submit() and _acted(form, case, lambda a: documents.change(a, number, form.given())):
        return _done(reference, number)
    return _page("documents/edit.html", form, case=case, document=document)


@bp.route("/<int:number>/custody", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def record_custody(reference: str, number: int) -> Any:
    """An exhibit was received, handed over or returned."""
    case, document = _found(reference, number)
    form = CustodyForm(data={"on": today(), "hour": now().astimezone(office().zone).time()})
    form.offer()
    if form.validate_on_submit():
        at = form.moment(office().zone)

        def recorded(a: OpenAct) -> int:
            return documents.record_custody(
                a,
                number,
                form.what.data or "",
                at=at,
                giver=form.giver.data or "",
                receiver=form.receiver.data or "",
                purpose=form.purpose.data or "",
                means=form.means.data or "",
            )

        if _acted(form, case, recorded):
            return _done(reference, number, "custody")
    return _page("documents/custody.html", form, case=case, document=document)


@bp.route("/<int:number>/deletion", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def ask_deletion(reference: str, number: int) -> Any:
    """Ask for the deletion of a document; another person decides."""
    case, document = _found(reference, number)
    form = DeletionForm()
    form.offer()
    if form.validate_on_submit() and _acted(
        form,
        case,
        lambda a: documents.ask_deletion(a, number, form.ground.data or "", form.reason.data or ""),
    ):
        told(_("Asked for. Another person with the right to approve decides."))
        return redirect(url_for("documents.detail", reference=reference, number=number))
    return _page("documents/deletion.html", form, case=case, document=document)


@bp.post("/<int:number>/deletion/decline")
@requires(Permission.REQUEST_WORK)
def decline_deletion(reference: str, number: int) -> Any:
    """The document stays."""
    case, _document = _found(reference, number)
    with act(office(), db(), case.id, actor=current_actor()) as a:
        documents.decline_deletion(a, number)
    return _done(reference, number)


@bp.post("/<int:number>/deletion/approve")
@requires(Permission.REQUEST_APPROVE)
def approve_deletion(reference: str, number: int) -> Any:
    """Delete it for good; the second person."""
    case, _document = _found(reference, number)
    delete_document(office(), db(), services().vault, case.id, number, actor=current_actor())
    told(_("Deleted. What stays is its number, its hashes, and who deleted it on which ground."))
    return redirect(url_for("documents.detail", reference=reference, number=number))


@bp.route("/hold", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def place_hold(reference: str) -> Any:
    """From now on nothing of the request is deleted."""
    return _hold(reference, _("Place a legal hold"), documents.place_hold)


@bp.route("/hold/lift", methods=["GET", "POST"])
@requires(Permission.REQUEST_APPROVE)
def lift_hold(reference: str) -> Any:
    """The hold ends."""
    return _hold(reference, _("Lift the legal hold"), documents.lift_hold)


def _hold(reference: str, heading: str, change: Callable[[OpenAct, str], None]) -> Any:
    case = find_case(db(), current_actor(), reference)
    form = HoldForm()
    if form.validate_on_submit() and _acted(form, case, lambda a: change(a, form.reason.data or "")):
        told(_("Saved."))
        return redirect(url_for("cases.detail", reference=reference, _anchor="documents"))
    return _page("documents/hold.html", form, case=case, heading=heading)


def _found(reference: str, number: int) -> tuple[Case, Document]:
    case = find_case(db(), current_actor(), reference)
    return case, find_document(db(), current_actor(), case.id, number)


def _acted(form: BaseForm, case: Case, change: Callable[[OpenAct], object]) -> bool:
    """Whether the change went through; a broken rule is shown in the form."""
    try:
        with act(office(), db(), case.id, actor=current_actor()) as a:
            change(a)
    except DomainError as problem:
        form.take(problem)
        return False
    return True


def _done(reference: str, number: int, anchor: str = "") -> Any:
    told(_("Saved."))
    return redirect(url_for("documents.detail", reference=reference, number=number, _anchor=anchor or None))


def _page(template: str, form: BaseForm, **values: Any) -> Any:
    return render_template(template, form=form, **values), 422 if form.errors else 200

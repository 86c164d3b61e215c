"""Taking files in: a new document, a further version."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.queries import find_case
from mla_tracker.casework.act import act
from mla_tracker.core.errors import DomainError
from mla_tracker.documents import services as documents
from mla_tracker.documents.queries import documents_of, find_document
from mla_tracker.documents.services import DocumentGiven
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, office, services
from mla_tracker.web.documents import words
from mla_tracker.web.documents.forms import AddForm, VersionForm
from mla_tracker.web.documents.presenting import size_words
from mla_tracker.web.documents.uploading import Sent, checks_its_token, show_refusal, uploaded
from mla_tracker.web.documents.views import bp
from mla_tracker.web.flashes import told


@bp.get("/new")
@requires(Permission.REQUEST_WORK)
def add(reference: str) -> Any:
    """The form of a new document; `?of=3&as=translation` begins with what it is of another one."""
    case = find_case(db(), current_actor(), reference)
    form = AddForm(formdata=None)
    _offer(form, case.id)
    if request.args.get("as") in words.RELATIONS:
        form.relation.data = request.args["as"]
    form.source.data = request.args.get("of", type=int)
    return _add_page(case, form)


@bp.post("/new")
@checks_its_token
@requires(Permission.REQUEST_WORK)
def send(reference: str) -> Any:
    """A new document; the token is checked once the form has been read (`uploading.py`)."""
    session, actor, vault = db(), current_actor(), services().vault
    case = find_case(session, actor, reference)
    case_id = case.id
    session.rollback()  # no transaction stays open while a large file comes in
    with uploaded(vault) as sent:
        form = AddForm(formdata=sent.fields)
        _offer(form, case_id)
        valid = form.validate()
        show_refusal(form, sent, _("Choose a file."))
        if valid and sent.receipt is not None:
            try:
                given = _given(form, sent.receipt.file_name)
                with act(office(), session, case_id, actor=actor) as a:
                    number = documents.add(a, sent.receipt, given, vault.limits).number
            except DomainError as problem:
                form.take(problem)
            else:
                return _done(sent, reference, number)
        return _add_page(find_case(session, actor, reference), form), sent.status


@bp.get("/<int:number>/versions/new")
@requires(Permission.REQUEST_WORK)
def add_a_version(reference: str, number: int) -> Any:
    """The form of a further version."""
    case = find_case(db(), current_actor(), reference)
    return _version_page(case, find_document(db(), current_actor(), case.id, number), VersionForm(formdata=None))


@bp.post("/<int:number>/versions/new")
@checks_its_token
@requires(Permission.REQUEST_WORK)
def send_a_version(reference: str, number: int) -> Any:
    """A further version of a document; the former ones stay."""
    session, actor, vault = db(), current_actor(), services().vault
    case = find_case(session, actor, reference)
    case_id = case.id
    find_document(session, actor, case_id, number)
    session.rollback()
    with uploaded(vault) as sent:
        form = VersionForm(formdata=sent.fields)
        valid = form.validate()
        show_refusal(form, sent, _("Choose a file."))
        if valid and sent.receipt is not None:
            try:
                with act(office(), session, case_id, actor=actor) as a:
                    documents.add_version(a, number, sent.receipt, vault.limits)
            except DomainError as problem:
                form.take(problem)
            else:
                return _done(sent, reference, number)
        case = find_case(session, actor, reference)
        return _version_page(case, find_document(session, actor, case_id, number), form), sent.status


def _done(sent: Sent, reference: str, number: int) -> Any:
    sent.named = True
    if services().malware_scanner:
        services().jobs.send("documents.scan")
    told(_("Stored. Its hash stands on this page."))
    return redirect(url_for("documents.detail", reference=reference, number=number))


def _offer(form: AddForm, case_id: int) -> None:
    form.offer()
    form.offer_sources(documents_of(db(), current_actor(), case_id))


def _given(form: AddForm, file_name: str) -> DocumentGiven:
    given = form.given(file_name)
    if not form.relation.data:
        return given
    return DocumentGiven(
        given.kind, given.title, given.language, given.dated_on, given.exhibit, form.relation.data, form.source.data
    )


def _add_page(case: Any, form: AddForm) -> Any:
    return render_template("documents/add.html", case=case, form=form, largest=_largest())


def _version_page(case: Any, document: Any, form: VersionForm) -> Any:
    return render_template("documents/version.html", case=case, document=document, form=form, largest=_largest())


def _largest() -> str:
    return size_words(services().vault.limits.file)

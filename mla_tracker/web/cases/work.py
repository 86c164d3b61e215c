"""Notes, tasks, related requests and tags on the page of a request."""

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases import notes
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.queries import find_case
from mla_tracker.casework.act import act
from mla_tracker.core.errors import DomainError
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.changing import done, small, try_in
from mla_tracker.web.cases.forms import no_number, options
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db, office
from mla_tracker.web.fields import DayField
from mla_tracker.web.flashes import refused
from mla_tracker.web.forms import BaseForm


class NoteForm(BaseForm):
    """A note, and for whom it is meant."""

    text = TextAreaField(
        _l("Note"),
        validators=[InputRequired(_l("Write the note.")), Length(max=notes.LONGEST_NOTE)],
        description=_l("Markdown: **strong**, lists with -, quotes with >. A note stays on the file as it is."),
    )
    mentioned = SelectMultipleField(_l("Tell"), coerce=int, description=_l("It stands in their work until they saw it"))


class TaskForm(BaseForm):
    """Something to be done by a day."""

    what = StringField(
        _l("What is to be done"), validators=[InputRequired(_l("Say what is to be done.")), Length(max=300)]
    )
    due_on = DayField(_l("By"), validators=[InputRequired(_l("Enter the day by which it is to be done."))])
    assignee_id = SelectField(_l("By whom"), coerce=no_number)


class LinkForm(BaseForm):
    """Another request that belongs with this one."""

    reference = StringField(
        _l("Reference of the other request"), validators=[InputRequired(_l("Enter the reference.")), Length(max=60)]
    )
    kind = SelectField(_l("How they belong together"))


def _in_act(case: Case, change: Callable[[OpenAct], object]) -> Callable[[], object]:
    def run() -> None:
        with act(office(), db(), case.id, actor=current_actor()) as opened:
            change(opened)

    return run


@bp.route("/<case_ref:reference>/notes/new", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def add_note(reference: str) -> Any:
    """A note to the file."""
    case = find_case(db(), current_actor(), reference)
    form = NoteForm()
    readers = notes.readers_of(db(), case)
    form.mentioned.choices = options(pair for pair in readers if pair[0] != current_actor().account_id)
    if form.validate_on_submit():
        text, told = form.text.data or "", form.mentioned.data or []
        if try_in(form, _in_act(case, lambda opened: notes.add_note(opened, text, told))):
            return done(case, "notes")
    return small(form, case, _("A note"))


@bp.route("/<case_ref:reference>/tasks/new", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def add_task(reference: str) -> Any:
    """Something to be done on this request."""
    case = find_case(db(), current_actor(), reference)
    form = TaskForm(data={"assignee_id": current_actor().account_id})
    form.assignee_id.choices = options(notes.readers_of(db(), case))
    if form.validate_on_submit():
        given = (form.what.data or "", form.due_on.data, form.assignee_id.data)
        if try_in(form, _in_act(case, lambda opened: notes.add_task(opened, *given))):
            return done(case, "tasks")
    return small(form, case, _("A task"))


@bp.post("/<case_ref:reference>/tasks/<int:task_id>/done")
@requires(Permission.REQUEST_WORK)
def end_task(reference: str, task_id: int) -> Any:
    """The task is done; back to where the button stood."""
    case = find_case(db(), current_actor(), reference)
    _run(_in_act(case, lambda opened: notes.end_task(opened, task_id)))
    return redirect(url_for("work.index")) if "from_work" in request.form else _back(case, "tasks")


@bp.route("/<case_ref:reference>/links/new", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def add_link(reference: str) -> Any:
    """Another request that belongs with this one."""
    case = find_case(db(), current_actor(), reference)
    form = LinkForm()
    form.kind.choices = options(words.LINK_KINDS.items())
    if form.validate_on_submit():
        other, kind = form.reference.data or "", form.kind.data or ""
        if try_in(form, _in_act(case, lambda opened: notes.link_to(opened, other, kind))):
            return done(case)
    return small(form, case, _("A related request"))


@bp.post("/<case_ref:reference>/links/<int:link_id>/remove")
@requires(Permission.REQUEST_WORK)
def remove_link(reference: str, link_id: int) -> Any:
    """They do not belong together after all."""
    case = find_case(db(), current_actor(), reference)
    _run(_in_act(case, lambda opened: notes.unlink(opened, link_id)))
    return _back(case)


@bp.post("/<case_ref:reference>/tags")
@requires(Permission.REQUEST_WORK)
def tag(reference: str) -> Any:
    """Put a word on the request, or take one off."""
    case = find_case(db(), current_actor(), reference)
    if "remove" in request.form:
        _run(_in_act(case, lambda opened: notes.remove_tag(opened, request.form["remove"])))
    else:
        _run(_in_act(case, lambda opened: notes.add_tag(opened, request.form.get("tag", ""))))
    return _back(case)


def _run(change: Callable[[], object]) -> None:
    try:
        change()
    except DomainError as problem:
        refused(problem.message)


def _back(case: Case, anchor: str | None = None) -> Any:
    return redirect(url_for("cases.detail", reference=case.reference, _anchor=anchor))

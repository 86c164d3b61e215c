"""One change to many requests, from the ticks of the list: what and whom, then the report."""

from typing import Any
from urllib.parse import parse_qsl

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.permissions import Permission
from mla_tracker.casework.editing import lead_choices
from mla_tracker.casework.together import (
    ASSIGN,
    NOTHING_CHOSEN,
    TAG,
    UNDO,
    URGENCY,
    Wanted,
    change_together,
    chosen_ids,
    lines_of,
    matching_ids,
    report_of,
    undo,
)
from mla_tracker.core.errors import DomainError
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.addresses import list_address, read_filter
from mla_tracker.web.cases.figure_cases import narrow_to_figure
from mla_tracker.web.cases.forms import options
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db, now, office, today
from mla_tracker.web.flashes import refused
from mla_tracker.web.forms import BaseForm

EXPORT = "export"
HEADINGS = {
    ASSIGN: _l("Assign several requests"),
    URGENCY: _l("Set the urgency of several requests"),
    TAG: _l("Tag several requests"),
    UNDO: _l("Assignment taken back"),
}


class AssignForm(BaseForm):
    """To whom."""

    value = SelectField(_l("Lead"))


class UrgencyForm(BaseForm):
    """How urgent, and why."""

    value = SelectField(_l("Urgency"))
    reason = StringField(_l("Reason for the urgency"), validators=[Length(max=500)])


class TagForm(BaseForm):
    """The word."""

    value = StringField(_l("Tag"), validators=[InputRequired(_l("Enter a word.")), Length(max=40)])


@bp.post("/together")
@requires(Permission.REQUEST_WORK, Permission.CASE_EXPORT)
def together() -> Any:
    """The ticked rows or all that match: first which value, then each in an act of its own."""
    query, wanted = request.form.get("query", ""), request.form.get("do", "")
    chosen, whole = request.form.getlist("chosen"), "all" in request.form
    try:
        if wanted == EXPORT:
            return _export(query, chosen, whole=whole)
        ids = _ids(query, chosen, whole=whole)
        if not ids:
            raise DomainError(_(NOTHING_CHOSEN))
    except DomainError as problem:
        refused(problem.message)
        return redirect(list_address(parse_qsl(query)))
    form = _form(wanted)
    if "sure" in request.form and form.validate():
        given = Wanted(wanted, form["value"].data or "", form["reason"].data or "" if wanted == URGENCY else "")
        try:
            report = change_together(office(), db(), ids, given, actor=current_actor())
        except DomainError as problem:
            form.take(problem)
        else:
            return redirect(url_for("cases.together_report", report_id=report.id))
    page = render_template(
        "cases/together.html",
        form=form,
        heading=HEADINGS[wanted],
        wanted=wanted,
        chosen=chosen,
        whole=whole,
        query=query,
        number=len(ids),
        back=list_address(parse_qsl(query)),
    )
    return page, 422 if form.errors else 200


def _ids(query: str, chosen: list[str], *, whole: bool) -> list[int]:
    if not whole:
        return chosen_ids(db(), current_actor(), chosen)
    filters = narrow_to_figure(db(), current_actor(), read_filter(MultiDict(parse_qsl(query)), today()))
    return matching_ids(db(), current_actor(), filters, today(), now())


def _export(query: str, chosen: list[str], *, whole: bool) -> Any:
    if whole:
        return redirect(list_address([*parse_qsl(query), ("format", "xlsx")]))
    if not chosen:
        raise DomainError(_(NOTHING_CHOSEN))
    return redirect(list_address([*(("ref", reference) for reference in chosen), ("format", "xlsx")]))


def _form(wanted: str) -> BaseForm:
    """The form of the change. Its first page comes from the list and is not yet sent by anybody."""
    given = request.form if "sure" in request.form else None
    if wanted == URGENCY:
        form: BaseForm = UrgencyForm(formdata=given)
        form["value"].choices = options(words.URGENCIES.items())
    elif wanted == TAG:
        form = TagForm(formdata=given)
    elif wanted == ASSIGN:
        form = AssignForm(formdata=given)
        form["value"].choices = options(lead_choices(db()), blank=_("Nobody"))
    else:
        raise DomainError(_("Choose what is to be done."))
    return form


@bp.get("/together/<int:report_id>")
@requires(Permission.REQUEST_WORK)
def together_report(report_id: int) -> Any:
    """What was done and what was refused, with the reason."""
    report = report_of(db(), current_actor(), report_id)
    rows, why = lines_of(db(), current_actor(), report)
    return render_template(
        "cases/together_report.html",
        report=report,
        heading=HEADINGS[report.what],
        done=[row for row in rows if row.id not in why],
        refused=[(row, why[row.id]) for row in rows if row.id in why],
        done_words=ngettext("%(num)d request", "%(num)d requests", len(report.done)),
        refused_words=ngettext("%(num)d request", "%(num)d requests", len(report.refused)),
        may_undo=report.what == ASSIGN and report.undone_by is None and bool(report.done),
    )


@bp.post("/together/<int:report_id>/undo")
@requires(Permission.REQUEST_WORK)
def undo_together(report_id: int) -> Any:
    """Each request goes back to whom it had before."""
    try:
        made = undo(office(), db(), report_id, actor=current_actor())
    except DomainError as problem:
        refused(problem.message)
        return redirect(url_for("cases.together_report", report_id=report_id))
    return redirect(url_for("cases.together_report", report_id=made.id))

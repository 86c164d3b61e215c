"""`/admin/limits`: the rules of deadlines. Confirm, adapt, add after a pattern, take out of use; shown before done."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.search import fold
from mla_tracker.casework import limits
from mla_tracker.casework.limits import ShownLimit
from mla_tracker.core.code_list import OFFICE, CodeRow
from mla_tracker.core.errors import Conflict, DomainError, NotVisible
from mla_tracker.instruments.limits_in_force import limits_in_force
from mla_tracker.instruments.queries import code_row, code_rows
from mla_tracker.instruments.time_limits import TimeLimit, read_time_limit
from mla_tracker.web.access import requires
from mla_tracker.web.calendars.views import JOB, figures
from mla_tracker.web.cases.explaining import amount_words
from mla_tracker.web.check_words import CHECKS, check_sign
from mla_tracker.web.context import current_actor, db, now, office, services
from mla_tracker.web.deadlines.words import CLOCKS
from mla_tracker.web.flashes import refused, told
from mla_tracker.web.limits.forms import LimitForm, NewLimitForm

bp = Blueprint("limits", __name__, url_prefix="/admin/limits")


@bp.get("")
@requires(Permission.ADMIN_CODES)
def index() -> Any:
    """All limits, narrowed by the address."""
    every = code_rows(db(), "time_limit")
    views: dict[str, tuple[str, Callable[[CodeRow], bool]]] = {
        "used": (_("In use"), lambda row: row.retired_at is None and not row.definition.get("template")),
        "unchecked": (_("Not checked"), lambda row: row.retired_at is None and row.check_mark == "unchecked"),
        "ours": (_("Added or changed here"), lambda row: row.origin == OFFICE or row.edited_at is not None),
        "patterns": (_("Patterns"), lambda row: bool(row.definition.get("template"))),
        "retired": (_("Out of use"), lambda row: row.retired_at is not None),
    }
    view, wanted = request.args.get("view", "used"), request.args.get("q", "").strip()
    if view not in views:
        raise NotVisible("There is no such view.")
    found = [row for row in every if _matches(row, wanted)] if wanted else [row for row in every if views[view][1](row)]
    return render_template(
        "limits/index.html",
        rows=[(row, length_words(row.definition)) for row in found],
        wanted=wanted,
        count_words=ngettext("%(num)d rule", "%(num)d rules", len(found)),
        checks=CHECKS,
        check_sign=check_sign,
        views=[
            (label, url_for("limits.index", view=code), sum(map(test, every)), not wanted and code == view)
            for code, (label, test) in views.items()
        ],
    )


def _matches(row: CodeRow, wanted: str) -> bool:
    of_row = (
        f"{row.code} {row.label} {_(row.label)} {row.definition['source']} {' '.join(row.definition['instruments'])}"
    )
    return fold(wanted) in fold(of_row)


def length_words(definition: dict[str, Any]) -> str:
    """The length of a limit in words; "" where the text has no number."""
    if definition.get("amount") is None:
        return ""
    working = definition.get("day_type") in ("working", "court")
    return amount_words(definition["amount"], definition["unit"], working=working)


@bp.route("/<code>", methods=["GET", "POST"])
@requires(Permission.ADMIN_CODES)
def limit(code: str) -> Any:
    """One limit: what it says, where it comes from, and its form."""
    row = _row(code)
    form = LimitForm()
    if request.method == "GET":
        form.show(row.definition, limits_in_force(db()).tables.defaults)
        form.seen.data = row.changed_at.isoformat()

    def show() -> ShownLimit:
        return limits.show_adapted(office(), db(), code, form.changes(), actor=current_actor(), now=now())

    return _page(form, row, show, new=False)


@bp.route("/<code>/copy", methods=["GET", "POST"])
@requires(Permission.ADMIN_CODES)
def copy(code: str) -> Any:
    """A new limit after the pattern of this one."""
    row = _row(code)
    form = NewLimitForm()
    if request.method == "GET":
        form.show(row.definition, limits_in_force(db()).tables.defaults)

    def show() -> ShownLimit:
        return limits.show_copy(office(), db(), code, form.changes(), actor=current_actor(), now=now())

    return _page(form, row, show, new=True)


def _page(form: LimitForm, row: CodeRow, show: Callable[[], ShownLimit], *, new: bool) -> Any:
    shown: ShownLimit | None = None
    if form.validate_on_submit():
        try:
            shown = show()
            if form.shown.data == _mark(form):
                seen = None if new else _seen(form)
                limits.put(office(), db(), shown, seen=seen, actor=current_actor(), now=now())
                return _queued(shown.limit.code)
            form.shown.data = _mark(form)
        except DomainError as problem:
            db().rollback()
            form.take(problem)
            shown, form.shown.data = None, ""
        row = _row(row.code)
    page = render_template(
        "limits/limit.html",
        form=form,
        row=row,
        new=new,
        facts=_facts(row),
        shown=figures(shown.effect.figures()) if shown else None,
        cases=len(shown.cases) if shown else 0,
        checks=CHECKS,
        check_sign=check_sign,
        from_release=row.origin != OFFICE,
    )
    return page, 422 if form.errors or form.form_errors else 200


def _mark(form: LimitForm) -> str:
    """What a preview was of: another limit than the one that was shown is shown first."""
    return json.dumps(form.changes(), sort_keys=True)


def _seen(form: LimitForm) -> datetime:
    try:
        return datetime.fromisoformat(form.seen.data or "")
    except ValueError as problem:
        raise DomainError(_("Open the form again.")) from problem


@bp.route("/<code>/use", methods=["GET", "POST"])
@requires(Permission.ADMIN_CODES)
def use(code: str) -> Any:
    """Take it out of use, or bring it back, after showing what that does."""
    row = _row(code)
    retire = row.retired_at is None
    try:
        shown = limits.show_retired(office(), db(), code, retire=retire, actor=current_actor(), now=now())
    except Conflict as problem:
        refused(problem.message)
        return redirect(url_for("limits.limit", code=code))
    if request.method == "POST":
        limits.set_in_use(office(), db(), shown, retire=retire, actor=current_actor(), now=now())
        return _queued(code)
    return render_template(
        "limits/use.html", row=_row(code), retire=retire, shown=figures(shown.effect.figures()), facts=_facts(row)
    )


def _queued(code: str) -> Any:
    services().jobs.send(JOB)
    told(_("The rule is saved; the deadlines follow, case by case."))
    return redirect(url_for("limits.limit", code=code))


def _facts(row: CodeRow) -> list[tuple[Any, Any]]:
    tables = limits_in_force(db()).tables
    found: TimeLimit = read_time_limit(row.definition, tables)
    events = tables.events
    return [
        (_("Kind"), CLOCKS[found.clock.value]),
        (_("Attaches under"), ", ".join(sorted(found.instruments))),
        (_("Starts when"), _(events[found.starts_on].text)),
        (_("Ends when"), "; ".join(_(events[code].text) for code in sorted(found.ends_on))),
        (_("Stands still for"), "; ".join(_(tables.pauses[code].text) for code in sorted(found.stopped_by))),
        (
            _("Only where"),
            "; ".join(f"{fact}: {', '.join(map(str, value))}" for fact, value in found.applies_when.items()),
        ),
    ]


def _row(code: str) -> CodeRow:
    found = code_row(db(), "time_limit", code)
    if found is None:
        raise NotVisible("There is no such time limit.")
    return found

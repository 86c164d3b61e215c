"""`/reports`: choose a report and a span; read it, or take it as a workbook, a table for machines, or a paper."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.core.errors import Invalid, NotVisible
from mla_tracker.render.client import RenderingFailed
from mla_tracker.statistics import services as states
from mla_tracker.statistics.definitions import definition
from mla_tracker.statistics.reports import services
from mla_tracker.statistics.reports.catalogue import BY_CODE, REPORTS
from mla_tracker.statistics.reports.content import Paper, paper_from
from mla_tracker.statistics.reports.files import csv_of, xlsx_of
from mla_tracker.statistics.reports.models import ReportRun
from mla_tracker.statistics.reports.services import Order
from mla_tracker.statistics.reports.typeset import document
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_account, current_actor, db, now, permitted, today
from mla_tracker.web.context import services as given
from mla_tracker.web.reports.voice import cell, in_words, language, voice
from mla_tracker.web.statistics.views import renderer

bp = Blueprint("reports", __name__, url_prefix="/reports")

LOOK_AGAIN_SECONDS: Final = 2
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@bp.get("")
@requires(Permission.STATISTICS_READ)
def index() -> Any:
    """Which table does the reviewer want, over which span?"""
    return _index(request.args, {})


@bp.post("")
@requires(Permission.STATISTICS_READ)
def ask() -> Any:
    """Ask for a report; it is computed while the reader waits or does something else."""
    session, account = db(), current_account()
    try:
        order = _order(request.form, request.form.get("code", ""))
        if not services.may_have(current_actor(), order):
            raise NotVisible("There is no such report.")
        run = services.request_report(session, order, today=today(), now=now(), by=account.id if account else None)
    except Invalid as problem:
        return _index(request.form, problem.errors), 422
    state = run.state
    session.commit()
    if state == states.QUEUED and not given().jobs.send("reports.compute"):
        flash(_("The report is asked for. The worker is busy or away; it takes it up within minutes."), "info")
    return redirect(_address(order))


@bp.get("/<code>")
@requires(Permission.STATISTICS_READ)
def report(code: str) -> Any:
    """One report over one span, on the page or as a file."""
    if code not in BY_CODE:
        raise NotVisible("There is no such report.")
    try:
        order = _order(request.args, code)
        services.check_order(order, today=today())
    except Invalid as problem:
        return _index(request.args, problem.errors), 422
    run = services.report_run(db(), current_actor(), order)
    if run is None and not services.may_have(current_actor(), order):
        raise NotVisible("There is no such report.")
    paper = paper_from(run.content) if run is not None and run.content is not None else None
    if (form := request.args.get("format")) is not None:
        if paper is None or form not in _TYPES:
            raise NotVisible("There is no such file.")
        return _file(paper, order, form)
    return _page(order, run, paper)


def _index(given_values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "reports/index.html",
        reports=[
            kind
            for kind in REPORTS
            if services.may_have(current_actor(), Order(kind.code, today(), today(), "unrestricted"))
        ],
        first=given_values.get("from") or date(today().year, 1, 1).isoformat(),
        last=given_values.get("to") or today().isoformat(),
        scope=given_values.get("scope", ""),
        public=given_values.get("public", ""),
        errors=[(field, message) for field, message in errors.items()],
        recent=[
            (run, BY_CODE[run.code].title, _address(_order_of(run)))
            for run in services.recent_runs(db(), current_actor())
        ],
        may_restricted=permitted(Permission.STATISTICS_RESTRICTED),
    )


def _page(order: Order, run: ReportRun | None, paper: Paper | None) -> Any:
    working = run is not None and run.state in (states.QUEUED, states.RUNNING)
    actor = current_actor()
    gaps = {
        (report.code, number): services.references_of(db(), actor, check.gap)
        for report in (paper.reports if paper else ())
        for number, check in enumerate(report.checks)
        if check.gap
    }
    measures = list(dict.fromkeys(code for report in (paper.reports if paper else ()) for code in report.measures))
    public = Order(order.code, order.first, order.last, order.scope, not order.public)
    response = make_response(
        render_template(
            "reports/report.html",
            kind=BY_CODE[order.code],
            order=order,
            run=run,
            paper=paper,
            working=working,
            gaps=gaps,
            measures=[(code, _measure(code)) for code in measures],
            files={form: _address(order, format=form) for form in _TYPES},
            fields=_fields(order),
            other_fields=_fields(public),
            say=in_words,
            cell=cell,
        )
    )
    if working:
        response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


def _measure(code: str) -> str:
    """The name of a definition; a family goes by its own."""
    try:
        return definition(code).label
    except KeyError:
        return definition(f"{code}.x").label


def _file(paper: Paper, order: Order, form: str) -> Any:
    try:
        content = {
            "csv": lambda: csv_of(paper, voice()),
            "xlsx": lambda: xlsx_of(paper, voice()),
            "pdf": lambda: renderer().paper(document(paper, voice(), lang=language())),
        }[form]()
    except RenderingFailed:
        flash(_("The paper could not be made just now. Try again, or take the workbook."), "late")
        return redirect(_address(order))
    response = Response(content, content_type=_TYPES[form])
    name = f"{order.code.lower()}-{order.first}-{order.last}{'-public' if order.public else ''}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _order(arguments: Mapping[str, str], code: str) -> Order:
    """The report that an address or a form asks for. Raises `Invalid` for days that are none."""
    days = {}
    for name, fallback in (("from", date(today().year, 1, 1)), ("to", today())):
        text = arguments.get(name, "")
        try:
            days[name] = date.fromisoformat(text) if text else fallback
        except ValueError as problem:
            raise Invalid({name: "Give the day as year-month-day."}) from problem
    scope = states.ALL if arguments.get("scope") == states.ALL else states.UNRESTRICTED
    return Order(code.upper(), days["from"], days["to"], scope, bool(arguments.get("public")))


def _order_of(run: ReportRun) -> Order:
    return Order(run.code, run.first_on, run.last_on, run.scope, run.public)


def _fields(order: Order) -> dict[str, str]:
    """What describes the report in an address or a form."""
    fields = {"code": order.code, "from": order.first.isoformat(), "to": order.last.isoformat()}
    if order.scope == states.ALL:
        fields["scope"] = order.scope
    if order.public:
        fields["public"] = "1"
    return fields


def _address(order: Order, **more: str) -> str:
    arguments: dict[str, Any] = {**_fields(order), **more}
    return url_for("reports.report", **arguments)

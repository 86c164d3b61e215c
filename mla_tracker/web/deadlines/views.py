"""One deadline: why its date is the date, and what is done to it; pauses and single days of a case; the calculator."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.queries import entries_of, events_with_names, find_case
from mla_tracker.casework import deadline_acts
from mla_tracker.casework.act import act
from mla_tracker.casework.clocks import facts_to_record
from mla_tracker.core.errors import Conflict, DomainError, Invalid, NotVisible
from mla_tracker.deadlines.calculator import Computed, compute
from mla_tracker.deadlines.calendar import WorkingCalendar, calendar_for, read_place
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.office_calendars import OFFICE, office_calendars
from mla_tracker.deadlines.queries import deadline_of
from mla_tracker.deadlines.wording import in_words
from mla_tracker.instruments.limits_in_force import limits_in_force
from mla_tracker.instruments.queries import catalogue
from mla_tracker.web.access import requires
from mla_tracker.web.cases.deadline_words import shown_deadlines
from mla_tracker.web.cases.explaining import Told, step_lines
from mla_tracker.web.context import current_actor, db, looked_at, now, office, permitted, today
from mla_tracker.web.deadlines import words
from mla_tracker.web.deadlines.forms import (
    ActForm,
    ComputeForm,
    DisputeForm,
    ExtendForm,
    FactForm,
    MetForm,
    PauseForm,
    ResumeForm,
    SetDayForm,
    SettleForm,
)
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import seen_version

bp = Blueprint("deadlines", __name__)


@bp.get("/cases/<case_ref:reference>/deadlines/<int:deadline_id>")
@requires(Permission.CASE_READ)
def why(reference: str, deadline_id: int) -> Any:
    """Why this date? On a page that can be printed, and with `?format=json` as plain values."""
    session, actor = db(), current_actor()
    case = find_case(session, actor, reference, whole=True)
    row = _deadline(case, deadline_id)
    people = {entry.actor_id: who for entry, _at, who in events_with_names(session, case.id) if entry.actor_id}
    answer: Any
    if request.args.get("format") == "json":
        answer = jsonify(_plain(case, row, people))
    else:
        shown = shown_deadlines([row], case, today(), now(), Told(people, catalogue(session).delay_reasons))[0]
        limit = limits_in_force(session).tables.limits.get(row.rule_code or "")
        answer = render_template(
            "deadlines/why.html",
            case=case,
            shown=shown,
            limit=limit,
            clock_words=words.CLOCKS[row.clock],
            granted_by=words.GRANTED_BY,
            may_work=permitted(Permission.REQUEST_WORK),
            today=today(),
            now=now(),
        )
    looked_at("case_viewed", case)
    return answer


def _plain(case: Case, row: Deadline, people: dict[int, str]) -> dict[str, Any]:
    explanation = dict(row.explanation)
    authors = {
        part["author"] for name in ("steps", "pauses") for part in explanation.get(name, ()) if part.get("author")
    }
    return {
        "reference": case.reference,
        "what": row.label,
        "rule": row.rule_code,
        "source": row.source,
        "checked": row.check_mark,
        "clock": row.clock,
        "bound": row.bound,
        "provisional": row.provisional,
        "end": row.end_kind,
        "paused_days": row.paused_days,
        **explanation,
        "in_words": list(in_words(explanation.get("steps", ()))),
        "people": {str(number): people.get(number, "") for number in sorted(authors)},
    } | {name: value.isoformat() for name, value in _moments(row).items()}


def _moments(row: Deadline) -> dict[str, Any]:
    found = {
        "started": row.started_at or row.started_on,
        "due": row.due_at or row.due_on,
        "cautious": row.cautious_on,
        "ended": row.ended_on,
        "missed": row.missed_on,
    }
    return {name: value for name, value in found.items() if value is not None}


def _deadline(case: Case, deadline_id: int) -> Deadline:
    row = deadline_of(db(), case.id, deadline_id)
    if row is None:
        raise NotVisible("There is no such deadline.")
    return row


@bp.route("/cases/<case_ref:reference>/deadlines/<int:deadline_id>/extend", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def extend(reference: str, deadline_id: int) -> Any:
    """Extend it, as its text allows."""
    case = find_case(db(), current_actor(), reference)
    row = _deadline(case, deadline_id)
    form = ExtendForm(data=_fresh(case))
    form.offer(_reasons(pausing=False))
    limit = limits_in_force(db()).tables.limits.get(row.rule_code or "")
    if request.method == "GET" and limit is not None and limit.extension is not None and limit.extension.amount:
        form.amount.data = limit.extension.amount
        form.unit.data = limit.extension.unit.value if limit.extension.unit else "days"
    return _act(
        form,
        case,
        _("Extend: %(what)s", what=_(row.label)),
        lambda opened: deadline_acts.extend(
            opened,
            deadline_id,
            reason_code=form.reason_code.data,
            side=form.side.data,
            reason=form.reason.data or "",
            amount=form.amount.data if form.until.data is None else None,
            unit=form.unit.data,
            until=form.until.data,
        ),
        row=row,
        limit=limit,
        granted_by=words.GRANTED_BY,
    )


@bp.route("/cases/<case_ref:reference>/deadlines/<int:deadline_id>/met", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def met(reference: str, deadline_id: int) -> Any:
    """Mark it as met, with what shows it."""
    case = find_case(db(), current_actor(), reference)
    row = _deadline(case, deadline_id)
    form = MetForm(data=_fresh(case))

    def change(opened: OpenAct) -> None:
        deadline_acts.mark_met(opened, deadline_id, evidence=form.evidence.data or "")

    return _act(form, case, _("Mark as met: %(what)s", what=_(row.label)), change, row=row)


@bp.route("/cases/<case_ref:reference>/deadlines/<int:deadline_id>/dispute", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def dispute(reference: str, deadline_id: int) -> Any:
    """Record that the date is contested, or how a dispute about it ended."""
    case = find_case(db(), current_actor(), reference)
    row = _deadline(case, deadline_id)
    if row.explanation.get("disputed"):
        settled = SettleForm(data=_fresh(case))

        def end(opened: OpenAct) -> None:
            deadline_acts.settle(opened, deadline_id, result=settled.result.data or "")

        return _act(settled, case, _("Settle the dispute: %(what)s", what=_(row.label)), end, row=row)
    form = DisputeForm(data=_fresh(case))

    def contest(opened: OpenAct) -> None:
        deadline_acts.dispute(opened, deadline_id, side=form.side.data, reason=form.reason.data or "")

    return _act(form, case, _("Dispute: %(what)s", what=_(row.label)), contest, row=row)


@bp.route("/cases/<case_ref:reference>/deadlines/pause", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def pause(reference: str) -> Any:
    """Let our own clocks on this case stand still."""
    case = find_case(db(), current_actor(), reference)
    form = PauseForm(data=_fresh(case))
    form.offer(_reasons(pausing=True))

    def change(opened: OpenAct) -> None:
        deadline_acts.pause(
            opened, reason_code=form.reason_code.data, side=form.side.data, reason=form.reason.data or ""
        )

    about = _(
        "Only our own targets stand still. Limits of a treaty or a law stop where their text says so, by themselves."
    )
    return _act(form, case, _("Pause our own clocks"), change, about=about)


@bp.route("/cases/<case_ref:reference>/deadlines/resume", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def resume(reference: str) -> Any:
    """Let them run again."""
    case = find_case(db(), current_actor(), reference)
    form = ResumeForm(data=_fresh(case))
    about = _("The day on which they run again is counted; the days before it, since the pause began, are not.")
    return _act(form, case, _("Let our own clocks run again"), deadline_acts.resume, about=about)


@bp.route("/cases/<case_ref:reference>/deadlines/add", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def set_day(reference: str) -> Any:
    """A single day beside the rules."""
    case = find_case(db(), current_actor(), reference)
    form = SetDayForm(data=_fresh(case))

    def change(opened: OpenAct) -> None:
        due_on, due_at = form.moment(office().zone)
        deadline_acts.set_day(
            opened,
            label=form.label.data or "",
            due_on=due_on,
            due_at=due_at,
            ours=form.bound.data == "ours",
            set_by=form.set_by.data,
            reason=form.reason.data or "",
        )

    about = _("For a day that no rule gives: agreed with the other side, set by a court, or set by us.")
    return _act(form, case, _("Enter a single day"), change, about=about)


@bp.route("/cases/<case_ref:reference>/deadlines/fact", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def fact(reference: str) -> Any:
    """A dated fact that starts or ends a limit which attaches to this case."""
    case = find_case(db(), current_actor(), reference, whole=True)
    form = FactForm(data=_fresh(case))
    events = limits_in_force(db()).tables.events
    codes = facts_to_record(office(), db(), case, entries_of(db(), case.id))
    form.offer([(code, _(events[code].text)) for code in codes])

    def change(opened: OpenAct) -> None:
        deadline_acts.record_fact(
            opened, form.fact.data, planned_on=form.planned_on.data, at=form.moment(office().zone)
        )

    about = _("What starts or ends a time limit of this request and is no act of its own.")
    return _act(form, case, _("Record a dated fact"), change, about=about)


def _fresh(case: Case) -> dict[str, Any]:
    return {"version": str(case.version), "on": today()}


def _reasons(*, pausing: bool) -> list[tuple[str, Any]]:
    rows = catalogue(db()).delay_reasons
    return [(code, _(row.label)) for code, row in rows.items() if row.pausable or not pausing]


def _act(form: ActForm, case: Case, heading: str, change: Callable[[OpenAct], None], **more: Any) -> Any:
    """One act about deadlines: recorded and back to the case, or its form with what is wrong."""
    if form.validate_on_submit():
        try:
            with act(
                office(), db(), case.id, actor=current_actor(), on=form.on.data, version=seen_version(form.version)
            ) as opened:
                change(opened)
        except DomainError as problem:
            form.take(problem)
            if isinstance(problem, Conflict):
                form.version.data = str(find_case(db(), current_actor(), case.reference).version)
        else:
            told(_("Recorded."))
            return redirect(url_for("cases.detail", reference=case.reference, _anchor="deadlines"))
    page = render_template("deadlines/act.html", form=form, case=case, heading=heading, **more)
    return page, 422 if form.errors else 200


@bp.get("/deadlines/compute")
@requires(Permission.DEADLINE_READ)
def calculator() -> Any:
    """The calculator: what the command prints, with an address of its own; `format=json` for a machine."""
    form = ComputeForm(request.args)
    computed: Computed | None = None
    if "start" in request.args and form.validate():
        try:
            computed = compute(
                (form.start.data or "").strip(),
                form.length.data or 0,
                form.unit.data,
                _calendar(form.calendar.data or ""),
                inclusive=form.counting.data == "inclusive",
                roll=bool(form.roll.data),
            )
        except Invalid as problem:
            form.take(Invalid({"start" if name == "from" else name: text for name, text in problem.errors.items()}))
    elif "start" not in request.args:
        form.calendar.data, form.start.data = OFFICE, today().isoformat()
    if request.args.get("format") == "json":
        if computed is None:
            return jsonify({"errors": form.errors}), 422
        return jsonify(computed.as_json())
    page = render_template(
        "deadlines/compute.html",
        form=form,
        computed=computed,
        lines=step_lines(computed.due.steps, computed.calendar.zone) if computed else [],
        json_url=f"{request.path}?{urlencode([*request.args.items(multi=True), ('format', 'json')])}",
    )
    return page, 422 if form.errors else 200


def _calendar(text: str) -> WorkingCalendar:
    """Our own calendar, a State's with what was changed here, or that of a part of a State."""
    calendars = office_calendars(db(), office().country, office().zone)
    if text.strip().upper() == OFFICE:
        return calendars.own
    country, subdivision = read_place(text)
    return calendars.of(country) if subdivision is None else calendar_for(country, subdivision)

"""`/` (my work) and `/deadlines`."""

from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.work_queries import mark_seen, mentions_of, tasks_of
from mla_tracker.casework.due import DueFilter, due_page, leads_open, to_approve, waiting_for
from mla_tracker.casework.editing import lead_choices
from mla_tracker.core.errors import NotPermitted
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.custody import shown_clocks
from mla_tracker.web.cases.presenting import status_label, turn
from mla_tracker.web.context import current_actor, db, now, permitted, today
from mla_tracker.web.look import PLACES
from mla_tracker.web.statistics.forecast import forecasts

bp = Blueprint("work", __name__)

WEEK: Final = 7


@bp.get("/")
@requires(Permission.ACCOUNT_SELF)
def index() -> Any:
    """What must I do today, and what is late? People who read no cases go to the first page that is theirs."""
    if not permitted(Permission.CASE_READ):
        for place in PLACES:
            if any(permitted(permission) for permission in place.permissions):
                return redirect(place.path)
        raise NotPermitted("There is no page for this role.")
    actor, day = current_actor(), today()
    whole = "all" in request.args or not permitted(Permission.REQUEST_WORK)
    lead = None if whole else actor.account_id
    soon = day + timedelta(days=WEEK)
    custody = due_page(db(), actor, DueFilter(lead_id=lead, custody=True))
    at = (day, now())
    overdue = due_page(db(), actor, DueFilter(lead_id=lead, custody=False, late=True, late_at=at))
    week = due_page(db(), actor, DueFilter(lead_id=lead, to=soon, custody=False, late=False, late_at=at))
    waiting = waiting_for(db(), actor, lead)
    approvals = to_approve(db(), actor)
    return render_template(
        "work/index.html",
        custody=custody,
        clocks=shown_clocks(custody.rows),
        groups=[(_("Overdue"), overdue, "overdue"), (_("Due this week"), week, "week")],
        approvals=[_line(row, day) for row in approvals.rows],
        approvals_total=_longest_first(approvals.total),
        waiting=[_line(row, day) for row in waiting.rows],
        waiting_total=_longest_first(waiting.total),
        tasks=[] if whole else tasks_of(db(), actor),
        mentions=[] if whole else mentions_of(db(), actor),
        leads_any=leads_open(db(), actor, lead),
        likely_late=forecasts(db(), actor, lead, day),
        whole=whole,
        may_choose=permitted(Permission.REQUEST_WORK),
        words=words,
        today=day,
        now=now(),
    )


@bp.post("/notes/<int:note_id>/seen")
@requires(Permission.CASE_READ)
def note_seen(note_id: int) -> Any:
    """A note that mentions this person leaves his work."""
    mark_seen(db(), current_actor(), note_id, now())
    db().commit()
    return redirect(url_for("work.index"))


def _longest_first(total: int | None) -> str:
    if total is None:
        return str(_("more than 1,000 requests, longest first"))
    return str(ngettext("%(num)d request, longest first", "%(num)d requests, longest first", total))


def _line(row: Any, day: date) -> dict[str, Any]:
    cycle = life_cycles().of(row.kind, row.direction)
    return {
        "case": row,
        "status": status_label(cycle, row.status),
        "turn": turn(cycle, row.status, row.direction),
        "days": (day - row.status_since).days,
    }


@bp.get("/deadlines")
@requires(Permission.DEADLINE_READ)
def deadlines() -> Any:
    """What falls due, for whom, in which order of danger?"""
    actor, day = current_actor(), today()
    lead = request.args.get("lead", type=int)
    bound = request.args.get("bound") if request.args.get("bound") in ("ours", "theirs") else "ours"
    on = _day(request.args.get("on"))
    custody = due_page(db(), actor, DueFilter(lead_id=lead, custody=True))
    page = due_page(
        db(),
        actor,
        DueFilter(lead_id=lead, bound=bound or "ours", since=on, to=on, custody=False),
        after=request.args.get("after"),
    )
    kept: dict[str, Any] = {name: value for name, value in (("lead", lead), ("bound", bound), ("on", on)) if value}
    return render_template(
        "work/deadlines.html",
        clocks=shown_clocks(custody.rows),
        page_of_deadlines=page,
        days=_two_weeks(actor, lead, day),
        leads=[(str(account_id), name) for account_id, name in lead_choices(db())],
        lead=str(lead or ""),
        bound=bound,
        on=on,
        older_url=url_for("work.deadlines", after=page.after, **kept) if page.after else "",
        newer_url=url_for("work.deadlines", **kept) if request.args.get("after") else "",
        today=day,
        now=now(),
    )


def _day(text: str | None) -> date | None:
    """A day of the address; None where it names none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _two_weeks(actor: Any, lead: int | None, day: Any) -> list[dict[str, Any]]:
    """Each day of two weeks with how much falls due on it."""
    monday = day - timedelta(days=day.weekday())
    rows = due_page(db(), actor, DueFilter(lead_id=lead, since=monday, to=monday + timedelta(days=13)), size=500).rows
    found = []
    for number in range(14):
        on = monday + timedelta(days=number)
        due = [row for row in rows if row.due_on == on]
        found.append(
            {
                "on": on,
                "today": on == day,
                "count": len(due),
                "lines": [row.reference for row in due[:2]],
                "more": max(0, len(due) - 2),
                "url": url_for("work.deadlines", lead=lead, on=on, _anchor="list") if due else "",
            }
        )
    return found

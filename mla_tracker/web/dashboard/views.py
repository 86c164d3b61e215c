"""`/dashboard`."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from mla_tracker.accounts.permissions import Permission
from mla_tracker.statistics import live
from mla_tracker.statistics.definitions import NO_RESPONSE_DAYS
from mla_tracker.statistics.queries import Figures, figures_of, latest
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.choices import state_choices
from mla_tracker.web.context import current_actor, db, now, permitted, today
from mla_tracker.web.dashboard import board
from mla_tracker.web.statistics import courses
from mla_tracker.web.statistics.addresses import live_cases, read_view
from mla_tracker.web.statistics.trends import BACK, read_trends

bp = Blueprint("dashboard", __name__)

LIMITS = 8
ORDER = ("open", "overdue", "custody", "answer", "on_time", "refused", "no_response", "closed")


@bp.get("/dashboard")
@requires(Permission.DASHBOARD_READ)
def index() -> Any:
    """Where is the office late, and why?"""
    session, actor, on = db(), current_actor(), today()
    view = read_view(request.args, actor)
    snapshot = latest(session, actor, view.scope)
    figures = figures_of(session, snapshot.id, kind=view.kind, direction=view.direction) if snapshot else Figures([])
    trends = read_trends(session, snapshot, board.trended(), view.key(""), back=view.back) if snapshot else None
    live_now = snapshot is None or live.can_be_counted(session, actor, view.chosen(), on, now())
    found = (
        live.counters(session, actor, view.chosen(), on, now()) if live_now else board.snapshot_counters(figures, view)
    )
    shown = board.live_figures(view, found, trends, on, snapshot=None if live_now else snapshot)
    shown |= board.snapshot_figures(view, snapshot, figures, trends, on)
    return render_template(
        "dashboard/index.html",
        view=view,
        snapshot=snapshot,
        trends=trends,
        eight=[shown[code] for code in ORDER],
        counters=found,
        live_now=live_now,
        ages=board.age_rows(session, actor, view, on) if live_now else [],
        officers=board.officer_rows(session, actor, view, on) if live_now else [],
        executing=board.executing_rows(session, actor, view, on) if live_now else [],
        custody=live.custody(session, actor, view.chosen(), on, now()),
        overdue_states=board.overdue_states(view, snapshot, figures) if snapshot and not view.state else [],
        limits=courses.limits(session, view, snapshot, figures)[:LIMITS] if snapshot else [],
        states=state_choices(session),
        months=BACK,
        delays=board.delays(view, snapshot, figures) if snapshot else board.Delays(),
        grounds=board.ground_rows(session, view, snapshot, figures, abroad=False) if snapshot else [],
        grounds_abroad=board.ground_rows(session, view, snapshot, figures, abroad=True) if snapshot else [],
        silent=live.without_response(session, actor, view.chosen(), on, now()),
        silent_url=live_cases(view, no_answer=NO_RESPONSE_DAYS),
        no_response_days=NO_RESPONSE_DAYS,
        open_url=live_cases(view, open=1),
        overdue_url=live_cases(view, overdue=1),
        custody_url=live_cases(view, custody=1),
        statistics_url=url_for("statistics.index", **view.arguments()),
        may_restricted=permitted(Permission.STATISTICS_RESTRICTED),
        words=words,
        today=on,
    )

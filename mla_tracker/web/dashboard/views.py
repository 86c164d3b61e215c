"""`/dashboard`."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from mla_tracker.accounts.permissions import Permission
from mla_tracker.statistics import live
from mla_tracker.statistics.definitions import NO_RESPONSE_DAYS
from mla_tracker.statistics.queries import Figures, figures_of, latest
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.context import current_actor, db, permitted, today
from mla_tracker.web.dashboard import board
from mla_tracker.web.statistics.addresses import live_cases, read_view
from mla_tracker.web.statistics.trends import read_trends

bp = Blueprint("dashboard", __name__)

ORDER = ("open", "overdue", "custody", "answer", "on_time", "refused", "no_response", "closed")


@bp.get("/dashboard")
@requires(Permission.DASHBOARD_READ)
def index() -> Any:
    """Where is the office late, and why?"""
    session, actor, on = db(), current_actor(), today()
    view = read_view(request.args, actor)
    snapshot = latest(session, actor, view.scope)
    figures = figures_of(session, snapshot.id, kind=view.kind, direction=view.direction) if snapshot else Figures([])
    trends = read_trends(session, snapshot, board.trended(), view.key("", state="")) if snapshot else None
    found = live.counters(session, actor, view.kind, view.direction, on)
    shown = board.live_figures(view, found, trends, on) | board.snapshot_figures(view, snapshot, figures, trends, on)
    return render_template(
        "dashboard/index.html",
        view=view,
        snapshot=snapshot,
        trends=trends,
        eight=[shown[code] for code in ORDER],
        counters=found,
        ages=board.age_rows(session, actor, view, on),
        officers=board.officer_rows(session, actor, view, on),
        delays=board.delays(view, snapshot, figures) if snapshot else board.Delays(),
        grounds=board.ground_rows(session, view, snapshot, figures, abroad=False) if snapshot else [],
        grounds_abroad=board.ground_rows(session, view, snapshot, figures, abroad=True) if snapshot else [],
        silent=live.without_response(session, actor, view.kind, view.direction, on),
        silent_url=live_cases(view, no_answer=NO_RESPONSE_DAYS),
        no_response_days=NO_RESPONSE_DAYS,
        open_url=live_cases(view, open=1),
        overdue_url=live_cases(view, overdue=1),
        statistics_url=url_for("statistics.index", **view.arguments()),
        may_restricted=permitted(Permission.STATISTICS_RESTRICTED),
        words=words,
        today=on,
    )

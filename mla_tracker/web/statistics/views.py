"""`/statistics`: the figures of a snapshot for a chosen kind, direction and State; what each of them means."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from mla_tracker.accounts.permissions import Permission
from mla_tracker.render.client import Renderer
from mla_tracker.statistics import services
from mla_tracker.statistics.definitions import FAMILIES, FLOOR, MEASURES, VERSION
from mla_tracker.statistics.models import Snapshot, SnapshotFigure
from mla_tracker.statistics.queries import (
    Figures,
    days_with_snapshots,
    figures_of,
    latest,
    recorded_since,
    under_way,
)
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.choices import state_choices
from mla_tracker.web.context import current_account, current_actor, db, now, permitted, today
from mla_tracker.web.context import services as given
from mla_tracker.web.dashboard.board import withheld
from mla_tracker.web.statistics import courses, tables
from mla_tracker.web.statistics.addresses import View, figure_cases, read_view
from mla_tracker.web.statistics.curve import NARROW, WIDE, specification, steps_shown

bp = Blueprint("statistics", __name__, url_prefix="/statistics")

LOOK_AGAIN_SECONDS: Final = 4
FRESH: Final = timedelta(minutes=30)


@bp.get("")
@requires(Permission.STATISTICS_READ)
def index() -> Any:
    """How long does it take, honestly?"""
    session, actor = db(), current_actor()
    view = read_view(request.args, actor)
    snapshot = latest(session, actor, view.scope, on=view.on, as_known=view.as_known)
    if (wanted := request.args.get("format")) == "csv" and snapshot is not None:
        return _csv(view, snapshot)
    working = _under_way(view)
    page: dict[str, Any] = {
        "view": view,
        "snapshot": snapshot,
        "working": working,
        "states": state_choices(session),
        "days": days_with_snapshots(session, view.scope),
        "may_restricted": permitted(Permission.STATISTICS_RESTRICTED),
        "words": words,
        "today": today(),
        "floor": FLOOR,
        "csv_url": url_for("statistics.index", format="csv", **view.arguments()),
        "here": url_for("statistics.index", **view.arguments()),
        "wanted": wanted,
    }
    if snapshot is not None:
        page |= _figures(view, snapshot)
    response = make_response(render_template("statistics/index.html", **page))
    if working is not None and working.state != services.FAILED:
        # Looks again by itself, without script; what is being read stays where it is once the figures are there.
        response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


@bp.post("/compute")
@requires(Permission.STATISTICS_READ)
def compute() -> Any:
    """Ask for the figures of today, or of the day shown; they are computed while the reader does something else."""
    session, actor = db(), current_actor()
    view = read_view(request.form, actor)
    on, account = view.on or today(), current_account()
    wanted = services.Wanted(on, view.scope, view.as_known)
    asked = services.request_snapshot(session, wanted, today=today(), now=now(), by=account.id if account else None)
    state = asked.state
    session.commit()
    arguments: dict[str, str | int] = {"on": on.isoformat(), "scope": view.scope, "as_known": int(view.as_known)}
    if state == services.QUEUED and not given().jobs.send("statistics.compute", **arguments):
        flash(_("The figures are asked for. The worker is busy or away; it takes them up within minutes."), "info")
    return redirect(url_for("statistics.index", **view.arguments()))


@bp.get("/definitions")
@requires(Permission.STATISTICS_READ)
def definitions() -> Any:
    """What each figure means: its words, its two events, its unit, and what it leaves out."""
    return render_template(
        "statistics/definitions.html", measures=MEASURES, families=FAMILIES, version=VERSION, floor=FLOOR
    )


def renderer() -> Renderer:
    """The renderer of this process, made when it is first wanted."""
    made = current_app.extensions.get("mla_renderer")
    if not isinstance(made, Renderer):
        made = current_app.extensions["mla_renderer"] = Renderer(Path(given().chart_folder))
    return made


def _under_way(view: View) -> Snapshot | None:
    """What is being computed for this scope, or failed not long ago."""
    found = under_way(db(), view.scope)
    if found is None or (found.state == services.FAILED and now() - found.requested_at > FRESH):
        return None
    return found


def _figures(view: View, snapshot: Snapshot) -> dict[str, Any]:
    session = db()
    figures = figures_of(session, snapshot.id)
    row = figures.get(view.key("answer"))
    rows_of = {
        "steps": tables.steps(view, snapshot, figures),
        "kinds": tables.kinds(view, snapshot, figures),
        "by_state": [] if view.state else tables.by_state(view, snapshot, figures),
        "line": tables.check_line(view, snapshot, figures),
        "outcomes": tables.outcomes(view, snapshot, figures),
        "left_out": tables.left_out(view, snapshot, figures),
        "sides": courses.sides(view, snapshot, figures),
        "ends": courses.ends(view, snapshot, figures),
        "limits": courses.limits(session, view, snapshot, figures),
        "rates": courses.rates(view, snapshot, figures),
    }
    return {
        **rows_of,
        "answer": row,
        "answer_url": figure_cases(snapshot.id, view.key("answer")),
        "waiting_url": figure_cases(snapshot.id, view.key("waiting")),
        "on_time": figures.get(view.key("on_time")),
        "on_time_url": figure_cases(snapshot.id, view.key("on_time")),
        "withheld": withheld(row),
        "difference": courses.difference(row),
        "since": recorded_since(session, snapshot.as_of, snapshot.computed_at) if snapshot.computed_at else (0, 0),
        "quantiles": row.extra.get("quantiles", []) if row else [],
        "milestones": row.extra.get("milestones", []) if row else [],
        "curve_steps": steps_shown(row.extra) if row and "curve" in row.extra else [],
        "drawings": _drawings(row),
    }


def _drawings(row: SnapshotFigure | None) -> list[Markup]:
    """The curve for wide and for narrow windows; nothing where there is none, or it could not be drawn."""
    if row is None or "curve" not in row.extra:
        return []
    locale = get_locale()
    rtl = bool(locale and locale.text_direction == "rtl")
    drawn = [
        renderer().chart(
            specification(row.extra, mean=row.mean, median=row.km_median, rtl=rtl, size=size),
            label=_("Share still open by days since receipt or sending"),
        )
        for size in (WIDE, NARROW)
    ]
    # The renderer's output, made of our own specification and checked for addresses in `render.svg`.
    return [Markup(found) for found in drawn if found]  # noqa: S704


def _csv(view: View, snapshot: Snapshot) -> Response:
    """The figures of this view as a table for a machine: one line a measure and State."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["as_of", "scope", "definitions", *tables.EXPORTED])
    figures: Figures = figures_of(db(), snapshot.id, kind=view.kind, direction=view.direction)
    for line in tables.exported(figures, view.state):
        writer.writerow([snapshot.as_of, snapshot.scope, snapshot.definition_version, *line])
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="statistics-{snapshot.as_of}.csv"'
    return response

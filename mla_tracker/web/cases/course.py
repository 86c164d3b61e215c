"""The life cycle of a request as a drawing with its present place, and as the table of acts that says the same."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.life_cycle import PREVIOUS, REPLAYED, SAME, START, STATED, LifeCycle, Transition, life_cycles
from mla_tracker.cases.queries import entries_of, find_case
from mla_tracker.cases.replay import walk
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.life_cycle_picture import picture
from mla_tracker.web.cases.presenting import status_label, told
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db


@bp.get("/<case_ref:reference>/course")
@requires(Permission.CASE_READ)
def course(reference: str) -> Any:
    """Where the request stands in its life cycle, where it has been, and what is possible from where."""
    case = find_case(db(), current_actor(), reference)
    tables = life_cycles()
    cycle = tables.of(case.kind, case.direction)
    been = {
        place.status
        for _entry, moved, place, _items in walk(tables, cycle, case.direction, entries_of(db(), case.id))
        if moved and place.status
    }
    return render_template(
        "cases/course.html",
        case=case,
        cycle_words=words.CYCLES[cycle.code],
        now=status_label(cycle, case.status),
        drawing=picture(cycle, _, name="course", present=case.status, been=been),
        here=[_line(cycle, row) for row in cycle.open_from(case.status, case.direction)],
        every=[_line(cycle, row) for row in cycle.transitions],
    )


def _line(cycle: LifeCycle, row: Transition) -> dict[str, Any]:
    tables = life_cycles()
    order = [code for code in (START, *cycle.statuses) if code in row.sources]
    still_open = {code for code in cycle.statuses if cycle.is_open(code)}
    if row.sources == set(cycle.statuses):
        sources = [_("any status")]
    elif row.sources == still_open:
        sources = [_("any status but the end")]
    else:
        sources = [_("the beginning") if code == START else status_label(cycle, code) for code in order]
    where = {
        SAME: _("no change"),
        PREVIOUS: _("back to where it came from"),
        STATED: _("as the earlier register says"),
        REPLAYED: _("as the corrected entries give"),
    }
    return {
        "act": told(_(tables.events[row.event])),
        "sources": sources,
        "to": where.get(row.to) or status_label(cycle, row.to),
        "needs": [_(tables.facts[fact]) for fact in row.needs],
        "article": "" if row.article == "House" else row.article,
    }

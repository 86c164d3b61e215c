"""The record with one State: both directions side by side, for a consultation meeting. One page, made to be printed."""

from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.instruments.queries import catalogue
from mla_tracker.statistics.definitions import GROUND, GROUND_ABROAD, OUTCOME, TURN
from mla_tracker.statistics.live import oldest_open
from mla_tracker.statistics.models import Snapshot
from mla_tracker.statistics.queries import FigureKey, Figures
from mla_tracker.web.filters import number, percent
from mla_tracker.web.statistics.addresses import figure_cases
from mla_tracker.web.statistics.courses import SIDES

DIRECTIONS: Final = ("incoming", "outgoing")
Pair = tuple[dict[str, Any], dict[str, Any]]


def record_lines(state: str, snapshot: Snapshot, figures: Figures) -> list[tuple[str, Pair]]:
    """Each line with its value and the address of its cases, for their requests and for ours."""

    def key(measure: str, direction: str) -> FigureKey:
        return FigureKey(measure, "", direction, state)

    def cell(measure: str, direction: str, value: str, n: int) -> dict[str, Any]:
        return {"value": value, "url": figure_cases(snapshot.id, key(measure, direction)) if n and value != "–" else ""}

    def count(measure: str, direction: str) -> dict[str, Any]:
        n = figures.number(key(measure, direction))
        return cell(measure, direction, number(n), n)

    def days(measure: str, part: str, direction: str) -> dict[str, Any]:
        row = figures.get(key(measure, direction))
        value = getattr(row, part) if row is not None else None
        shown = row is not None and value is not None and (part == "km_median" or row.withheld is None)
        return cell(
            measure, direction, number(round(value)) if shown and value is not None else "–", row.n if row else 0
        )

    def share(measure: str, direction: str) -> dict[str, Any]:
        row = figures.get(key(measure, direction))
        value = row.extra.get("share") if row is not None else None
        return cell(measure, direction, percent(value) if value is not None else "–", row.n if row else 0)

    def both(make: Any, *arguments: str) -> Pair:
        return make(*arguments, "incoming"), make(*arguments, "outgoing")

    lines: list[tuple[str, Pair]] = [
        (_("New this year"), both(count, "new")),
        (_("Closed this year"), both(count, "closed")),
        (_("Executed in full"), both(count, OUTCOME + "executed_in_full")),
        (_("Executed in part"), both(count, OUTCOME + "executed_in_part")),
        (_("Surrendered"), both(count, OUTCOME + "surrendered")),
        (_("Refused this year"), (count("refused", "incoming"), count("refused_abroad", "outgoing"))),
        (_("Returned without decision"), both(count, OUTCOME + "returned")),
        (_("Open"), both(count, "closing")),
        (_("Without a reply with substance"), both(count, "unanswered")),
        (_("Response rate"), both(share, "response_rate")),
        (_("Half answered within, days"), both(days, "answer", "km_median")),
        (_("Median of the answered, days"), both(days, "answer", "median")),
        (_("P90 of the answered, days"), both(days, "answer", "p90")),
        (_("Median age of the open, days"), both(days, "waiting", "median")),
    ]
    return lines + [
        (_("Days on this side: %(side)s", side=label), both(share, TURN + code)) for code, label in SIDES.items()
    ]


def record_grounds(session: Session, state: str, snapshot: Snapshot, figures: Figures) -> list[list[dict[str, Any]]]:
    """The grounds of the year's refusals: ours to them, theirs to us."""
    known = catalogue(session).grounds
    both = []
    for direction, prefix in (("incoming", GROUND), ("outgoing", GROUND_ABROAD)):
        rows = []
        for row in figures.family(prefix, FigureKey("", "", direction, state)):
            ground = known.get(row.measure.removeprefix(prefix))
            rows.append(
                {
                    "label": _(ground.label) if ground else row.measure.removeprefix(prefix),
                    "n": row.n,
                    "url": figure_cases(snapshot.id, FigureKey(row.measure, "", direction, state)),
                }
            )
        both.append(rows)
    return both


def record_page(
    session: Session, actor: Actor, state: str, snapshot: Snapshot | None, figures: Figures
) -> dict[str, Any]:
    """The values of the page."""
    return {
        "snapshot": snapshot,
        "lines": record_lines(state, snapshot, figures) if snapshot else [],
        "grounds": record_grounds(session, state, snapshot, figures) if snapshot else [[], []],
        "oldest": [oldest_open(session, actor, state, direction) for direction in DIRECTIONS],
    }

"""The parts of `/statistics` about the course of requests: whose turn it was, which end they met, limits and rates."""

from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from mla_tracker.instruments.limits_in_force import limits_in_force
from mla_tracker.statistics.definitions import END, ENDS, KEPT, PASSED, TURN, definition
from mla_tracker.statistics.models import Snapshot, SnapshotFigure
from mla_tracker.statistics.queries import Figures
from mla_tracker.web.filters import number, percent
from mla_tracker.web.statistics.addresses import View, figure_cases

SIDES: Final = {
    "ours": _l("Ours, central authority"),
    "executing_authority": _l("Ours, executing authority"),
    "court": _l("Court"),
    "other_state": _l("Other State"),
    "third_party": _l("Third party"),
}
ENDS_IN_WORDS: Final = {
    "executed": _l("Executed, wholly or in part"),
    "surrendered": _l("Surrendered"),
    "refused": _l("Refused"),
    "other": _l("Ended otherwise"),
}
DIFFERS: Final = 0.05


@dataclass(frozen=True)
class Side:
    """One side: requests in which it had the turn, days each on average over all ended ones, share of all days."""

    label: str
    n: int
    url: str
    each: float | None
    share: float | None
    median: float | None
    p90: float | None


def sides(view: View, snapshot: Snapshot, figures: Figures) -> list[Side]:
    """The sides with their days; nothing where no request has ended. Their shares sum to 1."""
    rows = []
    for code, label in SIDES.items():
        key = view.key(TURN + code)
        row = figures.get(key)
        if row is None or not row.extra.get("of"):
            return []
        few = row.withheld is not None and row.n > 0
        extra = row.extra
        rows.append(
            Side(
                str(label), row.n, figure_cases(snapshot.id, key), extra["each"], extra["share"],
                None if few else row.median, row.p90,
            )
        )  # fmt: skip
    return rows


def ends(view: View, snapshot: Snapshot, figures: Figures) -> list[dict[str, Any]]:
    """The competing ends: how many met each, the share that has by the last day seen, and by when a half would."""
    rows = []
    for code in ENDS:
        key = view.key(END + code)
        row = figures.get(key)
        if row is None or not row.n:
            continue
        steps = row.extra.get("incidence")
        rows.append(
            {
                "label": ENDS_IN_WORDS[code],
                "n": row.n,
                "url": figure_cases(snapshot.id, key),
                "share": steps["share"][-1] if steps else None,
                "low": steps["low"][-1] if steps else None,
                "high": steps["high"][-1] if steps else None,
                "within": [(day, _by(steps, day)) for day in (180, 365)] if steps else [],
                "median": row.median if row.withheld is None else None,
            }
        )
    return rows


def _by(steps: dict[str, Any], day: int) -> float:
    """The share that met the end by `day`."""
    reached = [share for at, share in zip(steps["days"], steps["share"], strict=True) if at <= day]
    return float(reached[-1])


def limits(session: Session, view: View, snapshot: Snapshot, figures: Figures) -> list[dict[str, Any]]:
    """Each time limit that was decided in some request, those passed most often first."""
    known = limits_in_force(session).tables.limits
    rows = []
    for kept in figures.family(KEPT, view.key(""), empty=True):
        rule = kept.measure.removeprefix(KEPT)
        if not kept.extra["of"]:
            continue
        passed_key = view.key(PASSED + rule)
        passed, limit = figures.get(passed_key), known.get(rule)
        label, source = (limit.label, limit.source) if limit else (rule, "")
        rows.append(
            {
                "label": _(label),
                "source": source,
                "kept": kept.n,
                "kept_url": figure_cases(snapshot.id, view.key(KEPT + rule)),
                "of": kept.extra["of"],
                "share": kept.extra["share"],
                "passed": passed.n if passed else 0,
                "passed_url": figure_cases(snapshot.id, passed_key),
                "late": passed.median if passed and passed.withheld is None else None,
                "p90": passed.p90 if passed else None,
            }
        )
    return sorted(rows, key=lambda row: (-row["passed"], -row["of"], row["label"]))


def rates(view: View, snapshot: Snapshot, figures: Figures) -> list[dict[str, Any]]:
    """Rates, each with its parts, the address of its cases and its definition."""
    rows = []
    for code in ("response_rate", "clearance", "disposition", "rounds", "net"):
        key = view.key(code)
        row = figures.get(key)
        if row is None:
            continue
        value, parts = _rate(code, row)
        rows.append(
            {
                "label": _(definition(code).label),
                "code": code,
                "value": value,
                "parts": parts,
                "n": row.n,
                "url": figure_cases(snapshot.id, key),
            }
        )
    return rows


def _rate(code: str, row: SnapshotFigure) -> tuple[str, str]:
    """The value in words ("" where it is withheld) and what it is made of."""
    extra, of = row.extra, number(row.extra.get("of", 0))
    if code == "disposition":
        days = extra.get("days")
        value = _("%(days)s days", days=number(round(days))) if days is not None else ""
        return value, _("%(open)s open; %(closed)s closed this year", open=number(row.n), closed=of)
    if code == "rounds":
        parts = _(
            "%(rounds)s rounds in %(all)s requests, %(days)s days in all",
            rounds=number(extra.get("rounds", 0)), all=of, days=number(extra.get("days", 0)),
        )  # fmt: skip
        return number(row.n), parts
    if code == "net":
        value = _("%(days)s days", days=number(round(row.median))) if row.withheld is None and row.median else ""
        return value, _("median without the days on which it was the other State's turn")
    share = extra.get("share")
    parts = _("%(part)s of %(all)s", part=number(row.n), all=of)
    if code == "clearance":
        parts = _("%(closed)s closed, %(new)s new this year", closed=number(row.n), new=of)
    return (percent(share) if share is not None else ""), parts


def difference(row: SnapshotFigure | None) -> str:
    """What the log-rank test says of incoming against outgoing requests, in words; "" where it was not made."""
    test = row.extra.get("differs") if row else None
    if not test or (row and row.state):
        return ""
    chance = percent(test["probability"], 1)
    if test["probability"] < DIFFERS:
        said = _("Incoming and outgoing requests take differently long (log-rank test, p = %(chance)s).", chance=chance)
    else:
        said = _(
            "No difference between incoming and outgoing requests can be told (log-rank test, p = %(chance)s).",
            chance=chance,
        )
    return str(said)

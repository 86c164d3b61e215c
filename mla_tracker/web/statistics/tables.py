"""The tables of `/statistics`: rows of figures with the address of the cases of each number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _

from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.statistics.definitions import (
    BEFORE_START,
    DURATIONS,
    NOT_RECORDED,
    OUTCOME,
    definition,
)
from mla_tracker.statistics.models import Snapshot, SnapshotFigure
from mla_tracker.statistics.queries import FigureKey, Figures
from mla_tracker.web.cases import words
from mla_tracker.web.statistics.addresses import View, figure_cases

STATES: Final = 40
EXPORTED: Final = (
    "measure", "kind", "direction", "state", "n", "mean", "median", "p75", "p90", "km_median", "share", "of",
    "withheld",
)  # fmt: skip
LINE: Final = ("opening", "new", "closed", "closing")


@dataclass(frozen=True)
class Row:
    """A line of figures: what ended, and beside it what still waits. Numbers are None where they are withheld."""

    label: str
    anchor: str
    n: int
    url: str
    mean: float | None = None
    median: float | None = None
    p75: float | None = None
    p90: float | None = None
    half_by: float | None = None
    waiting: int = 0
    waiting_url: str = ""
    waiting_median: float | None = None
    on_time: float | None = None
    on_time_url: str = ""
    few: bool = False


def steps(view: View, snapshot: Snapshot, figures: Figures) -> list[Row]:
    """The durations of the chosen view, one line a measure, then the age of what waits."""
    rows = []
    for measure in DURATIONS:
        key = view.key(measure.code)
        found = figures.get(key)
        rows.append(_row(_(measure.label), measure.code, found, figure_cases(snapshot.id, key)))
    key = view.key("waiting")
    rows.append(_row(_(definition("waiting").label), "waiting", figures.get(key), figure_cases(snapshot.id, key)))
    return rows


def kinds(view: View, snapshot: Snapshot, figures: Figures) -> list[Row]:
    """Time to final answer for each kind and direction, of the chosen State."""
    return [
        _beside(words.CYCLES[cycle], FigureKey("answer", kind, direction, view.state), snapshot, figures)
        for cycle, kind, direction in (
            ("mla_in", "mla", "incoming"),
            ("mla_out", "mla", "outgoing"),
            ("ex_in", "extradition", "incoming"),
            ("ex_out", "extradition", "outgoing"),
        )
    ]


def by_state(view: View, snapshot: Snapshot, figures: Figures) -> list[Row]:
    """Time to final answer for each State, those with the most requests first; States where all still wait too."""
    found = {row.state: row.n for row in figures.by_state(view.key("answer", state=""))}
    for row in figures.by_state(view.key("waiting", state="")):
        found[row.state] = found.get(row.state, 0) + row.n
    order = sorted(found, key=lambda state: (-found[state], state))[:STATES]
    return [_beside(state, view.key("answer", state=state), snapshot, figures) for state in order]


def check_line(view: View, snapshot: Snapshot, figures: Figures) -> dict[str, Any]:
    """Opening and new less closed is closing; where it is not, the cases that keep it from closing."""
    line = {code: figures.number(view.key(code)) for code in (*LINE, "gap")}
    urls = {code: figure_cases(snapshot.id, view.key(code)) for code in line}
    closes = line["opening"] + line["new"] - line["closed"] == line["closing"] and not line["gap"]
    return {
        "parts": [(_(definition(code).label), line[code], urls[code], code) for code in LINE],
        "closes": closes,
        "gap": line["gap"],
        "gap_url": urls["gap"],
    }


def outcomes(view: View, snapshot: Snapshot, figures: Figures) -> list[dict[str, Any]]:
    """How the requests closed in the year ended; refused, returned, withdrawn and not executable stay apart."""
    labels = {
        code: outcome.label
        for cycle in life_cycles().cycles.values()
        if cycle.counted_as_request
        for code, outcome in cycle.outcomes.items()
    }
    found = figures.family(OUTCOME, view.key(""))
    longest = max([row.n for row in found] or [1])
    return [
        {
            "label": _(labels.get(code, code)),
            "n": row.n,
            "share": row.n / longest,
            "url": figure_cases(snapshot.id, view.key(row.measure)),
        }
        for row in found
        for code in [row.measure.removeprefix(OUTCOME)]
    ]


def left_out(view: View, snapshot: Snapshot, figures: Figures) -> list[dict[str, Any]]:
    """What the durations leave out, with the reason and the cases."""
    rows = []
    for measure in DURATIONS:
        for prefix, reason in (
            (NOT_RECORDED, _("a day was never recorded")),
            (BEFORE_START, _("dated before the start")),
        ):
            key = view.key(prefix + measure.code)
            if n := figures.number(key):
                rows.append(
                    {"label": _(measure.label), "reason": reason, "n": n, "url": figure_cases(snapshot.id, key)}
                )
    return rows


def exported(figures: Figures, state: str) -> Iterator[list[Any]]:
    """The figures as plain lines: those of the State, or of all of them with those of each State below."""
    for row in figures.all_rows():
        if state and row.state != state:
            continue
        yield [
            row.measure, row.kind, row.direction, row.state, row.n, row.mean, row.median, row.p75, row.p90,
            row.km_median, row.extra.get("share"), row.extra.get("of"), row.withheld or "",
        ]  # fmt: skip


def _beside(label: Any, key: FigureKey, snapshot: Snapshot, figures: Figures) -> Row:
    """A line with what still waits and the share on time beside the days."""
    waits = FigureKey("waiting", key.kind, key.direction, key.state)
    kept = FigureKey("on_time", key.kind, key.direction, key.state)
    waiting, on_time = figures.get(waits), figures.get(kept)
    plain = _row(str(label), "answer", figures.get(key), figure_cases(snapshot.id, key))
    return Row(
        **{
            **vars(plain),
            "waiting": waiting.n if waiting else 0,
            "waiting_url": figure_cases(snapshot.id, waits),
            "waiting_median": waiting.median if waiting else None,
            "on_time": on_time.extra.get("share") if on_time else None,
            "on_time_url": figure_cases(snapshot.id, kept),
        }
    )


def _row(label: str, anchor: str, found: SnapshotFigure | None, url: str) -> Row:
    if found is None:
        return Row(label, anchor, 0, url)
    return Row(
        label, anchor, found.n, url, found.mean, found.median, found.p75, found.p90, found.km_median,
        few=found.withheld is not None and found.n > 0,
    )  # fmt: skip

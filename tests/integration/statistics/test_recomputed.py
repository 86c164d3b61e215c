"""Every figure again from the exported facts alone, with pandas and lifelines, over the demonstration cases."""

import csv
import io
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import qth_survival_times
from sqlalchemy import select

from mla_tracker.audit.chain import AuditKey
from mla_tracker.casework.demo.load import load
from mla_tracker.casework.office import Office
from mla_tracker.cli_statistics import csv_of
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.decisions.models import Refusal
from mla_tracker.statistics.computing import Measured, measure
from mla_tracker.statistics.definitions import FLOOR
from mla_tracker.statistics.export import export_rows
from mla_tracker.statistics.figures import Figure, figures
from mla_tracker.statistics.services import ALL
from mla_tracker.statistics.turns import SIDES

ZONE = ZoneInfo("Europe/Riga")
LINE = ("opening", "new", "closed", "closing")
BESIDE = {"on_time": "late", "response_rate": "unanswered"}
NET = [f"days_{side}" for side in SIDES if side != "other_state"]


@pytest.fixture
def demonstration(sessions: Sessions) -> tuple[Measured, pd.DataFrame, date]:
    """The facts of the demonstration, and the same as anybody reads them from the exported file."""
    office = Office(sessions, AuditKey(b"k" * 32), "LV", ZONE)
    for _step in load(office, cases=170):
        pass
    on = clock.today(ZONE)
    with sessions() as session:
        assert session.scalar(select(Refusal.id).limit(1)) is not None
        measured = measure(session, on, ALL)
    text = csv_of(export_rows(measured)).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    table = pd.DataFrame(rows)
    for name in table.columns:
        if (name.startswith("days_") and name != "days_late") or name == "rounds":
            table[name] = pd.to_numeric(table[name])
        elif name.endswith("_on"):
            table[name] = pd.to_datetime(table[name].replace("", None))
    table["in_cohort"] = table["in_cohort"] == "true"
    table["marks"] = table["counted_as"].str.split(";")
    table["late"] = table["days_late"].map(lambda told: dict(one.split("=") for one in told.split(";") if one))
    return measured, table, on


def test_every_figure_is_recomputed_from_the_export(demonstration: tuple[Measured, pd.DataFrame, date]) -> None:
    measured, table, on = demonstration
    found = list(figures(measured.facts, measured.counted, on))
    assert len(found) > 1500
    checked = set()
    for figure in found:
        part = group(table, figure.kind, figure.direction, figure.state)
        again = recomputed(figure, part, table, on)
        for name, value in again.items():
            ours = getattr(figure, name) if hasattr(figure, name) else figure.extra.get(name)
            assert same(ours, value), (figure.measure, figure.kind, figure.direction, figure.state, name, ours, value)
        checked.add(figure.measure.partition(".")[0])
    assert checked >= {
        "answer",
        "end",
        "turn",
        "kept",
        "passed",
        "clearance",
        "disposition",
        "rounds",
        "net",
        "outcome",
    }


def group(table: pd.DataFrame, kind: str, direction: str, state: str) -> pd.DataFrame:
    for column, value in (("kind", kind), ("direction", direction), ("counterpart", state)):
        if value:
            table = table[table[column] == value]
    return table


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, dict):
        return set(ours) == set(theirs) and all(same(ours[name], theirs[name]) for name in ours)
    if ours is None or theirs is None:
        return ours is None and (theirs is None or not np.isfinite(theirs))
    return abs(float(ours) - float(theirs)) <= 1e-9 * max(1.0, abs(float(theirs)))


def recomputed(figure: Figure, part: pd.DataFrame, table: pd.DataFrame, on: date) -> dict[str, Any]:
    """What the figure says, from the rows of its group."""
    family, _, code = figure.measure.partition(".")
    if family in ("acknowledge", "reply", "decide", "execute"):
        return summary(part[f"days_{family}"])
    if family in LINE or family in ("clearance", "disposition"):
        return flow(part, on, family)
    if family in BESIDE:
        marked = having(part, figure.measure)
        return {"n": marked, **shared(marked, marked + having(part, BESIDE[family]))}
    special: dict[str, Callable[[], dict[str, Any]]] = {
        "answer": lambda: summary(part["days_answer"]) | survival(figure, part) | differs(figure, part, table),
        "waiting": lambda: summary(part["days_waiting"]),
        "net": lambda: summary(part[NET].sum(axis=1, skipna=False)),
        "end": lambda: summary(part["days_end"][part["end"] == code]) | incidence(figure, part, code),
        "turn": lambda: turn(part, code),
        "kept": lambda: kept(days_late(part, code)),
        "passed": lambda: summary(days_late(part, code).loc[lambda late: late > 0]),
        "rounds": lambda: rounds(part),
        "open": lambda: {"n": int(part["closed_on"].isna().sum())},
        "outcome": lambda: {"n": int((closed_in_year(part, on)["outcome"] == code).sum())},
    }
    return special.get(family, lambda: {"n": having(part, figure.measure)})()


def having(part: pd.DataFrame, mark: str) -> int:
    return int(part["marks"].map(lambda marks: mark in marks).sum())


def kept(late: "pd.Series[float]") -> dict[str, Any]:
    in_time = int((late == 0).sum())
    return {"n": in_time, **shared(in_time, len(late))}


def rounds(part: pd.DataFrame) -> dict[str, Any]:
    of = part[part["in_cohort"]]
    asked = int((of["rounds"] > 0).sum())
    return {"n": asked, "of": len(of), "rounds": of["rounds"].sum(), "days": of["days_asking"].sum()}


def closed_in_year(part: pd.DataFrame, on: date) -> pd.DataFrame:
    return part[is_request(part) & part["closed_on"].between(*year_of(on))]


def summary(days: "pd.Series[float]") -> dict[str, Any]:
    days = days.dropna()
    if len(days) < FLOOR:
        return {"n": len(days), "mean": None, "p75": None, "p90": None, "median": days.median() if len(days) else None}
    return {
        "n": len(days), "mean": days.mean(), "median": days.median(), "p75": days.quantile(0.75),
        "p90": days.quantile(0.9), "p25": days.quantile(0.25), "p05": days.quantile(0.05),
    }  # fmt: skip


def days_late(part: pd.DataFrame, rule: str) -> "pd.Series[float]":
    return part["late"].map(lambda late: float(late[rule]) if rule in late else np.nan).dropna()


def shared(n: int, of: int) -> dict[str, Any]:
    return {"of": of, "share": n / of if of >= FLOOR else None}


def survival(figure: Figure, part: pd.DataFrame) -> dict[str, Any]:
    ended = part["days_answer"].dropna()
    waiting = part["days_waiting"][part["in_cohort"]].dropna()
    found: dict[str, Any] = {"waiting": len(waiting), "km_median": None}
    if not len(ended) or len(ended) + len(waiting) < FLOOR:
        return found
    theirs = KaplanMeierFitter().fit([*ended, *waiting], [1] * len(ended) + [0] * len(waiting))
    curve, band = figure.extra["curve"], theirs.confidence_interval_.loc[figure.extra["curve"]["days"][1:]]
    assert np.allclose(curve["share"], theirs.survival_function_at_times(curve["days"]), atol=1e-6)
    assert np.allclose(curve["low"][1:], band.iloc[:, 0], atol=1e-6)
    assert np.allclose(curve["high"][1:], band.iloc[:, 1], atol=1e-6)
    for one in figure.extra["quantiles"]:
        level = 1 - one["part"]
        # A share that meets the level exactly is decided by the last bit, in theirs as in ours.
        if np.any(np.abs(theirs.survival_function_.to_numpy() - level) < 1e-9):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bounds = qth_survival_times(level, theirs.confidence_interval_).iloc[0].to_list()
            days = float(theirs.percentile(level))
        assert all(same(one[name], value) for name, value in (("days", days), ("low", bounds[0]), ("high", bounds[1])))
    found["km_median"] = next(one["days"] for one in figure.extra["quantiles"] if one["part"] == 0.5)
    return found


def differs(figure: Figure, part: pd.DataFrame, table: pd.DataFrame) -> dict[str, Any]:
    if figure.state:
        others = group(table, figure.kind, figure.direction, "")
        others = others[others["counterpart"] != figure.state]
    elif not figure.direction:
        others, part = part[part["direction"] != "incoming"], part[part["direction"] == "incoming"]
    else:
        return {}
    one, two = ((of["days_answer"].dropna(), of["days_waiting"][of["in_cohort"]].dropna()) for of in (part, others))
    if "differs" not in figure.extra:
        assert min(len(one[0]) + len(one[1]), len(two[0]) + len(two[1])) < FLOOR
        return {}
    theirs = logrank_test(
        [*one[0], *one[1]], [*two[0], *two[1]], [1] * len(one[0]) + [0] * len(one[1]),
        [1] * len(two[0]) + [0] * len(two[1]),
    )  # fmt: skip
    return {"differs": {"statistic": theirs.test_statistic, "probability": theirs.p_value}}


def incidence(figure: Figure, part: pd.DataFrame, code: str) -> dict[str, Any]:
    """The incidence at its last step, day by day. lifelines moves different ends of one day apart at random, so that it
    is near, not equal: equality to 1e-9 on days without such ties stands with the rules."""
    if "incidence" not in figure.extra:
        return {}
    known = part[part["end"] != ""]
    ends = sorted({end for end in known["end"] if end != "open"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = AalenJohansenFitter(calculate_variance=False, jitter_level=1e-7, seed=1).fit(
            known["days_end"].to_numpy(), [0 if end == "open" else ends.index(end) + 1 for end in known["end"]],
            ends.index(code) + 1,
        )  # fmt: skip
    still, met = 1.0, 0.0
    for day, of_day in known[known["end"] != "open"].groupby("days_end"):
        at_risk = int((known["days_end"] >= day).sum())
        met += still * int((of_day["end"] == code).sum()) / at_risk
        still *= 1 - len(of_day) / at_risk
    assert figure.extra["incidence"]["share"][-1] == pytest.approx(met, abs=1e-6)
    assert figure.extra["incidence"]["share"][-1] == pytest.approx(
        theirs.cumulative_density_.to_numpy()[-1, 0], abs=5e-3
    )
    return {}


def turn(part: pd.DataFrame, side: str) -> dict[str, Any]:
    sides = part[[f"days_{one}" for one in SIDES]].dropna()
    assert (sides.sum(axis=1) == part.loc[sides.index, "days_answer"]).all()
    days, every = sides[f"days_{side}"], sides.to_numpy().sum()
    return summary(days[days > 0]) | {
        "days": days.sum(), "of": len(days), "each": days.mean() if len(days) else None,
        "share": days.sum() / every if every else None,
    }  # fmt: skip


def is_request(part: pd.DataFrame) -> "pd.Series[bool]":
    return part["counts_as_request"] == "true"


def year_of(on: date) -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(on.year, 1, 1), pd.Timestamp(on)


def line(part: pd.DataFrame, on: date) -> dict[str, int]:
    first, last = year_of(on)
    part = part[is_request(part)]
    started, closed = part["started_on"], part["closed_on"]
    found = {
        "opening": ((started < first) & ~(closed < first)).sum(), "new": started.between(first, last).sum(),
        "closed": closed.between(first, last).sum(), "closing": ((started <= last) & ~(closed <= last)).sum(),
    }  # fmt: skip
    return {name: int(value) for name, value in found.items()}


def flow(part: pd.DataFrame, on: date, code: str) -> dict[str, Any]:
    counts = line(part, on)
    if code in LINE:
        return {"n": counts[code]}
    if code == "clearance":
        return {"n": counts["closed"], **shared(counts["closed"], counts["new"])}
    days = (on - date(on.year, 1, 1) + timedelta(days=1)).days
    enough = counts["closed"] >= FLOOR
    return {"n": counts["closing"], "days": counts["closing"] / counts["closed"] * days if enough else None}

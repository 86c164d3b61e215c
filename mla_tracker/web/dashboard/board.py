"""What the dashboard shows, put together from the live counters and one snapshot."""

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_skeleton
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.instruments.queries import catalogue
from mla_tracker.statistics import live
from mla_tracker.statistics.definitions import FLOOR, GROUND, GROUND_ABROAD, NO_RESPONSE_DAYS, OUTCOME
from mla_tracker.statistics.live import Counters
from mla_tracker.statistics.models import Snapshot, SnapshotFigure
from mla_tracker.statistics.queries import Figures
from mla_tracker.web.context import now
from mla_tracker.web.filters import day, number, percent, weekday_day
from mla_tracker.web.statistics.addresses import View, figure_cases, live_cases
from mla_tracker.web.statistics.trends import Trend, Trends

STATES: Final = 12
OFFICERS: Final = 12
GROUNDS: Final = 8
TICKS: Final = 5

_TRENDED: Final = ("open", "overdue", "custody", "no_response", "answer", "on_time", "refused", "closed")
_NO_TREND: Final = Trend()


def trended() -> tuple[str, ...]:
    """The measures whose trends the dashboard shows."""
    return _TRENDED


@dataclass(frozen=True)
class Shown:
    """One of the eight figures. `when` says of what moment it speaks."""

    label: str
    when: str
    value: str
    unit: str = ""
    url: str = ""
    trend: Trend = _NO_TREND
    note: str = ""


def live_figures(
    view: View, found: Counters, trends: Trends | None, today: date, *, snapshot: Snapshot | None = None
) -> dict[str, Shown]:
    """The figures that are counted now; their trends are those between snapshots. `snapshot`: where too many are open
    to be counted now, the one from which they come instead, and to whose cases they lead.
    """
    when = _("now") if snapshot is None else _short(snapshot.as_of)

    def cases(measure: str, **filters: Any) -> str:
        return live_cases(view, **filters) if snapshot is None else figure_cases(snapshot.id, view.key(measure))

    def moved(measure: str, fewer_is_better: bool | None) -> Trend:
        return trends.number(measure, fewer_is_better=fewer_is_better) if trends else _NO_TREND

    ends = ""
    if found.next_custody_end:
        passed = found.next_custody_end < today
        said = _("a limit passed %(day)s") if passed else _("next limit %(day)s")
        ends = said % {"day": weekday_day(found.next_custody_end)}
    oldest = _("the oldest sent %(day)s", day=day(found.oldest_sent)) if found.oldest_sent else ""
    of_open = _("%(share)s of open", share=percent(found.overdue / found.open)) if found.open else ""
    return {
        "open": Shown(_("Open cases"), when, number(found.open), "", cases("open", open=1), moved("open", None)),
        "overdue": Shown(
            _("Overdue"), when, number(found.overdue), "", cases("overdue", overdue=1), moved("overdue", True), of_open
        ),
        "custody": Shown(
            _("In custody"), when, number(found.custody), "", cases("custody", custody=1), moved("custody", None), ends
        ),
        "no_response": Shown(
            _("No response"), when, number(found.no_response), _("sent"),
            cases("no_response", no_answer=NO_RESPONSE_DAYS), moved("no_response", True), oldest,
        ),
    }  # fmt: skip


def snapshot_figures(
    view: View, snapshot: Snapshot | None, figures: Figures, trends: Trends | None, today: date
) -> dict[str, Shown]:
    """The figures of the snapshot; a dash and the reason where there is none or it is withheld."""
    if snapshot is None or trends is None:
        missing = _("not computed yet")
        labels = {"answer": _("Half answered within"), "on_time": _("Answered on time")}
        labels |= {
            "refused": _("Refused by us in %(year)s", year=today.year),
            "closed": _("Closed in %(year)s", year=today.year),
        }
        return {code: Shown(label, "", "–", note=missing) for code, label in labels.items()}
    when, year = _short(snapshot.as_of), snapshot.as_of.year
    count = {
        code: figures.number(view.key(code)) for code in ("refused", "refused_abroad", "closed", "new", "postponed")
    }
    apart = _(
        "by other States %(abroad)s; apart: %(returned)s returned, %(postponed)s postponed",
        abroad=number(count["refused_abroad"]),
        returned=number(figures.number(view.key(OUTCOME + "returned"))),
        postponed=number(count["postponed"]),
    )
    return {
        "answer": _median(view, snapshot, figures, trends, when),
        "on_time": _on_time(view, snapshot, figures, trends, when),
        "refused": Shown(
            _("Refused by us in %(year)s", year=year), when, number(count["refused"]),
            ngettext("request", "requests", count["refused"]), figure_cases(snapshot.id, view.key("refused")),
            trends.within_year("refused"), apart,
        ),
        "closed": Shown(
            _("Closed in %(year)s", year=year), when, number(count["closed"]),
            ngettext("request", "requests", count["closed"]), figure_cases(snapshot.id, view.key("closed")),
            trends.within_year("closed"), ngettext("%(num)d new", "%(num)d new", count["new"]),
        ),
    }  # fmt: skip


def _median(view: View, snapshot: Snapshot, figures: Figures, trends: Trends, when: str) -> Shown:
    key = view.key("answer")
    row = figures.get(key)
    label, url = _("Half answered within"), figure_cases(snapshot.id, key)
    if row is None or row.km_median is None:
        reason = _("so many wait that half are not answered") if row and "curve" in row.extra else withheld(row)
        return Shown(label, when, "–", url=url if row and row.n else "", note=reason)
    waits = int(row.extra.get("waiting", 0))
    note = _("%(answered)s answered, %(waiting)s still wait", answered=number(row.n), waiting=number(waits))
    if row.median is not None and row.withheld is None:
        note += "; " + _("median of the answered alone %(days)s", days=number(round(row.median)))
    return Shown(label, when, number(round(row.km_median)), _("days"), url, trends.half("answer"), note)


def _on_time(view: View, snapshot: Snapshot, figures: Figures, trends: Trends, when: str) -> Shown:
    key = view.key("on_time")
    row = figures.get(key)
    label = _("Answered on time")
    if row is None or row.extra.get("share") is None:
        return Shown(label, when, "–", note=withheld(row, int(row.extra.get("of", 0)) if row else 0))
    note = _("%(kept)s of %(all)s", kept=number(row.n), all=number(row.extra["of"]))
    return Shown(
        label, when, number(round(row.extra["share"] * 100)), "%", figure_cases(snapshot.id, key),
        trends.share("on_time"), note,
    )  # fmt: skip


def _short(on: date) -> str:
    """`24 Nov`: the year stands in the heading."""
    locale = get_locale() or Locale("en")
    return (
        format_date(on, "d MMM", locale=locale)
        if locale.language == "en"
        else format_skeleton("MMMd", on, locale=locale)
    )


def withheld(row: SnapshotFigure | None, n: int | None = None) -> str:
    """Why a figure is not given, in the reader's language."""
    counted = n if n is not None else (row.n if row else 0)
    if not counted:
        return str(_("no case yet"))
    return str(_("withheld: %(num)s cases, fewer than %(floor)s", num=number(counted), floor=FLOOR))


def age_rows(session: Session, actor: Actor, view: View, today: date) -> list[dict[str, Any]]:
    """The bands of age with the length of their bar and the address of their cases."""
    bands = live.ages(session, actor, view.chosen(), today, now())
    longest = max([band.cases for band in bands] or [0]) or 1
    shades = ("r1", "r1", "r2", "r3", "r4")
    return [
        {
            "label": _band_words(band.first, band.last),
            "share": band.cases / longest,
            "shade": shade,
            "cases": band.cases,
            "overdue": band.overdue,
            "url": live_cases(view, open=1, **_opened(band.opened_from, band.opened_to)),
            "overdue_url": live_cases(view, overdue=1, **_opened(band.opened_from, band.opened_to)),
        }
        for band, shade in zip(bands, shades, strict=True)
    ]


def _opened(since: date | None, until: date) -> dict[str, str | None]:
    return {"from": since.isoformat() if since else None, "to": until.isoformat()}


def _band_words(first: int, last: int | None) -> str:
    if last is None:
        return str(_("One year and more"))
    if first == 0:
        return str(_("Under %(days)s days", days=last + 1))
    return str(_("%(first)s to %(last)s days", first=first, last=last))


def officer_rows(session: Session, actor: Actor, view: View, today: date) -> list[dict[str, Any]]:
    """Each lead with overdue against open; who has nothing overdue stands below the most loaded."""
    found = live.officers(session, actor, view.chosen(), today, now())
    named = [row for row in found if row.account_id is not None][:OFFICERS] + [
        row for row in found if row.account_id is None
    ]
    longest = max([row.open for row in named] or [0]) or 1
    rows = []
    for row in named:
        who: dict[str, Any] = {"unassigned": 1} if row.account_id is None else {"lead": row.account_id}
        rows.append(
            {
                "name": row.name,
                "open": row.open,
                "overdue": row.overdue,
                "share": row.open / longest,
                "late": row.overdue / longest,
                "open_url": live_cases(view, open=1, **who),
                "overdue_url": live_cases(view, overdue=1, **who),
            }
        )
    return rows


def snapshot_counters(figures: Figures, view: View) -> Counters:
    """The counters as the snapshot has them, where too many cases are open to be counted now."""
    opened, overdue, custody, silent = (
        figures.number(view.key(code)) for code in ("open", "overdue", "custody", "no_response")
    )
    return Counters(opened, overdue, custody, silent, None, None)


def executing_rows(session: Session, actor: Actor, view: View, today: date) -> list[dict[str, Any]]:
    """Executing authorities with overdue against open cases, those with the most overdue first."""
    found = live.executing(session, actor, view.chosen(), today, now())
    longest = max([row.open for row in found] or [0]) or 1
    return [
        {
            "name": row.name,
            "open": row.open,
            "overdue": row.overdue,
            "share": row.open / longest,
            "late": row.overdue / longest,
            "open_url": live_cases(view, open=1, executing=row.authority_id),
            "overdue_url": live_cases(view, overdue=1, executing=row.authority_id),
        }
        for row in found
    ]


def overdue_states(view: View, snapshot: Snapshot, figures: Figures) -> list[dict[str, Any]]:
    """The States with the most overdue cases, against all that are open with them."""
    found = [row for row in figures.by_state(view.key("overdue", state="")) if row.n][:GROUNDS]
    rows = []
    longest = max([figures.number(view.key("open", state=row.state)) for row in found] or [1])
    for row in found:
        of = view.key("open", state=row.state)
        rows.append(
            {
                "state": row.state,
                "overdue": row.n,
                "open": figures.number(of),
                "share": figures.number(of) / longest,
                "late": row.n / longest,
                "overdue_url": figure_cases(snapshot.id, view.key("overdue", state=row.state)),
                "open_url": figure_cases(snapshot.id, of),
            }
        )
    return rows


@dataclass(frozen=True)
class Delay:
    """Time to final answer of one State on the axis: shares of its length from the start. No box below the floor."""

    state: str
    n: int
    url: str
    median: int
    p90: int | None
    at: float
    box: tuple[float, float] | None
    whisker: tuple[float, float] | None


@dataclass(frozen=True)
class Delays:
    """The rows with the axis they share, in days, and how many more States there are."""

    rows: tuple[Delay, ...] = ()
    ticks: tuple[int, ...] = ()
    more: int = 0


def delays(view: View, snapshot: Snapshot, figures: Figures, limit: int = STATES) -> Delays:
    """The States with the most answered requests, each with its median and, from ten cases on, its spread."""
    found = [row for row in figures.by_state(view.key("answer", state="")) if row.n and row.median is not None]
    shown = found[:limit]
    if not shown:
        return Delays()
    longest = max(row.p90 if row.p90 is not None else row.median or 0 for row in shown)
    ticks = axis(longest)
    end = ticks[-1]
    rows = []
    for row in shown:
        median = row.median or 0.0
        box = whisker = None
        if row.p75 is not None and row.p90 is not None:
            box = (row.extra["p25"] / end, row.p75 / end)
            whisker = (row.extra["p05"] / end, row.p90 / end)
        rows.append(
            Delay(
                row.state, row.n, figure_cases(snapshot.id, view.key("answer", state=row.state)), round(median),
                None if row.p90 is None else round(row.p90), median / end, box, whisker,
            )
        )  # fmt: skip
    return Delays(tuple(rows), ticks, len(found) - len(shown))


def axis(longest: float) -> tuple[int, ...]:
    """Six round marks from 0 to beyond the longest value, steps of whole months where the values are long."""
    for step in (2, 5, 10, 15, 30, 45, 60, 90, 120, 150, 180, 240, 300, 365, 730):
        if step * TICKS >= longest:
            return tuple(step * index for index in range(TICKS + 1))
    step = 365 * ceil(longest / 365 / TICKS)
    return tuple(step * index for index in range(TICKS + 1))


def ground_rows(
    session: Session, view: View, snapshot: Snapshot, figures: Figures, *, abroad: bool
) -> list[dict[str, Any]]:
    """The grounds of the year's refusals, ours or those of other States, the most frequent first; the bars of both on
    one scale.
    """
    prefix = GROUND_ABROAD if abroad else GROUND
    found = figures.family(prefix, view.key(""))[:GROUNDS]
    known = catalogue(session).grounds
    longest = max([row.n for side in (GROUND, GROUND_ABROAD) for row in figures.family(side, view.key(""))] or [1])
    rows = []
    for row in found:
        code = row.measure.removeprefix(prefix)
        ground = known.get(code)
        sources = ground.sources if ground else ()
        rows.append(
            {
                "label": _(ground.label) if ground else code,
                "article": next((source for source in sources if not source.startswith("seed")), ""),
                "n": row.n,
                "share": row.n / longest,
                "url": figure_cases(snapshot.id, view.key(row.measure)),
            }
        )
    return rows

"""How a figure moved, in words and as a line: between snapshots of one scope and one version of the definitions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from mla_tracker.statistics.models import Snapshot
from mla_tracker.statistics.periods import month_ends
from mla_tracker.statistics.queries import FigureKey, Point, trends

MONTHS: Final = 12
BACK: Final = (3, 1, 6, 12)
"""Months back with which a figure may be compared; the first without a choice."""


@dataclass(frozen=True)
class Trend:
    """`history` for the line, the oldest first; `words` and whether that is better (None: neither)."""

    history: tuple[float | None, ...] = ()
    words: str = ""
    better: bool | None = None


@dataclass(frozen=True)
class Trends:
    """The trends of several measures up to a snapshot. `against` is the day compared with, None where there is none."""

    days: tuple[date, ...]
    points: dict[str, list[Point | None]]
    against: date | None

    def number(self, measure: str, *, fewer_is_better: bool | None) -> Trend:
        """The trend of a count."""
        history, then, now = self._of([point.n if point else None for point in self.points[measure]])
        if then is None or now is None:
            return Trend(history)
        difference = round(now - then)
        words = _more_or_fewer(difference)
        return Trend(history, words, _better(difference, fewer_is_better))

    def half(self, measure: str) -> Trend:
        """The trend of the day by which half have ended, those still open counted; longer is worse."""
        history, then, now = self._of([point.half if point else None for point in self.points[measure]])
        if then is None or now is None:
            return Trend(history)
        difference = round(now - then)
        if difference > 0:
            words = ngettext("%(num)d day longer", "%(num)d days longer", difference)
        elif difference < 0:
            words = ngettext("%(num)d day shorter", "%(num)d days shorter", -difference)
        else:
            words = _("unchanged")
        return Trend(history, words, _better(difference, True))

    def share(self, measure: str) -> Trend:
        """The trend of a share in points; lower is worse."""
        history, then, now = self._of([point.share if point else None for point in self.points[measure]])
        if then is None or now is None:
            return Trend(history)
        difference = round((now - then) * 100)
        if difference > 0:
            words = ngettext("%(num)d point higher", "%(num)d points higher", difference)
        elif difference < 0:
            words = ngettext("%(num)d point lower", "%(num)d points lower", -difference)
        else:
            words = _("unchanged")
        return Trend(history, words, _better(difference, False))

    def within_year(self, measure: str) -> Trend:
        """The line of what is counted from the first of January: only the months of the last day's year."""
        history = [
            float(point.n)
            for on, point in zip(self.days, self.points[measure], strict=True)
            if point is not None and on.year == self.days[-1].year
        ]
        return Trend(tuple(history))

    def _of(self, values: Sequence[float | None]) -> tuple[tuple[float | None, ...], float | None, float | None]:
        known = dict(zip(self.days, values, strict=True))
        return tuple(values), known.get(self.against) if self.against else None, values[-1]


def read_trends(
    session: Session, snapshot: Snapshot, measures: Sequence[str], key: FigureKey, *, back: int = BACK[0]
) -> Trends:
    """The measures at the ends of the last twelve months and at the snapshot, compared with `back` months before."""
    days = tuple(dict.fromkeys((*month_ends(snapshot.as_of, MONTHS), snapshot.as_of)))
    points = trends(session, snapshot.scope, measures, key, days)
    against = days[-1 - back] if len(days) > back else None
    present = against is not None and any(found[-1 - back] is not None for found in points.values())
    return Trends(days, points, against if present else None)


def _more_or_fewer(difference: int) -> str:
    if difference > 0:
        return str(ngettext("%(num)d more", "%(num)d more", difference))
    if difference < 0:
        return str(ngettext("%(num)d fewer", "%(num)d fewer", -difference))
    return str(_("unchanged"))


def _better(difference: int, fewer_is_better: bool | None) -> bool | None:
    if fewer_is_better is None or difference == 0:
        return None
    return (difference < 0) == fewer_is_better

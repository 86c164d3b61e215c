"""Custody limits as clocks: what is left in days and hours, and how much of the limit is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from mla_tracker.web.context import now, office


@dataclass(frozen=True)
class ShownClock:
    """One custody limit, as the macro `custody_clock` takes it."""

    left: timedelta
    used: float
    until: date
    reference: str
    url: str
    who: str
    rule: str


def shown_clocks(rows: Iterable[Any]) -> list[ShownClock]:
    """The limits that run, the nearest end first. A day ends at midnight, an hour limit to the minute."""
    return sorted((_shown(row) for row in rows), key=lambda clock: clock.left)


def _shown(row: Any) -> ShownClock:
    zone = office().zone
    end = row.due_at or datetime.combine(row.due_on + timedelta(days=1), time(), zone).astimezone(UTC)
    begin = row.started_at or datetime.combine(row.started_on, time(), zone).astimezone(UTC)
    whole = (end - begin).total_seconds()
    left = end - now()
    used = 1.0 if whole <= 0 else min(1.0, max(0.0, 1 - left.total_seconds() / whole))
    return ShownClock(
        left=max(left, timedelta()),
        used=used,
        until=row.due_on,
        reference=row.reference,
        url=url_for("cases.detail", reference=row.reference),
        who=row.subject,
        rule=_("%(label)s %(source)s", label=row.label, source=row.source)
        if row.check_mark != "unchecked"
        else _("%(label)s %(source)s (not checked against the text)", label=row.label, source=row.source),
    )

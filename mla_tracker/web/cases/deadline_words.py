"""A deadline of a case as the page shows it: what is due, what is left, and why this date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from mla_tracker.cases.models import Case
from mla_tracker.deadlines.danger import Danger, danger
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.queries import is_overdue, is_watched
from mla_tracker.web.cases.explaining import Told, why


@dataclass(frozen=True)
class ShownDeadline:
    """One row: `state` is running, overdue, met, missed, moot … ; `remarks` what to know beside its source."""

    row: Deadline
    state: str
    state_words: str
    item_number: int | None
    parts: list[tuple[Any, Any]]
    remarks: tuple[str, ...]

    @property
    def running(self) -> bool:
        return self.row.ended_on is None and self.row.due_on is not None

    @property
    def open(self) -> bool:
        """Not ended: it runs, or stands still."""
        return self.row.ended_on is None

    @property
    def custody(self) -> bool:
        return self.row.clock == "max_custody"

    @property
    def watched(self) -> bool:
        return is_watched(self.row)

    @property
    def ours(self) -> bool:
        return self.row.bound == "ours"


def shown_deadlines(
    rows: Sequence[Deadline], case: Case, today: date, now: datetime, told: Told
) -> list[ShownDeadline]:
    """All deadlines of a case, the most dangerous first: running custody limits, then what is ours, then by day."""
    numbers = {item.id: item.number for item in case.items}
    shown = [
        ShownDeadline(
            row,
            state := _state(row, today, now),
            _state_words(state),
            numbers.get(row.item_id) if row.item_id else None,
            why(row, told),
            tuple(_remarks(row)),
        )
        for row in rows
    ]
    return sorted(shown, key=_danger)


def _danger(shown: ShownDeadline) -> Danger:
    row = shown.row
    return danger(
        row.clock,
        row.explanation.get("expiry", ()),
        running=shown.open,
        provisional=row.provisional,
        ours=shown.ours,
        day=row.due_on or row.ended_on,
    )


def _state(row: Deadline, today: date, now: datetime) -> str:
    if row.end_kind is not None:
        return row.end_kind
    if row.due_on is None:
        return "standing"
    return "overdue" if is_overdue(row, today, now) else "running"


def _state_words(state: str) -> str:
    words: dict[str, str] = {
        "running": _("Running"),
        "overdue": _("Overdue"),
        "standing": _("Stands still"),
        "met": _("Met"),
        "missed": _("Done after its day"),
        "moot": _("No longer counts"),
        "restarted": _("Started anew"),
        "ended": _("Ended"),
    }
    return words[state]


def _remarks(row: Deadline) -> list[str]:
    found = [_("theirs to do")] if row.bound == "theirs" else []
    if row.provisional:
        found.append(_("provisional"))
    if row.explanation.get("disputed"):
        found.append(_("disputed"))
    if row.missed_on and row.end_kind is None and row.missed_on != row.due_on:
        found.append(_("its former day passed unmet"))
    if row.explanation.get("yields_to"):
        found.append(_("a stricter limit binds"))
    if row.check_mark == "unchecked":
        found.append(_("not checked against the text"))
    return found

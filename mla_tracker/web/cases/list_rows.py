"""The rows of the list, made ready: a page holds fifty, so each value is put into words once and each word once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from mla_tracker.cases.life_cycle import LifeCycle, life_cycles
from mla_tracker.cases.matching import Match
from mla_tracker.web.cases import words
from mla_tracker.web.cases.presenting import outcome_label, status_label, status_sign, turn
from mla_tracker.web.filters import TimeLeft, bdi, country, day, time_left, weekday_day
from mla_tracker.web.look import Column, column

COLUMNS_COOKIE: Final = "columns"
_A_YEAR: Final = 31_536_000
ALWAYS: Final = ("reference", "subject")
# In the order in which they stand; place and width as `look.column` has them.
COLUMNS: Final[Mapping[str, tuple[Any, str, str]]] = {
    "reference": (_l("Reference"), "ref", "ref"),
    "state": (_l("State"), "state", "state"),
    "their_reference": (_l("Their reference"), "off", "state"),
    "subject": (_l("Subject"), "what", ""),
    "kind": (_l("Kind"), "off", "state"),
    "urgency": (_l("Urgency"), "off", "turn"),
    "opened": (_l("Opened"), "off", "day"),
    "status": (_l("Status"), "status", "status"),
    "turn": (_l("Turn"), "off", "turn"),
    "due": (_l("Next date"), "off", "day"),
    "left": (_l("Time left"), "days", "days"),
    "lead": (_l("Lead"), "off", "person"),
}
DEFAULT: Final = ("reference", "state", "subject", "status", "turn", "due", "left", "lead")
PARTS: Final[Mapping[str, Any]] = {
    "their_reference": _l("Their reference"),
    "former_reference": _l("Number in the earlier register"),
    "person": _l("Person"),
    "operation": _l("Operation"),
    "facts_summary": _l("Facts"),
    "note": _l("Note"),
}


def chosen_columns() -> tuple[str, ...]:
    """The columns that this reader chose, in their order; the usual ones where he chose none."""
    wanted = request.cookies.get(COLUMNS_COOKIE, "").split(".")
    found = tuple(name for name in COLUMNS if name in wanted or name in ALWAYS)
    return found if len(found) > len(ALWAYS) else DEFAULT


def keep_columns(response: AnyResponse, wanted: Sequence[str]) -> None:
    """Remember them in this browser; what is no column is left out."""
    value = ".".join(name for name in COLUMNS if name in wanted)
    response.set_cookie(
        COLUMNS_COOKIE, value, max_age=_A_YEAR, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )


def table_columns(names: Sequence[str], *, selectable: bool) -> list[Column]:
    """The head of the table, with the tick of all rows where rows can be ticked."""
    ticks = [column(_l("Select all on this page"), "mark", width="mark", hidden_label=True)] if selectable else []
    return ticks + [column(label, place, width=width) for label, place, width in (COLUMNS[name] for name in names)]


@dataclass(frozen=True)
class Line:
    """One row: its address, the sign of its status, and the words of each column."""

    reference: str
    url: str
    sign: str
    ours: bool
    left: TimeLeft
    cells: Mapping[str, Any]
    why: Sequence[tuple[Any, str]]


@dataclass
class Lines:
    """Makes rows; remembers the words that come again."""

    today: date
    now: datetime
    columns: Sequence[str]
    _known: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def line(self, row: Any, matches: Sequence[Match]) -> Line:
        """The row of one case."""
        cycle = self._tables.of(row.kind, row.direction)
        closed = row.closed_on is not None
        due = None if closed else row.next_due_on
        whose = cycle.statuses[row.status].whose_turn
        return Line(
            reference=row.reference,
            url=self._address.replace("\0", row.reference),
            sign=status_sign(cycle, row.status, row.outcome),
            ours=not closed and whose == "ours",
            left=self._once(time_left, due, self.today)
            if closed or row.next_due_at is None
            else time_left(due, self.today, row.next_due_at, self.now),
            cells={name: getattr(self, f"_{name}")(row, cycle, due) for name in self.columns if name != "reference"},
            why=[(PARTS[match.part], match.text) for match in matches],
        )

    @cached_property
    def _tables(self) -> Any:
        return life_cycles()

    @cached_property
    def _address(self) -> str:
        return url_for("cases.detail", reference="MLA-IN-2026-00001").replace("MLA-IN-2026-00001", "\0")

    def _once(self, make: Any, *given: Any) -> Any:
        key = (make, *(one.code if isinstance(one, LifeCycle) else one for one in given))
        if key not in self._known:
            self._known[key] = make(*given)
        return self._known[key]

    def _state(self, row: Any, _cycle: LifeCycle, _due: date | None) -> Any:
        return bdi(self._once(country, row.counterpart))

    def _their_reference(self, row: Any, _cycle: LifeCycle, _due: date | None) -> Any:
        return bdi(row.their_reference)

    def _subject(self, row: Any, _cycle: LifeCycle, _due: date | None) -> Any:
        return bdi(row.subject)

    def _kind(self, _row: Any, cycle: LifeCycle, _due: date | None) -> Any:
        return str(words.CYCLES[cycle.code])

    def _urgency(self, row: Any, _cycle: LifeCycle, _due: date | None) -> Any:
        return str(words.URGENCIES[row.urgency])

    def _opened(self, row: Any, _cycle: LifeCycle, _due: date | None) -> Any:
        return self._once(_time, day, row.opened_on)

    def _status(self, row: Any, cycle: LifeCycle, _due: date | None) -> Any:
        if row.closed_on is not None:
            return self._once(outcome_label, cycle, row.outcome)
        return self._once(status_label, cycle, row.status)

    def _turn(self, row: Any, cycle: LifeCycle, _due: date | None) -> Any:
        return self._once(turn, cycle, row.status, row.direction)

    def _due(self, _row: Any, _cycle: LifeCycle, due: date | None) -> Any:
        return self._once(_time, weekday_day, due)

    def _left(self, _row: Any, _cycle: LifeCycle, _due: date | None) -> Any:
        return ""

    def _lead(self, row: Any, _cycle: LifeCycle, _due: date | None) -> Any:
        return bdi(row.lead)


def _time(shown: Any, on: date | None) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(on.isoformat(), shown(on)) if on else Markup("")

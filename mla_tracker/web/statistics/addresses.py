"""What a page of figures shows, in its address; and from each figure the address of exactly its cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from mla_tracker.accounts.actor import Actor
from mla_tracker.cases.listing import CaseFilter
from mla_tracker.statistics.queries import DIRECTIONS, KINDS, FigureKey, may_read
from mla_tracker.statistics.services import ALL, UNRESTRICTED
from mla_tracker.web.statistics.trends import BACK


@dataclass(frozen=True)
class View:
    """The choice of a reader: "" for all. `on` is the day of the snapshot, None for the newest; `as_known`: by what
    was known on that day. `back`: months back with which the dashboard compares.
    """

    kind: str = ""
    direction: str = ""
    state: str = ""
    scope: str = UNRESTRICTED
    on: date | None = None
    as_known: bool = False
    back: int = BACK[0]

    def chosen(self) -> CaseFilter:
        """The same choice as a filter of the list of requests."""
        return CaseFilter(kind=self.kind, direction=self.direction, states=(self.state,) if self.state else ())

    def key(self, measure: str, *, state: str | None = None) -> FigureKey:
        """The figure of a measure in this view, of the State in it or of another one."""
        return FigureKey(measure, self.kind, self.direction, self.state if state is None else state)

    def arguments(self) -> dict[str, Any]:
        """As arguments of an address; what is not chosen is left out."""
        given = {
            "kind": self.kind,
            "direction": self.direction,
            "state": self.state,
            "scope": self.scope if self.scope != UNRESTRICTED else "",
            "on": self.on.isoformat() if self.on else "",
            "known": "then" if self.as_known else "",
            "back": str(self.back) if self.back != BACK[0] else "",
        }
        return {name: value for name, value in given.items() if value}


def read_view(arguments: Mapping[str, str], actor: Actor) -> View:
    """The choice that an address describes; what it does not understand, or the actor may not read, it leaves out."""
    kind, direction, state = (arguments.get(name, "") for name in ("kind", "direction", "state"))
    on = _day(arguments.get("on", ""))
    return View(
        kind=kind if kind in KINDS else "",
        direction=direction if direction in DIRECTIONS else "",
        state=state.upper() if len(state) == len("XX") and state.isalpha() else "",
        scope=ALL if arguments.get("scope") == ALL and may_read(actor, ALL) else UNRESTRICTED,
        on=on,
        as_known=on is not None and arguments.get("known") == "then",
        back=_back(arguments.get("back", "")),
    )


def live_cases(view: View, **filters: Any) -> str:
    """The list of the cases that a live counter counts."""
    given = {"kind": view.kind, "direction": view.direction, "state": view.state, **filters}
    return url_for("cases.index", **{name: value for name, value in given.items() if value not in ("", None)})


def figure_cases(snapshot_id: int, key: FigureKey) -> str:
    """The list of the cases that a figure of a snapshot counts."""
    return url_for("cases.index", snapshot=f"{snapshot_id}:{key}")


def _back(text: str) -> int:
    return int(text) if text.isdecimal() and int(text) in BACK else BACK[0]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

"""The list's filter in the address, and back: every view can be bookmarked, every figure can link to its cases."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.listing import ORDERS, CaseFilter
from mla_tracker.cases.particulars import DIRECTIONS, KINDS, URGENCIES
from mla_tracker.statistics.definitions import definition
from mla_tracker.statistics.queries import parse_figure
from mla_tracker.web.cases import words
from mla_tracker.web.filters import country

FLAGS: Final = ("unassigned", "open", "closed", "overdue", "custody", "restricted")


def read_filter(arguments: "MultiDict[str, str]", today: date) -> CaseFilter:
    """The filter that an address describes; what it does not understand it leaves out."""
    get = arguments.get
    found = CaseFilter(
        words=get("q", "").strip()[:200],
        kind=_one_of(get("kind"), KINDS),
        direction=_one_of(get("direction"), DIRECTIONS),
        statuses=tuple(arguments.getlist("status")),
        outcomes=tuple(arguments.getlist("outcome")),
        states=tuple(code.upper() for code in arguments.getlist("state") if code),
        basis=get("basis", ""),
        item_type=get("item", ""),
        urgency=_one_of(get("urgency"), URGENCIES),
        references=tuple(arguments.getlist("ref"))[:500],
        tag=get("tag", "").strip()[:200],
        lead_id=arguments.get("lead", type=int),
        executing_authority_id=arguments.get("executing", type=int),
        opened_from=_day(get("from")),
        opened_to=_day(get("to")),
        closed_from=_day(get("closed_from")),
        closed_to=_day(get("closed_to")),
        due_by=_day(get("due_by")),
    )
    days = arguments.get("no_answer", type=int)
    return replace(
        found,
        unassigned="unassigned" in arguments,
        open_only="open" in arguments,
        closed_only="closed" in arguments,
        overdue="overdue" in arguments,
        custody="custody" in arguments,
        restricted="restricted" in arguments,
        no_answer_since=today - timedelta(days=days) if days is not None and 0 <= days <= 36500 else None,
        snapshot=_snapshot(get("snapshot")),
        comparable=get("comparable", ""),
    )


def read_order(arguments: Mapping[str, str]) -> str:
    """One of the orders of the list; the first where the address names none that exists."""
    return _one_of(arguments.get("order"), ORDERS) or ORDERS[0]


def without(arguments: "MultiDict[str, str]", key: str, value: str | None = None) -> str:
    """The address of the list with one filter taken off, back at its first page."""
    kept = [
        (name, inner)
        for name, inner in arguments.items(multi=True)
        if name != "after" and not (name == key and (value is None or inner == value))
    ]
    return list_address(kept)


def list_address(pairs: list[tuple[str, Any]]) -> str:
    """The address of the list for these pairs; a name may come more than once."""
    several: dict[str, Any] = {}
    for name, value in pairs:
        several.setdefault(name, []).append(value)
    return url_for("cases.index", **several)


_FLAG_WORDS: Final = {
    "unassigned": _l("not assigned"),
    "open": _l("open"),
    "closed": _l("closed"),
    "overdue": _l("overdue"),
    "custody": _l("in custody"),
    "restricted": _l("restricted"),
}
_CHIP_NAMES: Final = {
    "q": _l("Words"),
    "status": _l("Status"),
    "outcome": _l("Outcome"),
    "state": _l("State"),
    "kind": _l("Kind"),
    "direction": _l("Direction"),
    "basis": _l("Basis"),
    "item": _l("Assistance"),
    "urgency": _l("Urgency"),
    "lead": _l("Lead"),
    "executing": _l("Executing authority"),
    "tag": _l("Tag"),
    "ref": _l("Reference"),
    "due_by": _l("Due by"),
    "no_answer": _l("Days without answer"),
    "from": _l("Opened from"),
    "to": _l("Opened until"),
    "closed_from": _l("Closed from"),
    "closed_to": _l("Closed until"),
    "snapshot": _l("Figure"),
    "comparable": _l("Comparable with"),
}


def chips_of(
    arguments: "MultiDict[str, str]", leads: Mapping[int, str], authorities: Mapping[int, str]
) -> list[tuple[Any, Any, str]]:
    """The filters that are on: name, value in words, and the address without it."""
    found: list[tuple[Any, Any, str]] = []
    named = {"lead": leads, "executing": authorities}
    for name, value in arguments.items(multi=True):
        if name in FLAGS:
            found.append(("", _FLAG_WORDS[name], without(arguments, name)))
        elif name in _CHIP_NAMES and value:
            found.append((_CHIP_NAMES[name], _in_words(name, value, named), without(arguments, name, value)))
    return found


def _in_words(name: str, value: str, named: Mapping[str, Mapping[int, str]]) -> Any:
    known: Mapping[str, Mapping[str, Any]] = {
        "kind": words.KINDS, "direction": words.DIRECTIONS, "urgency": words.URGENCIES
    }  # fmt: skip
    if name == "state":
        return country(value.upper())
    if name in named and value.isdecimal():
        return named[name].get(int(value), value)
    if name == "comparable":
        return value.split(":")[-1]
    if name == "snapshot":
        key = parse_figure(value.partition(":")[2])
        return gettext(definition(key.measure).label) if key is not None else value
    if name in ("status", "outcome"):
        return _label_of(name, value)
    return known.get(name, {}).get(value, value)


def _label_of(name: str, value: str) -> str:
    for cycle in life_cycles().cycles.values():
        table = cycle.statuses if name == "status" else cycle.outcomes
        if value in table:
            return str(gettext(table[value].label))
    return value


def _one_of(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known else ""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _snapshot(text: str | None) -> tuple[int, str] | None:
    """`ID:measure:kind:direction:state`: the snapshot and, as it stands, the figure in it."""
    number, _, figure = (text or "").partition(":")
    return (int(number), figure) if number.isdecimal() and figure else None

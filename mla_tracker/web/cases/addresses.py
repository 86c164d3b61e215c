"""The list's filter in the address, and back: every view can be bookmarked, every figure can link to its cases."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from flask import url_for
from werkzeug.datastructures import MultiDict

from mla_tracker.cases.listing import ORDERS, CaseFilter
from mla_tracker.cases.particulars import DIRECTIONS, KINDS, URGENCIES

SINGLE: Final = ("kind", "direction", "basis", "item", "urgency", "lead", "due_by", "no_answer", "from", "to")
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
        lead_id=arguments.get("lead", type=int),
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
    return (int(number), figure) if number.isdigit() and figure else None

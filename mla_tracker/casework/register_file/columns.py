"""The one format: which kinds of row there are, their columns, and how each column is written and read.

The first column, `row`, names the kind. CSV holds all kinds in one file under the union of their columns; XLSX has a
sheet a kind; JSON is a list of objects. What a column means is the same in all three.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

ROW: Final = "row"


class Shape(StrEnum):
    """How a value stands in a cell."""

    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    NUMBER = "number"
    YES_NO = "yes_no"
    LIST = "list"
    JSON = "json"


class CellError(ValueError):
    """A cell holds what its column does not take; the message says what it takes."""


@dataclass(frozen=True)
class Column:
    """A column of a kind of row. A column that is `told` is written for the reader and only compared on the way in."""

    name: str
    shape: Shape = Shape.TEXT
    told: bool = False


def _columns(text: str) -> tuple[Column, ...]:
    """`name`, `name:shape`, and `name:shape!` for what is only told."""
    found = []
    for word in text.split():
        name, _, shape = word.rstrip("!").partition(":")
        found.append(Column(name, Shape(shape or "text"), told=word.endswith("!")))
    return tuple(found)


KINDS: Final[Mapping[str, tuple[Column, ...]]] = {
    "authority": _columns(
        "authority name name_native state own:yes_no type competent_for channels:list languages:list address email "
        "phone urgent_contact website note verified_on:day valid_from:day valid_to:day retired_at:moment"
    ),
    "case": _columns(
        "reference former_reference kind direction parent subject counterpart counterpart_authority their_reference "
        "owner_authority legal_bases:list offences:list urgency urgency_reason confidentiality "
        "confidentiality_reason nature wanted_for "
        "languages:list channel no_basis_named:yes_no opened_on:day received_on:day received_at:moment sent_on:day "
        "needed_by:day needed_by_reason hearing_on:day limitation_on:day purpose operation facts_summary "
        "assigned_to status outcome acknowledged_on:day decided_on:day executed_on:day answered_on:day closed_on:day "
        "registered_at:moment taken_over:yes_no assistance:list persons:list grounds:list refusal_reasons "
        "next_due_on:day!"
    ),
    "basis": _columns("reference basis primary:yes_no accepted:yes_no accepted_on:day reason"),
    "offence": _columns("reference offence domestic_article penalty"),
    "item": _columns(
        "reference number:number type description coercive:yes_no executing_authority status outcome result"
    ),
    "person": _columns("reference number:number role legal_person:yes_no names:json born_on nationality note"),
    "event": _columns(
        "reference number:number event happened_on:day happened_at:moment recorded_at:moment by item:number "
        "corrects:number detail:json"
    ),
    "refusal": _columns(
        "reference item:number given_by event:number proposed_on:day grounds:list reasons reasons_recorded:yes_no "
        "no_consultation_reason approved_on:day sent_back_on:day communicated_on:day"
    ),
    "postponement": _columns("reference event:number! ground reasons postponed_on:day review_on:day ended_on:day"),
    "information": _columns(
        "reference asked_by event:number asked_on:day missing reply_due:day reminders:number ended_on:day end_kind"
    ),
    "consultation": _columns(
        "reference opened_by event:number opened_on:day subject reply_due:day answered_on:day closed_on:day result"
    ),
    "exchange": _columns(
        "reference event:number! kind! state! turn! begun_on:day! due_on:day! ended_on:day! content! answer!"
    ),
    "access": _columns("reference person granted_by granted_at:moment reason"),
}
BY_NAME: Final[Mapping[str, Mapping[str, Column]]] = {
    kind: {column.name: column for column in columns} for kind, columns in KINDS.items()
}
ALL_NAMES: Final[tuple[str, ...]] = (
    ROW,
    *dict.fromkeys(column.name for columns in KINDS.values() for column in columns),
)


def write(shape: Shape, value: Any) -> str:
    """A value as the text of its cell; None is an empty cell."""
    if value is None:
        return ""
    if shape is Shape.YES_NO:
        return "yes" if value else "no"
    if shape is Shape.LIST:
        return ";".join(_escaped(str(part)) for part in value)
    if shape is Shape.JSON:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def read(shape: Shape, text: str) -> Any:
    """The value of a cell's text; an empty cell is None (an empty list for a list, "" for text). Raises `CellError`."""
    if shape is Shape.TEXT:
        return text
    if shape is Shape.LIST:
        return _parts(text)
    if not text.strip():
        return None
    return _READERS[shape](text.strip())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10] if text[10:] in ("", "T00:00:00", " 00:00:00") else text)
    except ValueError as problem:
        raise CellError("takes a day such as 2026-11-24") from problem


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise CellError("takes a moment such as 2026-11-24T09:40:00+00:00") from problem
    if moment.tzinfo is None:
        raise CellError("takes a moment with its offset from UTC, such as 2026-11-24T09:40:00+00:00")
    return moment


def _number(text: str) -> int:
    try:
        return int(float(text)) if text.endswith(".0") else int(text)
    except ValueError as problem:
        raise CellError("takes a whole number") from problem


def _yes_no(text: str) -> bool:
    if text.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise CellError("takes yes or no")
    return text.lower() in ("yes", "true", "1")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as problem:
        raise CellError("takes JSON") from problem


_READERS: Final[Mapping[Shape, Any]] = {
    Shape.DAY: _day,
    Shape.MOMENT: _moment,
    Shape.NUMBER: _number,
    Shape.YES_NO: _yes_no,
    Shape.JSON: _json,
}


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace(";", "\\;")


def _parts(text: str) -> tuple[str, ...]:
    """The parts of a list; a semicolon inside a part stands behind a backslash."""
    parts, part, escaped = [], "", False
    for sign in text:
        if escaped:
            part, escaped = part + sign, False
        elif sign == "\\":
            escaped = True
        elif sign == ";":
            parts.append(part)
            part = ""
        else:
            part += sign
    parts.append(part)
    return tuple(stripped for one in parts if (stripped := one.strip()))

"""Rows that stand beside the events of a case and follow from them alone.

A refusal, a round of information, an asset's stage are read from rows, but the events are what happened. Each package
that has such rows says, from the effective entries, which rows there are (`Wanted`); `keep` brings the table into line.
It is done whenever an act closes, so that a correction reaches what it corrects, and by `events rebuild`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.cases.life_cycle import LifeCycle, LifeCycles
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.replay import Entry, walk

TAKEN_OVER: Final = "taken_over"
"""The entry of a case that an earlier register handed over."""


@dataclass(frozen=True)
class Step:
    """One effective entry with the status of the case before and after it."""

    entry: Entry
    before: str | None
    after: str | None

    def left(self, status: str) -> bool:
        """Whether this entry led out of `status`."""
        return self.before == status != self.after


@dataclass
class Wanted:
    """One row that the events give: the entry that opened it, and its values. `values` grows while entries follow."""

    seq: int
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


def steps(tables: LifeCycles, cycle: LifeCycle, direction: str, entries: Sequence[Entry]) -> list[Step]:
    """The effective entries of a case in order, each with what it did to the status."""
    found: list[Step] = []
    before: str | None = None
    for entry, _moved, place, _items in walk(tables, cycle, direction, entries):
        found.append(Step(entry, before, place.status))
        before = place.status
    return found


def steps_of(act: OpenAct) -> list[Step]:
    """The steps of the case that an act holds open."""
    return steps(act.tables, act.cycle, act.case.direction, act.entries)


def keep(session: Session, model: Any, case_id: int, opened_by: str, wanted: Sequence[Wanted]) -> dict[Any, Wanted]:
    """Make the rows of a case in one table those that are wanted; returns each row with what was wanted of it.

    A row is found again by the entry that opened it (the column `opened_by`) and its place among those of that entry.
    """
    column = getattr(model, opened_by)
    stored = list(session.scalars(select(model).where(model.case_id == case_id).order_by(column, model.id)))
    by_key = _numbered(stored, lambda row: getattr(row, opened_by))
    asked = _numbered(sorted(wanted, key=lambda one: one.seq), lambda one: one.seq)
    for key, row in by_key.items():
        if key not in asked:
            session.delete(row)
    kept: dict[Any, Wanted] = {}
    for key, one in asked.items():
        row = by_key.get(key)
        if row is None:
            row = model(case_id=case_id, **{opened_by: one.seq}, **one.values)
            session.add(row)
        else:
            for name, value in one.values.items():
                if getattr(row, name) != value:
                    setattr(row, name, value)
        kept[row] = one
    return kept


def _numbered(rows: Iterable[Any], seq_of: Any) -> dict[tuple[int, int], Any]:
    found: dict[tuple[int, int], Any] = {}
    for row in rows:
        number = 0
        while (seq_of(row), number) in found:
            number += 1
        found[seq_of(row), number] = row
    return found


def day_in(detail: Mapping[str, Any], name: str) -> date | None:
    """A day kept in the detail of an entry; None where there is none."""
    value = detail.get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def text_in(detail: Mapping[str, Any], name: str) -> str:
    """A text kept in the detail of an entry; "" where there is none."""
    value = detail.get(name)
    return "" if value is None else str(value)


def stated(entry: Entry, kind: str) -> list[Mapping[str, Any]]:
    """The rows of one kind that an earlier register gave of a case that was taken over from it."""
    if entry.code != TAKEN_OVER:
        return []
    return [row for row in entry.detail.get(kind) or () if isinstance(row, Mapping)]

"""Reads of snapshots: the latest one, its figures, and the condition that lists exactly the cases of a figure.

Figures of the scope `all` are for those who may read figures over restricted requests; what they then see in a list is
still cut to what they may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.core.errors import NotVisible
from mla_tracker.statistics.definitions import DURATIONS, TURN, VERSION, is_known
from mla_tracker.statistics.models import Snapshot, SnapshotCase, SnapshotFigure
from mla_tracker.statistics.services import ALL

_DAYS: Final[Mapping[str, Any]] = {
    "acknowledge": SnapshotCase.days_acknowledge,
    "reply": SnapshotCase.days_reply,
    "decide": SnapshotCase.days_decide,
    "execute": SnapshotCase.days_execute,
    "answer": SnapshotCase.days_answer,
}
_SIDES: Final[Mapping[str, Any]] = {
    TURN + "ours": SnapshotCase.days_ours,
    TURN + "executing_authority": SnapshotCase.days_executing_authority,
    TURN + "court": SnapshotCase.days_court,
    TURN + "other_state": SnapshotCase.days_other_state,
    TURN + "third_party": SnapshotCase.days_third_party,
}
_SAME_CASES: Final = {"clearance": "closed", "disposition": "closing"}
"""Figures made of counts: they lead to the cases of the one they are about."""
assert set(_DAYS) == {measure.code for measure in DURATIONS}  # noqa: S101 - a column for every duration

KINDS: Final = ("", "mla", "extradition")
DIRECTIONS: Final = ("", "incoming", "outgoing")


@dataclass(frozen=True)
class FigureKey:
    """Which figure of a snapshot: "" for all kinds, directions, States."""

    measure: str
    kind: str = ""
    direction: str = ""
    state: str = ""

    def __str__(self) -> str:
        """As it stands in an address."""
        return f"{self.measure}:{self.kind}:{self.direction}:{self.state}"


def parse_figure(text: str) -> FigureKey | None:
    """The figure that an address names (`measure:kind:direction:state`); None where there can be none such."""
    parts = text.split(":")
    if len(parts) != len(("measure", "kind", "direction", "state")):
        return None
    key = FigureKey(*parts)
    known = is_known(key.measure) and key.kind in KINDS and key.direction in DIRECTIONS
    return key if known and (not key.state or (len(key.state) == len("XX") and key.state.isupper())) else None


def may_read(actor: Actor, scope: str) -> bool:
    """Whether the actor may read figures of this scope."""
    return actor.may(Permission.STATISTICS_READ) and (scope != ALL or actor.may(Permission.STATISTICS_RESTRICTED))


def latest(
    session: Session, actor: Actor, scope: str, *, on: date | None = None, as_known: bool = False
) -> Snapshot | None:
    """The newest finished snapshot of the scope (`on`: that of this day); None where there is none to be read.

    `as_known`: by what was known on its day, instead of by what is known now.
    """
    if not may_read(actor, scope):
        return None
    statement = (
        select(Snapshot)
        .where(
            Snapshot.scope == scope,
            Snapshot.as_known == as_known,
            Snapshot.definition_version == VERSION,
            Snapshot.computed_at.is_not(None),
        )
        .order_by(Snapshot.as_of.desc())
        .limit(1)
    )
    return session.scalar(statement if on is None else statement.where(Snapshot.as_of == on))


def under_way(session: Session, scope: str) -> Snapshot | None:
    """The snapshot of this scope that somebody asked for and that is not finished, the latest request first."""
    return session.scalar(
        select(Snapshot)
        .where(
            Snapshot.scope == scope,
            Snapshot.definition_version == VERSION,
            Snapshot.state.in_(("queued", "running", "failed")),
        )
        .order_by(Snapshot.requested_at.desc())
        .limit(1)
    )


def days_with_snapshots(session: Session, scope: str, limit: int = 60) -> Sequence[date]:
    """The days of which there are figures, the newest first."""
    return session.scalars(
        select(Snapshot.as_of)
        .where(
            Snapshot.scope == scope,
            ~Snapshot.as_known,
            Snapshot.definition_version == VERSION,
            Snapshot.computed_at.is_not(None),
        )
        .order_by(Snapshot.as_of.desc())
        .limit(limit)
    ).all()


def recorded_since(session: Session, on: date, moment: datetime) -> tuple[int, int]:
    """How many entries, of how many requests, were recorded after `moment` for `on` or an earlier day."""
    row = session.execute(
        select(func.count(), func.count(CaseEvent.case_id.distinct())).where(
            CaseEvent.happened_on <= on, CaseEvent.recorded_at > moment
        )
    ).one()
    return row[0], row[1]


class Figures:
    """The figures of one snapshot for one kind and direction, by measure and State."""

    def __init__(self, rows: Sequence[SnapshotFigure]) -> None:
        self._rows = {(row.measure, row.kind, row.direction, row.state): row for row in rows}

    def get(self, key: FigureKey) -> SnapshotFigure | None:
        """The figure; None where it counts nothing and so was not stored."""
        return self._rows.get((key.measure, key.kind, key.direction, key.state))

    def all_rows(self) -> list[SnapshotFigure]:
        """Every figure, by measure and State."""
        return list(self._rows.values())

    def number(self, key: FigureKey) -> int:
        """How many cases the figure counts; 0 where it was not stored because it counts none."""
        row = self.get(key)
        return row.n if row else 0

    def family(self, prefix: str, key: FigureKey, *, empty: bool = False) -> list[SnapshotFigure]:
        """The lines of a family (grounds, outcomes) for the same kind, direction and State, the largest first; those
        that count nothing with `empty` only.
        """
        found = [
            row
            for (measure, kind, direction, state), row in self._rows.items()
            if measure.startswith(prefix)
            and (kind, direction, state) == (key.kind, key.direction, key.state)
            and (row.n or empty)
        ]
        return sorted(found, key=lambda row: (-row.n, row.measure))

    def by_state(self, key: FigureKey) -> list[SnapshotFigure]:
        """The figures of the measure for each State, the largest number of cases first."""
        found = [
            row
            for (measure, kind, direction, state), row in self._rows.items()
            if state and (measure, kind, direction) == (key.measure, key.kind, key.direction)
        ]
        return sorted(found, key=lambda row: (-row.n, row.state))


def figures_of(
    session: Session,
    snapshot_id: int,
    *,
    kind: str | None = None,
    direction: str | None = None,
    state: str | None = None,
) -> Figures:
    """The figures of a snapshot; each argument that is given narrows what is read."""
    statement = select(SnapshotFigure).where(SnapshotFigure.snapshot_id == snapshot_id)
    for column, value in (
        (SnapshotFigure.kind, kind), (SnapshotFigure.direction, direction), (SnapshotFigure.state, state),
    ):  # fmt: skip
        if value is not None:
            statement = statement.where(column == value)
    return Figures(session.scalars(statement.order_by(SnapshotFigure.measure, SnapshotFigure.state)).all())


@dataclass(frozen=True)
class Point:
    """A figure on one day, for a trend."""

    on: date
    n: int
    median: float | None
    share: float | None
    half: float | None = None


def trends(
    session: Session, scope: str, measures: Sequence[str], key: FigureKey, days: Sequence[date]
) -> dict[str, list[Point | None]]:
    """The figures of several measures on each of these days, for the kind, direction and State of `key`."""
    snapshots = (
        select(Snapshot.id, Snapshot.as_of)
        .where(
            Snapshot.scope == scope,
            ~Snapshot.as_known,
            Snapshot.definition_version == VERSION,
            Snapshot.computed_at.is_not(None),
            Snapshot.as_of.in_(days),
        )
        .subquery()
    )
    present = set(session.scalars(select(snapshots.c.as_of)))
    rows = session.execute(
        select(
            snapshots.c.as_of, SnapshotFigure.measure, SnapshotFigure.n, SnapshotFigure.median,
            SnapshotFigure.withheld, SnapshotFigure.extra["share"].as_float(), SnapshotFigure.km_median,
        )
        .join(SnapshotFigure, SnapshotFigure.snapshot_id == snapshots.c.id)
        .where(
            SnapshotFigure.measure.in_(measures), SnapshotFigure.kind == key.kind,
            SnapshotFigure.direction == key.direction, SnapshotFigure.state == key.state,
        )
    )  # fmt: skip
    found = {
        (measure, on): Point(on, n, None if withheld else median, share, half)
        for on, measure, n, median, withheld, share, half in rows
    }
    return {
        measure: [found.get((measure, on), Point(on, 0, None, None)) if on in present else None for on in days]
        for measure in measures
    }


def cases_of_figure(session: Session, actor: Actor, snapshot_id: int, key: FigureKey) -> ColumnElement[bool]:
    """The condition on `Case` of the cases that the figure counts; `NotVisible` where it is not for the actor."""
    readable(session, actor, snapshot_id)
    return Case.id.in_(select(SnapshotCase.case_id).where(*_members(snapshot_id, key)))


def hidden_cases(session: Session, actor: Actor, snapshot_id: int, key: FigureKey) -> int:
    """How many cases of the figure the actor may not see (restricted ones): a list says so beside its count."""
    readable(session, actor, snapshot_id)
    shown = select(SnapshotCase.case_id).where(*_members(snapshot_id, key), ~visible(actor, SnapshotCase.case_id))
    return session.scalar(select(func.count()).select_from(shown.subquery())) or 0


def readable(session: Session, actor: Actor, snapshot_id: int) -> Snapshot:
    """The snapshot; `NotVisible` where there is none that the actor may read."""
    snapshot = session.get(Snapshot, snapshot_id)
    if snapshot is None or not may_read(actor, snapshot.scope):
        raise NotVisible("There is no such figure.")
    return snapshot


def _members(snapshot_id: int, key: FigureKey) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [SnapshotCase.snapshot_id == snapshot_id]
    measure = _SAME_CASES.get(key.measure, key.measure)
    if measure in _DAYS:
        found.append(_DAYS[measure].is_not(None))
    elif measure == "net":
        found.append(SnapshotCase.days_ours.is_not(None))
    elif measure in _SIDES:
        found.append(_SIDES[measure] > 0)
    else:
        found.append(SnapshotCase.marks.contains([measure]))
    for column, value in (
        (SnapshotCase.kind, key.kind), (SnapshotCase.direction, key.direction), (SnapshotCase.counterpart, key.state),
    ):  # fmt: skip
        if value:
            found.append(column == value)
    return found

"""The office's own ladders: read with the house's beside them, changed by an administrator, shown before saving."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit.chain import AuditKey
from mla_tracker.audit.services import record_administration
from mla_tracker.cases.models import Case
from mla_tracker.core import clock
from mla_tracker.core.errors import NotPermitted
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders import rules
from mla_tracker.reminders.models import LadderShape
from mla_tracker.reminders.shapes import Level, Shape, Told, check_shape, house_shape
from mla_tracker.reminders.terms import term_of

PREVIEW_DAYS: Final = 30
PREVIEWED: Final = 5000
"""A preview counts over so many running time limits at most, those due first."""


@dataclass(frozen=True)
class Ladders:
    """The shapes in force."""

    own: Mapping[tuple[str, str], Shape]

    def of(self, clock_kind: str, urgency: str) -> Shape:
        """The office's shape for this clock and urgency, else the house's."""
        return self.own.get((clock_kind, urgency)) or house_shape(clock_kind, urgency)


@dataclass(frozen=True)
class Preview:
    """What a changed ladder would do: the steps of an example, and how many reminders the next 30 days bring.

    `limits` of the running time limits were looked at; `whole` says whether these are all.
    """

    steps: Sequence[rules.Rung]
    example_due_on: date
    now_count: int
    then_count: int
    limits: int
    whole: bool


def ladders_in_force(session: Session) -> Ladders:
    """Every shape that the office has set."""
    return Ladders({(row.clock, row.urgency): _read(row) for row in session.scalars(select(LadderShape))})


def preview(session: Session, clock_kind: str, urgency: str, shape: Shape, *, now: datetime, zone: ZoneInfo) -> Preview:
    """What the shape would bring, before it is saved. Raises `Invalid` for one that cannot be."""
    check_shape(shape, clock_kind)
    present = ladders_in_force(session).of(clock_kind, urgency)
    rows = session.scalars(
        select(Deadline)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            Deadline.ended_on.is_(None),
            Deadline.due_on.is_not(None),
            Deadline.clock == clock_kind,
            Case.urgency == urgency,
        )
        .order_by(Deadline.due_on, Deadline.id)
        .limit(PREVIEWED + 1)
    ).all()
    counted: Counter[str] = Counter()
    until = now + timedelta(days=PREVIEW_DAYS)
    for row in rows[:PREVIEWED]:
        if (term := term_of(row)) is None:
            continue
        for name, one in (("now", present), ("then", shape)):
            counted[name] += sum(1 for rung in rules.ladder(term, zone, now, one) if now < rung.at <= until)
    today = clock.local_date(now, zone)
    example = rules.Term(clock_kind, "ours", today, None, today + timedelta(days=60))
    late = rules.day_begins(example.due_on + timedelta(days=40), zone)
    return Preview(
        steps=rules.ladder(example, zone, late, shape),
        example_due_on=example.due_on,
        now_count=counted["now"],
        then_count=counted["then"],
        limits=min(len(rows), PREVIEWED),
        whole=len(rows) <= PREVIEWED,
    )


def change_ladder(
    session: Session, actor: Actor, key: AuditKey, clock_kind: str, urgency: str, shape: Shape | None, *, now: datetime,
    zone: ZoneInfo,
) -> None:  # fmt: skip
    """Set the office's ladder, or give the house's back (None); on the trail of administration. The caller commits.

    It counts from `now` on: what was due before under another ladder is neither sent again nor for the first time, so
    the caller has planned what was due at `now` (`plan_missing`). Every time limit is looked at by the next sweep.
    """
    if not actor.may(Permission.ADMIN_MAIL):
        raise NotPermitted("This needs the right to administer the mail.")
    kept = replace(shape or house_shape(clock_kind, urgency), since=now)
    check_shape(kept, clock_kind)
    values = {"shape": _written(kept), "since": now, "changed_by": actor.account_id}
    session.execute(
        insert(LadderShape)
        .values(clock=clock_kind, urgency=urgency, **values)
        .on_conflict_do_update(index_elements=["clock", "urgency"], set_=values)
    )
    of_urgency = select(Case.id).where(Case.urgency == urgency, Case.closed_on.is_(None))
    session.execute(
        update(Deadline)
        .where(
            Deadline.clock == clock_kind,
            Deadline.ended_on.is_(None),
            Deadline.due_on.is_not(None),
            Deadline.case_id.in_(of_urgency),
        )
        .values(next_rung_on=clock.local_date(now, zone))
        .execution_options(synchronize_session=False)
    )
    detail: dict[str, Any] = {"clock": clock_kind, "urgency": urgency, "house": shape is None, **_written(kept)}
    record_administration(session, key, actor_id=actor.account_id, code="ladder_changed", detail=detail, now=now)


def _written(shape: Shape) -> dict[str, Any]:
    values = {name: value for name, value in asdict(shape).items() if name not in ("since", "told")}
    told = {level.name: sorted(one.value for one in shape.told[level]) for level in Level}
    return {**{name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}, "told": told}


def _read(row: LadderShape) -> Shape:
    kept = row.shape
    return Shape(
        days_before=tuple(kept["days_before"]),
        told={Level[name]: frozenset(Told(one) for one in ones) for name, ones in kept["told"].items()},
        percents=tuple(kept["percents"]),
        last_days=kept["last_days"],
        days_late=tuple(kept["days_late"]),
        every_days=kept["every_days"],
        head_after=kept["head_after"],
        alarm_percent=kept["alarm_percent"],
        since=row.since,
    )

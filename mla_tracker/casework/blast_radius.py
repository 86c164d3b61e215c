"""What a change of rules or calendars does to the deadlines of cases: computed without writing, and then done.

Preview and result come out of the same function over the same cases, so that what was shown is what happens. Cases are
read many at a time; a case is written only where something about its deadlines changes.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.audit.services import store_head
from mla_tracker.cases.models import Case, CaseEvent, CaseEventDetail
from mla_tracker.cases.replay import Entry
from mla_tracker.casework.act import open_on
from mla_tracker.casework.clocks import Reckoning, deadline_values, keep, keep_spans, reckon
from mla_tracker.casework.office import Office
from mla_tracker.core import clock
from mla_tracker.deadlines.clocks import ClockRun
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.office_calendars import Calendars
from mla_tracker.deadlines.queries import is_overdue
from mla_tracker.instruments.limits_in_force import LimitsInForce
from mla_tracker.reminders.models import DEFERRED, PLANNED, Notice
from mla_tracker.reminders.services import DEADLINE, obsolete, replan_case

BATCH: Final = 200
_TOLD_AT_MOST: Final = 50


@dataclass(frozen=True)
class Moved:
    """One deadline before and after. None: it was not there, or is not any more; the day of one that stands is None."""

    label: str
    was: date | None
    now: date | None


@dataclass
class Effect:
    """How much a change does. `moved`: deadlines with another day; `begun` and `gone`: that appear and vanish."""

    cases: int = 0
    moved: int = 0
    begun: int = 0
    gone: int = 0
    no_longer_overdue: int = 0
    newly_overdue: int = 0
    ends_changed: int = 0
    reminders_withdrawn: int = 0
    examples: list[Moved] = field(default_factory=list)

    def figures(self) -> dict[str, int]:
        """The counts alone, as they are kept."""
        return {name: value for name, value in asdict(self).items() if name != "examples"}

    def add(self, other: "Effect") -> None:
        """Count another part of the same change."""
        for name, value in other.figures().items():
            setattr(self, name, getattr(self, name) + value)
        self.examples += other.examples[: _TOLD_AT_MOST - len(self.examples)]


@dataclass(frozen=True)
class _Loaded:
    """One case with what its deadlines are computed from, and as they stand."""

    case: Case
    entries: Sequence[Entry]
    deadlines: Mapping[str, Deadline]


def preview(
    office: Office,
    session: Session,
    case_ids: Iterable[int],
    limits: LimitsInForce,
    calendars: Calendars,
    now: datetime,
) -> Effect:
    """What these limits and calendars would do to these cases. Nothing is written."""
    whole = Effect()
    ids = list(case_ids)
    for batch in (ids[at : at + BATCH] for at in range(0, len(ids), BATCH)):
        for loaded in _load(session, batch):
            whole.add(_effect(office, session, loaded, reckon_with(office, loaded, limits, calendars), now))
        session.expire_all()
    return whole


def carry_out(
    office: Office,
    session: Session,
    case_ids: Collection[int],
    limits: LimitsInForce,
    calendars: Calendars,
    *,
    why: Mapping[str, Any],
    now: datetime,
) -> Effect:
    """Do it for these cases, locked one after the other: deadlines, what is due next, reminders, an entry in the trail
    of each case whose deadlines moved. The caller commits.
    """
    whole = Effect()
    for loaded in _load(session, sorted(case_ids), lock=True):
        reckoned = reckon_with(office, loaded, limits, calendars)
        effect = _effect(office, session, loaded, reckoned, now)
        whole.add(effect)
        if effect.cases or _stale(loaded, reckoned):
            _write(office, session, loaded, reckoned, effect, why, now)
    session.flush()
    return whole


def reckon_with(office: Office, loaded: _Loaded, limits: LimitsInForce, calendars: Calendars) -> Reckoning:
    """The clocks of a case under these limits and calendars."""
    return reckon(office, limits, calendars, loaded.case, loaded.entries)


def _load(session: Session, case_ids: Sequence[int], *, lock: bool = False) -> Iterator[_Loaded]:
    statement = (
        select(Case)
        .where(Case.id.in_(case_ids))
        .order_by(Case.id)
        .options(selectinload(Case.items), selectinload(Case.bases))
        .execution_options(populate_existing=True)
    )
    cases = session.scalars(statement.with_for_update(of=Case.__table__) if lock else statement).all()
    entries: dict[int, list[Entry]] = {case.id: [] for case in cases}
    rows = session.execute(
        select(
            CaseEvent.case_id, CaseEvent.seq, CaseEvent.code, CaseEvent.happened_on, CaseEvent.happened_at,
            CaseEvent.item_id, CaseEvent.corrects_seq, CaseEvent.actor_id, CaseEventDetail.text,
        )
        .outerjoin(CaseEventDetail, CaseEventDetail.event_id == CaseEvent.id)
        .where(CaseEvent.case_id.in_(entries))
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )  # fmt: skip
    for case_id, seq, code, on, at, item_id, corrects, actor_id, text in rows:
        detail = json.loads(text) if text else {}
        entries[case_id].append(Entry(seq, code, on, at, item_id, corrects, actor_id, detail))
    deadlines: dict[int, dict[str, Deadline]] = {case.id: {} for case in cases}
    of_cases = select(Deadline).where(Deadline.case_id.in_(entries)).execution_options(populate_existing=True)
    for row in session.scalars(of_cases):
        deadlines[row.case_id][row.run_key] = row
    for case in cases:
        yield _Loaded(case, entries[case.id], deadlines[case.id])


def _effect(office: Office, session: Session, loaded: _Loaded, reckoned: Reckoning, now: datetime) -> Effect:
    case, today = loaded.case, clock.local_date(now, office.zone)
    runs = {run.key: run for run in reckoned.runs if run.due is not None or run.standing_since is not None}
    effect, after = Effect(), dict[str, Deadline]()
    for key in sorted({*loaded.deadlines, *runs}):
        was, run = loaded.deadlines.get(key), runs.get(key)
        if was is not None and run is not None and _as_before(was, run):
            after[key] = was
            continue
        then = Deadline(case_id=case.id, run_key=key, **deadline_values(run, case)) if run is not None else None
        effect.add(_change(was, then, today, now))
        if then is not None:
            after[key] = then
    if effect.examples:
        effect.cases = 1
        effect.reminders_withdrawn = _withdrawn(session, loaded, after)
    return effect


def _as_before(was: Deadline, run: ClockRun) -> bool:
    due = (run.due.on, run.due.at) if run.due is not None else (None, None)
    return (was.due_on, was.due_at, was.end_kind, was.ended_on) == (*due, run.end_kind, run.ended_on)


def _change(was: Deadline | None, then: Deadline | None, today: date, now: datetime) -> Effect:
    late_before = was is not None and is_overdue(was, today, now)
    late_after = then is not None and is_overdue(then, today, now)
    shown = was or then
    assert shown is not None  # noqa: S101 - the key stands on one side at least
    both = was is not None and then is not None
    return Effect(
        moved=int(both and (was.due_on, was.due_at) != (then.due_on, then.due_at)),  # type: ignore[union-attr]
        begun=int(was is None),
        gone=int(then is None),
        no_longer_overdue=int(late_before and not late_after),
        newly_overdue=int(late_after and not late_before),
        ends_changed=int(both and was.end_kind != then.end_kind),  # type: ignore[union-attr]
        examples=[
            Moved(shown.label, was.due_on if was is not None else None, then.due_on if then is not None else None)
        ],
    )  # fmt: skip


def _withdrawn(session: Session, loaded: _Loaded, after: Mapping[str, Deadline]) -> int:
    """The notices that wait to be sent about a deadline and would not be sent any more."""
    by_id = {row.id: after.get(key) for key, row in loaded.deadlines.items()}
    waiting = session.scalars(
        select(Notice).where(
            Notice.case_id == loaded.case.id, Notice.kind == DEADLINE, Notice.state.in_((PLANNED, DEFERRED))
        )
    )
    return sum(obsolete(notice, by_id.get(notice.deadline_id or 0)) is not None for notice in waiting)


def _stale(loaded: _Loaded, reckoned: Reckoning) -> bool:
    """Whether anything else in the rows differs: an explanation, a source, a reading that stands beside."""
    wanted = {run.key: run for run in reckoned.runs if run.due is not None or run.standing_since is not None}
    return any(
        getattr(loaded.deadlines[key], name) != value
        for key, run in wanted.items()
        for name, value in deadline_values(run, loaded.case).items()
    )


def _write(
    office: Office,
    session: Session,
    loaded: _Loaded,
    reckoned: Reckoning,
    effect: Effect,
    why: Mapping[str, Any],
    now: datetime,
) -> None:
    case = loaded.case
    if effect.cases:
        today = clock.local_date(now, office.zone)
        opened = open_on(office, session, case, actor=SYSTEM, on=today, now=now, entries=list(loaded.entries))
        moved = [{"label": one.label, "was": _iso(one.was), "now": _iso(one.now)} for one in effect.examples]
        opened.append("deadlines_moved", detail={"because": dict(why), "moved": moved})
        store_head(session, f"case:{case.id}", opened.length, opened.last_mac)
    keep(session, case, reckoned, loaded.deadlines)
    if why["kind"] == "release":  # nothing else than an upgrade changes how pauses follow from events
        keep_spans(session, case.id, reckoned)
    replan_case(session, case.id, SYSTEM, now=now, zone=office.zone)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None

"""The deadlines of a case as rows: computed from its events by every act, and whenever rules or calendars change.

No deadline is ever edited by hand: extensions, pauses, single days and what was shown to be done are events, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.replay import Entry, effective
from mla_tracker.casework import clock_inputs as inputs
from mla_tracker.casework.office import Office
from mla_tracker.deadlines.agreed import agreed_runs
from mla_tracker.deadlines.attachment import attached
from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.deadlines.clocks import ClockRun, run_clocks
from mla_tracker.deadlines.counting import Lengthening
from mla_tracker.deadlines.danger import strictest_binds
from mla_tracker.deadlines.models import ClockExtension, ClockPause, Deadline
from mla_tracker.deadlines.occurrences import ActsOfEvents, Occurred, recordable
from mla_tracker.deadlines.office_calendars import OWN, Calendars, office_calendars
from mla_tracker.deadlines.pauses import Paused, pauses_of
from mla_tracker.deadlines.queries import is_watched
from mla_tracker.instruments.limits_in_force import LimitsInForce, limits_in_force
from mla_tracker.instruments.time_limits import CalendarOwner, Clock, seed_limits


@dataclass(frozen=True)
class Reckoning:
    """What the events of a case give: its clocks, the spans in which clocks stood still, the extensions granted, and
    by the key of the clock the day of which it is on record that it passed unmet.
    """

    runs: tuple[ClockRun, ...]
    pauses: tuple[Paused, ...]
    extensions: Mapping[str, Sequence[Lengthening]]
    missed: Mapping[str, date]


@cache
def _acts_of_events() -> ActsOfEvents:
    return ActsOfEvents(seed_limits())


def recompute_deadlines(office: Office, opened: OpenAct) -> None:
    """Bring the deadlines of the case into line with its events, and with them what is due next."""
    session, case = opened.session, opened.case
    session.flush()
    session.refresh(case, ["items", "bases"])
    limits, calendars = limits_in_force(session), office_calendars(session, office.country, office.zone)
    stored = {row.run_key: row for row in session.scalars(select(Deadline).where(Deadline.case_id == case.id))}
    reckoned = reckon(office, limits, calendars, case, opened.entries)
    keep(session, case, reckoned, stored)
    keep_spans(session, case.id, reckoned)


def reckon(
    office: Office, limits: LimitsInForce, calendars: Calendars, case: Case, entries: Sequence[Entry]
) -> Reckoning:
    """The clocks of a case that comes with its items and bases, from all its entries. Reads and writes nothing."""
    told = effective(entries)
    facts = inputs.case_facts(office, case, told)
    waits, steps = inputs.waits(life_cycles().of(case.kind, case.direction), case.direction, entries)
    occurred = list(inputs.occurrences(_acts_of_events(), case, told, steps))
    paused = [*waits, *pauses_of(limits.tables, occurred, facts.facts)]
    extensions, marked, lapsed = inputs.extensions(told), inputs.marked(told), inputs.lapsed(told)
    by_rule = run_clocks(
        limits.tables,
        attached(limits.tables, limits.current, facts),
        occurred,
        paused,
        whose_calendars(calendars, case.direction, case.counterpart),
        open_items=[item.id for item in case.items if item.outcome is None],
        extensions=extensions,
        marked=marked,
        lapsed={key: on for key, (_, on) in lapsed.items()},
    )
    acts = [Occurred(entry.code, entry.happened_on, entry.happened_at, entry.seq, entry.item_id) for entry in told]
    agreed = agreed_runs(list(inputs.agreed_days(told)), acts, inputs.void_on(case, told), extensions, marked)
    disputes = inputs.disputes(told)
    runs = [_with_dispute(run, disputes.get(run.key)) for run in strictest_binds([*by_rule, *agreed])]
    missed = {key: day for key, (day, _) in lapsed.items()}
    return Reckoning(tuple(runs), tuple(paused), extensions, missed)


def facts_to_record(office: Office, session: Session, case: Case, entries: Sequence[Entry]) -> list[str]:
    """The dated facts that matter on this case: those that start, end or restart a limit which attaches to it."""
    limits = limits_in_force(session)
    facts = inputs.case_facts(office, case, effective(entries))
    matter: set[str] = set()
    for one in attached(limits.tables, limits.current, facts):
        limit = one.limit
        matter |= {limit.starts_on, *limit.ends_on, *limit.restarts_on, *limit.moot_on}
    return [code for code in recordable(limits.tables) if code in matter]


def _with_dispute(run: ClockRun, dispute: Mapping[str, Any] | None) -> ClockRun:
    if dispute is None:
        return run
    return replace(run, explanation={**run.explanation, "disputed": dispute})


def whose_calendars(calendars: Calendars, direction: str, counterpart: str | None) -> dict[str, WorkingCalendar]:
    """Whose working days count: ours in the office's zone, and the other State's in its own."""
    own = calendars.own
    theirs = calendars.of(counterpart) if counterpart else own
    incoming = direction == "incoming"
    return {
        CalendarOwner.OWN: own,
        CalendarOwner.REQUESTED: own if incoming else theirs,
        CalendarOwner.REQUESTING: theirs if incoming else own,
    }


def keep(session: Session, case: Case, reckoned: Reckoning, stored: Mapping[str, Deadline]) -> None:
    """Rows as the runs give them: found by key, updated where something moved, removed where nothing gives them now;
    and on the case what is due next. `stored`: the rows of the case as they are.
    """
    wanted = {run.key: run for run in reckoned.runs if run.due is not None or run.standing_since is not None}
    gone = [row.id for key, row in stored.items() if key not in wanted]
    if gone:
        session.execute(delete(Deadline).where(Deadline.id.in_(gone)))
    rows: list[Deadline] = []
    for key, run in wanted.items():
        values = deadline_values(run, case) | {"missed_on": reckoned.missed.get(key)}
        row = stored.get(key)
        if row is None:
            row = Deadline(case_id=case.id, run_key=key, **values)
            session.add(row)
        rows.append(row)
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
    running = [row for row in rows if row.ended_on is None and row.due_on is not None]
    first = min(filter(is_watched, running), key=_due_order, default=None)
    case.next_due_on = first.due_on if first is not None else None
    case.next_due_at = first.due_at if first is not None else None
    case.next_custody = any(row.clock == Clock.MAX_CUSTODY for row in running)
    session.flush()


def _due_order(row: Deadline) -> tuple[date, bool, str]:
    """The earliest day first; on one day a limit in hours before one that has the whole day."""
    return row.due_on or date.max, row.due_at is None, row.due_at.isoformat() if row.due_at else ""


def keep_spans(session: Session, case_id: int, reckoned: Reckoning) -> None:
    """The pauses and extensions of the case as dated rows, rewritten where anything about them changed."""
    pauses = [
        {
            "pause": one.pause, "first_on": one.first, "last_on": one.last, "reason_code": one.reason,
            "side": one.side, "words": one.words, "item_id": one.item_id, "author_id": one.author_id,
        }
        for one in reckoned.pauses
    ]  # fmt: skip
    extensions = [
        {
            "run_key": key, "seq": one.seq, "granted_on": one.granted_on, "how": one.how, "amount": one.amount or None,
            "unit": one.unit.value if one.amount else None, "until_on": one.until, "reason_code": one.reason_code,
            "side": one.side, "words": one.reason, "author_id": one.author_id,
        }
        for key, granted in reckoned.extensions.items()
        for one in granted
    ]  # fmt: skip
    for model, wanted in ((ClockPause, pauses), (ClockExtension, extensions)):
        rows = session.scalars(select(model).where(model.case_id == case_id).order_by(model.id)).all()
        if [
            {name: getattr(row, name) for name in one} for row, one in zip(rows, wanted, strict=False)
        ] == wanted and len(rows) == len(wanted):
            continue
        session.execute(delete(model).where(model.case_id == case_id))
        session.add_all([model(case_id=case_id, **one) for one in wanted])


def deadline_values(run: ClockRun, case: Case) -> dict[str, Any]:
    """The columns of the row that a clock gives."""
    due = run.due
    return {
        "item_id": run.start.item_id,
        "rule_code": run.limit.code,
        "label": run.limit.label.rstrip("."),
        "clock": run.limit.clock.value,
        "bound": "ours" if run.ours else "theirs",
        "start_code": run.start.code,
        "started_on": run.start.on,
        "started_at": run.start.at,
        "due_on": due.on if due else None,
        "due_at": due.at if due else None,
        "cautious_on": run.cautious_on,
        "before_roll_on": due.before_roll if due else None,
        "ended_on": run.ended_on,
        "end_kind": run.end_kind,
        "provisional": run.provisional,
        "check_mark": run.limit.check,
        "source": run.limit.source,
        "calendar": _calendar(run, case),
        "paused_days": run.paused_days,
        "explanation": dict(run.explanation),
    }


def _calendar(run: ClockRun, case: Case) -> str | None:
    """Whose working days the day depends on: our own, or the code of the other State; None where on none."""
    if run.calendar_owner is None:
        return None
    incoming = case.direction == "incoming"
    ours = CalendarOwner.REQUESTED if incoming else CalendarOwner.REQUESTING
    return OWN if run.calendar_owner in (CalendarOwner.OWN, ours) else case.counterpart or OWN

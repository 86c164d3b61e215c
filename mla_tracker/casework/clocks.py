"""From the events of a case to its deadlines: what the engine is told, and how its answer is kept.

The engine (`deadlines/`) knows neither cases nor tables; here the acts of the life cycles become events of the clocks,
the file becomes facts, and the clocks become rows. Every act ends with this: no deadline is ever edited by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, select

from mla_tracker.cases.life_cycle import LifeCycle, life_cycles
from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.replay import Entry, effective, walk
from mla_tracker.casework.office import Office
from mla_tracker.deadlines.attachment import CaseFacts, attached
from mla_tracker.deadlines.calendar import WorkingCalendar, calendar_for
from mla_tracker.deadlines.clocks import ClockRun, run_clocks
from mla_tracker.deadlines.danger import strictest_binds
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.occurrences import PLANNED_BY_ACT, ActsOfEvents, Occurred
from mla_tracker.deadlines.pauses import HOUSE_PAUSE, POSTPONED, Paused, pauses_of
from mla_tracker.deadlines.queries import next_due
from mla_tracker.instruments.limits_in_force import limits_in_force
from mla_tracker.instruments.time_limits import LimitTables

# A review that ended in a question, a refusal or a return leaves nothing to pass on for execution.
_ENDS_ONLY: Final = frozenset(
    ("review_done", act)
    for act in (
        "information_requested",
        "consultation_opened",
        "refusal_proposed",
        "postponed",
        "returned",
        "forwarded",
    )
)
_VOID_UNTIL_REOPENED: Final = frozenset({"case_closed", "request_withdrawn"})
# The statuses in which clocks stand still: the pause of the limits that each one is, and the delay reason.
_WAITING: Final[Mapping[str | None, tuple[str, str]]] = {
    "postponed": (POSTPONED, "DR_POSTPONED"),
    "awaiting_information": (HOUSE_PAUSE, "DR_INCOMPLETE"),
}


def recompute_deadlines(office: Office, opened: OpenAct) -> None:
    """Bring the deadlines of the case into line with its events, and with them what is due next."""
    session, case = opened.session, opened.case
    limits = limits_in_force(session)
    entries = effective(opened.entries)
    facts = case_facts(office, opened, entries)
    occurred = list(occurrences(limits.tables, case, entries))
    cycle = life_cycles().of(case.kind, case.direction)
    steps = {entry.seq for entry, _, _ in changes_of_status(cycle, case.direction, opened.entries)}
    runs = run_clocks(
        limits.tables,
        attached(limits.tables, limits.current, facts),
        occurred,
        [*waits(cycle, case.direction, opened.entries), *pauses_of(limits.tables, occurred, facts.facts)],
        calendars(office, case),
        open_items=[item.id for item in case.items if item.outcome is None],
    )
    _store(opened, strictest_binds(runs))
    session.flush()
    due = next_due(session, case.id)
    case.next_due_on, case.next_custody = due.due_on, due.custody


def case_facts(office: Office, opened: OpenAct, entries: Sequence[Entry]) -> CaseFacts:
    """What selects the limits: kind, direction, States, bases, and the facts that the file answers."""
    session, case = opened.session, opened.case
    bases = session.execute(
        select(CaseLegalBasis.basis_code, CaseLegalBasis.accepted).where(CaseLegalBasis.case_id == case.id)
    ).all()
    types = session.scalars(select(AssistanceItem.type_code).where(AssistanceItem.case_id == case.id)).all()
    codes = {entry.code for entry in entries}
    facts: dict[str, Any] = {"item_type": frozenset(types), "deadline_stated": case.needed_by is not None}
    if case.needed_by is not None:
        facts["deadline_reasoned"] = bool(case.needed_by_reason)
    if case.kind == "extradition":
        facts["provisional_arrest"] = "provisional_arrest_requested" in codes or (
            "arrested_abroad" in codes and "sent" not in codes
        )
        if "consent_given" in codes:
            facts["consent"] = "consent_revoked" not in codes
    return CaseFacts(
        kind=case.kind,
        direction=case.direction,
        our_country=office.country,
        counterpart=case.counterpart,
        accepted=frozenset(code for code, accepted in bases if accepted),
        asserted=frozenset(code for code, accepted in bases if accepted is None),
        facts=facts,
    )


def calendars(office: Office, case: Case) -> dict[str, WorkingCalendar]:
    """Whose working days count: ours in the office's zone, and the other State's in its own."""
    own = calendar_for(office.country, zone=office.zone)
    theirs = calendar_for(case.counterpart) if case.counterpart else own
    incoming = case.direction == "incoming"
    return {"own": own, "requested_state": own if incoming else theirs, "requesting_state": theirs if incoming else own}


def occurrences(tables: LimitTables, case: Case, entries: Sequence[Entry]) -> Iterator[Occurred]:
    """The events of the clocks on this case: those that acts record, planned days, and the closing."""
    acts = ActsOfEvents(tables)
    reopened = max((entry.seq for entry in entries if entry.code == "reopened"), default=0)
    codes = {entry.seq: acts.clock_events(entry.code, entry.detail) for entry in entries}
    on_case = {(code, entry.happened_on) for entry in entries if entry.item_id is None for code in codes[entry.seq]}
    for entry in entries:
        for code in codes[entry.seq]:
            if entry.item_id is not None and (code, entry.happened_on) in on_case:
                continue  # an item that moves with its case starts no clock of its own
            if code in _VOID_UNTIL_REOPENED and entry.seq < reopened:
                continue
            yield Occurred(
                code,
                entry.happened_on,
                entry.happened_at,
                entry.seq,
                entry.item_id,
                starts=(code, entry.code) not in _ENDS_ONLY,
                reason=str(entry.detail.get("reason_code", "")),
                author_id=entry.actor_id,
            )
        yield from _planned(entry, entries)
    for code, on in (
        ("needed_by", case.needed_by),
        ("hearing_on", case.hearing_on),
        ("limitation_on", case.limitation_on),
    ):
        if on is not None:
            yield Occurred(code, on, planned=True)
    if (ended := _closing(case, entries)) is not None:
        yield ended


def _planned(entry: Entry, entries: Sequence[Entry]) -> Iterator[Occurred]:
    if entry.code not in PLANNED_BY_ACT:
        return
    key, code = PLANNED_BY_ACT[entry.code]
    if day := entry.detail.get(key):
        former = any(other.code == entry.code and other.seq < entry.seq for other in entries)
        wanted = "new_surrender_date" if code == "surrender_date" and former else code
        yield Occurred(wanted, date.fromisoformat(day), seq=entry.seq, planned=True, noted_on=entry.happened_on)


def _closing(case: Case, entries: Sequence[Entry]) -> Occurred | None:
    """A case that ended in whatever way: what the office still owed on it counts no more."""
    if case.closed_on is None:
        return None
    return Occurred("case_closed", case.closed_on, seq=max((entry.seq for entry in entries), default=0) + 1)


def waits(cycle: LifeCycle, direction: str, entries: Sequence[Entry]) -> Iterator[Paused]:
    """The spans in which the case, or an item of it, is postponed or waits for information. The last may be open.

    They follow the status, not the acts: whatever leads out of it ends the pause.
    """
    standing: dict[int | None, tuple[str | None, date]] = {}
    for entry, _, place, items in walk(life_cycles(), cycle, direction, entries):
        for item_id, one in ((None, place), *items.items()):
            status, first = standing.get(item_id, (None, date.min))
            if one.status == status:
                continue
            if status in _WAITING:
                yield Paused(_WAITING[status][0], first, entry.happened_on, _WAITING[status][1], item_id)
            standing[item_id] = (one.status, entry.happened_on)
    for item_id, (status, first) in standing.items():
        if status in _WAITING:
            yield Paused(_WAITING[status][0], first, None, _WAITING[status][1], item_id)


def _store(opened: OpenAct, runs: Sequence[ClockRun]) -> None:
    """Rows as the runs give them: found by key, updated where something moved, removed where nothing gives them now."""
    session, case_id = opened.session, opened.case.id
    stored = {row.run_key: row for row in session.scalars(select(Deadline).where(Deadline.case_id == case_id))}
    wanted = {run.key: run for run in runs if run.due is not None or run.standing_since is not None}
    gone = [row.id for key, row in stored.items() if key not in wanted]
    if gone:
        session.execute(delete(Deadline).where(Deadline.id.in_(gone)))
    for key, run in wanted.items():
        values = _values(run)
        row = stored.get(key)
        if row is None:
            session.add(Deadline(case_id=case_id, run_key=key, **values))
            continue
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)


def _values(run: ClockRun) -> dict[str, Any]:
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
        "explanation": dict(run.explanation),
    }

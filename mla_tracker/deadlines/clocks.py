"""The clocks of a case: from its dated events and the limits that attach, what runs, until when, and what ended it.

How to use the engine (all of it pure, nothing asks what day it is):

* `attachment.attached(tables, limits, facts)`: which limits attach to a case, provisionally or not, ours or theirs;
* `occurrences.ActsOfEvents(tables).clock_events(act, detail)`: the events that an act records;
* `pauses.pauses_of(tables, occurred, facts)`: the spans in which clocks stand still by the events of the case;
* `run_clocks(…)`: the clocks, each with its day and how it came about;
* `danger.strictest_binds(runs)`: which of several on the same act binds; `danger.danger(…)`: the order of danger;
* `counting.due(period, start, calendar)`: one period, as the calculator asks for it.

Each occurrence of its start event starts a clock. It ends with the first of its end events at or after the start (a
clock started by a planned day is ended by any such event), and is void with an event of its moot list. A restart closes
it and opens the next one, which runs the whole period anew; one that had passed its day stays missed. A pause that is
still open leaves the clock standing still: it has no day until it runs again. The result is the same whatever the order
of recording, and whatever the day on which it is asked for.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from mla_tracker.deadlines.attachment import Attached
from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.deadlines.counting import Due, Lengthening, Period, Span, Step, due, merged
from mla_tracker.deadlines.occurrences import Occurred
from mla_tracker.deadlines.pauses import Paused
from mla_tracker.instruments.time_limits import (
    Bound,
    CalendarOwner,
    Clock,
    Counting,
    DayType,
    LimitTables,
    Origin,
    Roll,
    TimeLimit,
    Unit,
)

MET, MISSED, MOOT, RESTARTED, ENDED = "met", "missed", "moot", "restarted", "ended"
PAPERS_DUE: Final = "papers_due_on"
_NEVER_ROLLS: Final = frozenset({Clock.MAX_CUSTODY, Clock.MIN_HOLD})
_OF_LAPSE: Final = frozenset({"delay_foreseen", "limit_missed"})
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class ClockRun:
    """One clock, from one start. `key` names limit, start entry and item, so that a recomputation finds it again.

    `due` is None for a standing duty or gate, and while the clock stands still (`standing_since`). `cautious_on`: the
    other reading where counting or roll is not the text's own, earlier for whoever must act, later for another's right
    and a minimum hold. `end_kind`: met, missed (done after its day; of a minimum hold: given up within it), moot,
    restarted, ended (a window whose right was used, or a duty without a day); None while it runs. `calendar_owner`: on
    whose working days the day depends, None where on nobody's. `paused_days`: how long it stood still up to its end,
    where it ended, else up to its day.
    """

    key: str
    limit: TimeLimit
    start: Occurred
    due: Due | None
    cautious_on: date | None
    ended_on: date | None
    end_kind: str | None
    ours: bool
    provisional: bool
    because: tuple[str, ...]
    standing_since: date | None = None
    yields_to: str | None = None
    calendar_owner: CalendarOwner | None = None
    paused_days: int = 0
    explanation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Case:
    """What all clocks of a case look at."""

    tables: LimitTables
    occurred: Sequence[Occurred]
    paused: Sequence[Paused]
    calendars: Mapping[str, WorkingCalendar]
    extensions: Mapping[str, Sequence[Lengthening]]
    marked: Mapping[str, Occurred]
    open_items: frozenset[int]


def period_of(limit: TimeLimit, limits: Mapping[str, TimeLimit]) -> Period | None:
    """What the limit counts. Without a number of its own it takes that of its fallback; None = there is no due day."""
    lender = limit
    if limit.amount is None and limit.fallback is not None:
        lender = limits[limit.fallback]
    if lender.amount is None or lender.unit is None:
        return None
    rolls = limit.clock not in _NEVER_ROLLS and lender.unit is not Unit.HOURS
    return Period(
        amount=lender.amount,
        unit=lender.unit,
        working=lender.day_type in (DayType.WORKING, DayType.COURT),
        inclusive=limit.counting == Counting.INCLUSIVE,
        roll=lender.roll if rolls else Roll.NONE,
        backward=limit.clock is Clock.LEAD_TIME,
    )


def run_clocks(
    tables: LimitTables,
    attached: Sequence[Attached],
    occurred: Iterable[Occurred],
    paused: Sequence[Paused],
    calendars: Mapping[str, WorkingCalendar],
    *,
    open_items: Collection[int] = (),
    extensions: Mapping[str, Sequence[Lengthening]] | None = None,
    marked: Mapping[str, Occurred] | None = None,
    lapsed: Mapping[str, date] | None = None,
) -> list[ClockRun]:
    """All clocks of a case.

    `calendars` by owner: own, requested_state, requesting_state. `extensions` by the key of the clock, in the order
    granted; `marked` by that key, the day on which somebody showed that what was due had been done. `open_items`: the
    items without an outcome; a clock of the whole case is ended by acts on items once each of these has one. A duty
    that follows the lapse of another limit runs from the day after that limit's last, once it was met late, or the day
    on which its lapse was recorded (`lapsed`, by key) is past it.
    """
    case = _Case(
        tables, sorted(occurred, key=_order), paused, calendars, extensions or {}, marked or {}, frozenset(open_items)
    )
    shown = _without_lenders(attached)
    runs = [run for one in shown if one.limit.parent is None for run in _runs(case, one, _starts(case, one.limit))]
    recorded = any(event.code == PAPERS_DUE for event in case.occurred)
    if not recorded and (last_day := _papers_due(runs)) is not None:
        start, source = last_day
        for one in shown:
            if one.limit.starts_on == PAPERS_DUE:
                runs += _runs(case, _inherited(one, source), [start])
    for one in shown:
        if one.limit.parent is not None:
            lapses = _lapses(one.limit, runs, lapsed or {}) if one.limit.starts_on in _OF_LAPSE else []
            runs += _runs(case, one, [*_starts(case, one.limit), *lapses])
    return runs


def _without_lenders(attached: Sequence[Attached]) -> list[Attached]:
    """A house rule whose number a limit of the basis borrows from the same start is that limit: it is shown once."""
    borrowed = {(one.limit.fallback, one.limit.starts_on) for one in attached if one.limit.amount is None}
    return [one for one in attached if (one.limit.code, one.limit.starts_on) not in borrowed]


def _starts(case: _Case, limit: TimeLimit) -> list[Occurred]:
    """The events that start the limit. Of planned days that move it the last one counts, item by item."""
    found = [
        event
        for event in case.occurred
        if event.code == limit.starts_on
        and event.starts
        and (limit.applies_from is None or event.on >= limit.applies_from)
        and (limit.applies_until is None or event.on <= limit.applies_until)
    ]
    if limit.starts_on in limit.restarts_on:
        return found[:1]  # the later ones run it anew
    happened = [event for event in found if not event.planned]
    last = {event.item_id: event for event in sorted(found, key=lambda one: one.seq) if event.planned}
    return [*happened, *last.values()]


def _papers_due(runs: Iterable[ClockRun]) -> tuple[Occurred, ClockRun] | None:
    """The last day for request and papers, out of the strictest custody clock that they would end."""
    waiting = [
        run
        for run in runs
        if run.limit.clock is Clock.MAX_CUSTODY and "papers_received" in run.limit.ends_on and run.due is not None
        if run.end_kind != RESTARTED
    ]
    first = min(waiting, key=lambda run: (run.provisional, run.due.on if run.due else date.max, run.key), default=None)
    if first is None or first.due is None:
        return None
    return Occurred(PAPERS_DUE, first.due.on, seq=first.start.seq, planned=True), first


def _inherited(attached: Attached, source: ClockRun) -> Attached:
    because = (*attached.because, *(code for code in source.because if code not in attached.because))
    return replace(attached, provisional=attached.provisional or source.provisional, because=because)


def _lapses(limit: TimeLimit, runs: Iterable[ClockRun], lapsed: Mapping[str, date]) -> list[Occurred]:
    """The lapse of the parent, on the day after its last, once it was met late or its lapse was recorded."""
    return [
        Occurred(limit.starts_on, run.due.on + _ONE_DAY, seq=run.start.seq, item_id=run.start.item_id)
        for run in runs
        if run.limit.code == limit.parent and run.due is not None
        if run.end_kind == MISSED or (run.end_kind is None and lapsed.get(run.key, date.min) > run.due.on)
    ]


def _runs(case: _Case, attached: Attached, starts: Sequence[Occurred]) -> Iterator[ClockRun]:
    for start in starts:
        begin = start
        while True:
            run = _run(case, attached, begin, starts)
            anew = _restart(case, attached.limit, begin, run)
            if anew is None:
                yield run
                break
            late = run.due is not None and anew.known_on > run.due.on
            yield replace(run, ended_on=anew.known_on, end_kind=MISSED if late else RESTARTED)
            begin = anew


def _restart(case: _Case, limit: TimeLimit, begin: Occurred, run: ClockRun) -> Occurred | None:
    """The next event that runs the period anew, unless the clock had ended by then."""
    for event in case.occurred:
        if event.code not in limit.restarts_on or event.seq == begin.seq:
            continue
        by_record = begin.planned or event.planned
        after = event.seq > begin.seq if by_record else _order(event) > _order(begin)
        if after and (run.ended_on is None or event.known_on < run.ended_on):
            return event
    return None


def _run(case: _Case, attached: Attached, start: Occurred, starts: Sequence[Occurred]) -> ClockRun:
    limit = attached.limit
    key = f"{limit.code}:{start.code}:{start.seq}" + (f":{start.item_id}" if start.item_id else "")
    lent = limit.amount is None and limit.fallback is not None
    owner = CalendarOwner.OWN if lent else limit.calendar
    calendar = case.calendars[owner]
    period = period_of(limit, case.tables.limits)
    begin: date | datetime = start.at or start.on
    end, void = _end(case, limit, start, starts, case.marked.get(key))
    found, standing, cautious = None, None, None
    steps: tuple[Step, ...] = ()
    pauses: list[Paused] = []
    if period is not None:
        pauses = [span for span in case.paused if _stops(span, limit, start)]
        until = end.known_on if end is not None else None
        spans = [(span.first, last) for span in pauses if (last := span.last or until) is not None]
        extensions = case.extensions.get(key, ())
        found = due(period, begin, calendar, pauses=spans, extensions=extensions)
        opened = min((span.first for span in pauses if span.last is None), default=None) if end is None else None
        if opened is not None and not period.backward and opened <= (found.before_roll or found.on):
            standing = max(opened, start.on)
            steps = _standing_steps(found, standing, period, calendar)
            found = None
        else:
            steps = found.steps
            cautious = _cautious(limit, period, begin, calendar, found, spans, extensions) if not lent else None
    return ClockRun(
        key=key,
        limit=limit,
        start=start,
        due=found,
        cautious_on=cautious,
        ended_on=end.known_on if end is not None else None,
        end_kind=_end_kind(limit, found, end, void=void),
        ours=attached.ours,
        provisional=attached.provisional,
        because=attached.because,
        standing_since=standing,
        calendar_owner=owner if period is not None and (period.working or period.roll != Roll.NONE) else None,
        paused_days=_paused_days(start.on, end.known_on if end else found.on if found else standing, pauses),
        explanation={
            "steps": list(steps),
            "start": start.code,
            "lent_by": limit.fallback if lent else None,
            "because": list(attached.because),
            "counting_source": limit.counting_source.value,
            "roll_source": limit.roll_source.value,
            "calendar_known": calendar.known,
            "pauses": [span.told() for span in pauses],
            "expiry": [one.value for one in limit.on_expiry],
            "stands_since": standing.isoformat() if standing else None,
        },
    )


def _paused_days(first: date, last: date | None, pauses: Sequence[Paused]) -> int:
    """The days after the start, up to the end, on which the clock stood still; one still open counts up to the end."""
    if last is None:
        return 0
    spans = [(max(span.first, first + _ONE_DAY), min(span.last or last + _ONE_DAY, last + _ONE_DAY)) for span in pauses]
    return sum((until - since).days for since, until in merged(spans))


def _stops(span: Paused, limit: TimeLimit, start: Occurred) -> bool:
    return span.pause in limit.stopped_by and span.item_id in (None, start.item_id)


def _standing_steps(found: Due, since: date, period: Period, calendar: WorkingCalendar) -> tuple[Step, ...]:
    last = found.before_roll or found.on
    days = (last - since).days + 1
    left = calendar.working_days_between(since - _ONE_DAY, last) if period.working else days
    kept = tuple(step for step in found.steps if step["kind"] not in ("roll", "due", "unknown_after"))
    return (*kept, {"kind": "standing", "on": since.isoformat(), "left": left})


def _end(
    case: _Case, limit: TimeLimit, start: Occurred, starts: Sequence[Occurred], marked: Occurred | None
) -> tuple[Occurred | None, bool]:
    """The event that ends the clock, and whether it makes it void; on the same day the end goes before the void."""
    ends = _first(case, limit.ends_on, start, starts, any_day=start.planned)
    if marked is not None and (ends is None or marked.on < ends.known_on):
        ends = marked
    void = _first(case, limit.moot_on, start, starts, any_day=start.planned and start.noted_on is None)
    if ends is not None and (void is None or ends.on <= void.known_on):
        return ends, False
    return void, void is not None


def _first(
    case: _Case, codes: Collection[str], start: Occurred, starts: Sequence[Occurred], *, any_day: bool
) -> Occurred | None:
    """The first of these events that counts; of acts on items alone, the one with which none is left open.

    What both starts and ends a limit ends the earlier clock and starts the next, never ends its own.
    """
    counting = [
        event
        for event in case.occurred
        if event.code in codes
        and event.seq != start.seq
        and (any_day or _follows(event, start, starts))
        and (event.code != start.code or event.seq > start.seq)
    ]
    whole = next((event for event in counting if event.item_id is None), None)
    if start.item_id is not None:
        return next((event for event in counting if event.item_id in (None, start.item_id)), None)
    by_item: dict[int, Occurred] = {}
    for event in counting:
        if event.item_id is not None:
            by_item.setdefault(event.item_id, event)
    if not by_item or not case.open_items <= by_item.keys():
        return whole
    last = max(by_item.values(), key=_order)
    return last if whole is None or _order(last) < _order(whole) else whole


def _follows(event: Occurred, start: Occurred, starts: Sequence[Occurred]) -> bool:
    """At or after the start.

    On the same day: by the hours where both are known, else by the order of recording; one recorded before the start
    still ends the first clock of its kind, since there is no other that it could have ended.
    """
    if event.step and start.step:
        return event.seq > start.seq
    known, begin = event.known_on, start.known_on
    if known != begin:
        return known > begin
    if event.at is not None and start.at is not None:
        return event.at >= start.at
    return event.seq > start.seq or not any(_order(other) < _order(start) for other in starts)


def _order(event: Occurred) -> tuple[date, int, str]:
    return event.known_on, event.seq, event.code


def _end_kind(limit: TimeLimit, found: Due | None, end: Occurred | None, *, void: bool) -> str | None:
    if end is None:
        return None
    if void:
        return MOOT
    if found is None or limit.clock is Clock.WINDOW:
        return ENDED
    late = end.at > found.at if end.at and found.at else end.known_on > found.on
    if limit.clock is Clock.MIN_HOLD:
        return MET if late else MISSED
    return MISSED if late else MET


def _cautious(
    limit: TimeLimit,
    period: Period,
    begin: date | datetime,
    calendar: WorkingCalendar,
    found: Due,
    spans: Sequence[Span],
    extensions: Sequence[Lengthening],
) -> date | None:
    """The other reading, where the text itself says neither how to count nor whether the last day moves.

    A general act on periods settles the counting, but its roll may be open to doubt: the day before it is shown. Our
    own targets have one reading, and so have hours, lead times (counted to the earlier day as it is) and agreed days.
    """
    agreed = any(one.until is not None for one in extensions)
    if limit.is_house or period.unit is Unit.HOURS or period.backward or period.amount == 0 or agreed:
        return None
    ours_to_count = limit.counting_source is Origin.DEFAULT
    other = found
    if ours_to_count:
        turned = replace(period, inclusive=not period.inclusive)
        other = due(turned, begin, calendar, pauses=spans, extensions=extensions)
    if limit.clock is Clock.MIN_HOLD or (limit.clock is Clock.WINDOW and limit.bound is Bound.PERSON):
        latest = max(found.on, other.on)
        if limit.roll_source is Origin.DEFAULT and limit.clock is Clock.WINDOW:
            latest = max(latest, calendar.next_working(latest))
        return latest if latest > found.on else None
    earliest = min(found.on, other.on)
    if limit.roll_source is not Origin.TEXT:
        earliest = min(earliest, found.before_roll or found.on, other.before_roll or other.on)
    return earliest if earliest < found.on else None

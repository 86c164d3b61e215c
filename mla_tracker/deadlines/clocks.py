"""The clocks of a case: from its dated events and the limits that attach, what runs, until when, and what ended it.

A clock starts with each occurrence of its start event, ends with the first of its end events at or after the start (a
clock started by a planned day is ended by any such event), is void with an event of its moot list, and runs anew with a
restart. Pure: the same result whatever the order of recording.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from mla_tracker.deadlines.attachment import Attached
from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.deadlines.counting import Due, Lengthening, Period, due
from mla_tracker.instruments.time_limits import Clock, LimitTables, TimeLimit, Unit

HOUSE_PAUSE: Final = "HOUSE_REASON"
NEVER_ROLLS: Final = frozenset({Clock.MAX_CUSTODY, Clock.MIN_HOLD})


@dataclass(frozen=True)
class Occurred:
    """An event of the clocks on a case: happened, or planned (known beforehand). `at` where the hour is known.

    `starts` False: it ends clocks and starts none. `step`: it moved the case on; of two steps the later in the file is
    the later in life, whatever days they bear (a request that is entered late was often worked on before).
    """

    code: str
    on: date
    at: datetime | None = None
    seq: int = 0
    item_id: int | None = None
    planned: bool = False
    starts: bool = True
    step: bool = False


@dataclass(frozen=True)
class Paused:
    """A span in which clocks stopped by `pause` stand still; `last` None: it is still open."""

    pause: str
    first: date
    last: date | None


@dataclass(frozen=True)
class ClockRun:
    """One clock. `end_kind`: met, missed (done after its day), moot, restarted, ended; None while it runs.

    `stands`: an open pause stops it, so that its day is not known yet; `due` is then the day without that pause.
    `cautious_on`: the earlier reading where counting or roll is not the text's own.
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
    stands: bool = False
    explanation: Mapping[str, Any] = field(default_factory=dict)


def period_of(limit: TimeLimit, limits: Mapping[str, TimeLimit]) -> Period | None:
    """What the limit counts. Without a number of its own it takes that of its fallback; None = there is no due day."""
    lender = limit
    if limit.amount is None and limit.fallback is not None:
        lender = limits[limit.fallback]
    if lender.amount is None or lender.unit is None:
        return None
    rolls = lender.roll if limit.clock not in NEVER_ROLLS and lender.unit is not Unit.HOURS else "none"
    return Period(
        amount=lender.amount,
        unit=lender.unit,
        working=lender.day_type in ("working", "court"),
        inclusive=limit.counting == "inclusive",
        roll=rolls,
        backward=limit.clock is Clock.LEAD_TIME,
    )


def run_clocks(
    tables: LimitTables,
    attached: Sequence[Attached],
    occurred: Sequence[Occurred],
    paused: Sequence[Paused],
    calendars: Mapping[str, WorkingCalendar],
    extensions: Mapping[str, Lengthening] | None = None,
) -> list[ClockRun]:
    """All clocks of a case. `calendars` by owner: own, requested_state, requesting_state."""
    runs: list[ClockRun] = []
    for one in _without_lenders(attached):
        starts = [event for event in occurred if event.code == one.limit.starts_on and event.starts]
        if all(event.planned for event in starts):
            starts = starts[-1:]  # a new day moves the clock
        runs += [_run(tables, one, start, occurred, paused, calendars, extensions or {}) for start in starts]
    return runs


def _without_lenders(attached: Sequence[Attached]) -> list[Attached]:
    """A house rule whose number a limit of the basis borrows from the same start is that limit: it is shown once."""
    borrowed = {(one.limit.fallback, one.limit.starts_on) for one in attached if one.limit.amount is None}
    return [one for one in attached if (one.limit.code, one.limit.starts_on) not in borrowed]


def _run(
    tables: LimitTables,
    attached: Attached,
    start: Occurred,
    occurred: Sequence[Occurred],
    paused: Sequence[Paused],
    calendars: Mapping[str, WorkingCalendar],
    extensions: Mapping[str, Lengthening],
) -> ClockRun:
    limit = attached.limit
    key = f"{limit.code}:{start.code}:{start.seq}" + (f":{start.item_id}" if start.item_id else "")
    lent = limit.amount is None and limit.fallback is not None
    calendar = calendars["own" if lent else limit.calendar]
    period = period_of(limit, tables.limits)
    begin: date | datetime = start.at or start.on
    restart = _restart(limit, start, occurred)
    stopping = [pause for pause in paused if pause.pause in limit.stopped_by]
    past = [(pause.first, pause.last) for pause in stopping if pause.last is not None]
    still = next((pause for pause in stopping if pause.last is None), None)

    def sum_up(spans: Sequence[tuple[date, date]]) -> Due | None:
        if period is None:
            return None
        return due(period, restart or begin, calendar, pauses=spans, lengthening=extensions.get(key))

    found = sum_up(past)
    ended_on, end_kind = _ended(limit, start, found, occurred)
    if still is not None and (found is None or still.first > found.on):
        still = None  # its day had come before
    if still is not None and ended_on is not None:
        found = sum_up([*past, (still.first, max(still.first, ended_on))])
        ended_on, end_kind = _ended(limit, start, found, occurred)
        still = None
    return ClockRun(
        key=key,
        limit=limit,
        start=start,
        due=found,
        cautious_on=_cautious(limit, period, restart or begin, calendar, found) if still is None else None,
        ended_on=ended_on,
        end_kind=end_kind,
        ours=attached.ours,
        provisional=attached.provisional,
        because=attached.because,
        stands=still is not None,
        explanation={
            "steps": list(found.steps) if found else [],
            "start": start.code,
            "lent_by": limit.fallback if lent else None,
            "restarted_on": restart.isoformat() if restart else None,
            "because": list(attached.because),
            "counting_source": limit.counting_source,
            "calendar_known": calendar.known,
            "expiry": list(limit.on_expiry),
            "stands_since": still.first.isoformat() if still else None,
        },
    )


def _restart(limit: TimeLimit, start: Occurred, occurred: Sequence[Occurred]) -> date | None:
    """The last restart after the start: the whole period runs anew from that day."""
    days = [event.on for event in occurred if event.code in limit.restarts_on and event.on >= start.on]
    return max(days, default=None)


def _ended(
    limit: TimeLimit, start: Occurred, found: Due | None, occurred: Sequence[Occurred]
) -> tuple[date | None, str | None]:
    """The first event that ends the clock, or makes it void; a void one on the same day yields to the end."""
    ends = _first(limit.ends_on, start, occurred)
    void = _first(limit.moot_on, start, occurred)
    if ends is not None and (void is None or ends.on <= void.on):
        if found is None or limit.clock in (Clock.WINDOW, Clock.MIN_HOLD):
            return ends.on, "ended"
        late = ends.at > found.at if ends.at and found.at else ends.on > found.on
        return ends.on, "missed" if late else "met"
    if void is not None:
        return void.on, "moot"
    return None, None


def _first(codes: Collection[str], start: Occurred, occurred: Sequence[Occurred]) -> Occurred | None:
    counting = [
        event
        for event in occurred
        if event.code in codes
        and not event.planned
        and (start.planned or _after(event, start))
        and (start.item_id is None or event.item_id in (None, start.item_id))
    ]
    return min(counting, key=lambda event: (event.on, event.seq), default=None)


def _after(event: Occurred, start: Occurred) -> bool:
    """At or after the start; the entry that starts a clock does not end it."""
    if event.seq == start.seq:
        return False
    if event.step and start.step:
        return event.seq > start.seq
    return event.on > start.on or (event.on == start.on and event.seq > start.seq)


def _cautious(
    limit: TimeLimit, period: Period | None, begin: date | datetime, calendar: WorkingCalendar, found: Due | None
) -> date | None:
    """The earlier reading, where the text itself says neither how to count nor whether the last day moves."""
    if period is None or found is None or period.unit is Unit.HOURS or period.backward:
        return None
    readings = []
    if limit.roll_source != "text" and found.before_roll is not None:
        readings.append(found.before_roll)
    if limit.clock is Clock.MAX_CUSTODY and limit.counting_source != "text" and not period.inclusive:
        other = due(
            Period(period.amount, period.unit, period.working, True, period.roll, period.backward), begin, calendar
        )
        readings.append(other.on)
    earliest = min(readings, default=None)
    return earliest if earliest is not None and earliest < found.on else None

"""When a period ends, and how that came about.

Conventions (deadlines.md, "Computing"): the local day of the start in the zone of the calendar; exclusive counting
makes
the start day 0, inclusive makes it day 1; months and years end on the same day number, else on the last day of the
month
(inclusive: the day before); weeks are 7 days; hours are elapsed time; working days only where asked for; a pause takes
out the day it begins and not the day it ends, overlaps count once; the roll comes last and never for hours. Pure.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mla_tracker.core.errors import Invalid
from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.instruments.time_limits import Unit


@dataclass(frozen=True)
class Period:
    """What is counted. `backward`: from a planned day back (lead times). `roll`: none, next_… or
    previous_working_day.
    """

    amount: int
    unit: Unit
    working: bool = False
    inclusive: bool = False
    roll: str = "none"
    backward: bool = False


@dataclass(frozen=True)
class Lengthening:
    """An extension that was granted: `additional` to the period, `total` in its place, or `until` a day."""

    how: str
    amount: int = 0
    unit: Unit = Unit.DAYS
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Due:
    """The last day in time (for hours: the moment), with every step of the sum. `before_roll`: the day before it
    rolled.
    """

    on: date
    at: datetime | None
    before_roll: date | None
    steps: tuple[dict[str, Any], ...] = field(default_factory=tuple)


def due(
    period: Period,
    start: date | datetime,
    calendar: WorkingCalendar,
    *,
    pauses: Sequence[tuple[date, date]] = (),
    lengthening: Lengthening | None = None,
) -> Due:
    """When `period` from `start` ends on `calendar`. A start with an hour must be aware."""
    steps: list[dict[str, Any]] = [{"kind": "start", "on": _iso(start)}]
    moment = start if isinstance(start, datetime) else None
    day = moment.astimezone(calendar.zone).date() if moment is not None else start
    if period.unit is Unit.HOURS or (moment is not None and period.amount == 0):
        return _hours(period, moment, day, calendar, steps, lengthening)
    end = _length(period, day, calendar, steps, lengthening)
    end = _pauses(period, day, end, calendar, pauses, steps)
    rolled = _roll(period, end, calendar)
    if rolled != end:
        steps.append({"kind": "roll", "on": end.isoformat(), "why": calendar.why_not(end), "to": rolled.isoformat()})
    steps.append({"kind": "due", "on": rolled.isoformat()})
    return Due(rolled, None, end if rolled != end else None, tuple(steps))


def _hours(
    period: Period,
    moment: datetime | None,
    day: date,
    calendar: WorkingCalendar,
    steps: list[dict[str, Any]],
    lengthening: Lengthening | None,
) -> Due:
    begin = moment or datetime.combine(day, datetime.min.time(), calendar.zone)
    if moment is None:
        steps.append({"kind": "hour_unknown"})
    hours = period.amount
    if lengthening is not None and lengthening.how == "total":
        hours = lengthening.amount
    elif lengthening is not None and lengthening.how == "additional":
        hours += lengthening.amount * (24 if lengthening.unit is Unit.DAYS else 1)
    shift = timedelta(hours=-hours if period.backward else hours)
    end = begin.astimezone(UTC) + shift
    steps.append({"kind": "length", "amount": hours, "unit": "hours", "backward": period.backward})
    local = end.astimezone(calendar.zone)
    steps.append({"kind": "due", "on": local.date().isoformat(), "at": local.isoformat()})
    return Due(local.date(), end, None, tuple(steps))


def _length(
    period: Period,
    day: date,
    calendar: WorkingCalendar,
    steps: list[dict[str, Any]],
    lengthening: Lengthening | None,
) -> date:
    amount, unit, further = period.amount, period.unit, None
    if lengthening is not None and lengthening.how == "total":
        amount, unit = lengthening.amount, lengthening.unit
    elif lengthening is not None and lengthening.how == "additional":
        if lengthening.unit is period.unit:
            amount += lengthening.amount
        else:
            further = lengthening
    if lengthening is not None and lengthening.until is not None:
        steps.append({"kind": "agreed", "on": lengthening.until.isoformat(), "reason": lengthening.reason})
        return lengthening.until
    end = _end(
        day, amount, unit, calendar, working=period.working, inclusive=period.inclusive, backward=period.backward
    )
    skipped = calendar.skipped(day, end) if period.working else []
    steps.append(
        {
            "kind": "length",
            "amount": amount,
            "unit": unit.value,
            "working": period.working,
            "inclusive": period.inclusive,
            "backward": period.backward,
            "skipped": [[on.isoformat(), name] for on, name in skipped],
            "calendar": calendar.name,
        }
    )
    if lengthening is not None:
        steps.append(
            {
                "kind": "extension",
                "how": lengthening.how,
                "amount": lengthening.amount,
                "unit": lengthening.unit.value,
                "reason": lengthening.reason,
            }
        )
    if further is not None:
        end = _end(end, further.amount, further.unit, calendar, working=False, inclusive=False, backward=False)
    return end


def _end(
    day: date, amount: int, unit: Unit, calendar: WorkingCalendar, *, working: bool, inclusive: bool, backward: bool
) -> date:
    sign = -1 if backward else 1
    if amount == 0:
        return day
    if unit in (Unit.MONTHS, Unit.YEARS):
        return _months(day, sign * amount * (12 if unit is Unit.YEARS else 1), inclusive=inclusive)
    number = amount * (7 if unit is Unit.WEEKS else 1)
    if working:
        counted = number - 1 if inclusive and calendar.is_working(day) else number
        return calendar.move(day, sign * counted)
    return day + sign * timedelta(days=number - 1 if inclusive else number)


def _months(day: date, months: int, *, inclusive: bool) -> date:
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    last = monthrange(year, month + 1)[1]
    if day.day > last:
        return date(year, month + 1, last)
    end = date(year, month + 1, day.day)
    return end - timedelta(days=1) if inclusive else end


def _pauses(
    period: Period,
    start: date,
    end: date,
    calendar: WorkingCalendar,
    pauses: Sequence[tuple[date, date]],
    steps: list[dict[str, Any]],
) -> date:
    """The end moved on by what stood still. A pause that begins after the end, as moved so far, changes nothing."""
    if period.backward:
        return end
    for first, last in merged(pauses):
        begin = max(first, start + timedelta(days=0 if period.inclusive else 1))
        if begin > end or last <= begin:
            continue
        if period.working:
            length = sum(calendar.is_working(begin + timedelta(days=n)) for n in range((last - begin).days))
            end = calendar.move(end, length)
        else:
            length = (last - begin).days
            end += timedelta(days=length)
        steps.append({"kind": "pause", "on": begin.isoformat(), "to": last.isoformat(), "days": length})
    return end


def merged(spans: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """The spans in order, those that overlap or touch made one."""
    result: list[tuple[date, date]] = []
    for first, last in sorted(span for span in spans if span[1] > span[0]):
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result


def _roll(period: Period, end: date, calendar: WorkingCalendar) -> date:
    if period.roll == "next_working_day":
        return calendar.next_working(end)
    if period.roll == "previous_working_day":
        return calendar.previous_working(end)
    return end


def _iso(start: date | datetime) -> str:
    return start.isoformat()


def parse_start(text: str) -> date | datetime:
    """An ISO day, or an ISO moment with its offset. Raises `Invalid` naming the field `from`."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise Invalid({"from": f"{text} is no day (2026-11-24) and no moment (2026-11-24T09:40+01:00)."}) from problem
    if moment.tzinfo is None:
        raise Invalid({"from": "A moment needs its offset from UTC, as in 2026-11-24T09:40+01:00."})
    return moment

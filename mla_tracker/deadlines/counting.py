"""When a period ends, and how that came about.

Conventions (deadlines.md, "Computing"):

* the day of the start is its local day in the zone of the calendar, and the due day ends there at 24:00;
* exclusive counting makes that day 0, inclusive makes it day 1;
* months and years end on the same day number, else on the last day of the month (inclusive: the day before the number,
  or the last day of a month that lacks it); a week is 7 days; hours are elapsed time, whatever clocks on walls do;
* working days are counted only where asked for;
* an extension comes before pauses: `additional` is added to the period, `total` replaces it from the start, `until`
  fixes the day, which then moves no more;
* a pause takes out the day on which it begins and not the day on which it ends; what overlaps counts once; one that
  begins after the end, as moved so far, changes nothing;
* the roll comes last, and never for hours.

The result carries every step of the sum as plain values, so that it can be kept, printed and put into any language:
`wording.py` has the words of a command, `web/cases/explaining.py` those of a page. Pure.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from mla_tracker.core.errors import Invalid
from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.instruments.time_limits import ExtensionHow, Roll, Unit

Step = dict[str, Any]
Span = tuple[date, date]
"""First day that stands still, and the day on which the clock runs again."""

_DAY: Final = timedelta(days=1)


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
    """An extension that was granted: `additional` to the period, `total` in its place, or `until` a day.

    `granted_on`, `reason`, `reason_code` (of the delay reasons), `side` and `author_id` tell how it came about.
    """

    how: str
    amount: int = 0
    unit: Unit = Unit.DAYS
    until: date | None = None
    reason: str = ""
    reason_code: str = ""
    side: str = ""
    author_id: int | None = None
    granted_on: date | None = None
    seq: int = 0

    def step(self) -> Step:
        """The step of the sum that it makes."""
        told: Step = {"reason": self.reason, "reason_code": self.reason_code, "side": self.side}
        told["author"] = self.author_id
        if self.until is not None:
            return {"kind": "agreed", "on": self.until.isoformat(), **told}
        return {"kind": "extension", "how": self.how, "amount": self.amount, "unit": self.unit.value, **told}


@dataclass(frozen=True)
class Due:
    """The last day in time (for hours: the moment), with every step of the sum. `before_roll`: the day before it
    rolled.
    """

    on: date
    at: datetime | None
    before_roll: date | None
    steps: tuple[Step, ...] = ()


def due(
    period: Period,
    start: date | datetime,
    calendar: WorkingCalendar,
    *,
    pauses: Sequence[Span] = (),
    extensions: Sequence[Lengthening] = (),
) -> Due:
    """When `period` from `start` ends on `calendar`, its extensions taken in their order.

    A start with an hour must be aware. Raises `Invalid` (field `length`) beyond the years that a date can have.
    """
    try:
        return _due(period, start, calendar, pauses, extensions)
    except (OverflowError, ValueError) as problem:
        raise Invalid({"length": "The period leads beyond the years that a date can have."}) from problem


def _due(
    period: Period,
    start: date | datetime,
    calendar: WorkingCalendar,
    pauses: Sequence[Span],
    extensions: Sequence[Lengthening],
) -> Due:
    steps: list[Step] = [{"kind": "start", "on": start.isoformat()}]
    moment = start if isinstance(start, datetime) else None
    day = moment.astimezone(calendar.zone).date() if moment is not None else start
    fixed = next((one for one in reversed(extensions) if one.until is not None), None)
    if fixed is not None and fixed.until is not None:
        steps += [fixed.step(), {"kind": "due", "on": fixed.until.isoformat()}]
        return Due(fixed.until, None, None, tuple(steps))
    if period.unit is Unit.HOURS or (moment is not None and period.amount == 0):
        return _hours(period, moment, day, calendar, steps, pauses, extensions)
    end = _length(period, day, calendar, steps, extensions)
    end = _pauses(period, day, end, calendar, pauses, steps)
    rolled = _roll(period, end, calendar)
    if rolled != end:
        steps.append({"kind": "roll", "on": end.isoformat(), "why": calendar.why_not(end), "to": rolled.isoformat()})
    if calendar.known_until is not None and rolled > calendar.known_until and (period.working or period.roll != "none"):
        steps.append({"kind": "unknown_after", "on": calendar.known_until.isoformat()})
    steps.append({"kind": "due", "on": rolled.isoformat()})
    return Due(rolled, None, end if rolled != end else None, tuple(steps))


def _hours(
    period: Period,
    moment: datetime | None,
    day: date,
    calendar: WorkingCalendar,
    steps: list[Step],
    pauses: Sequence[Span],
    extensions: Sequence[Lengthening],
) -> Due:
    begin = moment or datetime.combine(day, time(), calendar.zone)
    if moment is None:
        steps.append({"kind": "hour_unknown"})
    hours = period.amount
    for one in extensions:
        more = one.amount * (24 if one.unit is Unit.DAYS else 1)
        hours = more if one.how == ExtensionHow.TOTAL else hours + more
    steps.append({"kind": "length", "amount": period.amount, "unit": "hours", "backward": period.backward})
    steps += [one.step() for one in extensions]
    end = begin.astimezone(UTC) + timedelta(hours=-hours if period.backward else hours)
    for first, last in () if period.backward else merged(pauses):
        opens, closes = (datetime.combine(on, time(), calendar.zone).astimezone(UTC) for on in (first, last))
        opens = max(opens, begin.astimezone(UTC))
        if opens < end and closes > opens:
            end += closes - opens
            stood = round((closes - opens) / timedelta(hours=1))
            steps.append({"kind": "pause", "on": first.isoformat(), "to": last.isoformat(), "hours": stood})
    local = end.astimezone(calendar.zone)
    steps.append({"kind": "due", "on": local.date().isoformat(), "at": local.isoformat()})
    return Due(local.date(), end, None, tuple(steps))


def _length(
    period: Period, day: date, calendar: WorkingCalendar, steps: list[Step], extensions: Sequence[Lengthening]
) -> date:
    amount, unit, further = period.amount, period.unit, list[Lengthening]()
    for one in extensions:
        if one.how == ExtensionHow.TOTAL:
            amount, unit, further = one.amount, one.unit, []
        elif one.unit is unit and not further:
            amount += one.amount
        else:
            further.append(one)
    end = _end(
        day, amount, unit, calendar, working=period.working, inclusive=period.inclusive, backward=period.backward
    )
    for one in further:
        end = _end(end, one.amount, one.unit, calendar, working=False, inclusive=False, backward=period.backward)
    dated = period.working
    steps.append(
        {
            "kind": "length",
            "amount": period.amount,
            "unit": period.unit.value,
            "working": period.working,
            "inclusive": period.inclusive,
            "backward": period.backward,
            "skipped": [[on.isoformat(), name] for on, name in calendar.skipped(day, end)] if dated else [],
            "worked": [on.isoformat() for on, _ in calendar.worked(day, end)] if dated else [],
            "calendar": calendar.name,
        }
    )
    # What was added to the period itself is counted as the period is.
    steps += [one.step() | ({"working": True} if period.working and one not in further else {}) for one in extensions]
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
    if not inclusive:
        return end
    return end - _DAY if months > 0 else end + _DAY


def _pauses(
    period: Period, start: date, end: date, calendar: WorkingCalendar, pauses: Sequence[Span], steps: list[Step]
) -> date:
    """The end moved on by what stood still."""
    if period.backward:
        return end
    for first, last in merged(pauses):
        begin = max(first, start if period.inclusive else start + _DAY)
        if begin > end or last <= begin:
            continue
        if period.working:
            length = calendar.working_days_between(begin - _DAY, last - _DAY)
            end = calendar.move(end, length)
        else:
            length = (last - begin).days
            end += timedelta(days=length)
        steps.append({"kind": "pause", "on": begin.isoformat(), "to": last.isoformat(), "days": length})
    return end


def merged(spans: Sequence[Span]) -> list[Span]:
    """The spans in order, those that overlap or touch made one."""
    result: list[Span] = []
    for first, last in sorted(span for span in spans if span[1] > span[0]):
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result


def _roll(period: Period, end: date, calendar: WorkingCalendar) -> date:
    if period.roll == Roll.NEXT:
        return calendar.next_working(end)
    if period.roll == Roll.PREVIOUS:
        return calendar.previous_working(end)
    return end


def parse_start(text: str, zone: ZoneInfo | None = None) -> date | datetime:
    """An ISO day, or an ISO moment; one without an offset is read in `zone`.

    Of an hour that comes twice the first is meant. Raises `Invalid` naming the field `from`: for what is neither, for
    a moment without offset where no zone is given, and for an hour that the clocks leave out.
    """
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise Invalid({"from": f"{text} is no day (2026-11-24) and no moment (2026-11-24T09:40)."}) from problem
    if moment.tzinfo is not None:
        return moment
    if zone is None:
        raise Invalid({"from": "A moment needs its offset from UTC, as in 2026-11-24T09:40+01:00."})
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise Invalid({"from": f"{text} does not exist in {zone}: the clocks were put forward over it."})
    return local

"""Which reminder of a time limit goes out when, and to whom: the ladder, as plain dates.

Source of the rungs: the shapes of the house and of the office (docs/reminders.md). A rung of a date hangs on the
beginning of its local day; a rung of a clock in hours on its minute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from mla_tracker.reminders.shapes import BLAMELESS, CUSTODY, Level, Shape, Told, house_shape

GIVE_UP_AFTER: Final = timedelta(hours=72)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)

PRIORITY: Final = {CUSTODY: 0, "hard": 1, "lead_time": 2}
"""In which order waiting notices are sent; all others come with 3."""


@dataclass(frozen=True)
class Term:
    """What the ladder needs to know of one time limit. With `due_at` it is a clock in hours."""

    clock: str
    bound: str
    started_on: date
    started_at: datetime | None
    due_on: date
    due_at: datetime | None = None
    cautious_on: date | None = None
    before_roll_on: date | None = None

    @property
    def custody(self) -> bool:
        """Whether a person is held while it runs."""
        return self.clock == CUSTODY

    @property
    def due_moment(self) -> str:
        """The legal date, or moment, as the notice key keeps it; a reckoning that keeps it tells nobody again."""
        return self.due_at.isoformat() if self.due_at else self.due_on.isoformat()


@dataclass(frozen=True)
class Rung:
    """One step: its code, its moment (aware, UTC), how far up, and who hears of it."""

    code: str
    at: datetime
    level: Level
    told: frozenset[Told]


@dataclass(frozen=True)
class People:
    """Who stands where on one request. `lead` and `substitute` are None for nobody, or one who may not see it; an
    `absent` lead is stood in for. `supervisors` and `head` are those who may see it.
    """

    lead: int | None = None
    absent: bool = False
    substitute: int | None = None
    supervisors: tuple[int, ...] = ()
    head: int | None = None


@dataclass(frozen=True)
class Decision:
    """What is to be done now: the one rung to send, those it overtook, and when to look again (None: never)."""

    send: Rung | None
    overtaken: tuple[Rung, ...]
    next_at: datetime | None


def ladder(term: Term, zone: ZoneInfo, now: datetime, shape: Shape | None = None) -> tuple[Rung, ...]:
    """The rungs of a time limit in the order of their moments: all that lie before it and, of the repeated ones after
    it, the last one that is due at `now` and the next. Without a `shape` it is the house's own for this clock.

    A limit that binds the other State only tells the officer, once, that it has passed; one on which a person is held
    is watched as if it were ours.
    """
    shape = shape or house_shape(term.clock)
    if term.bound != "ours" and not term.custody:
        if term.clock in BLAMELESS:
            return ()
        return (Rung("chase", _overdue(term, zone, 1), Level.OVERDUE, frozenset({Told.OFFICER})),)
    due = Rung("due", _on_the_day(term, zone), Level.DUE, shape.told[Level.DUE])
    rungs = [rung for rung in _before(term, zone, shape) if rung.at < due.at]
    rungs.append(due)
    if term.clock not in BLAMELESS:
        rungs.extend(_after(term, zone, now, shape))
    if term.custody:
        rungs = _told_to_supervisors_late(rungs, _share(term, zone, shape.alarm_percent))
    return tuple(sorted(rungs, key=lambda rung: (rung.at, rung.level)))


def decide(rungs: Sequence[Rung], decided_until: datetime | None, now: datetime) -> Decision:
    """The highest rung that is due is sent unless it, or a later one, was decided before; lower ones are overtaken.

    `decided_until` is the moment of the latest rung for which the ledger has a word. Missed rungs so collapse into one.
    """
    fresh = [rung for rung in rungs if rung.at <= now and (decided_until is None or rung.at > decided_until)]
    following = next((rung.at for rung in rungs if rung.at > now), None)
    if not fresh:
        return Decision(None, (), following)
    return Decision(fresh[-1], tuple(fresh[:-1]), following)


def next_rung_at(rungs: Sequence[Rung], decided_until: datetime | None, now: datetime) -> datetime | None:
    """When the sweep has to look at this time limit: the highest undecided rung that is due, else the next to come."""
    decision = decide(rungs, decided_until, now)
    return decision.send.at if decision.send else decision.next_at


def silenced(rung: Rung, rungs: Sequence[Rung], acknowledged_at: datetime | None, *, custody: bool) -> bool:
    """Whether an acknowledgement covers this rung: it lasts until the next level; a custody clock is never silenced."""
    if acknowledged_at is None or custody:
        return False
    reached = max((other.level for other in rungs if other.at <= acknowledged_at), default=Level.BEFORE)
    return rung.level <= reached


def recipients(rung: Rung, people: People) -> dict[int, str]:
    """Who hears of a rung, and why: `officer`, `substitute`, `absent` (stands in), `supervisor`, `head`, `unassigned`.

    An absent officer's substitute is told in his place, the supervisors where there is none; so are they for a request
    that nobody leads. Nobody at all is an empty answer, which the ledger records as a dead letter.
    """
    told: dict[int, str] = {}
    if Told.OFFICER in rung.told:
        if people.lead is not None and not people.absent:
            told[people.lead] = "officer"
        elif people.lead is not None and people.substitute is not None:
            told[people.substitute] = "absent"
    if Told.SUBSTITUTE in rung.told and people.substitute is not None:
        told.setdefault(people.substitute, "substitute")
    if Told.HEAD in rung.told and people.head is not None:
        told.setdefault(people.head, "head")
    headless = Told.HEAD in rung.told and people.head is None
    if not told or Told.SUPERVISOR in rung.told or headless or people.lead is None:
        for account in people.supervisors:
            told.setdefault(account, "supervisor" if people.lead is not None else "unassigned")
    return told


def retry_after(attempts: int, waited: timedelta, chance: float) -> timedelta | None:
    """How long to wait after the failed attempt number `attempts`: from a minute doubling to an hour, less up to half.

    `chance` in [0, 1) spreads the tries of many messages. None when the message has waited 72 hours: it is dead.
    """
    if waited >= GIVE_UP_AFTER:
        return None
    whole = min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT)
    return whole * (1 - chance / 2)


def notice_key(what: str, due_moment: str, rung: str, recipient: int | None, channel: str) -> str:
    """The one key of a decision: a digest of what, which due moment, which rung, for whom and through what."""
    parts = (what, due_moment, rung, "nobody" if recipient is None else str(recipient), channel)
    return sha256("\x1f".join(parts).encode()).hexdigest()


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(ZoneInfo("UTC"))


def _before(term: Term, zone: ZoneInfo, shape: Shape) -> Iterator[Rung]:
    start, end = _start(term, zone), _end(term, zone)
    middle = start + (end - start) / 2
    for code, at in _steps_before(term, zone, shape):
        if at >= start and (term.custody or at >= middle):
            yield Rung(code, at, Level.BEFORE, shape.told[Level.BEFORE])


def _steps_before(term: Term, zone: ZoneInfo, shape: Shape) -> Iterator[tuple[str, datetime]]:
    if term.custody or term.due_at is not None:
        for percent in shape.percents:
            yield f"{percent}%", _share(term, zone, percent)
    if term.due_at is None or term.custody:
        for days in range(shape.last_days, 0, -1):
            yield f"last-{days}", _begins(term, zone, -days)
        for days in sorted(set(shape.days_before) - set(range(shape.last_days + 1)), reverse=True):
            yield f"due-{days}", _begins(term, zone, -days)


def _after(term: Term, zone: ZoneInfo, now: datetime, shape: Shape) -> Iterator[Rung]:
    days = set(shape.days_late)
    if shape.every_days:
        first = max(days, default=0)
        passed = max(0, _days_late(term, zone, now) - first) // shape.every_days
        days |= {first + shape.every_days * number for number in (passed, passed + 1) if number}
    for late in sorted(days - {shape.head_after}):
        level = Level.HEAD if 0 < shape.head_after < late else Level.OVERDUE
        yield Rung(f"overdue+{late}", _overdue(term, zone, late), level, shape.told[Level.OVERDUE])
    if shape.head_after:
        told = shape.told[Level.HEAD] | (shape.told[Level.OVERDUE] if shape.head_after in days else frozenset())
        at = _overdue(term, zone, shape.head_after)
        yield Rung(f"overdue+{shape.head_after}", at, Level.HEAD, told)


def _days_late(term: Term, zone: ZoneInfo, now: datetime) -> int:
    if term.due_at is not None:
        return (now - term.due_at).days
    return (now.astimezone(zone).date() - term.due_on).days


def _told_to_supervisors_late(rungs: Sequence[Rung], since: datetime) -> list[Rung]:
    return [replace(rung, told=rung.told | {Told.SUPERVISOR}) if rung.at >= since else rung for rung in rungs]


def _start(term: Term, zone: ZoneInfo) -> datetime:
    return term.started_at or day_begins(term.started_on, zone)


def _end(term: Term, zone: ZoneInfo) -> datetime:
    """The end for reminders: the minute of a clock in hours, else of the last day (custody: the earlier reading)."""
    return term.due_at or day_begins(_reading(term) + timedelta(days=1), zone)


def _reading(term: Term) -> date:
    if term.custody and term.cautious_on is not None:
        return min(term.due_on, term.cautious_on)
    return term.due_on


def _share(term: Term, zone: ZoneInfo, percent: int) -> datetime:
    """The moment at which that part of the period is over; for clocks in days the beginning of that day."""
    start, end = _start(term, zone), _end(term, zone)
    moment = start + (end - start) * percent / 100
    return moment if term.due_at else day_begins(moment.astimezone(zone).date(), zone)


def _begins(term: Term, zone: ZoneInfo, days: int) -> datetime:
    return day_begins(_reading(term) + timedelta(days=days), zone)


def _on_the_day(term: Term, zone: ZoneInfo) -> datetime:
    if term.due_at is not None:
        return term.due_at
    day = _reading(term)
    return day_begins(min(day, term.before_roll_on) if term.before_roll_on else day, zone)


def _overdue(term: Term, zone: ZoneInfo, days: int) -> datetime:
    if term.due_at is not None:
        return term.due_at + timedelta(days=days)
    return day_begins(term.due_on + timedelta(days=days), zone)

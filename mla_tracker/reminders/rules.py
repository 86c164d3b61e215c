"""Which reminder of a time limit goes out when, and to whom: the ladder, as plain dates.

Source of the rungs: the office's reminder ladder (docs/reminders.md). A rung of a date hangs on the beginning of its
local day; a rung of a clock in hours on its minute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

CUSTODY: Final = "max_custody"
BLAMELESS: Final = frozenset({"window", "min_hold"})
"""Clocks whose end is nobody's omission: they remind before and on the day, never of being late."""

DAYS_BEFORE: Final = {
    "hard": (7, 3, 1),
    "target": (14, 3),
    "window": (14, 3),
    "min_hold": (14, 3),
    "lead_time": (30, 14, 7, 1),
}
PERCENTS: Final = (50, 75, 90)
LAST_DAYS: Final = 5
HEAD_AFTER_DAYS: Final = 30


GIVE_UP_AFTER: Final = timedelta(hours=72)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)

PRIORITY: Final = {CUSTODY: 0, "hard": 1, "lead_time": 2}
"""In which order waiting notices are sent; all others come with 3."""


class Level(IntEnum):
    """How far the ladder has been climbed. Acknowledging silences it up to the next level."""

    BEFORE = 1
    DUE = 2
    OVERDUE = 3
    HEAD = 4


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
    """One step: its code, its moment (aware, UTC), how far up, and whether officer and supervisors hear of it."""

    code: str
    at: datetime
    level: Level
    to_officer: bool = True
    to_supervisors: bool = False


@dataclass(frozen=True)
class Decision:
    """What is to be done now: the one rung to send, those it overtook, and when to look again (None: never)."""

    send: Rung | None
    overtaken: tuple[Rung, ...]
    next_at: datetime | None


def ladder(term: Term, zone: ZoneInfo, now: datetime) -> tuple[Rung, ...]:
    """The rungs of a time limit in the order of their moments: all that lie before it and, of the weekly ones after it,
    the last one that is due at `now` and the next.

    A limit that binds the other State only tells the officer, once, that it has passed; one on which a person is held
    is watched as if it were ours.
    """
    if term.bound != "ours" and not term.custody:
        if term.clock in BLAMELESS:
            return ()
        return (Rung("chase", _overdue(term, zone, 1), Level.OVERDUE),)
    due = Rung("due", _on_the_day(term, zone), Level.DUE)
    rungs = [rung for rung in _before(term, zone) if rung.at < due.at]
    rungs.append(due)
    if term.clock not in BLAMELESS:
        rungs.extend(_after(term, zone, now))
    if term.custody:
        rungs = _told_to_supervisors_late(rungs, _share(term, zone, PERCENTS[-1]))
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


def recipients(rung: Rung, lead: int | None, supervisors: Sequence[int]) -> dict[int, str]:
    """Who hears of a rung, and why: `officer`, `supervisor`, or `unassigned` for supervisors in place of an officer.

    `lead` is None for a case that nobody leads (or whose officer left); `supervisors` are those who may see the case.
    Nobody at all is an empty answer, which the ledger records as a dead letter.
    """
    told: dict[int, str] = {}
    if rung.to_officer and lead is not None:
        told[lead] = "officer"
    if rung.to_supervisors or lead is None:
        for account in supervisors:
            told.setdefault(account, "supervisor" if lead is not None else "unassigned")
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


def _before(term: Term, zone: ZoneInfo) -> Iterator[Rung]:
    start, end = _start(term, zone), _end(term, zone)
    middle = start + (end - start) / 2
    for code, at in _steps_before(term, zone):
        if at >= start and (term.custody or at >= middle):
            yield Rung(code, at, Level.BEFORE)


def _steps_before(term: Term, zone: ZoneInfo) -> Iterator[tuple[str, datetime]]:
    if term.custody or term.due_at is not None:
        for percent in PERCENTS:
            yield f"{percent}%", _share(term, zone, percent)
    if term.custody:
        for days in range(LAST_DAYS, 0, -1):
            yield f"last-{days}", _begins(term, zone, -days)
    elif term.due_at is None:
        for days in DAYS_BEFORE.get(term.clock, DAYS_BEFORE["target"]):
            yield f"due-{days}", _begins(term, zone, -days)


def _after(term: Term, zone: ZoneInfo, now: datetime) -> Iterator[Rung]:
    for days in (1, 7):
        yield Rung(f"overdue+{days}", _overdue(term, zone, days), Level.OVERDUE, to_supervisors=True)
    yield Rung(
        f"overdue+{HEAD_AFTER_DAYS}",
        _overdue(term, zone, HEAD_AFTER_DAYS),
        Level.HEAD,
        to_officer=False,
        to_supervisors=True,
    )
    last = _days_late(term, zone, now) // 7
    for week in sorted({max(last, 2), max(last + 1, 2)}):
        level = Level.HEAD if 7 * week > HEAD_AFTER_DAYS else Level.OVERDUE
        yield Rung(f"overdue+{7 * week}", _overdue(term, zone, 7 * week), level, to_supervisors=True)


def _days_late(term: Term, zone: ZoneInfo, now: datetime) -> int:
    if term.due_at is not None:
        return (now - term.due_at).days
    return (now.astimezone(zone).date() - term.due_on).days


def _told_to_supervisors_late(rungs: Sequence[Rung], since: datetime) -> list[Rung]:
    return [
        Rung(rung.code, rung.at, rung.level, to_officer=rung.to_officer, to_supervisors=True)
        if rung.at >= since
        else rung
        for rung in rungs
    ]


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

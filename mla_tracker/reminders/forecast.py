"""Who gets what on a day to come, as it stands now: the sweep's own reckoning, without writing anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.core import clock
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders import rules
from mla_tracker.reminders.recipients import Audience
from mla_tracker.reminders.terms import term_of

SHOWN: Final = 300
FARTHEST: Final = 366
_LOOKED_AT: Final = 20_000


@dataclass(frozen=True)
class ForecastLine:
    """One reminder: of which limit of which request, which rung, to whom and why, and when at the earliest."""

    reference: str
    label: str
    rung: str
    due_on: date
    recipient: str
    why: str
    at: datetime


def forecast(session: Session, actor: Actor, day: date, *, now: datetime, zone: ZoneInfo) -> Sequence[ForecastLine]:
    """The reminders of that local day about cases that the actor sees, the earliest first, at most `SHOWN` of them.

    Assumes that nothing ends, moves or is acknowledged before. Rungs that were decided already do not come again.
    """
    begins = rules.day_begins(day, zone)
    ends = rules.day_begins(day + timedelta(days=1), zone)
    rows = session.execute(
        select(Deadline, Case.reference)
        .join(Case, Case.id == Deadline.case_id)
        .where(visible(actor, Case.id), Deadline.next_rung_on <= day)
        .order_by(Deadline.next_rung_on, Deadline.id)
        .limit(_LOOKED_AT)
    ).all()
    audience = Audience(session, {row.case_id for row, _reference in rows}, now=max(now, begins), zone=zone)
    found: list[tuple[ForecastLine, int]] = []
    for row, reference in rows:
        term = term_of(row)
        if term is None or row.due_on is None or row.next_rung_on is None:
            continue
        rungs = audience.rungs(row.case_id, term, ends)
        # Today's sweep also makes good what was missed; on a later day that is assumed to have been done.
        since = rules.day_begins(row.next_rung_on, zone) if clock.local_date(now, zone) == day else begins
        fresh = [rung for rung in rungs if since <= rung.at < ends]
        if not fresh or rules.silenced(fresh[-1], rungs, row.acknowledged_at, custody=term.custody):
            continue
        for recipient, why in audience.of(row.case_id, fresh[-1]).items():
            at = max(fresh[-1].at, audience.may_be_told_at(recipient, term))
            line = ForecastLine(reference, row.label, fresh[-1].code, row.due_on, "", why, at)
            found.append((line, recipient))
    found.sort(key=lambda pair: (pair[0].at, pair[0].due_on, pair[0].reference))
    return _with_names(session, found[:SHOWN])


def _with_names(session: Session, found: Sequence[tuple[ForecastLine, int]]) -> list[ForecastLine]:
    wanted = {recipient for _line, recipient in found}
    names = {
        row.id: row.name for row in session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    }
    return [
        ForecastLine(line.reference, line.label, line.rung, line.due_on, names[recipient], line.why, line.at)
        for line, recipient in found
    ]

"""Who leads, stands in for, supervises and heads some cases, as far as they may see them, and when each may be told."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, exists, not_, select, true
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Role
from mla_tracker.accounts.visibility import visible_to
from mla_tracker.cases.models import Case
from mla_tracker.core import clock, office_setting
from mla_tracker.reminders import rules
from mla_tracker.reminders.ladders import Ladders, ladders_in_force
from mla_tracker.reminders.models import Absence, ReminderPreference
from mla_tracker.reminders.rules import People, Rung, Term
from mla_tracker.reminders.shapes import Shape
from mla_tracker.reminders.working_hours import Hours, opening

HEAD: Final = "reminders_head"
"""Office setting: the account that stands above the supervisors on the ladder; empty while there is none."""


class Audience:
    """The people of a batch of cases, read once. An officer who left or lost sight of the case counts as none."""

    def __init__(self, session: Session, case_ids: Collection[int], *, now: datetime, zone: ZoneInfo) -> None:
        self._zone, self._now = zone, now
        self._ladders: Ladders = ladders_in_force(session)
        rows = session.execute(select(Case.id, Case.lead_id, Case.urgency).where(Case.id.in_(case_ids))).all()
        self._urgency = {row.id: row.urgency for row in rows}
        self._people = _people(session, rows, clock.local_date(now, zone))
        wanted = {account for people in self._people.values() for account in _everybody(people)}
        self._hours = _hours(session, wanted, zone)

    def of(self, case_id: int, rung: Rung) -> dict[int, str]:
        """Who hears of this rung of a time limit of this case, and why."""
        return rules.recipients(rung, self._people.get(case_id, People()))

    def shape(self, case_id: int, clock_kind: str) -> Shape:
        """The ladder of a clock of this case."""
        return self._ladders.of(clock_kind, self._urgency.get(case_id, "routine"))

    def rungs(self, case_id: int, term: Term, at: datetime) -> tuple[Rung, ...]:
        """The rungs of a time limit of this case as they stand at the moment `at`."""
        return rules.ladder(term, self._zone, at, self.shape(case_id, term.clock))

    def may_be_told_at(self, recipient: int, term: Term) -> datetime:
        """Now, or when the recipient's working hours begin; custody keeps to no hours."""
        hours = self._hours.get(recipient)
        return self._now if hours is None or term.custody else opening(self._now, hours)


def _everybody(people: People) -> set[int]:
    return {one for one in (people.lead, people.substitute, people.head, *people.supervisors) if one is not None}


def away(account: type[Account], day: date) -> ColumnElement[bool]:
    """Whether the account of a query's row is absent on that day."""
    return exists().where(Absence.account_id == account.id, Absence.first_on <= day, Absence.last_on >= day)


def _people(session: Session, rows: Sequence[Row[int, int | None, str]], today: date) -> dict[int, People]:
    leads = {row.lead_id for row in rows if row.lead_id is not None}
    substitute_of = {
        row.id: row.substitute_id
        for row in session.execute(
            select(Account.id, Account.substitute_id).where(Account.id.in_(leads), Account.substitute_id.is_not(None))
        )
    }
    head = int(office_setting.read(session, HEAD) or 0)
    known = leads | set(substitute_of.values()) | {head}
    at_work = session.execute(
        select(Account.id, Account.role, away(Account, today).label("away"))
        .where(Account.active, Account.id.in_(known) | (Account.role == Role.SUPERVISOR))
        .order_by(Account.id)
    ).all()
    absent = {row.id for row in at_work if row.away}
    seeing = _seeing(session, [row.id for row in at_work], [row.id for row in rows])
    found = {}
    for case_id, lead, _urgency in rows:
        may_see = seeing[case_id]
        substitute = substitute_of.get(lead or 0)
        found[case_id] = People(
            lead=lead if lead in may_see else None,
            absent=lead in absent,
            substitute=substitute if substitute in may_see - absent else None,
            supervisors=tuple(row.id for row in at_work if row.role == Role.SUPERVISOR and row.id in may_see),
            head=head if head in may_see else None,
        )
    return found


def _seeing(session: Session, account_ids: Sequence[int], case_ids: Sequence[int]) -> dict[int, set[int]]:
    """For each case those of the accounts who may see it. Asked for who may not: as a rule that is nobody."""
    unseen = session.execute(
        select(Case.id, Account.id)
        .join(Account, true())
        .where(Case.id.in_(case_ids), Account.id.in_(account_ids), not_(visible_to(Account, Case.id)))
    ).all()
    seeing = {case_id: set(account_ids) for case_id in case_ids}
    for case_id, account_id in unseen:
        seeing[case_id].discard(account_id)
    return seeing


def hours_of(row: ReminderPreference, zone: ZoneInfo) -> Hours | None:
    """The working hours that a person keeps to, in his own zone; None for any hour."""
    if row.work_from is None or row.work_to is None:
        return None
    return Hours(row.work_from, row.work_to, frozenset(row.work_days), zone)


def _hours(session: Session, account_ids: Collection[int], zone: ZoneInfo) -> dict[int, Hours]:
    rows = session.execute(
        select(ReminderPreference, Account.time_zone)
        .join(Account, Account.id == ReminderPreference.account_id)
        .where(Account.id.in_(account_ids), ReminderPreference.work_from.is_not(None))
    ).all()
    found = {row.account_id: hours_of(row, ZoneInfo(own) if own else zone) for row, own in rows}
    return {account_id: hours for account_id, hours in found.items() if hours is not None}

"""Who leads and who supervises some cases, as far as they may see them."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Role
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.reminders import rules
from mla_tracker.reminders.rules import Rung


class Audience:
    """The people of a batch of cases, read once. An officer who left or lost sight of the case counts as none."""

    def __init__(self, session: Session, case_ids: Collection[int]) -> None:
        rows = session.execute(select(Case.id, Case.lead_id).where(Case.id.in_(case_ids))).all()
        leads = {row.lead_id for row in rows if row.lead_id is not None}
        people = session.scalars(
            select(Account)
            .where(Account.active, Account.id.in_(leads) | (Account.role == Role.SUPERVISOR))
            .order_by(Account.id)
        ).all()
        seen = {person.id: _seen_by(session, person, case_ids) for person in people}
        self._lead = {
            row.id: row.lead_id for row in rows if row.lead_id is not None and row.id in seen.get(row.lead_id, ())
        }
        self._supervisors = {
            row.id: [person.id for person in people if person.role == Role.SUPERVISOR and row.id in seen[person.id]]
            for row in rows
        }

    def of(self, case_id: int, rung: Rung) -> dict[int, str]:
        """Who hears of this rung of a time limit of this case, and why."""
        return rules.recipients(rung, self._lead.get(case_id), self._supervisors.get(case_id, []))


def _seen_by(session: Session, person: Account, case_ids: Collection[int]) -> frozenset[int]:
    return frozenset(session.scalars(select(Case.id).where(Case.id.in_(case_ids), visible(actor_of(person), Case.id))))

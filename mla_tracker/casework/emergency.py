"""Opening a restricted case in an emergency ("break glass"): who is not named on it, and must see it now, takes the
access himself, with a reason. It stands on the file and in the trail, those named are told at once, and one of them
reviews it: he who took it stays named, or no longer is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account, EmergencyAccess, NeedToKnow
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import name, visible
from mla_tracker.cases.models import Case
from mla_tracker.casework.act import act
from mla_tracker.casework.office import Office
from mla_tracker.core.errors import DomainError, Invalid, NotPermitted
from mla_tracker.reminders.account_letters import Letter, write_letter

SHORTEST_REASON: Final = 20


def take_access(office: Office, session: Session, reference: str, reason: str, *, actor: Actor, now: datetime) -> str:
    """Open the restricted case with this reference; returns the reference as it is written.

    The same answer for a reference that there is not and for a case that needs no emergency: `Invalid` for
    `reference`.
    """
    if not actor.may(Permission.CASE_EMERGENCY) or actor.account_id is None:
        raise NotPermitted("This needs the right to open a restricted case in an emergency.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid({"reason": f"Say in a sentence why it cannot wait ({SHORTEST_REASON} characters at least)."})
    case = session.scalar(
        select(Case).where(
            Case.reference == reference.strip().upper(),
            Case.confidentiality == "restricted",
            ~visible(actor, Case.id),
        )
    )
    if case is None:
        raise Invalid({"reference": "There is no restricted request with this reference that is closed to you."})
    told = session.scalars(
        select(NeedToKnow.account_id)
        .join(Account, Account.id == NeedToKnow.account_id)
        .where(NeedToKnow.case_id == case.id, Account.active)
    ).all()
    name(session, case.id, actor.account_id, granted_by=actor.account_id, at=now, reason=reason.strip())
    session.add(EmergencyAccess(case_id=case.id, account_id=actor.account_id, reason=reason.strip(), taken_at=now))
    session.flush()
    with act(office, session, case.id, actor=actor, recorded_at=now) as a:
        a.append("access_taken", detail={"account": actor.account_id, "reason": reason.strip()})
        for account_id in told:
            write_letter(session, account_id, Letter.EMERGENCY_ACCESS, now)
    return case.reference


def review(
    office: Office, session: Session, case_id: int, access_id: int, *, keep: bool, actor: Actor, now: datetime
) -> None:
    """One of those named says whether he who took the access stays named. Nobody reviews his own."""
    if not actor.may(Permission.CASE_RESTRICT):
        raise NotPermitted("This needs the right to say who sees a restricted case.")
    with act(office, session, case_id, actor=actor, recorded_at=now) as a:
        open_ones = {row.id: row for row in accesses_of(session, case_id) if row.reviewed_at is None}
        taken = open_ones.get(access_id)
        if taken is None:
            raise DomainError("This access was reviewed already.")
        if actor.account_id in {row.account_id for row in open_ones.values()}:
            raise DomainError("Who opened the request in an emergency himself does not review it.")
        taken.reviewed_by, taken.reviewed_at, taken.kept = actor.account_id, now, keep
        if not keep:
            session.execute(
                delete(NeedToKnow).where(NeedToKnow.case_id == case_id, NeedToKnow.account_id == taken.account_id)
            )
        a.append("access_reviewed", detail={"account": taken.account_id, "kept": keep})


def accesses_of(session: Session, case_id: int) -> Sequence[EmergencyAccess]:
    """Every emergency access to a case, the latest first."""
    return session.scalars(
        select(EmergencyAccess).where(EmergencyAccess.case_id == case_id).order_by(EmergencyAccess.id.desc())
    ).all()

"""Acknowledging a reminder: an event of the case, after which its ladder is silent up to the next step."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.casework.act import act
from mla_tracker.casework.office import Office
from mla_tracker.core.errors import NotVisible
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.services import acknowledge
from mla_tracker.reminders.shapes import CUSTODY


@dataclass(frozen=True)
class OwnNotice:
    """A reminder that was addressed to this person, and where it leads. `open`: its time limit runs and may be
    acknowledged.
    """

    case_id: int
    reference: str
    deadline_id: int | None
    open: bool
    custody: bool


def own_notice(session: Session, actor: Actor, notice_id: int) -> OwnNotice:
    """Raises `NotVisible` for a notice to somebody else, and for a case that the person no longer sees."""
    row = session.execute(
        select(Notice.case_id, Case.reference, Deadline.id, Deadline.ended_on, Deadline.clock)
        .join(Case, Case.id == Notice.case_id)
        .outerjoin(Deadline, Deadline.id == Notice.deadline_id)
        .where(Notice.id == notice_id, Notice.recipient_id == actor.account_id, visible(actor, Case.id))
    ).one_or_none()
    if row is None:
        raise NotVisible("There is no such reminder.")
    case_id, reference, deadline_id, ended_on, clock_kind = cast("tuple[int, str, int | None, date | None, str]", row)
    return OwnNotice(
        case_id, reference, deadline_id, deadline_id is not None and ended_on is None, clock_kind == CUSTODY
    )


def acknowledge_notice(office: Office, session: Session, actor: Actor, notice_id: int) -> str:
    """Record that the person knows, in the case; returns its reference. One whose limit has ended needs no word."""
    found = own_notice(session, actor, notice_id)
    if found.open and found.deadline_id is not None:
        with act(office, session, found.case_id, actor=actor) as opened:
            label = session.get_one(Deadline, found.deadline_id).label
            opened.append("deadline_acknowledged", detail={"label": label})
            acknowledge(session, actor, found.deadline_id, now=opened.recorded_at, zone=office.zone)
    return found.reference

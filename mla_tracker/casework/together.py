"""One change to many requests: each an act of its own, and a report of what was done and what was refused and why.

What was assigned so can be taken back in one go, case by case, where nobody has assigned it anew meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.listing import CaseFilter, conditions
from mla_tracker.cases.models import Case
from mla_tracker.cases.notes import add_tag, tag_of
from mla_tracker.cases.particulars import URGENCIES
from mla_tracker.cases.registration import particulars_of
from mla_tracker.casework import editing
from mla_tracker.casework.act import act
from mla_tracker.casework.office import Office
from mla_tracker.core import clock
from mla_tracker.core.database import Base
from mla_tracker.core.errors import DomainError, Invalid, NotVisible

MOST: Final = 500
"""So many in one go: a page answers within seconds, and a slip of the hand has an end."""
ASSIGN: Final = "assign"
URGENCY: Final = "urgency"
TAG: Final = "tag"
UNDO: Final = "undo"


class Together(Base):
    """The report of one change to many. `done` and `refused` hold a mapping a case: its id, and what was or why not."""

    __tablename__ = "together"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    what: Mapped[str]
    value: Mapped[str]
    done: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("together.id"))

    __table_args__ = (CheckConstraint("what in ('assign', 'urgency', 'tag', 'undo')", name="what"),)


@dataclass(frozen=True)
class Wanted:
    """The change: `what`, and its value: the id of a lead ("" = nobody), an urgency, a word."""

    what: str
    value: str
    reason: str = ""


Change = Callable[[Case], object]
"""Does it to one case and returns what was before (a plain value), or None where nothing was to be done."""
NOTHING_CHOSEN: Final = "Tick the requests first."


def chosen_ids(session: Session, actor: Actor, references: Sequence[str]) -> list[int]:
    """The ticked requests, as far as the actor sees them, by id."""
    return list(
        session.scalars(
            select(Case.id).where(Case.reference.in_(references), visible(actor, Case.id)).order_by(Case.id)
        )
    )


def matching_ids(session: Session, actor: Actor, filters: CaseFilter, today: date, now: datetime) -> list[int]:
    """All requests that meet a filter and that the actor sees. Raises `DomainError` above `MOST`."""
    where = (visible(actor, Case.id), *conditions(filters, today, now))
    found = list(session.scalars(select(Case.id).where(*where).order_by(Case.id).limit(MOST + 1)))
    if len(found) > MOST:
        raise DomainError(f"More than {MOST} requests match: narrow the filter.")
    return found


def change_together(
    office: Office, session: Session, case_ids: Sequence[int], wanted: Wanted, *, actor: Actor
) -> Together:
    """Do it to each case in turn and keep the report. Raises `Invalid` for a value that can be none, before any."""
    if not case_ids:
        raise DomainError(NOTHING_CHOSEN)
    return _each(session, case_ids, wanted.what, wanted.value, _change(office, session, wanted, actor), actor)


def undo(office: Office, session: Session, report_id: int, *, actor: Actor) -> Together:
    """Give each request of an assignment back to whom it had before. Raises `DomainError` where that cannot be."""
    report = report_of(session, actor, report_id)
    if report.what != ASSIGN or report.undone_by is not None:
        raise DomainError("This cannot be undone.")
    was = {one["case"]: one["was"] for one in report.done}
    given = int(report.value) if report.value else None

    def back(case: Case) -> object:
        if case.lead_id != given:
            raise DomainError("It was assigned anew meanwhile.")
        editing.assign(office, session, case.id, was[case.id], actor=actor)
        return given

    made = _each(session, sorted(was), UNDO, str(report.id), back, actor)
    report.undone_by = made.id
    session.commit()
    return made


def report_of(session: Session, actor: Actor, report_id: int) -> Together:
    """One's own report. Another's, or none, raises `NotVisible`."""
    report = session.get(Together, report_id)
    if report is None or report.actor_id != actor.account_id:
        raise NotVisible("There is no such report.")
    return report


def lines_of(session: Session, actor: Actor, report: Together) -> tuple[Sequence[Any], Mapping[int, str]]:
    """The cases of a report as the actor may see them now, by reference, and why those refused were."""
    why = {one["case"]: one["why"] for one in report.refused}
    ids = [one["case"] for one in report.done] + list(why)
    rows = session.execute(
        select(Case.id, Case.reference, Case.subject, Case.counterpart)
        .where(Case.id.in_(ids), visible(actor, Case.id))
        .order_by(Case.reference)
    ).all()
    return rows, why


def _change(office: Office, session: Session, wanted: Wanted, actor: Actor) -> Change:
    if wanted.what == ASSIGN:
        lead = int(wanted.value) if wanted.value.isdecimal() else None
        if lead not in (None, *(account_id for account_id, _name in editing.lead_choices(session))):
            raise Invalid({"value": "Choose an active person."})
        return lambda case: _assign(office, session, case, lead, actor)
    if wanted.what == URGENCY:
        if wanted.value not in URGENCIES:
            raise Invalid({"value": "Choose an urgency."})
        return lambda case: _set_urgency(office, session, case, wanted, actor)
    if wanted.what == TAG:
        tag = tag_of(wanted.value)
        return lambda case: _tag(office, session, case, tag, actor)
    raise Invalid({"value": "Choose what is to be done."})


def _assign(office: Office, session: Session, case: Case, lead: int | None, actor: Actor) -> object:
    was = case.lead_id
    editing.assign(office, session, case.id, lead, actor=actor)
    return was


def _set_urgency(office: Office, session: Session, case: Case, wanted: Wanted, actor: Actor) -> object:
    was = case.urgency
    new = replace(particulars_of(case), urgency=wanted.value, urgency_reason=wanted.reason.strip())
    editing.edit_particulars(office, session, case.id, new, version=case.version, actor=actor)
    return was


def _tag(office: Office, session: Session, case: Case, tag: str, actor: Actor) -> object:
    with act(office, session, case.id, actor=actor) as opened:
        add_tag(opened, tag)
    return None


def _each(session: Session, case_ids: Sequence[int], what: str, value: str, change: Change, actor: Actor) -> Together:
    done: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for case_id in case_ids:
        case = session.scalar(select(Case).where(Case.id == case_id, visible(actor, Case.id)))
        if case is None:
            continue
        try:
            done.append({"case": case_id, "was": change(case)})
        except DomainError as problem:
            refused.append({"case": case_id, "why": problem.message})
    report = Together(actor_id=actor.account_id, at=clock.now(), what=what, value=value, done=done, refused=refused)
    session.add(report)
    session.commit()
    return report

"""What an administrator does to working calendars: days off, closures of the office, days worked after all.

What a change does is shown before it is made, over the very cases that are then gone through. Changes are kept day by
day with their source; a withdrawn one stays on record. What was once put on record as passed unmet stays so.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit.services import record_administration
from mla_tracker.casework import recomputing
from mla_tracker.casework.blast_radius import Effect, preview
from mla_tracker.casework.office import Office
from mla_tracker.core import office_setting
from mla_tracker.core.errors import Conflict, Invalid, NotPermitted, NotVisible
from mla_tracker.deadlines.calendar import FIRST_YEAR, LAST_YEAR, read_place
from mla_tracker.deadlines.models import CalendarChange, Recomputation
from mla_tracker.deadlines.office_calendars import OFFICE, VERSION, Calendars, Change, office_calendars
from mla_tracker.instruments.limits_in_force import limits_in_force

LONGEST_DAYS = 62
CHANGED_MEANWHILE = "Somebody else changed a calendar meanwhile. Look again at what your change does."


@dataclass(frozen=True)
class Shown:
    """What a change would do, the cases it was counted over, and the version of the calendars it was counted on."""

    effect: Effect
    cases: tuple[int, ...]
    version: str


def show_change(office: Office, session: Session, change: Change, *, actor: Actor, now: datetime) -> Shown:
    """What it would do. Nothing is written. Raises `Invalid` beside the field that is wrong."""
    _may(actor)
    check(change)
    standing = office_calendars(session, office.country, office.zone)
    return _shown(office, session, change, standing.with_change(change), now)


def show_withdrawal(office: Office, session: Session, number: int, *, actor: Actor, now: datetime) -> Shown:
    """What taking a change back would do."""
    _may(actor)
    row = _standing(session, number)
    standing = office_calendars(session, office.country, office.zone)
    return _shown(office, session, _change(row), standing.without(_change(row)), now)


def make_change(
    office: Office, session: Session, change: Change, *, source: str, version: str, actor: Actor, now: datetime
) -> Recomputation:
    """Make the change and queue the going through of the cases it touches; commits. `version`: as it was shown.

    Raises `Conflict` where a calendar was changed since.
    """
    _may(actor)
    check(change)
    if not source.strip():
        raise Invalid({"source": "Name the law, the decision or the notice."})
    _unchanged(session, version)
    shown = show_change(office, session, change, actor=actor, now=now)
    row = CalendarChange(
        place=change.place,
        first_on=change.first,
        last_on=change.last,
        works=change.works,
        name=change.name,
        source=source.strip(),
        set_at=now,
        set_by=actor.account_id,
    )
    session.add(row)
    session.flush()
    return _made(office, session, "calendar_changed", row, shown, actor=actor, now=now)


def withdraw_change(
    office: Office, session: Session, number: int, *, version: str, actor: Actor, now: datetime
) -> Recomputation:
    """Take a change back: from then on the days count as before. It stays on record; commits."""
    _may(actor)
    _unchanged(session, version)
    shown = show_withdrawal(office, session, number, actor=actor, now=now)
    row = _standing(session, number)
    row.withdrawn_at, row.withdrawn_by = now, actor.account_id
    return _made(office, session, "calendar_change_withdrawn", row, shown, actor=actor, now=now)


def check(change: Change) -> None:
    """Raises `Invalid` for a place that is none, days the wrong way round or too many, or a day off without a name."""
    faults = {}
    if change.place != OFFICE:
        try:
            country, subdivision = read_place(change.place)
        except Invalid as problem:
            faults["place"] = next(iter(problem.errors.values()))
        else:
            if subdivision is not None or country != change.place:
                faults["place"] = "Deadlines count by whole States: enter its code, as LV."
    if change.last < change.first:
        faults["last"] = "The last day lies before the first."
    elif (change.last - change.first).days >= LONGEST_DAYS:
        faults["last"] = f"Enter {LONGEST_DAYS} days at most at a time."
    if not FIRST_YEAR <= change.first.year <= LAST_YEAR:
        faults["first"] = f"Enter a day between {FIRST_YEAR} and {LAST_YEAR}."
    if not change.works and not change.name.strip():
        faults["name"] = "Name the day off: it stands beside each date that it moves."
    if faults:
        raise Invalid(faults)


def _shown(office: Office, session: Session, change: Change, calendars: Calendars, now: datetime) -> Shown:
    recomputing.require_settled(session)
    ids = recomputing.case_ids(session, recomputing.touched_by(change, office.country))
    effect = preview(office, session, ids, limits_in_force(session), calendars, now)
    return Shown(effect, tuple(ids), office_setting.read(session, VERSION) or "")


def _made(
    office: Office, session: Session, code: str, row: CalendarChange, shown: Shown, *, actor: Actor, now: datetime
) -> Recomputation:
    office_setting.write(session, VERSION, uuid4().hex, now)
    why = {
        "kind": code,
        "place": row.place,
        "first": row.first_on.isoformat(),
        "last": row.last_on.isoformat(),
        "works": row.works,
        "name": row.name,
        "change": row.id,
    }
    queued = recomputing.queue(session, why, ids=list(shown.cases), by=actor.account_id, expected=shown.effect, now=now)
    detail = {**why, "source": row.source, **shown.effect.figures()}
    record_administration(session, office.audit_key, actor_id=actor.account_id, code=code, detail=detail, now=now)
    session.commit()
    return queued


def _unchanged(session: Session, version: str) -> None:
    if (office_setting.read(session, VERSION) or "") != version:
        raise Conflict(CHANGED_MEANWHILE)


def _standing(session: Session, number: int) -> CalendarChange:
    row = session.get(CalendarChange, number, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        raise NotVisible("There is no such change.")
    return row


def _change(row: CalendarChange) -> Change:
    return Change(row.place, row.first_on, row.last_on, row.works, row.name)


def _may(actor: Actor) -> None:
    if not actor.may(Permission.ADMIN_OFFICE):
        raise NotPermitted("This needs the right to keep the calendars of the office.")

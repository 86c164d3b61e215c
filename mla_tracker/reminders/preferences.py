"""How a person wants to be told, when he is away and who stands in, and the address of his calendar.

Every function is for the person himself; the caller commits.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Permission
from mla_tracker.core.errors import Invalid, NotVisible
from mla_tracker.reminders.kinds import CHOOSABLE, Kind
from mla_tracker.reminders.models import Absence, ReminderPreference

DIGESTS: Final = ("off", "daily", "weekly")
HOURS: Final = range(25)


@dataclass(frozen=True)
class Wishes:
    """Working hours (None: told at any hour), digest (`off`, `daily`, `weekly` on Mondays), wish for each kind."""

    work_from: int | None = None
    work_to: int | None = None
    work_days: Collection[int] = (1, 2, 3, 4, 5)
    digest: str = "off"
    digest_hour: int = 7
    kinds: Mapping[str, str] = field(default_factory=dict)
    has_feed: bool = False


def wishes_of(session: Session, account_id: int) -> Wishes:
    """What the person chose, or what holds without a choice."""
    row = session.get(ReminderPreference, account_id, populate_existing=True)
    if row is None:
        return Wishes()
    return Wishes(
        work_from=row.work_from,
        work_to=row.work_to,
        work_days=tuple(row.work_days),
        digest=row.digest,
        digest_hour=row.digest_hour,
        kinds=dict(row.kinds),
        has_feed=row.feed_hash is not None,
    )


def keep_wishes(session: Session, account_id: int, wishes: Wishes) -> None:
    """Keep what the person chose. Raises `Invalid` beside the field that cannot be."""
    problems = {}
    if (wishes.work_from is None) != (wishes.work_to is None):
        problems["work_to"] = "Enter both hours, or neither."
    elif wishes.work_from is not None and wishes.work_to is not None and wishes.work_from >= wishes.work_to:
        problems["work_to"] = "Enter an hour after the first one."
    if wishes.work_from is not None and not wishes.work_days:
        problems["work_days"] = "Choose at least one day."
    if problems:
        raise Invalid(problems)
    values = {
        "work_from": wishes.work_from,
        "work_to": wishes.work_to,
        "work_days": sorted(wishes.work_days),
        "digest": wishes.digest,
        "digest_hour": wishes.digest_hour,
        "kinds": {kind: wish for kind, wish in wishes.kinds.items() if wish in CHOOSABLE[Kind(kind)]},
    }
    _upsert(session, account_id, values)


def new_feed(session: Session, account_id: int) -> str:
    """A new secret address for the person's calendar; a former one ends. Only its digest is kept."""
    token = token_urlsafe(32)
    _upsert(session, account_id, {"feed_hash": sha256(token.encode()).digest()})
    return token


def end_feed(session: Session, account_id: int) -> None:
    """The person's calendar has no address any more."""
    _upsert(session, account_id, {"feed_hash": None})


def account_of_feed(session: Session, token: str) -> Account:
    """Whose calendar this is. Raises `NotVisible` for an address that is none, and for a disabled account."""
    account = session.scalar(
        select(Account)
        .join(ReminderPreference, ReminderPreference.account_id == Account.id)
        .where(ReminderPreference.feed_hash == sha256(token.encode()).digest(), Account.active)
    )
    if account is None:
        raise NotVisible("There is no such calendar.")
    return account


def absences_of(session: Session, account_id: int, today: date) -> Sequence[Absence]:
    """Present and coming absences, the earliest first."""
    return session.scalars(
        select(Absence)
        .where(Absence.account_id == account_id, Absence.last_on >= today)
        .order_by(Absence.first_on, Absence.id)
    ).all()


def be_away(session: Session, account_id: int, first_on: date, last_on: date) -> None:
    """Both days included. Raises `Invalid` where the last lies before the first."""
    if last_on < first_on:
        raise Invalid({"last_on": "Enter a day that is not before the first one."})
    session.add(Absence(account_id=account_id, first_on=first_on, last_on=last_on))
    session.flush()


def drop_absence(session: Session, account_id: int, absence_id: int) -> None:
    """The person is at work after all. Raises `NotVisible` for an absence of somebody else."""
    gone = session.execute(
        delete(Absence).where(Absence.id == absence_id, Absence.account_id == account_id).returning(Absence.id)
    ).first()
    if gone is None:
        raise NotVisible("There is no such absence.")


def possible_substitutes(session: Session, account_id: int) -> Sequence[Account]:
    """Who can stand in: everybody at work who works on requests, but the person himself."""
    working = [role for role, may in ROLE_PERMISSIONS.items() if Permission.REQUEST_WORK in may]
    return session.scalars(
        select(Account)
        .where(Account.active, Account.role.in_(working), Account.id != account_id)
        .order_by(Account.name)
    ).all()


def name_substitute(session: Session, account_id: int, substitute_id: int | None) -> None:
    """Who is told in the person's place while he is away. Raises `Invalid` for somebody who cannot."""
    if substitute_id is not None and substitute_id not in {
        person.id for person in possible_substitutes(session, account_id)
    }:
        raise Invalid({"substitute": "Choose somebody who works on requests."})
    session.get_one(Account, account_id).substitute_id = substitute_id
    session.flush()


def _upsert(session: Session, account_id: int, values: Mapping[str, object]) -> None:
    session.execute(
        insert(ReminderPreference)
        .values(account_id=account_id, **values)
        .on_conflict_do_update(index_elements=["account_id"], set_=values)
    )

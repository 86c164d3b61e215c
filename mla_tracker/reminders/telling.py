"""Notices that are not about a time limit: written in the act that causes them, or once a day by the sweep.

Each has one key, as a reminder has; how a person hears of it (at once, in the digest, not at all) is his choice. What
an import or the demonstration enters of former days tells nobody.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Permission
from mla_tracker.accounts.visibility import visible_to
from mla_tracker.cases.models import Case
from mla_tracker.core import clock, office_setting
from mla_tracker.core.database import Sessions
from mla_tracker.directory.models import Authority
from mla_tracker.reminders import rules
from mla_tracker.reminders.chasing import due_to_chase
from mla_tracker.reminders.digests import digest_day
from mla_tracker.reminders.kinds import Kind, Wish, wish_of
from mla_tracker.reminders.models import PLANNED, SUPPRESSED, ReminderPreference
from mla_tracker.reminders.recipients import hours_of
from mla_tracker.reminders.working_hours import opening
from mla_tracker.reminders.writing import MAIL, write

IN_DIGEST: Final = "in_digest"
OFF: Final = "off"
DAILY: Final = "reminders_daily"
"""Office setting: the last local day on which the daily round was made."""
_NEWS: Final = timedelta(days=1)
_PRIORITY: Final = 2
_YEAR: Final = timedelta(days=365)
_ASSIGNED: Final = frozenset({"assigned", "received", "opened"})
_REPLIES: Final = frozenset(
    {
        "information_received",
        "information_received_in_part",
        "consultation_answered",
        "draft_comments_received",
        "acknowledged_abroad",
        "information_asked_of_us",
        "consultation_from_abroad",
        "results_received",
        "results_received_in_part",
        "negative_reply_received",
    }
)
_APPROVALS: Final = frozenset({"submitted_for_approval", "refusal_proposed", "item_refusal_proposed"})


@dataclass(frozen=True)
class Happened:
    """One event of an act: its number in the case and its code."""

    seq: int
    code: str


@dataclass(frozen=True)
class _ToTell:
    kind: Kind
    what: str
    moment: str
    case_id: int | None
    about: str
    rung: str


def tell_of_act(
    session: Session, case: Case, events: Iterable[Happened], actor: Actor, *, now: datetime, zone: ZoneInfo
) -> None:
    """Tell the lead of what others did to his request, and who approves of what waits for him. The act commits."""
    if clock.now() - now > _NEWS:
        return
    for event in events:
        kind = _kind_of(event.code)
        if kind is None:
            continue
        if kind is Kind.APPROVAL:
            people = _holders(session, Permission.REQUEST_APPROVE)
        else:
            people = set() if case.lead_id is None else {case.lead_id}
        told = _ToTell(kind, f"event:{case.id}:{event.seq}", now.isoformat(), case.id, "", kind.value)
        _tell(session, told, people - {actor.account_id or 0}, now, zone)


def _kind_of(code: str) -> Kind | None:
    if code in _ASSIGNED:
        return Kind.ASSIGNED
    if code in _REPLIES:
        return Kind.REPLY
    return Kind.APPROVAL if code in _APPROVALS else None


def tell_daily(sessions: Sessions, now: datetime, zone: ZoneInfo) -> None:
    """The round of each local day, made by the first sweep that finds it not made: other States that are silent, a
    directory that was not verified. Two sweeps at once write the same keys.
    """
    today = clock.local_date(now, zone)
    with sessions() as session, session.begin():
        if (office_setting.read(session, DAILY) or "") >= today.isoformat():
            return
        for chase in due_to_chase(session, today):
            silent = _ToTell(
                Kind.SILENCE, f"silence:{chase.case_id}", chase.since_on.isoformat(), chase.case_id, "",
                f"silence+{chase.days}",
            )  # fmt: skip
            _tell(session, silent, {chase.lead_id}, now, zone)
        if session.scalar(select(func.count()).where(*_unverified(today))):
            stale = _ToTell(
                Kind.UNVERIFIED, "directory", today.replace(day=1).isoformat(), None, "/directory", "unverified"
            )
            _tell(session, stale, _holders(session, Permission.REQUEST_APPROVE), now, zone)
        office_setting.write(session, DAILY, today.isoformat(), now)


def plan_digests(sessions: Sessions, now: datetime, zone: ZoneInfo) -> None:
    """A digest for everybody whose hour has come on this day of his own, under one key a day."""
    with sessions() as session, session.begin():
        rows = session.execute(
            select(ReminderPreference, Account.time_zone)
            .join(Account, Account.id == ReminderPreference.account_id)
            .where(Account.active, ReminderPreference.digest != "off")
        ).all()
        due: list[dict[str, Any]] = []
        for row, own in rows:
            day = digest_day(now, ZoneInfo(own) if own else zone, row.digest_hour, weekly=row.digest == "weekly")
            if day is not None:
                told = _ToTell(Kind.DIGEST, "digest", day.isoformat(), None, "/", "digest")
                due.append(_row(told, row.account_id, now, now))
        write(session, due)


def unverified(session: Session, today: date) -> int:
    """How many entries of the directory nobody verified for a year."""
    return session.scalar(select(func.count()).select_from(Authority).where(*_unverified(today))) or 0


def _unverified(today: date) -> tuple[Any, ...]:
    return Authority.retired_at.is_(None), Authority.own.is_(False), Authority.verified_on < today - _YEAR


def _holders(session: Session, permission: Permission) -> set[int]:
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions]
    return set(session.scalars(select(Account.id).where(Account.active, Account.role.in_(roles))))


def _tell(session: Session, what: _ToTell, people: Collection[int], now: datetime, zone: ZoneInfo) -> None:
    """Write a notice for each of these who may know."""
    told = (
        select(Account.id, Account.time_zone, ReminderPreference)
        .outerjoin(ReminderPreference, ReminderPreference.account_id == Account.id)
        .where(Account.active, Account.id.in_(people))
        .order_by(Account.id)
    )
    if what.case_id is not None:
        told = told.join(Case, Case.id == what.case_id).where(visible_to(Account, Case.id))
    rows = []
    for account_id, own_zone, found in session.execute(told).all():
        row = cast("ReminderPreference | None", found)
        if row is None:
            rows.append(_row(what, account_id, now, now, wish_of(what.kind, None, digest=False)))
            continue
        hours = hours_of(row, ZoneInfo(own_zone) if own_zone else zone)
        wish = wish_of(what.kind, row.kinds.get(what.kind), digest=row.digest != "off")
        rows.append(_row(what, account_id, now, now if hours is None else opening(now, hours), wish))
    write(session, rows)


def _row(what: _ToTell, account_id: int, now: datetime, at: datetime, wish: Wish = Wish.AT_ONCE) -> dict[str, Any]:
    reason = {Wish.AT_ONCE: None, Wish.DIGEST: IN_DIGEST, Wish.OFF: OFF}[wish]
    return {
        "notice_key": rules.notice_key(what.what, what.moment, what.rung, account_id, MAIL),
        "kind": what.kind.value,
        "case_id": what.case_id,
        "deadline_id": None,
        "floor_id": None,
        "about": what.about,
        "rung": what.rung,
        "due_moment": what.moment,
        "recipient_id": account_id,
        "channel": MAIL,
        "why": what.kind.value,
        "priority": _PRIORITY,
        "due_at": now,
        "planned_at": now,
        "state": SUPPRESSED if reason else PLANNED,
        "reason": reason,
        "next_attempt_at": None if reason else at,
    }

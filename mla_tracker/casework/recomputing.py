"""Going through the cases after rules or calendars changed: by the worker, in batches, with progress that can be seen.

A change is queued in the transaction that makes it. The schedule takes up what is queued; a worker that dies loses its
lease and the next one goes on where the last batch ended. Limits that changed on any way (a new release, a code list)
are found by their digest, so that no case keeps a date of a rule that is no more.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.cases.models import Case, CaseLegalBasis
from mla_tracker.casework.act import act
from mla_tracker.casework.blast_radius import BATCH, Effect, carry_out
from mla_tracker.casework.office import Office
from mla_tracker.core import clock, office_setting
from mla_tracker.core.errors import Conflict
from mla_tracker.deadlines.agreed import SET_FOR_CASE
from mla_tracker.deadlines.models import Deadline, Recomputation
from mla_tracker.deadlines.office_calendars import Change, office_calendars, own_places
from mla_tracker.deadlines.queries import late
from mla_tracker.instruments.limits_in_force import limits_in_force
from mla_tracker.instruments.queries import code_rows
from mla_tracker.instruments.time_limits import DOMESTIC, HOUSE, TimeLimit

LIMITS_DIGEST: Final = "limits_digest"
LEASE: Final = timedelta(minutes=5)
_CHAIN: Final = timedelta(days=31)
"""How far from a changed day a roll, or the other reading of a count, can begin: longer than any chain of days off."""
_MISSED_AT_ONCE: Final = 500
_BLAMELESS: Final = ("window", "min_hold")


def touched_by(change: Change, country: str) -> ColumnElement[bool]:
    """The condition of a case whose deadlines may depend on these days of this calendar; a superset, cheap to find.

    A day counts for a deadline that counts or rolls by that calendar and whose span comes near the day.
    """
    calendar = own_places(country).get(change.place, change.place)
    first, last = change.first - _CHAIN, change.last + _CHAIN
    return exists().where(
        Deadline.case_id == Case.id,
        Deadline.calendar == calendar,
        func.least(Deadline.started_on, Deadline.due_on, Deadline.before_roll_on) <= last,
        or_(
            Deadline.due_on.is_(None),
            func.greatest(Deadline.started_on, Deadline.due_on, Deadline.before_roll_on) >= first,
        ),
    )


def touched_by_limits(*limits: TimeLimit) -> ColumnElement[bool]:
    """The condition of a case to which one of these limits attaches or may attach, or that has a deadline of it."""
    return or_(*[one for limit in limits for one in (_has(limit), _may_have(limit))])


def _has(limit: TimeLimit) -> ColumnElement[bool]:
    return exists().where(Deadline.case_id == Case.id, Deadline.rule_code == limit.code)


def _may_have(limit: TimeLimit) -> ColumnElement[bool]:
    fits = and_(Case.kind.in_(sorted(limit.kinds)), Case.direction.in_(sorted(limit.directions)))
    if HOUSE in limit.instruments or DOMESTIC in limit.instruments:
        return fits
    of_basis = exists().where(
        CaseLegalBasis.case_id == Case.id, CaseLegalBasis.basis_code.in_(sorted(limit.instruments))
    )
    return and_(fits, of_basis)


def case_ids(session: Session, touched: ColumnElement[bool] | None, after: int = 0) -> list[int]:
    """The cases of a condition (None: all), in order, those after a number."""
    statement = select(Case.id).where(Case.id > after).order_by(Case.id)
    return list(session.scalars(statement if touched is None else statement.where(touched)))


def require_settled(session: Session) -> None:
    """Raises `Conflict` while cases still follow an earlier change: what another one does could not be told exactly."""
    open_one = session.scalar(select(Recomputation).where(Recomputation.state != "done").limit(1))
    if open_one is not None:
        raise Conflict(
            f"The deadlines still follow an earlier change ({open_one.done} of {open_one.total} requests). Wait until "
            "that is done."
        )


def queue(
    session: Session,
    why: Mapping[str, Any],
    *,
    ids: list[int] | None,
    by: int | None,
    expected: Effect | None,
    now: datetime,
) -> Recomputation:
    """Ask the worker to go through these cases (None: all there are). The caller commits, and then sends the job."""
    row = Recomputation(
        why=dict(why) | ({} if ids is None else {"cases": ids}),
        state="queued",
        requested_at=now,
        requested_by=by,
        total=len(ids) if ids is not None else session.scalar(select(func.count()).select_from(Case)) or 0,
        expected=expected.figures() if expected is not None else None,
    )
    session.add(row)
    session.flush()
    return row


def sweep(office: Office, now: datetime, *, seconds: float = 240.0) -> int:
    """What the schedule runs: find limits that changed, go through what is queued, record what passed unmet.

    Returns how many cases were gone through. Safe to repeat and to run twice at once.
    """
    _queue_for_changed_limits(office, now)
    done = work_off(office, seconds=seconds)
    record_missed(office, now)
    return done


def _queue_for_changed_limits(office: Office, now: datetime) -> None:
    with office.sessions() as session, session.begin():
        digest = limits_digest(session)
        known = office_setting.read(session, LIMITS_DIGEST)
        if known == digest:
            return
        office_setting.write(session, LIMITS_DIGEST, digest, now)
        if known is not None:
            queue(session, {"kind": "limits"}, ids=None, by=None, expected=None, now=now)


def limits_digest(session: Session) -> str:
    """A digest of all time limits as they stand: another one means that deadlines may be others."""
    rows = [(row.code, row.retired_at is None, row.definition) for row in code_rows(session, "time_limit")]
    return sha256(json.dumps(sorted(rows, key=lambda row: row[0]), sort_keys=True).encode()).hexdigest()


def work_off(office: Office, *, seconds: float) -> int:
    """Go through what is queued, a batch a transaction, for so many seconds; returns the number of cases."""
    until, gone_through = monotonic() + seconds, 0
    while monotonic() < until:
        with office.sessions() as session, session.begin():
            claimed = _claim(session, clock.now())
        if claimed is None:
            break
        while monotonic() < until:
            with office.sessions() as session, session.begin():
                number, finished = _batch(office, session, claimed, clock.now())
            gone_through += number
            if finished:
                break
        else:
            _let_go(office, claimed)
    return gone_through


def _claim(session: Session, now: datetime) -> int | None:
    row = session.scalar(
        select(Recomputation)
        .where(
            Recomputation.state != "done", or_(Recomputation.claimed_until.is_(None), Recomputation.claimed_until < now)
        )
        .order_by(Recomputation.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.state, row.claimed_until = "running", now + LEASE
    return row.id


def _let_go(office: Office, number: int) -> None:
    with office.sessions() as session, session.begin():
        session.get_one(Recomputation, number).claimed_until = None


def _batch(office: Office, session: Session, number: int, now: datetime) -> tuple[int, bool]:
    row = session.get_one(Recomputation, number, with_for_update=True)
    if row.state == "done":
        return 0, True
    wanted = row.why.get("cases")
    if wanted is None:
        ids = session.scalars(select(Case.id).where(Case.id > row.after_case).order_by(Case.id).limit(BATCH)).all()
    else:
        ids = [one for one in wanted if one > row.after_case][:BATCH]
    limits, calendars = limits_in_force(session), office_calendars(session, office.country, office.zone)
    why = {name: value for name, value in row.why.items() if name != "cases"} | {"recomputation": row.id}
    effect = carry_out(office, session, ids, limits, calendars, why=why, now=now)
    found = Effect(**{name: row.found.get(name, 0) for name in effect.figures()})
    found.add(effect)
    row.found, row.done = found.figures(), row.done + len(ids)
    row.claimed_until = now + LEASE
    if len(ids) < BATCH:
        row.state, row.finished_at, row.claimed_until = "done", now, None
        row.total = row.done
        return len(ids), True
    row.after_case = ids[-1]
    return len(ids), False


def record_missed(office: Office, now: datetime) -> int:
    """Put on record, once for each day, that a limit of a text, or a day that a court set, passed unmet on our side.

    It is an event in the case: duties that follow the lapse start with it, and it stays whatever becomes of the
    deadline afterwards. Our own targets (also where they lend their number to a text without one), windows and minimum
    holds are no breach. Returns how many were recorded.
    """
    today, recorded = clock.local_date(now, office.zone), 0
    for case_id, deadline_ids in _passed(office, today, now).items():
        with office.sessions() as session, act(office, session, case_id, actor=SYSTEM, recorded_at=now) as opened:
            rows = session.scalars(select(Deadline).where(Deadline.id.in_(deadline_ids), _to_record(today, now)))
            for row in rows.all():
                key = row.run_key.removesuffix(f":{row.item_id}") if row.item_id is not None else row.run_key
                detail = {"clock": key, "label": row.label, "due_on": (row.due_on or today).isoformat()}
                opened.append("limit_missed", item_id=row.item_id, detail=detail)
                recorded += 1
    return recorded


def _passed(office: Office, today: date, now: datetime) -> dict[int, list[int]]:
    with office.sessions() as session:
        rows = session.execute(
            select(Deadline.case_id, Deadline.id)
            .where(_to_record(today, now))
            .order_by(Deadline.case_id, Deadline.id)
            .limit(_MISSED_AT_ONCE)
        ).all()
    found: dict[int, list[int]] = {}
    for case_id, deadline_id in rows:
        found.setdefault(case_id, []).append(deadline_id)
    return found


def _to_record(today: date, now: datetime) -> ColumnElement[bool]:
    return and_(
        Deadline.ended_on.is_(None),
        Deadline.due_on.is_not(None),
        late(today, now),
        or_(Deadline.missed_on.is_(None), Deadline.missed_on != Deadline.due_on),
        Deadline.bound == "ours",
        ~Deadline.provisional,
        Deadline.clock.not_in(_BLAMELESS),
        Deadline.check_mark != "house",
        ~and_(Deadline.check_mark == SET_FOR_CASE, Deadline.clock == "target"),
        Deadline.explanation["lent_by"].as_string().is_(None),
    )

"""What an administrator does to time limits: confirm them against the text, adapt, add, retire, bring back.

What a change does to the deadlines of real cases is shown before it is made, and then done by the worker.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit.services import record_administration
from mla_tracker.casework import recomputing
from mla_tracker.casework.blast_radius import Effect, preview
from mla_tracker.casework.office import Office
from mla_tracker.core import office_setting
from mla_tracker.core.code_list import CodeDataError
from mla_tracker.core.errors import Invalid, NotPermitted, NotVisible
from mla_tracker.deadlines.models import Recomputation
from mla_tracker.deadlines.office_calendars import office_calendars
from mla_tracker.instruments import services as instruments
from mla_tracker.instruments.limits_in_force import LimitsInForce, limits_in_force, with_limit
from mla_tracker.instruments.queries import code_row
from mla_tracker.instruments.time_limits import TimeLimit, read_time_limit

ADAPTABLE: Final = (
    "label", "source", "amount", "unit", "day_type", "counting", "counting_source", "roll", "roll_source", "calendar",
    "applies_from", "applies_until", "status", "check", "check_note", "note",
)  # fmt: skip
"""What may be adapted in a limit that stands: its number and how it is counted, never what starts and ends it."""
ATTACHING: Final = ("instruments", "jurisdiction", "between", "template")
"""What is asked besides of one that is made after the pattern of another."""


@dataclass(frozen=True)
class ShownLimit:
    """A limit as it would be, and what that does to the deadlines of how many cases."""

    definition: Mapping[str, Any]
    limit: TimeLimit
    effect: Effect
    cases: tuple[int, ...]


def show_adapted(
    office: Office, session: Session, code: str, changes: Mapping[str, Any], *, actor: Actor, now: datetime
) -> ShownLimit:
    """What a limit with these changes would do. Raises `Invalid` beside the field that is wrong."""
    _may(actor)
    standing = limits_in_force(session)
    former = _former(standing, code)
    row = code_row(session, "time_limit", code)
    if row is None:
        raise NotVisible("There is no such time limit.")
    definition = _merged(row.definition, {name: changes[name] for name in ADAPTABLE if name in changes})
    in_use = any(one.code == code for one in standing.current)
    return _shown(office, session, standing, definition, former, in_use=in_use, now=now)


def show_copy(
    office: Office, session: Session, pattern: str, changes: Mapping[str, Any], *, actor: Actor, now: datetime
) -> ShownLimit:
    """What a new limit after the pattern of another would do; `changes` holds its `code` and all that differs."""
    _may(actor)
    standing = limits_in_force(session)
    _former(standing, pattern)
    row = code_row(session, "time_limit", pattern)
    if row is None:
        raise NotVisible("There is no such time limit.")
    wanted = {name: changes[name] for name in (*ADAPTABLE, *ATTACHING) if name in changes}
    definition = _merged({**row.definition, "template": False}, wanted) | {"code": str(changes.get("code", "")).strip()}
    return _shown(office, session, standing, definition, None, in_use=True, now=now)


def show_retired(
    office: Office, session: Session, code: str, *, retire: bool, actor: Actor, now: datetime
) -> ShownLimit:
    """What taking a limit out of use, or bringing it back, would do."""
    _may(actor)
    standing = limits_in_force(session)
    former = _former(standing, code)
    row = code_row(session, "time_limit", code)
    if row is None:
        raise NotVisible("There is no such time limit.")
    return _shown(office, session, standing, row.definition, former, in_use=not retire, now=now)


def put(
    office: Office, session: Session, shown: ShownLimit, *, seen: datetime | None, actor: Actor, now: datetime
) -> Recomputation:
    """Make the change that was shown (`seen` None: add it) and queue the going through of the cases; commits."""
    _may(actor)
    was = code_row(session, "time_limit", shown.limit.code)
    before = dict(was.definition) if was is not None else {}
    instruments.put_limit(session, shown.definition, shown.limit, now, seen=seen)
    names = {name for name in {*before, *shown.definition} if before.get(name) != shown.definition.get(name)}
    detail = {
        "list": "time_limit",
        "code": shown.limit.code,
        "was": {name: before.get(name) for name in sorted(names)},
        "now": {name: shown.definition.get(name) for name in sorted(names)},
    }
    return _made(office, session, "code_added" if seen is None else "code_changed", detail, shown, actor, now)


def set_in_use(
    office: Office, session: Session, shown: ShownLimit, *, retire: bool, actor: Actor, now: datetime
) -> Recomputation:
    """Take the limit out of use, or bring it back; queue the going through of the cases; commits."""
    _may(actor)
    change = instruments.retire_code if retire else instruments.restore_code
    change(session, "time_limit", shown.limit.code, now)
    detail = {"list": "time_limit", "code": shown.limit.code}
    return _made(office, session, "code_retired" if retire else "code_restored", detail, shown, actor, now)


def _shown(
    office: Office,
    session: Session,
    standing: LimitsInForce,
    definition: Mapping[str, Any],
    former: TimeLimit | None,
    *,
    in_use: bool,
    now: datetime,
) -> ShownLimit:
    recomputing.require_settled(session)
    try:
        limit = read_time_limit(definition, standing.tables)
        then = with_limit(standing, limit, in_use=in_use)
    except CodeDataError as problem:
        raise Invalid({problem.key: f"{problem.problem[0].upper()}{problem.problem[1:]}."}) from problem
    concerned = [one for one in (former, limit) if one is not None]
    concerned += [one for one in standing.current if limit.code in (one.fallback, one.parent)]
    ids = recomputing.case_ids(session, recomputing.touched_by_limits(*concerned))
    calendars = office_calendars(session, office.country, office.zone)
    return ShownLimit(dict(definition), limit, preview(office, session, ids, then, calendars, now), tuple(ids))


def _merged(definition: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the changes; an empty one of an optional key leaves the key out, so that its default counts."""
    merged = {**definition, **changes}
    return {name: value for name, value in merged.items() if value is not None or name in ("amount", "unit")}


def _former(standing: LimitsInForce, code: str) -> TimeLimit:
    if code not in standing.tables.limits:
        raise NotVisible("There is no such time limit.")
    return standing.tables.limits[code]


def _made(
    office: Office,
    session: Session,
    code: str,
    detail: Mapping[str, Any],
    shown: ShownLimit,
    actor: Actor,
    now: datetime,
) -> Recomputation:
    session.flush()
    why = {"kind": "limit_changed", "change": code, "name": shown.limit.code}
    queued = recomputing.queue(session, why, ids=list(shown.cases), by=actor.account_id, expected=shown.effect, now=now)
    # So that the sweep does not take this very change for one that nobody carried to the cases.
    office_setting.write(session, recomputing.LIMITS_DIGEST, recomputing.limits_digest(session), now)
    whole = {**detail, **shown.effect.figures()}
    record_administration(session, office.audit_key, actor_id=actor.account_id, code=code, detail=whole, now=now)
    session.commit()
    return queued


def _may(actor: Actor) -> None:
    if not actor.may(Permission.ADMIN_CODES):
        raise NotPermitted("This needs the right to keep code lists and directory.")

"""Who sees which case: one condition for any column that holds the id of a case, part of every query.

A case is seen by every role that reads cases, unless it is restricted: then by the people named on it alone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, false, not_, or_, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from mla_tracker.accounts.actor import SYSTEM, Actor
from mla_tracker.accounts.models import Account, NeedToKnow, RestrictedCase
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Permission


def visible(actor: Actor, case_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition under which `actor` sees the case with this id. The product itself (SYSTEM) sees all."""
    if actor is SYSTEM:
        return true()
    if not actor.may(Permission.CASE_READ):
        return false()
    return _open_to(actor.account_id, case_id)


def visible_to(account: type[Account], case_id: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The same for a query whose rows are accounts: whether the account of the row sees the case of the row."""
    reading = [role for role, permissions in ROLE_PERMISSIONS.items() if Permission.CASE_READ in permissions]
    return and_(account.role.in_(reading), _open_to(account.id, case_id))


def _open_to(
    account_id: int | InstrumentedAttribute[int] | None, case_id: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    restricted = exists().where(RestrictedCase.case_id == case_id)
    named = exists().where(NeedToKnow.case_id == case_id, NeedToKnow.account_id == account_id)
    return or_(not_(restricted), named)


def restrict_to(
    session: Session, case_id: int, named: Iterable[int] | None, *, granted_by: int | None, at: datetime
) -> None:
    """Restrict a case to the people named, or lift the restriction (None). The caller records it as an event.

    Who was named before and still is keeps who named him and when.
    """
    wanted = set(named or ())
    session.execute(delete(NeedToKnow).where(NeedToKnow.case_id == case_id, NeedToKnow.account_id.notin_(wanted)))
    if named is None:
        session.execute(delete(RestrictedCase).where(RestrictedCase.case_id == case_id))
        return
    session.execute(insert(RestrictedCase).values(case_id=case_id).on_conflict_do_nothing())
    for account_id in sorted(wanted):
        name(session, case_id, account_id, granted_by=granted_by, at=at)


def name(
    session: Session, case_id: int, account_id: int, *, granted_by: int | None, at: datetime, reason: str = ""
) -> None:
    """Name one more person; who is named already stays as he is."""
    session.execute(
        insert(NeedToKnow)
        .values(case_id=case_id, account_id=account_id, granted_by=granted_by, granted_at=at, reason=reason)
        .on_conflict_do_nothing()
    )

"""What is done to the office rather than to a case, written to the trail in the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.audit.services import record_administration
from mla_tracker.casework.office import Office


def note(
    office: Office, session: Session, *, actor: Actor, code: str, detail: Mapping[str, Any], now: datetime
) -> None:
    """Append an entry of administration; the caller commits, and calls this last before it does."""
    record_administration(session, office.audit_key, actor_id=actor.account_id, code=code, detail=detail, now=now)

"""What an administrator does to code lists and directory: the right, the row, the entry in the trail, one commit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit.services import record_administration
from mla_tracker.casework.office import Office
from mla_tracker.core import clock
from mla_tracker.core.code_list import CodeRow
from mla_tracker.core.errors import NotPermitted
from mla_tracker.directory import services as directory
from mla_tracker.directory.models import Authority
from mla_tracker.directory.services import AuthorityGiven
from mla_tracker.instruments import services as instruments


def add_code(office: Office, session: Session, table: str, definition: Mapping[str, Any], *, actor: Actor) -> CodeRow:
    """Add a row of the office's own to a code list. Raises `Invalid` beside the wrong field, and `NotPermitted`."""
    _may(actor)
    row = instruments.add_code(session, table, definition, clock.now())
    _record(office, session, actor, "code_added", {"list": table, "code": row.code, "row": row.definition})
    return row


def change_code(
    office: Office, session: Session, table: str, code: str, changes: Mapping[str, Any], *, seen: datetime, actor: Actor
) -> CodeRow:
    """Change a row; `seen` is its `changed_at` as the administrator had it. Raises `Invalid`, `Conflict`."""
    _may(actor)
    was = dict(instruments.require_row(session, table, code).definition)
    row = instruments.change_code(session, table, code, changes, seen, clock.now())
    changed = {name: was.get(name) for name in {*was, *row.definition} if was.get(name) != row.definition.get(name)}
    now = {name: row.definition.get(name) for name in changed}
    _record(office, session, actor, "code_changed", {"list": table, "code": code, "was": changed, "now": now})
    return row


def retire_code(office: Office, session: Session, table: str, code: str, *, actor: Actor) -> None:
    """Take a code out of use."""
    _may(actor)
    instruments.retire_code(session, table, code, clock.now())
    _record(office, session, actor, "code_retired", {"list": table, "code": code})


def restore_code(office: Office, session: Session, table: str, code: str, *, actor: Actor) -> None:
    """Bring a retired code back into use."""
    _may(actor)
    instruments.restore_code(session, table, code, clock.now())
    _record(office, session, actor, "code_restored", {"list": table, "code": code})


def add_authority(
    office: Office, session: Session, state: str | None, given: AuthorityGiven, *, actor: Actor
) -> Authority:
    """Add an authority of a State, or a body of our own side."""
    _may(actor)
    row = directory.add_authority(session, state, given, today=clock.today(office.zone))
    detail = {"authority": row.id, "state": state, "name": row.name, "type": row.type_code}
    _record(office, session, actor, "authority_added", detail)
    return row


def change_authority(
    office: Office, session: Session, authority_id: int, given: AuthorityGiven, *, version: int, actor: Actor
) -> None:
    """Change an authority of the directory; nothing is recorded where nothing changed."""
    _may(actor)
    today = clock.today(office.zone)
    was = directory.change_authority(session, authority_id, given, version=version, today=today)
    row = directory.require_authority(session, authority_id)
    now = {name: getattr(row, name) for name in was}
    if was:
        _record(office, session, actor, "authority_changed", {"authority": authority_id, "was": was, "now": now})


def retire_authority(office: Office, session: Session, authority_id: int, *, actor: Actor) -> None:
    """Take an authority out of use."""
    _may(actor)
    directory.retire_authority(session, authority_id, clock.now())
    _record(office, session, actor, "authority_retired", {"authority": authority_id})


def restore_authority(office: Office, session: Session, authority_id: int, *, actor: Actor) -> None:
    """Bring a retired authority back into use."""
    _may(actor)
    directory.restore_authority(session, authority_id)
    _record(office, session, actor, "authority_restored", {"authority": authority_id})


def _may(actor: Actor) -> None:
    if not actor.may(Permission.ADMIN_CODES):
        raise NotPermitted("This needs the right to keep code lists and directory.")


def _record(office: Office, session: Session, actor: Actor, code: str, detail: Mapping[str, Any]) -> None:
    """The entry in the trail, last before the commit."""
    record_administration(
        session, office.audit_key, actor_id=actor.account_id, code=code, detail=detail, now=clock.now()
    )
    session.commit()

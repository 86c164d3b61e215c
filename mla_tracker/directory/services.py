"""What an administrator does to the directory. The caller checks the right, records it in the trail and commits."""

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.core.errors import Conflict, Invalid, NotVisible
from mla_tracker.directory.models import Authority, AuthorityType, State
from mla_tracker.directory.types import CHANNELS

_EMAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;]+")

LONGEST: Final = 300
LONGEST_TEXT: Final = 4_000


@dataclass(frozen=True)
class AuthorityGiven:
    """An authority as it was entered. Texts may be empty; `languages` are ISO 639 codes."""

    type_code: str
    name: str
    name_native: str = ""
    competent_for: str = ""
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    address: str = ""
    email: str = ""
    phone: str = ""
    urgent_contact: str = ""
    website: str = ""
    note: str = ""
    verified_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def add_authority(session: Session, state: str | None, given: AuthorityGiven, *, today: date) -> Authority:
    """Add an authority of a State, or, without one, a body of our own side. Raises `Invalid`."""
    if state is not None and session.get(State, state) is None:
        raise NotVisible("There is no such State.")
    _check(session, given, today, current_type=None)
    row = Authority(state=state, own=state is None, **_columns(given))
    session.add(row)
    session.flush()
    return row


def change_authority(
    session: Session, authority_id: int, given: AuthorityGiven, *, version: int, today: date
) -> dict[str, Any]:
    """Change an authority; returns the fields that changed with what they were.

    `version` is the one the administrator had before him; `Conflict` when somebody changed the entry meanwhile.
    """
    row = require_authority(session, authority_id, lock=True)
    if row.version != version:
        raise Conflict("Somebody else changed this entry meanwhile. Look at it again before you go on.")
    _check(session, given, today, current_type=row.type_code)
    was = {name: getattr(row, name) for name, value in _columns(given).items() if getattr(row, name) != value}
    if was:
        for name, value in _columns(given).items():
            setattr(row, name, value)
        row.version += 1
    return was


def retire_authority(session: Session, authority_id: int, now: datetime) -> Authority:
    """Take an authority out of use: it can no longer be chosen, cases that name it keep it."""
    row = require_authority(session, authority_id, lock=True)
    if row.retired_at is None:
        row.retired_at = now
        row.version += 1
    return row


def restore_authority(session: Session, authority_id: int) -> Authority:
    """Bring a retired authority back into use."""
    row = require_authority(session, authority_id, lock=True)
    if row.retired_at is not None:
        row.retired_at = None
        row.version += 1
    return row


def require_authority(session: Session, authority_id: int, *, lock: bool = False) -> Authority:
    """One authority. Raises `NotVisible` where there is none."""
    row = session.get(Authority, authority_id, with_for_update=True if lock else None, populate_existing=True)
    if row is None:
        raise NotVisible("There is no such authority.")
    return row


def _columns(given: AuthorityGiven) -> dict[str, Any]:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(given).items()}
    return {**values, "channels": list(given.channels), "languages": list(given.languages)}


def _check(session: Session, given: AuthorityGiven, today: date, *, current_type: str | None) -> None:
    errors = _too_long(given)
    if not given.name.strip():
        errors["name"] = "Enter the name."
    if given.type_code != current_type and not session.scalar(
        select(AuthorityType.code).where(AuthorityType.code == given.type_code, AuthorityType.retired_at.is_(None))
    ):
        errors["type_code"] = "Choose a type of authority."
    if not set(given.channels) <= set(CHANNELS):
        errors["channels"] = "Choose among the channels."
    if given.email and not _EMAIL.fullmatch(given.email):
        errors["email"] = "Enter one e-mail address."
    if given.website and not given.website.startswith(("https://", "http://")):
        errors["website"] = "Enter an address that begins with https://."
    if given.verified_on and given.verified_on > today:
        errors["verified_on"] = "This day lies in the future."
    if given.valid_from and given.valid_to and given.valid_to < given.valid_from:
        errors["valid_to"] = "The last day lies before the first."
    if errors:
        raise Invalid(errors)


def _too_long(given: AuthorityGiven) -> dict[str, str]:
    errors = {}
    for name, value in asdict(given).items():
        longest = LONGEST_TEXT if name in ("note", "address", "competent_for") else LONGEST
        if isinstance(value, str) and len(value) > longest:
            errors[name] = f"Use at most {longest} characters."
    return errors

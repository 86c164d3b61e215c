"""Accounts: made, changed, disabled. The caller records what was done in the trail and commits."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from unicodedata import category
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.passwords import check_new, hashed, verified
from mla_tracker.accounts.permissions import Role
from mla_tracker.accounts.sessions import end_all_sessions
from mla_tracker.core.errors import DomainError, Invalid

THEMES: Final = ("system", "light", "dark")
DENSITIES: Final = ("compact", "comfortable")
_TAKEN: Final = "There is an account with this address."
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def create_account(
    session: Session, *, email: str, name: str, role: str, password: str | None, now: datetime, active: bool = True
) -> Account:
    """A new account; without a password it cannot sign in yet. Raises `Invalid` beside the wrong field."""
    address = email.strip().lower()
    errors = {}
    if not _EMAIL.fullmatch(address):
        errors["email"] = "Enter an e-mail address."
    elif session.scalar(select(Account.id).where(Account.email == address)) is not None:
        errors["email"] = _TAKEN
    if not name.strip() or any(category(sign) == "Cc" for sign in name.strip()):
        errors["name"] = "Enter the name, in one line."
    if role not in set(Role):
        errors["role"] = "Choose a role."
    if errors:
        raise Invalid(errors)
    if password is not None:
        check_new(password, context=(name, address.split("@")[0]))
    account = Account(
        email=address,
        name=name.strip(),
        role=role,
        password_hash=hashed(password) if password is not None else None,
        active=active,
        created_at=now,
        disabled_at=None if active else now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:  # made by somebody else since the look
        raise Invalid({"email": _TAKEN}) from None
    return account


def disable_account(session: Session, account: Account, now: datetime) -> None:
    """No more signing in, all sessions end at once. The last active administrator cannot be disabled."""
    if not account.active:
        return
    _keep_an_administrator(session, account)
    account.active, account.disabled_at = False, now
    end_all_sessions(session, account.id, now)


def enable_account(account: Account) -> None:
    """Let a disabled account in again."""
    account.active, account.disabled_at = True, None


def change_role(session: Session, account: Account, role: str) -> None:
    """Another role; it counts from the next page on."""
    if role not in set(Role):
        raise Invalid({"role": "Choose a role."})
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(session, account)
    account.role = role


def change_password(
    session: Session, account: Account, *, present: str, new: str, now: datetime, keep_session: int | None
) -> None:
    """A new password for who knows the present one; all other sessions end."""
    if not verified(account.password_hash, present):
        raise Invalid({"present": "This is not your present password."})
    check_new(new, context=(account.name, account.email.split("@")[0]))
    account.password_hash = hashed(new)
    end_all_sessions(session, account.id, now, but=keep_session)


def set_password(session: Session, account: Account, password: str, now: datetime) -> None:
    """A password given by an administrator or a command; all sessions end."""
    check_new(password, context=(account.name, account.email.split("@")[0]))
    account.password_hash = hashed(password)
    end_all_sessions(session, account.id, now)


@dataclass(frozen=True)
class Preferences:
    """How a person wants pages and mail. `language` is a tag that the office offers, `time_zone` an IANA name or ""
    for the office's own, `shortcuts` whether single keys act.
    """

    language: str
    time_zone: str
    theme: str
    density: str
    shortcuts: bool


def preferences_of(account: Account) -> Preferences:
    return Preferences(account.language, account.time_zone, account.theme, account.density, account.shortcuts)


def change_preferences(account: Account, wanted: Preferences, *, languages: Collection[str]) -> None:
    """Keep them with the account. Raises `Invalid` beside what the office does not offer."""
    errors = {}
    if wanted.language not in languages:
        errors["language"] = "Choose one of the languages of this office."
    if wanted.time_zone and not _is_zone(wanted.time_zone):
        errors["time_zone"] = "Choose a time zone of the list."
    if wanted.theme not in THEMES:
        errors["theme"] = "Choose light, dark, or as the device is set."
    if wanted.density not in DENSITIES:
        errors["density"] = "Choose compact or comfortable."
    if errors:
        raise Invalid(errors)
    account.language, account.time_zone = wanted.language, wanted.time_zone
    account.theme, account.density, account.shortcuts = wanted.theme, wanted.density, wanted.shortcuts


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _keep_an_administrator(session: Session, account: Account) -> None:
    """The rows are held until the commit: two administrators who disable each other at once come one after the
    other.
    """
    if account.role != Role.ADMINISTRATOR:
        return
    active = select(Account.id).where(Account.role == Role.ADMINISTRATOR, Account.active).order_by(Account.id)
    if not set(session.scalars(active.with_for_update())) - {account.id}:
        raise DomainError("The last administrator must stay: make another one first.")

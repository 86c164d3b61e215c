"""Letters about a person's own account, through the same ledger as every other message: an invitation, a link to set a
password, and word of each change to how one signs in (ASVS 6.3.7).
"""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.links import new_link
from mla_tracker.reminders import rules
from mla_tracker.reminders.messages import Envelope, Letterhead, account_message
from mla_tracker.reminders.mime import Mail
from mla_tracker.reminders.models import OPEN_STATES, PLANNED, Notice

ACCOUNT: Final = "account"
_MAIL: Final = "mail"
_FIRST: Final = 0


class Letter(StrEnum):
    """What a letter is about."""

    INVITATION = "invitation"
    PASSWORD_LINK = "password_link"  # noqa: S105 - a name
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTORS_RESET = "factors_reset"
    ROLE_CHANGED = "role_changed"
    EMERGENCY_ACCESS = "emergency_access"


_WITH_LINK: Final = frozenset({Letter.INVITATION, Letter.PASSWORD_LINK})


def write_letter(session: Session, account_id: int, letter: Letter, now: datetime) -> None:
    """Put a letter into the ledger; the next sweep sends it. One with a link that still waits is not written twice.

    The caller commits, together with what the letter tells of.
    """
    waits = exists().where(
        Notice.kind == ACCOUNT,
        Notice.rung == letter.value,
        Notice.recipient_id == account_id,
        Notice.state.in_(OPEN_STATES),
    )
    if letter in _WITH_LINK and session.scalar(select(waits)):
        return
    moment = f"{now.isoformat()} {secrets.token_hex(4)}"
    session.execute(
        insert(Notice).values(
            notice_key=rules.notice_key(f"account:{account_id}", moment, letter.value, account_id, _MAIL),
            kind=ACCOUNT,
            rung=letter.value,
            due_moment=now.isoformat(),
            recipient_id=account_id,
            why=ACCOUNT,
            priority=_FIRST,
            due_at=now,
            planned_at=now,
            state=PLANNED,
            next_attempt_at=now,
        )
    )


def message(
    session: Session, letter: str, account_id: int, envelope: Envelope, letterhead: Letterhead, now: datetime
) -> Mail:
    """The letter as it goes out; its link is made here, so that no readable one is ever kept. The caller commits."""
    link = ""
    if letter in _WITH_LINK:
        link = f"{letterhead.base_url}/login/link/{new_link(session, account_id, now)}"
    return account_message(letter, link, envelope, letterhead, now)

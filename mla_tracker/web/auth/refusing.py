"""What is said and recorded when a password or a code was wrong, or came too soon after many that were."""

import math
from typing import Final

import structlog
from flask_babel import ngettext

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.accounts.guessing import DELAY_AFTER, LOCK_AFTER
from mla_tracker.casework.administration import note
from mla_tracker.web.context import client_address, db, now, office

_log = structlog.get_logger(__name__)
_TOLD_AT: Final = (DELAY_AFTER, LOCK_AFTER)


def record_refusal(account_id: int | None, failures: int) -> None:
    """Each refusal is a line of the log; where guessing begins to be slowed, and where it is locked, the trail says so.
    Neither holds the name as typed: some people type their password there. Commits.
    """
    _log.warning("sign-in refused", account=account_id, address=client_address(), failures=failures)
    if failures in _TOLD_AT:
        detail = {"address": client_address(), "number": failures}
        if account_id is not None:
            detail["account"] = account_id
        note(office(), db(), actor=SYSTEM, code="guessing_slowed", detail=detail, now=now())
    db().commit()


def slow_words(seconds: int) -> str:
    """How long the next attempt waits."""
    if seconds < 90:
        return str(
            ngettext(
                "Too many attempts. Wait %(num)d second, then try again.",
                "Too many attempts. Wait %(num)d seconds, then try again.",
                seconds,
            )
        )
    minutes = math.ceil(seconds / 60)
    return str(
        ngettext(
            "Too many attempts. Wait %(num)d minute, then try again.",
            "Too many attempts. Wait %(num)d minutes, then try again.",
            minutes,
        )
    )

"""`/calendar/<token>.ics`: a person's time limits for his calendar program. The address is the key."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from mla_tracker.accounts.queries import actor_of
from mla_tracker.reminders.feed import calendar_of
from mla_tracker.reminders.preferences import account_of_feed
from mla_tracker.web.access import public
from mla_tracker.web.context import db, now

bp = Blueprint("calendar", __name__, url_prefix="/calendar")


@bp.get("/<token>.ics")
@public
def feed(token: str) -> Response:
    """The calendar behind this address; 404 for one that has ended."""
    account = account_of_feed(db(), token)
    content = calendar_of(
        db(),
        actor_of(account),
        language=account.language.replace("-", "_"),
        base_url=request.url_root.rstrip("/"),
        host=urlsplit(request.url_root).hostname or "localhost",
        now=now(),
    )
    return Response(
        content, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, no-cache"}
    )

"""A person's time limits as a calendar (RFC 5545): references, what is due and when, and nothing of the case."""

from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders.messages import agreed_date, translated

LONGEST: Final = 2000
"""A calendar shows so many time limits at most, those due first."""


def calendar_of(session: Session, actor: Actor, *, language: str, base_url: str, host: str, now: datetime) -> bytes:
    """The running time limits of the requests that the person leads and may see, as a subscription reads them."""
    calendar = Calendar()
    calendar.add("prodid", "-//MLA tracker//time limits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", translated(language, "Time limits"))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    rows = session.execute(
        select(Deadline, Case.reference)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            Case.lead_id == actor.account_id,
            visible(actor, Case.id),
            Deadline.ended_on.is_(None),
            Deadline.due_on.is_not(None),
        )
        .order_by(Deadline.due_on, Deadline.id)
        .limit(LONGEST)
    )
    for row, reference in rows:
        label = translated(language, row.label) if row.rule_code else agreed_date(language)
        calendar.add_component(_event(row, f"{reference}: {label}", f"{base_url}/cases/{reference}", host, now))
    return bytes(calendar.to_ical())


def _event(row: Deadline, summary: str, link: str, host: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"deadline-{row.id}@{host}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", summary)
    if row.due_at is not None:
        event.add("dtstart", row.due_at.astimezone(UTC))
    elif row.due_on is not None:
        event.add("dtstart", row.due_on)
        event.add("dtend", row.due_on + timedelta(days=1))
    event.add("url", link)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event

"""The tasks: each opens a session, calls one service, commits. Rules live below."""

from mla_tracker.core import clock, heartbeat
from mla_tracker.core.database import session_scope
from mla_tracker.reminders import sending
from mla_tracker.reminders.mailer import make_mailer
from mla_tracker.reminders.messages import Letterhead
from worker import office
from worker.app import job


@job("schedule.heartbeat")
def beat() -> None:
    """Show that schedule, broker, worker and database work together."""
    with session_scope(office.sessions()) as session:
        heartbeat.stamp(session, heartbeat.SCHEDULE, clock.now())
        session.commit()


@job("reminders.sweep")
def sweep_reminders() -> None:
    """Plan the reminders that should exist and send what is due."""
    settings = office.settings()
    letterhead = Letterhead(settings.mail_from, settings.base_url, settings.zone)
    sending.sweep(office.sessions(), make_mailer(settings.mail_url), letterhead)

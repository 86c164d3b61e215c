"""The tasks that must never wait for others: the sweep of the reminders, and the sign of life."""

from mla_tracker.core import heartbeat
from mla_tracker.core.database import server_now
from mla_tracker.reminders import sending
from mla_tracker.reminders.mailer import make_mailer
from mla_tracker.reminders.messages import Letterhead
from worker import office
from worker.app import app, job
from worker.schedule import EXPIRES


@job("schedule.heartbeat", keep=False)
def beat() -> None:
    """Show that schedule, broker, worker and database work together."""
    with office.sessions()() as session, session.begin():
        heartbeat.stamp(session, heartbeat.SCHEDULE, server_now(session))


@job("reminders.sweep", keep=False)
def sweep_reminders() -> None:
    """Plan the reminders that should exist and send what is due; asks for the next sweep at once while more waits."""
    settings = office.settings()
    letterhead = Letterhead(settings.mail_from, settings.base_url, settings.zone)
    swept = sending.sweep(office.sessions(), make_mailer(settings.mail_url), letterhead)
    if swept.more:
        app.send_task("reminders.sweep", expires=EXPIRES)

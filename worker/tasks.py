"""The tasks: each opens a session, calls one service, commits. Rules live below."""

from mla_tracker.core import clock, heartbeat
from mla_tracker.core.database import session_scope
from worker import office
from worker.app import job


@job("schedule.heartbeat")
def beat() -> None:
    """Show that schedule, broker, worker and database work together."""
    with session_scope(office.sessions()) as session:
        heartbeat.stamp(session, heartbeat.SCHEDULE, clock.now())
        session.commit()

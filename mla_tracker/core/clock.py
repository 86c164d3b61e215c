"""The only place that asks what time it is.

Moments are aware and in UTC. A legal date is a `date` in the time zone of the authority. Rules get both as arguments.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an aware `moment` in `zone`."""
    return moment.astimezone(zone).date()


def today(zone: ZoneInfo) -> date:
    """The present calendar day in `zone`."""
    return local_date(now(), zone)

"""When a person may be told: working hours in his own time zone. A rule over moments, without a database."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """Whole hours of a local day, the first included and the last not, on some weekdays (Monday is 1)."""

    begins: int
    ends: int
    days: frozenset[int]
    zone: ZoneInfo


def opening(now: datetime, hours: Hours) -> datetime:
    """`now` within working hours, else the moment at which the next ones begin (aware, UTC).

    Without a working day there are no hours to wait for: it is now. A local hour that a change of clocks leaves out
    begins when the clocks have been changed; one that comes twice begins the first time.
    """
    if not hours.days:
        return now
    local = now.astimezone(hours.zone)
    if local.isoweekday() in hours.days and hours.begins <= local.hour < hours.ends:
        return now
    day = local.date()
    if local.hour >= hours.begins:
        day += timedelta(days=1)
    while day.isoweekday() not in hours.days:
        day += timedelta(days=1)
    begins = datetime.combine(day, time(hours.begins), hours.zone).astimezone(ZoneInfo("UTC"))
    return max(now, begins)

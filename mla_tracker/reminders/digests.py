"""When a digest is due: a rule over moments and zones."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

MONDAY: Final = 1


def digest_day(now: datetime, zone: ZoneInfo, hour: int, *, weekly: bool) -> date | None:
    """The local day whose digest is due at `now`: from that hour on until the day ends, on Mondays where weekly.

    The day, never an hour, is what a digest is kept under: an hour that a change of clocks leaves out or brings twice
    neither skips nor doubles one. Of days that went by without a sweep only the present one is told.
    """
    local = now.astimezone(zone)
    if local.hour < hour or (weekly and local.isoweekday() != MONDAY):
        return None
    return local.date()

"""All periodic work, as tasks by name. A message not taken within 55 seconds expires, so that sweeps never pile up.

An entry starts a sweep; what is due, the sweep finds in the database. Work "once a day" is a sweep that finds no row
yet for this local date, never a time of day here, which daylight saving would skip or double. Every entry is also sent
at once when the schedule starts: what fell due while it was away is not kept waiting.
"""

from datetime import UTC, datetime
from typing import Any

EXPIRES = 55
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _every(seconds: int, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": float(seconds), "options": {"expires": EXPIRES}, "last_run_at": _LONG_AGO}


SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": _every(10, "schedule.heartbeat"),
    "reminders": _every(60, "reminders.sweep"),
    "deadlines": _every(60, "deadlines.sweep"),
    "statistics": _every(300, "statistics.nightly"),
    "reports": _every(300, "reports.compute"),
    "malware scan": _every(60, "documents.scan"),
    "fixity": _every(300, "documents.check_nightly"),
    "anchor": _every(300, "audit.anchor"),
    "verify the trail": _every(1800, "audit.verify_daily"),
}

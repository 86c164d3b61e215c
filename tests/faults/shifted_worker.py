"""Starts a worker whose clock can be put forward and back while it runs, by the seconds in a file.

Every question about the time in the product goes through `core.clock.now`, which this replaces before anything else is
loaded; the database keeps its own clock, as on another machine.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mla_tracker.core import clock

SHIFT = "FAULTS_CLOCK_SHIFT"


def shifted() -> datetime:
    """The moment by the wrong clock."""
    try:
        seconds = float(Path(os.environ[SHIFT]).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        seconds = 0.0
    return datetime.now(UTC) + timedelta(seconds=seconds)


if __name__ == "__main__":
    clock.now = shifted
    from mla_tracker.cli import main

    main(sys.argv[1:])

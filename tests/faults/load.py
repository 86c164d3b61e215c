"""How fast: mails a second with one, two and four processes, and a sweep that finds nothing to do."""

import time

from mla_tracker.core import clock
from mla_tracker.reminders.services import plan_missing
from tests.faults.bench import ZONE, Bench, Figures, until


def throughput(bench: Bench, *, mails: int, processes: int) -> Figures:
    """Mails due at once, planned before, sent by so many processes: from the first arrival to the last."""
    bench.due(mails, people=200)
    began = time.monotonic()
    planned = plan_missing(bench.sessions, clock.now(), ZONE)
    planning = time.monotonic() - began
    with bench.worker(processes=processes):
        bench.wake(processes - 1)
        until(lambda: len(bench.mail.arrived) >= mails, mails / 5, lambda: str(bench.states()))
        bench.until_sent(mails, 30)
    taken = bench.mail.arrived[-1].at - bench.mail.arrived[0].at
    return bench.figures(
        f"{mails} due at once, {processes} processes",
        mails,
        taken,
        f"{mails / taken:.0f} a second, {planned.notices} planned in {planning:.1f} s",
    )


def nothing_to_do(bench: Bench, *, limits: int) -> Figures:
    """A sweep over so many open time limits of which none has a rung that is due."""
    bench.due(limits, people=200, days_late=-40)
    took = []
    for _ in range(5):
        began = time.monotonic()
        assert plan_missing(bench.sessions, clock.now(), ZONE).deadlines == 0
        took.append(time.monotonic() - began)
    return bench.figures(f"sweep over {limits} limits, none due", 0, max(took), f"{max(took) * 1000:.0f} ms")

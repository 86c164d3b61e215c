"""Workers that are killed, and two of everything: R1, R2, R4."""

import random
import threading
import time

from sqlalchemy import Connection, text

from tests.faults.bench import Bench, Figures, kill, until
from tests.faults.mail_server import Arrived

SLOW = 0.01
"""Seconds for each message, so that a kill hits the middle of a batch."""


def killed_at_random(bench: Bench, *, mails: int, kills: int) -> Figures:
    """R1: the whole group is killed at random points and started again; nothing lost, at most one repeat a kill."""
    bench.due(mails)
    bench.mail.seconds = SLOW
    for goal in sorted(random.sample(range(1, mails), kills)):
        with bench.worker() as process:
            until(lambda goal=goal: len(bench.mail.arrived) >= goal, 400, lambda: str(bench.states()))  # type: ignore[misc]
            time.sleep(random.random() * SLOW)  # noqa: S311
            kill(process)
        bench.after_kill()
    with bench.worker():
        recovery = bench.until_sent(mails, 300)
    return bench.figures("R1 killed at random points", mails, recovery, f"{kills} kills")


def killed_between_answer_and_stamp(bench: Bench, *, hits: int) -> Figures:
    """R2: each kill falls between the server's 250 and the commit: exactly one repeat, under the same Message-ID.

    The row of the message is locked by this process before the server answers, so that the worker stands at its stamp.
    """
    window = _Window(bench)
    bench.mail.on_message = window.hold
    expected, recovery = 0, 0.0
    for _ in range(hits):
        bench.due(5)
        expected += 5
        window.armed.set()
        with bench.worker() as process:
            window.kill_inside(process)
        bench.after_kill()
        with bench.worker():
            recovery = max(recovery, bench.until_sent(expected, 300))
    repeats = [number for number in bench.mail.by_identity().values() if number > 1]
    return bench.figures(
        "R2 killed between 250 and commit", expected, recovery, f"{hits} hits", f"repeated {sorted(repeats)}"
    )


class _Window:
    """Holds one worker at its stamp: the notice's row is locked when its message has arrived."""

    def __init__(self, bench: Bench) -> None:
        self.armed = threading.Event()
        self._held = threading.Event()
        self._engine = bench.sessions.kw["bind"]
        self._lock: Connection | None = None

    def hold(self, found: Arrived) -> None:
        """Called by the mail server before it answers."""
        if not self.armed.is_set():
            return
        self.armed.clear()
        self._lock = self._engine.connect()
        key = found.identity.strip("<>").partition("@")[0]
        self._lock.execute(text("SELECT 1 FROM notice WHERE notice_key LIKE :key FOR UPDATE"), {"key": f"{key}%"})
        self._held.set()

    def kill_inside(self, process: "object") -> None:
        """Wait until the worker waits for the row, kill it, and see to it that its stamp is not written after all."""
        assert self._held.wait(90)
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            waiting = text(
                "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE notice%'"
            )
            until(lambda: connection.execute(waiting).first() is not None, 30, lambda: "no stamp waits")
            [pid] = connection.execute(waiting).scalars().all()
            kill(process)  # type: ignore[arg-type]
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        assert self._lock is not None
        self._lock.close()
        self._held.clear()


def two_of_everything(bench: Bench, *, runs: int, mails: int) -> Figures:
    """R4: two schedules and four workers at once, again and again: no repeat."""
    recovery = 0.0
    for run in range(1, runs + 1):
        bench.due(mails)
        with bench.worker(processes=2), bench.worker(processes=2):
            recovery = max(recovery, bench.until_sent(run * mails, 300))
    return bench.figures("R4 two schedules, four workers", runs * mails, recovery, f"{runs} runs")

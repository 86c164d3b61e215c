"""One test bench: a database, a broker, a mail server, workers in process groups of their own, and what came of it."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, update

from mla_tracker.accounts.models import Account
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders.models import OPEN_STATES, Notice
from mla_tracker.standalone.servers import OwnedServers
from tests.faults.mail_server import FaultyServer
from tests.faults.shifted_worker import SHIFT
from tests.support.ladders import case_of, person
from tests.support.office import COMMAND, ROOT, environment
from worker.queue import QueueByName

ZONE = ZoneInfo("UTC")
SHIFTED = (sys.executable, "-m", "tests.faults.shifted_worker")


@dataclass(frozen=True)
class Figures:
    """What a run printed: expected messages, those that came, those that never came, repeats, and how long it took."""

    name: str
    expected: int
    sent: int
    lost: int
    doubled: int
    recovery_seconds: float
    remarks: tuple[str, ...] = ()

    def line(self) -> str:
        """One line of the table."""
        said = "; ".join(self.remarks)
        return (
            f"{self.name:<44} expected {self.expected:>6}  sent {self.sent:>6}  lost {self.lost:>3}  "
            f"doubled {self.doubled:>3}  recovery {self.recovery_seconds:7.1f} s  {said}"
        )


@dataclass
class Bench:
    """The parts, and how to break them. `patient`: whether leases of killed workers are waited for, as in life.

    `addresses` are those of the officers made here, `answers` the statuses of the pages that were asked for meanwhile.
    """

    sessions: Sessions
    servers: OwnedServers
    mail: FaultyServer
    folder: Path
    database_url: str
    migration_url: str
    patient: bool
    log: Path
    addresses: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    def variables(self, **more: str) -> dict[str, str]:
        """The environment of a program of this bench."""
        broker = self.servers.addresses.redis_url
        assert broker is not None
        return environment(
            self.folder / "office",
            **{
                "MLA_DATABASE_URL": self.database_url,
                "MLA_MIGRATION_DATABASE_URL": self.migration_url,
                "MLA_REDIS_URL": broker,
                "MLA_MAIL_URL": self.mail.url,
                "MLA_MAIL_FROM": "MLA tracker <mla@justice.example>",
                "MLA_WORKER_PROCESSES": "1",
                "MLA_TIMEZONE": "UTC",
                SHIFT: str(self.folder / "shift"),
                **more,
            },
        )

    @contextmanager
    def program(
        self, *words: str, command: Sequence[str] = COMMAND, **more: str
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """A program in a process group of its own, killed at the end."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [*command, *words],
                cwd=ROOT,
                env=self.variables(**more),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            kill(process)

    @contextmanager
    def worker(
        self, *, processes: int = 1, command: Sequence[str] = COMMAND, **more: str
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """A worker with its own schedule."""
        with self.program(
            "worker", "--only", "reminders", command=command, MLA_WORKER_PROCESSES=str(processes), **more
        ) as process:
            yield process

    def wake(self, times: int = 1) -> None:
        """Ask for a sweep now, as the schedule does each minute."""
        queue = QueueByName(self.variables()["MLA_REDIS_URL"].replace("unix://", "redis+socket://"))
        for _ in range(times):
            queue.send("reminders.sweep")

    def wake_unless_patient(self) -> None:
        """In life the next sweep comes within a minute."""
        if not self.patient:
            self.wake()

    def due(self, number: int, *, people: int | None = None, days_late: int = 0) -> None:
        """So many time limits that are due today (or so many days late), led by `people` (one each by default)."""
        today = clock.today(ZONE)
        with self.sessions() as session, session.begin():
            officers = [person(session) for _ in range(people or number)]
            cases = [case_of(session, officer) for officer in officers]
            first = session.scalar(select(func.coalesce(func.max(Deadline.id), 0))) or 0
            session.execute(
                insert(Deadline),
                [
                    {
                        "case_id": cases[index % len(cases)].id,
                        "run_key": f"run-{first}-{index}",
                        "rule_code": "HOUSE_ANSWER",
                        "label": "Answer to the request",
                        "clock": "hard",
                        "bound": "ours",
                        "start_code": "received",
                        "started_on": today - timedelta(days=days_late + 1),
                        "due_on": today - timedelta(days=days_late),
                        "check_mark": "C",
                        "source": "house rule",
                        "explanation": {},
                        "next_rung_on": today - timedelta(days=days_late),
                    }
                    for index in range(number)
                ],
            )
            self.addresses += [officer.email for officer in officers]

    def states(self) -> Counter[str]:
        """How many notices the ledger has in each state."""
        with self.sessions() as session:
            return Counter(
                {row.state: row.n for row in session.execute(
                    select(Notice.state, func.count().label("n")).group_by(Notice.state)
                )}
            )  # fmt: skip

    def waiting(self) -> int:
        """How many are not decided for good."""
        return sum(number for state, number in self.states().items() if state in OPEN_STATES)

    def sent(self) -> int:
        """How many the ledger calls sent."""
        return self.states()["sent"]

    def after_kill(self) -> None:
        """The leases of a killed worker: in life they run out after two minutes."""
        if not self.patient:
            with self.sessions() as session, session.begin():
                session.execute(
                    update(Notice).where(Notice.state == "claimed").values(claimed_until=func.clock_timestamp())
                )

    def until_sent(self, number: int, seconds: float) -> float:
        """Wait until the ledger calls so many sent; returns the seconds, raises when it takes longer."""
        return until(lambda: self.sent() >= number, seconds, lambda: f"{self.states()}, see {self.log}")

    def figures(self, name: str, expected: int, recovery: float, *remarks: str) -> Figures:
        """Count what the mail server got against what the ledger promises."""
        with self.sessions() as session:
            promised = set(session.scalars(select(Notice.message_id).where(Notice.state == "sent")))
        came = self.mail.by_identity()
        return Figures(
            name, expected, len(came), expected - len(came.keys() & promised), self.mail.doubled(), recovery, remarks
        )

    def people(self) -> list[Account]:
        """Everybody of the office."""
        with self.sessions() as session:
            return list(session.scalars(select(Account).order_by(Account.id)))


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group at once, as the power does."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def until(is_so: Callable[[], bool], seconds: float, said: Callable[[], str]) -> float:
    """Wait until it is so; returns the seconds it took. Raises AssertionError after `seconds`."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds:g} s: {said()}")
        time.sleep(0.1)
    return time.monotonic() - began

"""Reminders through the real schedule, broker and worker into a real mail server, and the commands beside them."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.reminders.models import Notice
from mla_tracker.standalone.servers import Wanted, private_servers
from tests.support.databases import TestDatabase
from tests.support.ladders import case_of, limit, person
from tests.support.mail import SmtpSink, listening
from tests.support.office import COMMAND, ROOT, environment, eventually

ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Post:
    """A broker and a mail server of one test, with the database."""

    sessions: Sessions
    sink: SmtpSink
    variables: dict[str, str]
    folder: Path

    @contextmanager
    def worker(self, *, processes: int = 1) -> Iterator["subprocess.Popen[bytes]"]:
        """A worker with its schedule, in a process group of its own, killed at the end."""
        log = self.folder / "worker.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*COMMAND, "worker"],
                cwd=ROOT,
                env={**self.variables, "MLA_WORKER_PROCESSES": str(processes)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield process
            assert process.poll() is None or process.returncode == -signal.SIGKILL, log.read_text()
        finally:
            kill(process)

    def sent(self) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count()).where(Notice.state == "sent")) or 0

    def mails(self) -> Counter[str]:
        """How often each person got a mail."""
        return Counter(recipient for [recipient] in self.sink.recipients)


@pytest.fixture
def post(sessions: Sessions, database: TestDatabase, tmp_path: Path) -> Iterator[Post]:
    folder = tmp_path / "var"
    wanted = Wanted(folder, postgres=False, broker=True, durable=False)
    with private_servers(wanted, say=lambda _text: None) as private, listening() as sink:
        assert private.redis_url is not None
        variables = environment(
            folder,
            MLA_DATABASE_URL=database.runtime_url,
            MLA_REDIS_URL=private.redis_url,
            MLA_MAIL_URL=sink.url,
            MLA_MAIL_FROM="MLA tracker <mla@justice.example>",
        )
        yield Post(sessions, sink, variables, tmp_path)


def due_today(sessions: Sessions, number: int) -> list[str]:
    """So many people with one case each that is due today; their addresses."""
    with sessions() as session, session.begin():
        people = [person(session) for _ in range(number)]
        for someone in people:
            limit(session, case_of(session, someone), clock.today(ZONE), days=1)
    return [someone.email for someone in people]


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group at once, as the power does."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def test_the_schedule_sends_and_a_second_start_sends_nothing_again(post: Post) -> None:
    people = due_today(post.sessions, 20)
    with post.worker():
        eventually("all are sent", lambda: post.sent() == len(people), 40)
    with post.sessions() as session, session.begin():
        limit(session, case_of(session, person(session, email="last@office.example")), clock.today(ZONE), days=1)
    with post.worker():
        eventually("the sweep came by", lambda: post.sent() == len(people) + 1, 40)
    assert post.mails() == Counter([*people, "last@office.example"])


def test_the_command_does_what_the_schedule_does_and_is_safe_to_repeat(post: Post) -> None:
    people = due_today(post.sessions, 3)
    said = [command(post, "reminders", "run"), command(post, "reminders", "run"), command(post, "mail", "flush")]
    assert [line.split(",")[1] for line in said] == [" 3 sent", " 0 sent", " 0 sent"]
    assert post.mails() == Counter(people)
    later = (clock.today(ZONE) + timedelta(days=1)).isoformat()
    assert " 3 sent" in command(post, "reminders", "run", "--on", later)
    assert " 0 sent" in command(post, "reminders", "run", "--on", later)


def command(post: Post, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mla_tracker.cli", *words],
        cwd=ROOT,
        env=post.variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

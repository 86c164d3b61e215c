"""A job asked for by name reaches a real worker; a broker that is away costs a second, never an error."""

import signal
import socket
import subprocess
import time
from pathlib import Path

from sqlalchemy import text

from config.settings import Settings
from mla_tracker.core.database import Sessions
from mla_tracker.core.jobs import JobQueue
from tests.support.office import COMMAND, ROOT, environment, eventually
from worker.queue import QueueByName


def test_a_job_by_name_is_done_by_a_worker(settings: Settings, sessions: Sessions, tmp_path: Path) -> None:
    names = {
        "MLA_DATABASE_URL": settings.runtime_url,
        "MLA_REDIS_URL": settings.store_url,
        "MLA_WORKER_PROCESSES": "1",
    }
    queue: JobQueue = QueueByName(settings.broker_url)
    assert queue.send("schedule.heartbeat")
    worker = subprocess.Popen(
        [*COMMAND, "worker", "--without-schedule"], cwd=ROOT, env=environment(tmp_path / "var", **names)
    )
    try:
        with sessions() as session:
            eventually("the worker stamps", lambda: session.scalar(text("SELECT count(*) FROM heartbeat")) == 1, 30)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


def test_a_broker_that_is_away_costs_about_a_second(tmp_path: Path) -> None:
    queue = QueueByName(f"redis+socket://{tmp_path}/nobody.sock")
    began = time.monotonic()
    assert queue.send("schedule.heartbeat") is False
    assert time.monotonic() - began < 2.5


def test_a_broker_that_accepts_and_stays_silent_costs_about_a_second(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        queue = QueueByName(f"redis+socket://{tmp_path}/silent.sock")
        began = time.monotonic()
        assert queue.send("schedule.heartbeat") is False
        assert time.monotonic() - began < 4


def test_a_broker_that_comes_back_is_used_again(settings: Settings, tmp_path: Path) -> None:
    real = Path(settings.store_url.removeprefix("unix://"))
    alias = tmp_path / "broker.sock"
    queue = QueueByName(f"redis+socket://{alias}")
    assert queue.send("schedule.heartbeat") is False
    alias.symlink_to(real)
    assert queue.send("schedule.heartbeat") is True

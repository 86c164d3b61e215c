"""The process group as a person starts it: every part killed with -9 comes back, the end leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.office import (
    COMMAND,
    ROOT,
    RunningOffice,
    environment,
    eventually,
    free_port,
    office,
    processes_of,
    with_static_files,
)

PARTS = {
    "web": "mla_tracker.cli web",
    "reminders": "mla_tracker.cli worker --without-schedule --only reminders",
    "worker": "mla_tracker.cli worker --without-schedule --only other",
    "schedule": "mla_tracker.cli schedule",
    "postgresql": "bin/postgres -D",
    "broker": "broker.sock",
}


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mla-serve-"))
    folder.chmod(0o755)
    yield folder / "var"
    assert processes_of(folder / "var") == {}
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def running(var: Path) -> Iterator[RunningOffice]:
    with office(var) as started:
        yield started


def query(var: Path, statement: str) -> tuple[object, ...] | None:
    address = f"postgresql://mla_app@/mla?host={var / 'sockets' / 'postgresql'}"
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=2) as connection:
            return connection.execute(statement).fetchone()
    except psycopg.OperationalError:
        return None


def beats(var: Path) -> bool:
    """Whether the schedule has shown itself since the stamp was put back."""
    return query(var, "SELECT 1 FROM heartbeat WHERE name = 'schedule' AND beat_at > 'epoch'") is not None


def forget_beat(var: Path) -> None:
    query(var, "UPDATE heartbeat SET beat_at = 'epoch' RETURNING 1")


def test_it_answers_and_the_schedule_beats(running: RunningOffice) -> None:
    assert running.answers()
    eventually("the heartbeat is stamped", lambda: beats(running.var), 30)


def test_a_second_one_refuses_with_the_address_of_the_first(running: RunningOffice) -> None:
    second = subprocess.run(
        [*COMMAND, "serve"],
        cwd=ROOT,
        env=environment(running.var, PORT=str(free_port())),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode != 0
    assert f"http://127.0.0.1:{running.port}" in second.stderr


def test_a_port_in_use_is_said_before_anything_starts(running: RunningOffice, var: Path) -> None:
    other = subprocess.run(
        [*COMMAND, "serve"],
        cwd=ROOT,
        env=environment(var.parent / "other", PORT=str(running.port)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert other.returncode != 0
    assert "PORT" in other.stderr


def test_a_command_uses_the_servers_that_run(running: RunningOffice) -> None:
    before = running.pids("bin/postgres -D")
    done = subprocess.run(
        [*COMMAND, "db", "upgrade"], cwd=ROOT, env=environment(running.var), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert running.pids("bin/postgres -D") == before
    assert running.answers()


@pytest.mark.parametrize("part", PARTS)
def test_each_part_comes_back_after_kill_9(running: RunningOffice, part: str) -> None:
    former = running.pids(PARTS[part])
    assert former
    parent = (
        min(former, key=lambda pid: (os.getpgid(pid) != pid, pid)) if part in ("postgresql", "broker") else min(former)
    )
    os.kill(parent, signal.SIGKILL)
    eventually("the former processes are gone", lambda: not former & set(processes_of(running.var)))
    eventually(f"{part} is there again", lambda: bool(running.pids(PARTS[part])))
    eventually("the web server answers", running.answers)
    eventually("the database answers", lambda: query(running.var, "SELECT 1") == (1,))
    forget_beat(running.var)
    eventually("the schedule beats again", lambda: beats(running.var), 60)


def test_killing_the_parent_leaves_no_process_and_the_next_start_loses_nothing(
    var: Path, running: RunningOffice
) -> None:
    query(var, "INSERT INTO office_setting VALUES ('word', 'kept', now()) RETURNING 1")
    running.process.kill()
    running.process.wait(10)
    eventually("all of it is gone", lambda: processes_of(var) == {})
    with office(var) as again:
        assert query(var, "SELECT value FROM office_setting WHERE key = 'word'") == ("kept",)
        eventually("the schedule beats", lambda: beats(var), 30)
        assert again.stop(signal.SIGTERM) == 0
    assert processes_of(var) == {}


def test_ctrl_c_ends_the_whole_and_leaves_neither_a_process_nor_a_trace(var: Path) -> None:
    log = with_static_files(var).with_name("group.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--without-demonstration"],
            cwd=ROOT,
            env=environment(var, PORT=str(free_port())),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        eventually("it greets", lambda: b"answers on" in log.read_bytes(), 60)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
    assert processes_of(var) == {}
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace")


def test_a_stop_is_heeded_at_every_moment_of_the_start(var: Path) -> None:
    for tenths in (1, 4, 7, 10, 14, 20, 30):
        process = subprocess.Popen(
            [*COMMAND, "serve"],
            cwd=ROOT,
            env=environment(var.parent / "early", PORT=str(free_port())),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(tenths / 10)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        eventually("all of it is gone", lambda: processes_of(var.parent / "early") == {})

"""A whole office started as a person would start it, and what is left of it in the process table."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from mla_tracker.web import assets

COMMAND = (sys.executable, "-m", "mla_tracker.cli")
ROOT = Path(__file__).resolve().parents[2]


def environment(var: Path, **more: str) -> dict[str, str]:
    """What a fresh shell would hand over, with the var folder in it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLA_", "PYTEST"))}
    return {**kept, "MLA_VAR_DIR": str(var), **more}


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(what: str, is_so: Callable[[], bool], seconds: float = 20.0) -> float:
    """Wait until `is_so` and return how long it took; fails after `seconds` naming `what`."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if is_so():
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def processes_of(var: Path) -> dict[int, str]:
    """Every living process that was started on the folder `var`: its number and its command line."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            surroundings = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if command and (str(var) in command or f"MLA_VAR_DIR={var}".encode() in surroundings):
            found[int(entry.name)] = command
    return found


@dataclass
class RunningOffice:
    """`mla-tracker serve` on a var folder and a port."""

    var: Path
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def answers(self) -> bool:
        """Whether the web server answers at all."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                return True
        except HTTPError:
            return True
        except (URLError, OSError):
            return False

    def said(self) -> str:
        """All that it has written."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def pids(self, words: str) -> set[int]:
        """The processes of this office whose command line holds `words`."""
        return {pid for pid, command in processes_of(self.var).items() if words in command}

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal to the parent alone and wait for its end."""
        self.process.send_signal(number)
        return self.process.wait(30)


def with_static_files(var: Path) -> Path:
    """The folder `var` with the pages' static files in it, which a test run builds once and not in each office."""
    shared = Path(os.environ["MLA_TEST_FOLDER"]) / "static"
    with (shared.parent / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assets.ready(shared)
    if not var.exists():
        var.mkdir(parents=True)
        var.chmod(0o755)
    shutil.copytree(shared, var / "static", dirs_exist_ok=True)
    return var


@contextmanager
def in_test_folder(folder: Path) -> Iterator[None]:
    """For whoever starts an office outside a test run: where what all offices share is built."""
    os.environ["MLA_TEST_FOLDER"] = str(folder)
    yield
    del os.environ["MLA_TEST_FOLDER"]


@contextmanager
def office(var: Path, **more: str) -> Iterator[RunningOffice]:
    """Start `serve`, wait until it has greeted, and leave no process behind."""
    with_static_files(var)
    port = free_port()
    log = var.with_name(f"{var.name}-{port}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--without-demonstration"],
            cwd=ROOT,
            env=environment(var, PORT=str(port), **more),
            stdout=output,
            stderr=output,
        )
    running = RunningOffice(var, port, process, log)
    try:
        eventually("it greets", lambda: "answers on" in running.said() or process.poll() is not None, 90)
        assert process.poll() is None, running.said()
        yield running
    finally:
        if process.poll() is None:
            running.stop()

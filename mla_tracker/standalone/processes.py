"""Processes of ours: recorded by pid and moment of birth, bound to their parent's life, stopped for certain."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Known(NamedTuple):
    """A process as it was recorded. `born` tells it from a later one that got the same number."""

    pid: int
    born: str


def dying_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """What a new child does before it runs: ask the kernel for `with_signal` should its parent die, however it dies.

    None where the system has no such wish (then the next start finds and stops what was left). The parent must create
    the child in its main thread: the kernel means the thread that forked.
    """
    if _LIBC is None:
        return None
    parent, libc = os.getpid(), _LIBC

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(with_signal))
        if os.getppid() != parent:
            os._exit(1)

    return ask


def die_with_parent(with_signal: signal.Signals) -> None:
    """The same wish for the process that runs this."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(with_signal))


def born(pid: int) -> str | None:
    """When the process `pid` began, as the system words it; None when there is none, or only its remains."""
    if Path("/proc/self/stat").exists():
        try:
            state, *fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if state == "Z" else fields[18]
    command = ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)]
    state, _, start = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip().partition(" ")
    return start.strip() if start and not state.startswith("Z") else None


def record(path: Path, pid: int) -> None:
    """Remember the process `pid` in the file `path`."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(json.dumps({"pid": pid, "born": born(pid)}), encoding="ascii")
    fresh.replace(path)


def recorded(path: Path) -> Known | None:
    """The process remembered in `path` if it still lives."""
    try:
        noted = json.loads(path.read_text(encoding="ascii"))
        known = Known(int(noted["pid"]), str(noted["born"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return known if born(known.pid) == known.born else None


def stop(known: Known, signals: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send each signal in turn and wait its seconds for the end. False when the process outlives all of them."""
    for number, seconds in signals:
        with contextlib.suppress(ProcessLookupError):
            os.kill(known.pid, number)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(ChildProcessError, OSError):
                os.waitpid(known.pid, os.WNOHANG)
            if born(known.pid) != known.born:
                return True
            time.sleep(0.02)
    return born(known.pid) != known.born

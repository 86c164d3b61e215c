"""The process group of `serve`: starts the product's programs, keeps them alive, stops all of it for certain.

A program that dies is started again after a pause that doubles with each death in a row (half a second to a minute),
so that something broken never spins. A child is told to die with this process, however that ends; what is left all the
same (on a system without that wish) is found by its recorded number and stopped at the next start.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mla_tracker.standalone import processes
from mla_tracker.standalone.places import Say, StandaloneError
from mla_tracker.standalone.servers import OwnedServers, Server

_TICK = 0.2
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
_HEALTHY_AFTER = 60.0
_GRACE = 10.0
_CHECK_EVERY = 15.0
_STALE_CHECKS = 4


@dataclass(frozen=True)
class Program:
    """One program of the product. `needs_beat`: it is started anew when the schedule's heartbeat has stopped."""

    name: str
    command: tuple[str, ...]
    needs_beat: bool = False


@dataclass
class _Watched:
    """What is known of one child: how often it died in a row, and when it may start again."""

    deaths: int = 0
    started: float = 0.0
    start_at: float | None = None

    def died(self, now: float) -> float:
        """Note a death; returns the pause before the next start, in seconds."""
        self.deaths = 1 if now - self.started > _HEALTHY_AFTER else self.deaths + 1
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (self.deaths - 1))
        self.start_at = now + pause
        return pause


class StopRequested(Exception):
    """Somebody asked this process to end."""


@dataclass
class StopSignal:
    """Whether that was asked. Whoever goes on for long looks here: a signal handler that raises would do so in the
    midst of anything, and Python drops what is raised within a callback of its own (around a fork, say).
    """

    requested: bool = False

    def check(self) -> None:
        """Raise StopRequested when it was asked."""
        if self.requested:
            raise StopRequested


class ProcessGroup:
    """The programs that run beside the private servers. To be used in the main thread only."""

    def __init__(
        self,
        owned: OwnedServers,
        programs: Sequence[Program],
        *,
        environment: Mapping[str, str],
        run_folder: Path,
        say: Say,
        beat_is_stale: Callable[[], bool],
        stop: StopSignal,
    ) -> None:
        self._owned = owned
        self._programs = programs
        self._environment = dict(environment)
        self._run = run_folder
        self._say = say
        self._beat_is_stale = beat_is_stale
        self._stop = stop
        self._children: dict[Program, subprocess.Popen[bytes]] = {}
        self._watched: dict[Program | Server, _Watched] = {}
        self._next_check = 0.0
        self._stale_checks = 0

    def stop_stale(self) -> None:
        """End programs that an earlier start left behind."""
        for program in self._programs:
            left = processes.recorded(self._record(program))
            if left is None:
                continue
            self._say(f"A {program.name} left by an earlier start is stopped first.")
            if not processes.stop(left, ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))):
                raise StandaloneError(f"The {program.name} with pid {left.pid} does not stop: stop it by hand.")

    def start(self, *names: str) -> None:
        """Start the programs of these names, all of them without one; only what was started is kept alive."""
        for program in self._programs:
            if not names or program.name in names:
                self._start(program)

    def keep_alive(self) -> None:
        """Watch over everything until StopRequested."""
        while True:
            self.look()
            time.sleep(_TICK)

    def look(self) -> None:
        """Start again what died and whose pause is over. Raises StopRequested when that was asked."""
        self._stop.check()
        now = time.monotonic()
        for server, child in list(self._owned.running.items()):
            self._look_at(server, child, now)
        for program, running in list(self._children.items()):
            self._look_at(program, running, now)
        if now >= self._next_check:
            self._next_check = now + _CHECK_EVERY
            self._look_at_the_beat()

    def deaths(self, name: str) -> int:
        """How often the program `name` died in a row."""
        return sum(watched.deaths for what, watched in self._watched.items() if what.name == name)

    def stop(self) -> None:
        """Ask all programs to end, wait, and make those end that do not."""
        for number, seconds in ((signal.SIGTERM, _GRACE), (signal.SIGKILL, 5.0)):
            living = {program: child for program, child in self._children.items() if child.poll() is None}
            for child in living.values():
                with contextlib.suppress(ProcessLookupError):
                    child.send_signal(number)
            until = time.monotonic() + seconds
            for child in living.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(max(0.01, until - time.monotonic()))
        for program in self._programs:
            self._record(program).unlink(missing_ok=True)

    def _start(self, program: Program) -> None:
        child = subprocess.Popen(
            list(program.command),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C is the parent's: a program that only begins would answer it with a trace
            preexec_fn=processes.dying_with_parent(signal.SIGKILL),
        )
        self._children[program] = child
        watched = self._watched.setdefault(program, _Watched())
        watched.started, watched.start_at = time.monotonic(), None
        processes.record(self._record(program), child.pid)

    def _look_at(self, what: Program | Server, child: "subprocess.Popen[bytes]", now: float) -> None:
        ended = child.poll()
        if ended is None:
            return
        watched = self._watched.setdefault(what, _Watched())
        if watched.start_at is None:
            pause = watched.died(now)
            self._say(f"The {what.name} ended ({_how(ended)}); it starts again in {pause:g} s.")
        elif now >= watched.start_at:
            if isinstance(what, Program):
                self._start(what)
                return
            watched.started, watched.start_at = now, None
            try:
                self._owned.restart(what)
            except StandaloneError as problem:
                self._say(str(problem))

    def _look_at_the_beat(self) -> None:
        beating = [program for program in self._children if program.needs_beat]
        now = time.monotonic()
        settled = bool(beating) and all(now - self._watched[program].started > _HEALTHY_AFTER for program in beating)
        self._stale_checks = self._stale_checks + 1 if settled and self._beat_is_stale() else 0
        if self._stale_checks >= _STALE_CHECKS:
            self._stale_checks = 0
            for program in beating:
                self._say(f"The schedule has not beaten for minutes: the {program.name} is stopped and starts again.")
                self._children[program].kill()

    def _record(self, program: Program) -> Path:
        return self._run / f"{program.name}.pid"


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


@contextlib.contextmanager
def only_one(var: Path, address: str) -> Iterator[None]:
    """Hold the var folder for one `serve`. Raises StandaloneError with the first one's address for the second."""
    folder = var / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    note = folder / "serve.json"
    descriptor = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StandaloneError(f"It already runs on {var}: {_noted_address(note)}") from None
        note.write_text(json.dumps({"pid": os.getpid(), "address": address}), encoding="utf-8")
        yield
        note.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _noted_address(note: Path) -> str:
    try:
        return str(json.loads(note.read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError):
        return "(it is starting)"


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[StopSignal]:
    """Within the block SIGINT, SIGTERM and SIGHUP are noted in what is given; nothing else happens."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    stop = StopSignal()

    def request(_number: int, _frame: object) -> None:
        stop.requested = True

    former = {number: signal.signal(number, request) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)

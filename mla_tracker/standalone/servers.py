"""Who runs the private servers of a var folder, and who only uses them.

The process that holds the lock `servers.lock` owns the servers: it starts them, notes their addresses in `servers.json`
and stops them. Everybody else on the same folder uses them and says so with a shared lock on `users.lock`, for which a
command that owns them waits before it stops. Both locks vanish with their process, however it ends.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from mla_tracker.standalone.broker import PrivateBroker
from mla_tracker.standalone.places import Say, StandaloneError
from mla_tracker.standalone.postgres import OWNER, RUNTIME, PrivatePostgres
from mla_tracker.standalone.programs import broker_program, postgres_programs

_PATIENCE = 120.0


@dataclass(frozen=True)
class Wanted:
    """Which servers are to be private, where they live, and with which programs."""

    var: Path
    postgres: bool = True
    broker: bool = True
    postgres_bin: Path | None = None
    redis_server: Path | None = None
    durable: bool = True


@dataclass(frozen=True)
class Addresses:
    """Where the private servers answer; None for one that is not private."""

    database_url: str | None = None
    migration_database_url: str | None = None
    redis_url: str | None = None


Server = PrivatePostgres | PrivateBroker


def _nothing() -> None:
    """What there is to do while waiting, as a rule."""


class OwnedServers:
    """The private servers of this process. Not to be made without the lock: see `own_servers`."""

    def __init__(self, wanted: Wanted, say: Say, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile
        self.running: dict[Server, subprocess.Popen[bytes]] = {}
        self._postgres = (
            PrivatePostgres(wanted.var, postgres_programs(wanted.postgres_bin), say=say, durable=wanted.durable)
            if wanted.postgres
            else None
        )
        self._broker = PrivateBroker(wanted.var, broker_program(wanted.redis_server)) if wanted.broker else None

    @property
    def servers(self) -> list[Server]:
        """In the order in which they are started."""
        return [server for server in (self._postgres, self._broker) if server is not None]

    @property
    def addresses(self) -> Addresses:
        """Where they answer."""
        return Addresses(
            database_url=self._postgres.url(RUNTIME) if self._postgres else None,
            migration_database_url=self._postgres.url(OWNER) if self._postgres else None,
            redis_url=self._broker.url if self._broker else None,
        )

    def start(self) -> None:
        """Stop what an earlier start left, then start all and wait until they answer."""
        for server in self.servers:
            server.stop_stale()
        if self._postgres is not None:
            self._postgres.prepare()
        for server in self.servers:
            self.running[server] = server.start()
        for server, child in self.running.items():
            server.wait(child, self._meanwhile)

    def restart(self, server: Server) -> None:
        """Start a server that died; the caller has seen it end."""
        server.stop_stale()
        self.running[server] = server.start()
        server.wait(self.running[server], self._meanwhile)

    def stop(self) -> None:
        """Stop all, the last first."""
        for server, child in reversed(self.running.items()):
            server.stop(child)
        self.running.clear()


@contextlib.contextmanager
def private_servers(wanted: Wanted, say: Say) -> Iterator[Addresses]:
    """The private servers for the duration of a command: those that run, else started now and stopped at the end."""
    if not (wanted.postgres or wanted.broker):
        yield Addresses()
        return
    _make_folders(wanted.var)
    until = time.monotonic() + _PATIENCE
    while True:
        with _lock_file(wanted.var, "users.lock") as users, _lock_file(wanted.var, "servers.lock") as owner:
            fcntl.flock(users, fcntl.LOCK_SH)
            if _try_exclusive(owner):
                with _started(wanted, say, _nothing) as owned:
                    try:
                        yield owned.addresses
                    finally:
                        _await_users(users, say)
                return
            addresses = _noted(wanted.var)
            if addresses is not None:
                yield addresses
                return
        if time.monotonic() > until:
            raise StandaloneError(
                f"The private servers of {wanted.var} are held by a process that does not get them to run."
            )
        time.sleep(0.1)


@contextlib.contextmanager
def own_servers(wanted: Wanted, say: Say, meanwhile: Callable[[], None] = _nothing) -> Iterator[OwnedServers]:
    """The private servers as their owner, which may restart them; waits for a command that owns them at present.

    `meanwhile` is called again and again while something is waited for; it may raise to give up.
    """
    _make_folders(wanted.var)
    until = time.monotonic() + _PATIENCE
    with _lock_file(wanted.var, "servers.lock") as owner:
        told = False
        while not _try_exclusive(owner):
            if time.monotonic() > until:
                raise StandaloneError(
                    f"A command has been using the private servers of {wanted.var} for {_PATIENCE:.0f} s: try again."
                )
            if not told:
                say("A command uses the private servers; waiting for it to end.")
                told = True
            meanwhile()
            time.sleep(0.1)
        with _started(wanted, say, meanwhile) as owned:
            yield owned


@contextlib.contextmanager
def _started(wanted: Wanted, say: Say, meanwhile: Callable[[], None]) -> Iterator[OwnedServers]:
    note = wanted.var / "run" / "servers.json"
    note.unlink(missing_ok=True)
    owned = OwnedServers(wanted, say, meanwhile)
    try:
        owned.start()
        fresh = note.with_name(".servers.json.new")
        fresh.write_text(json.dumps(asdict(owned.addresses)), encoding="utf-8")
        fresh.replace(note)
        yield owned
    finally:
        note.unlink(missing_ok=True)
        owned.stop()


def _noted(var: Path) -> Addresses | None:
    try:
        return Addresses(**json.loads((var / "run" / "servers.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _await_users(users: int, say: Say) -> None:
    if not _try_exclusive(users):
        say("Another command uses the private servers; they stop when it ends.")
        fcntl.flock(users, fcntl.LOCK_EX)


def _make_folders(var: Path) -> None:
    if not var.exists():
        with contextlib.suppress(FileExistsError):  # another command was quicker
            var.mkdir(parents=True)
            var.chmod(0o755)
    try:
        for name in ("log", "run"):
            (var / name).mkdir(exist_ok=True, mode=0o700)
            if (var / name).stat().st_uid != os.geteuid() and os.geteuid() != 0:
                raise PermissionError
    except PermissionError:
        raise StandaloneError(
            f"{var} belongs to another account: start as that account, or set MLA_VAR_DIR to another folder."
        ) from None


@contextlib.contextmanager
def _lock_file(var: Path, name: str) -> Iterator[int]:
    descriptor = os.open(var / "run" / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try_exclusive(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

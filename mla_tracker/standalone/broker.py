"""The private broker: Valkey (or Redis) on a Unix socket, in memory only. What it loses, the next sweep finds again."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import redis

from mla_tracker.standalone import processes
from mla_tracker.standalone.places import Account, StandaloneError, account_for_self, socket_folder

_START_SECONDS = 20.0
_SOCKET = "broker.sock"


class PrivateBroker:
    """One server of the Redis protocol under a var folder."""

    name = "broker"

    def __init__(self, var: Path, program: Path) -> None:
        account: Account = account_for_self()
        self._program = program
        self._socket = socket_folder(var, "broker", _SOCKET, account) / _SOCKET
        self._log = var / "log" / "broker.log"
        self._pid = var / "run" / "broker.pid"

    @property
    def url(self) -> str:
        """Its address as redis-py writes it."""
        return f"unix://{quote(str(self._socket), safe='/')}"

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server as a child that stops with this process. It is ready when `wait` returns."""
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "maxmemory": "128mb",
            "maxmemory-policy": "noeviction",
            "databases": "4",
        }
        command = [str(self._program)]
        for key, value in options.items():
            command += [f"--{key}", value]
        with self._log.open("wb") as log:
            child = subprocess.Popen(
                command,
                cwd=self._socket.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                process_group=0,
                preexec_fn=processes.dying_with_parent(signal.SIGTERM),
            )
        processes.record(self._pid, child.pid)
        return child

    def wait(self, child: "subprocess.Popen[bytes]", meanwhile: Callable[[], None]) -> None:
        """Return when the server answers. Raises StandaloneError when it gives up."""
        until = time.monotonic() + _START_SECONDS
        with redis.Redis(unix_socket_path=str(self._socket), socket_timeout=2) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.RedisError as problem:
                    if child.poll() is not None or time.monotonic() > until:
                        raise StandaloneError(f"The broker did not start ({problem}); see {self._log}.") from problem
                    meanwhile()
                    time.sleep(0.02)

    def stop(self, child: "subprocess.Popen[bytes]") -> None:
        """Stop it; it has nothing to keep."""
        for number, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            if child.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(seconds)
        self._pid.unlink(missing_ok=True)
        self._socket.unlink(missing_ok=True)

    def stop_stale(self) -> None:
        """End a broker that an earlier start left behind."""
        left = processes.recorded(self._pid)
        if left is not None and not processes.stop(left, ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))):
            raise StandaloneError(f"The broker with pid {left.pid} does not stop: stop it by hand.")

"""The web server: gunicorn with threads, set up from the settings alone."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from config.settings import Settings
from mla_tracker.standalone.processes import die_with_parent

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder in memory for the workers' signs of life)


class _OurLogger(Logger):  # type: ignore[misc] # gunicorn ships no types
    """Leaves the records to the handlers that the entry point has set up."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log.setLevel("WARNING")


class _Server(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
    def __init__(self, options: dict[str, Any], make: Callable[[], Flask]) -> None:
        self._options = options
        self._make = make
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make()


def run(settings: Settings, make: Callable[[], Flask]) -> None:
    """Serve until stopped; each process makes the application anew. The application finds out who the client is."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    options = {
        "bind": f"{host}:{settings.port}",
        "workers": settings.web_processes,
        "worker_class": "gthread",
        "threads": settings.web_threads,
        "timeout": 60,
        "graceful_timeout": 5,
        "keepalive": 5,
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
        "worker_tmp_dir": str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None,
        "logger_class": _OurLogger,
        "post_fork": _end_with_the_server,
    }
    _Server(options, make).run()


def _end_with_the_server(_server: object, _worker: object) -> None:
    die_with_parent(signal.SIGTERM)

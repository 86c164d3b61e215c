"""Asks the renderer's child process for charts and papers, and keeps the charts that it drew.

The child is started when the first one is wanted, and again when it died or ended for want of work. Drawings are kept
under the digest of specification, links and label. Whatever fails gives None: the table beside the chart says the same.
"""

import base64
import contextlib
import hashlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import structlog

from mla_tracker.render.svg import ForeignAddress, finish

SECONDS: Final = 8.0
"""How long a page waits for a chart, the start of the child included; some 0.1 s when it runs."""

PAPER_SECONDS: Final = 60.0
"""How long a paper of many pages may take."""

KEPT: Final = 2_000
_EDITION: Final = "1"
_log = structlog.get_logger(__name__)


class Renderer:
    """One child process and one folder of drawings. May be shared by threads; each process makes its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._pending = b""

    def chart(self, spec: dict[str, Any], *, label: str, links: Sequence[str] = ()) -> str | None:
        """The chart as an SVG element for a page, or None. `links` fill the placeholders of `svg.link`."""
        told = json.dumps([_EDITION, spec, label, list(links)], sort_keys=True, ensure_ascii=False)
        place = self._folder / f"{hashlib.sha256(told.encode()).hexdigest()}.svg"
        with contextlib.suppress(OSError):
            return place.read_text("utf-8")
        try:
            found = finish(str(self._told({"spec": spec}, "svg", SECONDS)), label, links)
        except (RenderingFailed, ForeignAddress, OSError) as problem:
            _log.warning("chart not drawn", reason=f"{type(problem).__name__}: {problem}")
            return None
        self._keep(place, found)
        return found

    def paper(self, told: dict[str, Any]) -> bytes:
        """The paper as PDF (`engine.typeset`). Raises `RenderingFailed` where it cannot be made."""
        return base64.b64decode(str(self._told({"paper": told}, "pdf", PAPER_SECONDS)))

    def warm_up(self) -> None:
        """Start the child, if it does not run, without waiting for it."""
        threading.Thread(target=self._warm_up, daemon=True, name="warm up the renderer").start()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        """The number of the child that runs, None when none does."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def _warm_up(self) -> None:
        with self._lock, contextlib.suppress(RenderingFailed, OSError):
            self._running(time.monotonic() + SECONDS)

    def _told(self, asked: dict[str, Any], wanted: str, seconds: float) -> object:
        until = time.monotonic() + seconds
        if not self._lock.acquire(timeout=seconds):
            raise RenderingFailed("the renderer is busy")
        try:
            # A child that died since the last chart shows it only now: one more try with a new one.
            for last in (False, True):
                try:
                    return self._ask(asked, wanted, until)
                except (ChildEnded, BrokenPipeError):
                    self._stop()
                    if last:
                        raise
        except BrokenPipeError as problem:
            raise RenderingFailed("the renderer ended") from problem
        finally:
            self._lock.release()
        raise AssertionError("the second try returns or raises")

    def _ask(self, asked: dict[str, Any], wanted: str, until: float) -> object:
        child = self._running(until)
        assert child.stdin is not None  # noqa: S101 - opened as a pipe
        child.stdin.write(json.dumps(asked).encode() + b"\n")
        child.stdin.flush()
        told = self._line(child, until)
        if wanted not in told:
            raise RenderingFailed(str(told.get("error", "no answer")))
        return told[wanted]

    def _running(self, until: float) -> "subprocess.Popen[bytes]":
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._stop()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "mla_tracker.render.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=False,
        )
        self._line(self._child, until)
        return self._child

    def _line(self, child: "subprocess.Popen[bytes]", until: float) -> dict[str, Any]:
        """The next line of the child; ends a child that does not answer in time."""
        assert child.stdout is not None  # noqa: S101 - opened as a pipe
        while b"\n" not in self._pending:
            ready, _, _ = select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                self._stop()
                raise RenderingFailed("no answer in time")
            read = os.read(child.stdout.fileno(), 1 << 16)
            if not read:
                raise ChildEnded("the renderer ended")
            self._pending += read
        line, _, self._pending = self._pending.partition(b"\n")
        told: dict[str, Any] = json.loads(line)
        return told

    def _stop(self) -> None:
        child, self._child, self._pending = self._child, None, b""
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _keep(self, place: Path, drawing: str) -> None:
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            unfinished.write_text(drawing, "utf-8")
            unfinished.replace(place)
            self._forget_the_oldest()

    def _forget_the_oldest(self) -> None:
        kept = sorted(self._folder.glob("*.svg"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-KEPT]:
            path.unlink(missing_ok=True)


class RenderingFailed(Exception):
    """There is no drawing; the message says why."""


class ChildEnded(RenderingFailed):
    """The child ended while it was asked."""

"""The malware scanner, spoken to by clamd's own protocol (INSTREAM): a socket, pieces with their length, one answer.

Whether it is away, refuses a file as too large or finds something are three things: only *clean* is clean.
"""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

_LONGEST_ANSWER: Final = 4096
_DEFAULT_PORT: Final = 3310


class ScannerAway(Exception):
    """Nothing was learned: the scanner does not answer, or answers that it could not do it."""


class NotScannable(Exception):
    """The scanner will never look at this file, such as one beyond its `StreamMaxLength`; the text is its reason."""


@dataclass(frozen=True)
class Finding:
    """What the scanner says: `malware` is the name of what it found, "" for nothing."""

    malware: str


class Scanner(Protocol):
    """A malware scanner."""

    def scan(self, pieces: Iterable[bytes]) -> Finding:
        """Look at the plain bytes of one file. Raises `ScannerAway` or `NotScannable`."""
        ...


class Clamd:
    """The scanner at `tcp://host:port` or `unix:///path/to/socket`."""

    def __init__(self, url: str, *, seconds: float = 60.0) -> None:
        parts = urlsplit(url)
        self._seconds = seconds
        self._path = parts.path if parts.scheme == "unix" else ""
        self._address = (parts.hostname or "127.0.0.1", parts.port or _DEFAULT_PORT)

    def scan(self, pieces: Iterable[bytes]) -> Finding:
        """See `Scanner`."""
        try:
            with self._connect() as connection:
                try:
                    connection.sendall(b"zINSTREAM\0")
                    for piece in pieces:
                        if piece:
                            connection.sendall(struct.pack("!I", len(piece)) + piece)
                    connection.sendall(struct.pack("!I", 0))
                except BrokenPipeError:
                    pass  # it has heard enough; why, it says
                answer = _answer(connection)
        except OSError as problem:
            raise ScannerAway(type(problem).__name__) from problem
        return _understood(answer)

    def _connect(self) -> socket.socket:
        if not self._path:
            return socket.create_connection(self._address, timeout=self._seconds)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._seconds)
        try:
            connection.connect(self._path)
        except OSError:
            connection.close()
            raise
        return connection


def _answer(connection: socket.socket) -> str:
    heard = b""
    while b"\0" not in heard and len(heard) < _LONGEST_ANSWER:
        piece = connection.recv(_LONGEST_ANSWER)
        if not piece:
            break
        heard += piece
    return heard.split(b"\0")[0].decode("utf-8", errors="replace").strip()


def _understood(answer: str) -> Finding:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Finding("")
    if said.endswith(" FOUND"):
        return Finding(said.removesuffix(" FOUND"))
    if "size limit exceeded" in said.lower():
        raise NotScannable("The file is larger than the scanner takes")
    raise ScannerAway(said[:200] or "no answer")

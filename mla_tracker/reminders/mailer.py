"""Handing one message to a mail server, or to a folder, in bounded time, with an answer that says what next."""

import os
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from mla_tracker.reminders.mime import Mail

BUDGET_SECONDS: Final = 20.0
"""No message takes longer, however slowly a server answers: the next ones wait no longer than this."""

_LOOK_SECONDS = 0.25
_DONE = 250
_WILL_FORWARD = 251
_CLOSING = 421


class Delayed(Exception):
    """This message was not taken now; another try may succeed. The text is the server's answer."""


class TooSlow(Delayed):
    """The time for one message ran out; whatever else goes to this recipient would cost as much."""


class Refused(Exception):
    """The server will never take this message for this recipient. The text is its answer."""


class Unreachable(Exception):
    """There is no server to talk to, or it does not let us in: no message can be sent at present."""


class Mailer(Protocol):
    """One way out. Used by one thread; `close` may be called at any time."""

    def deliver(self, mail: Mail) -> str:
        """Send to the one recipient; returns the server's answer. Raises `Delayed`, `Refused` or `Unreachable`."""
        ...

    def close(self) -> None:
        """End the connection, if there is one."""
        ...


def make_mailer(url: str) -> Mailer:
    """The mailer that `MLA_MAIL_URL` names: `smtp://…`, `smtps://…` (both with user and password) or `file:folder`.

    `starttls=1` demands TLS with a certificate that verifies, as does `smtps`.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileMailer(Path(parts.path))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("a mail address is smtp://host:port, smtps://host:port or file:folder")
    tls = "always" if parts.scheme == "smtps" else "start" if parse_qs(parts.query).get("starttls") == ["1"] else "none"
    return SmtpMailer(
        host=parts.hostname,
        port=parts.port or {"always": 465, "start": 587, "none": 25}[tls],
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


@dataclass
class FileMailer:
    """Writes each message as an .eml file; a repeat overwrites itself, as its Message-ID is the name."""

    folder: Path

    def deliver(self, mail: Mail) -> str:
        name = mail.message_id.removeprefix("<").partition("@")[0]
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
                file.write(mail.content)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self.folder / f"{name}.eml")
        except OSError as problem:
            raise Unreachable(f"cannot write into {self.folder}: {problem.strerror}") from problem
        return f"kept in {name}.eml"

    def close(self) -> None:
        """Nothing stays open."""


@dataclass
class SmtpMailer:
    """Speaks SMTP over one connection, kept for the messages that follow and opened anew when it is gone."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = ""
    budget: float = BUDGET_SECONDS
    _client: smtplib.SMTP | None = None
    _watch: "_Watch | None" = None

    def deliver(self, mail: Mail) -> str:
        reused = self._client is not None
        try:
            return self._deliver(mail)
        except _Gone:
            if not reused:
                raise Unreachable("the server closed the connection before it took a message") from None
        # A server may drop a connection that was idle; that is no failure of this message.
        try:
            return self._deliver(mail)
        except _Gone as problem:
            raise Unreachable("the server closes each connection before it takes a message") from problem

    def close(self) -> None:
        if self._client is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._client.quit()
            self._drop()
        if self._watch is not None:
            self._watch.end()
            self._watch = None

    def _deliver(self, mail: Mail) -> str:
        with self._connected() as client:
            options = () if mail.recipient.isascii() and mail.sender.isascii() else ("SMTPUTF8",)
            try:
                code, answer = client.mail(mail.sender, options)
            except (smtplib.SMTPServerDisconnected, ConnectionError) as problem:
                raise _Gone from problem
            if code == _CLOSING:
                raise _Gone
            if code != _DONE:  # the sender is refused: a matter of the settings, not of this message
                raise Delayed(_text(code, answer))
            _accept(*client.rcpt(mail.recipient))
            try:
                code, answer = client.data(mail.content)
            except smtplib.SMTPDataError as problem:
                _accept(problem.smtp_code, problem.smtp_error)
                raise Delayed("the server took the message without asking for it") from problem
            _accept(code, answer)
            return _text(code, answer)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """The connection for one message. Whatever goes wrong, the next message begins with a clean one."""
        watch = self._watch = self._watch or _Watch(self._cut)
        watch.arm(self.budget)
        clean = False
        try:
            client = self._client or self._open()
            yield client
            clean = True
        except (Refused, Delayed):
            clean = self._reset()
            raise
        except (smtplib.SMTPException, OSError) as problem:
            if watch.fired or isinstance(problem, TimeoutError):
                raise TooSlow(f"the server did not take the message within {self.budget:g} seconds") from problem
            raise Delayed(f"the connection failed in the middle of a message: {problem}") from problem
        finally:
            watch.disarm()
            if not clean:
                self._drop()

    def _open(self) -> smtplib.SMTP:
        trust = ssl.create_default_context()
        try:
            client = _TlsClient(self, trust) if self.tls == "always" else _Client(self)
            if self.tls == "start":
                client.starttls(context=trust)
            client.ehlo_or_helo_if_needed()
            if self.user:
                client.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as problem:
            raise Unreachable(f"{self.host}:{self.port}: {problem}") from problem
        return client

    def _reset(self) -> bool:
        """Clear the transaction that failed; whether the connection can be used again."""
        try:
            return self._client is not None and self._client.rset()[0] == _DONE
        except (smtplib.SMTPException, OSError):
            return False

    def _cut(self) -> None:
        """The time for one message is over: wake whoever waits for the server."""
        sock = self._client.sock if self._client else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(2)

    def _drop(self) -> None:
        if self._client is not None:
            with suppress(OSError):
                self._client.close()
            self._client = None


class _Watch:
    """One thread that looks a few times a second whether a message has had its time; a timer a message costs more."""

    def __init__(self, cut: Callable[[], None]) -> None:
        self.fired = False
        self._cut = cut
        self._until: float | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def arm(self, seconds: float) -> None:
        """Cut in so many seconds."""
        self.fired = False
        self._until = time.monotonic() + seconds

    def disarm(self) -> None:
        """The message is through."""
        self._until = None

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            until = self._until
            if until is not None and time.monotonic() > until:
                self.fired = True
                self._cut()


class _Gone(Exception):
    """The kept connection was closed by the server; nothing of the message was sent."""


class _Client(smtplib.SMTP):
    """Known to its mailer before it connects, so that a server that never finishes its greeting can be cut off."""

    def __init__(self, mailer: SmtpMailer) -> None:
        mailer._client = self
        super().__init__(mailer.host, mailer.port, timeout=mailer.budget)


class _TlsClient(smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""

    def __init__(self, mailer: SmtpMailer, trust: ssl.SSLContext) -> None:
        mailer._client = self
        super().__init__(mailer.host, mailer.port, timeout=mailer.budget, context=trust)


def _accept(code: int, answer: bytes | str) -> None:
    if code in (_DONE, _WILL_FORWARD):
        return
    if code >= 500:  # permanent, by the first digit of the reply
        raise Refused(_text(code, answer))
    raise Delayed(_text(code, answer))


def _text(code: int, answer: bytes | str) -> str:
    words = answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
    return f"{code} {words}"[:500]

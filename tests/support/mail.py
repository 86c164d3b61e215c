"""A real SMTP server that keeps what it is sent."""

import threading
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class SmtpSink:
    """What arrived, in order: `messages`, with the envelope's recipients beside in `recipients`."""

    host: str = ""
    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its address as `MLA_MAIL_URL` writes it."""
        return f"smtp://{self.host}:{self.port}"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Called by the server for each recipient."""
        refusal = self.refuse(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 Known"

    def refuse(self, _address: str) -> str | None:
        """The answer for an address that is not taken; None takes it."""
        return None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the server for each message."""
        content = cast("bytes", envelope.content)
        with self._lock:
            self.messages.append(cast("EmailMessage", message_from_bytes(content, policy=cast("Any", policy.default))))
            self.recipients.append(list(envelope.rcpt_tos))
        return "250 Kept"


class _AnyPort(Controller):
    """On a port that the system chooses; the controller's first connection to itself must know which."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd types only what is public


@contextmanager
def listening(sink: SmtpSink | None = None) -> Iterator[SmtpSink]:
    """A server on a free port of this machine for the duration of the block; `sink` may be one with faults."""
    sink = sink or SmtpSink()
    controller = _AnyPort(sink, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        server = controller.server
        assert isinstance(server, Server)
        sink.host, sink.port = server.sockets[0].getsockname()[:2]
        yield sink
    finally:
        controller.stop()

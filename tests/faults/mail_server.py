"""A mail server with faults that can be switched on and off while it runs, for everybody or for one address."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from tests.support.mail import SmtpSink, listening


@dataclass(frozen=True)
class Arrived:
    """One message that the server answered with 250: when (monotonic), for whom, under which identity."""

    at: float
    recipient: str
    identity: str


@dataclass
class FaultyServer(SmtpSink):
    """What arrived is kept as a list of `Arrived`; a fault is a value here, changed at any time.

    `answers`: what an address is answered at RCPT. `greylist_until`: until then everybody is told to come back.
    `drop_after_data`: so many messages whose connection is cut after DATA, unanswered. `trickle`: addresses whose
    answer comes one byte a second. `seconds`: how long each message takes. `on_message`: called before each 250.
    """

    arrived: list[Arrived] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    greylist_until: float = 0.0
    drop_after_data: int = 0
    trickle: set[str] = field(default_factory=set)
    seconds: float = 0.0
    on_message: Callable[[Arrived], None] | None = None
    _faults: threading.Lock = field(default_factory=threading.Lock)

    def refuse(self, address: str) -> str | None:
        if time.monotonic() < self.greylist_until:
            return "451 4.7.1 Greylisted, come back later"
        return self.answers.get(address)

    async def handle_DATA(self, server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        with self._faults:
            dropped = self.drop_after_data > 0
            self.drop_after_data -= dropped
        if dropped:
            cast("Any", server).transport.abort()
            return "421 never seen"
        [recipient] = envelope.rcpt_tos
        if recipient in self.trickle:
            for _ in range(600):
                cast("Any", server).transport.write(b"2")
                await asyncio.sleep(1)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        found = Arrived(time.monotonic(), recipient, _identity(cast("bytes", envelope.content)))
        if self.on_message is not None:
            self.on_message(found)
        self.arrived.append(found)
        return "250 Kept"

    def by_identity(self) -> Counter[str]:
        """How often each message came."""
        return Counter(found.identity for found in self.arrived)

    def doubled(self) -> int:
        """Messages that came more often than once, counted by every repeat."""
        return len(self.arrived) - len(self.by_identity())


def _identity(content: bytes) -> str:
    head = content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    return next(line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("Message-ID: "))


@contextmanager
def faulty_server() -> Iterator[FaultyServer]:
    """The server on a port of this machine for the duration of the block."""
    with listening(FaultyServer()) as sink:
        assert isinstance(sink, FaultyServer)
        yield sink

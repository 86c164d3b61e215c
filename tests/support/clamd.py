"""A small clamd: speaks INSTREAM over TCP, finds EICAR, knows a size limit, can be told to misbehave."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.factories.documents import EICAR


@dataclass
class FakeClamd:
    """What it was sent, and how it answers: "" as clamd does, else these words to everything."""

    url: str = ""
    says: str = ""
    largest: int = 1 << 30
    seen: list[int] = field(default_factory=list)


@contextmanager
def scanning() -> Iterator[FakeClamd]:
    """The scanner at `url`, until the end of the block."""
    clamd = FakeClamd()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            assert self.rfile.read(10) == b"zINSTREAM\0"
            content = b""
            while length := struct.unpack("!I", self.rfile.read(4))[0]:
                content += self.rfile.read(length)
                if len(content) > clamd.largest:
                    self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            clamd.seen.append(len(content))
            answer = clamd.says or ("stream: Eicar-Test-Signature FOUND" if EICAR in content else "stream: OK")
            self.wfile.write(answer.encode() + b"\0")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        host, port = server.server_address[:2]
        clamd.url = f"tcp://{host!s}:{port}"
        try:
            yield clamd
        finally:
            server.shutdown()
            thread.join()

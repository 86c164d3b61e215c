"""One large file through the real web server: its hash, and the memory of the process that took it in (C1).

`MLA_PROOF=1` sends one gigabyte; otherwise 64 MB show the same. The figures are printed (`pytest -s`).
"""

import http.client
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest

from config.settings import Settings
from mla_tracker.casework.registering import register
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.office_from_settings import open_office
from tests.factories.office import a_world
from tests.support.browsing import PASSWORD, person
from tests.support.office import COMMAND, ROOT, environment, eventually, free_port, with_static_files

MEGABYTE = 1024**2
SIZE = 1024 * MEGABYTE if os.environ.get("MLA_PROOF") else 64 * MEGABYTE
MOST = 64 * MEGABYTE
PIECE = bytes(range(256)) * 4096
BEGINNING = b"\0\0\0\x18ftypmp42\0\0\0\0"


def content() -> Iterator[bytes]:
    yield BEGINNING
    for start in range(0, SIZE, len(PIECE)):
        yield PIECE if start else PIECE[len(BEGINNING) :]


class Browser:
    """The few requests of a browser, with its cookies."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, {"Cookie": cookie, **headers})  # type: ignore[arg-type]
        answer = connection.getresponse()
        for sent in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, value = sent.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.ask("GET", path).read().decode())
        assert found is not None
        return found[1]


@contextmanager
def web_server(settings: Settings) -> Iterator[tuple[int, int]]:
    """`mla-tracker web` with one process that serves: its port, and the number of that process."""
    port = free_port()
    more = {
        "MLA_DATABASE_URL": settings.runtime_url, "MLA_REDIS_URL": settings.store_url, "MLA_WEB_PROCESSES": "1",
        "PORT": str(port),
    }  # fmt: skip
    log = settings.var_dir.with_name("web.log")
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*COMMAND, "web"], cwd=ROOT, env=environment(settings.var_dir, **more), stdout=output, stderr=output
        )
    try:
        browser = Browser(port)

        def answers() -> bool:
            assert server.poll() is None, log.read_text()
            try:
                return browser.ask("GET", "/healthz").status == 200
            except OSError:
                return False

        eventually("the web server answers", answers, 120)
        (child,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        yield port, int(child)
    finally:
        server.terminate()
        server.wait(30)


def memory(pid: int, line: str) -> int:
    """A line of the kernel's account of a process, in bytes."""
    found = re.search(rf"^{line}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc")
def test_a_large_file_is_hashed_and_kept_in_constant_memory(settings: Settings, sessions: Sessions) -> None:
    with_static_files(settings.var_dir)
    person(sessions, "anna", "caseworker")
    office = open_office(settings)
    with sessions() as session:
        world = a_world(office, session)
        case = register(office, session, world.registration(), actor=world.officer, recorded_at=clock.now()).reference
    with web_server(settings) as (port, pid):
        browser = Browser(port)
        login = {"email": "anna@office.example", "password": PASSWORD, "csrf_token": browser.token("/login")}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert browser.ask("POST", "/login", urlencode(login), **form).status == 302
        address = f"/cases/{case}/documents"
        fields = {"csrf_token": browser.token(f"{address}/new"), "kind": "evidence", "title": "Hearing"}
        parts = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        )
        head = f'{parts}--x\r\nContent-Disposition: form-data; name="file"; filename="Hearing.mp4"\r\n\r\n'.encode()
        tail = b"\r\n--x--\r\n"
        expected = sha256()

        def body() -> Iterator[bytes]:
            yield head
            for piece in content():
                expected.update(piece)
                yield piece
            yield tail

        browser.ask("GET", f"/cases/{case}").read()
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak counts from here
        base = memory(pid, "VmRSS")
        answer = browser.ask(
            "POST", f"{address}/new", body(),
            **{"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(len(head) + SIZE + len(tail))},
        )  # fmt: skip
        assert answer.status == 302, answer.read()
        taken_in = memory(pid, "VmHWM") - base
        assert expected.hexdigest() in browser.ask("GET", f"{address}/1").read().decode()
        found, answer = sha256(), browser.ask("GET", f"{address}/1/versions/1")
        while piece := answer.read(MEGABYTE):
            found.update(piece)
        handed_out = memory(pid, "VmHWM") - base
    assert found.digest() == expected.digest()
    figures = f"{taken_in / MEGABYTE:.1f} MB to take in, {handed_out / MEGABYTE:.1f} MB with handing out"
    print(f"\n{SIZE // MEGABYTE} MB, above {base / MEGABYTE:.0f} MB: {figures}")  # noqa: T201 - asked for with -s
    assert handed_out < MOST

"""The other end: a browser that keeps its connection and its session, and the clock beside it."""

import http.client
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

_TOKEN: Final = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

Ask = tuple[str, str, Mapping[str, str]]
"""One request: method, address, and the fields of its form."""


class Unexpected(Exception):
    """The server answered otherwise than the benchmark counts on."""


@dataclass(frozen=True)
class Times:
    """What one page took with one client, and how many a second were answered with eight.

    Milliseconds; `processor`: of the web process alone, without the database. `questions`: statements to the database.
    """

    name: str
    median: float
    p95: float
    per_second: float
    processor: float
    questions: int


class Client:
    """One connection to the server; `cookie` may be shared by several."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = cookie

    def send(self, ask: Ask, *, expected: int | None = None) -> str:
        """The page that answers. Raises `Unexpected` for another status than `expected` (200 or 302 by default)."""
        method, address, fields = ask
        headers = {"Cookie": self.cookie}
        body = None
        if method == "POST":
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, address, body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = value.partition(";")[0]
        wanted = expected or (302 if method == "POST" else 200)
        if answer.status != wanted:
            raise Unexpected(f"{method} {address}: {answer.status} instead of {wanted}")
        return text.decode()

    def token(self, address: str) -> str:
        """The token of the forms on a page; it holds as long as the session."""
        found = _TOKEN.search(self.send(("GET", address, {})))
        if found is None:
            raise Unexpected(f"{address} has no form")
        return found[1]

    def sign_in(self, email: str, password: str) -> None:
        """From now on the pages of this person."""
        form = {"csrf_token": self.token("/login"), "email": email, "password": password}
        self.send(("POST", "/login", form))


def one_by_one(port: int, cookie: str, asks: Sequence[Ask]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds of these requests, one after the other on one connection."""
    client = Client(port, cookie)
    taken = []
    for ask in asks:
        began = time.perf_counter()
        client.send(ask)
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)]


def together(port: int, cookie: str, next_ask: Callable[[], Ask | None], *, clients: int, seconds: float) -> float:
    """Requests answered a second by `clients` connections at once; ends early when there is nothing more to ask."""
    done = [0] * clients
    until = time.monotonic() + seconds
    problems: list[Exception] = []

    def work(number: int) -> None:
        client = Client(port, cookie)
        try:
            while time.monotonic() < until and (ask := next_ask()) is not None:
                client.send(ask)
                done[number] += 1
        except (Unexpected, OSError, http.client.HTTPException) as problem:
            problems.append(problem)

    began = time.monotonic()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return sum(done) / (time.monotonic() - began)

"""Parts that are away: the schedule (R3), the broker (R5, R6), a worker that stands still (R20)."""

import http.cookiejar
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import redis
from sqlalchemy import func, select, text

from mla_tracker.accounts.services import create_account
from mla_tracker.core import clock
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders import rules
from mla_tracker.reminders.mailer import make_mailer
from mla_tracker.reminders.messages import Letterhead
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.sending import sweep
from mla_tracker.reminders.services import OVERTAKEN, set_notice_floor
from mla_tracker.reminders.shapes import Told
from mla_tracker.reminders.terms import term_of
from tests.faults.bench import ZONE, Bench, Figures, until
from tests.support.office import free_port, with_static_files

PASSWORD = "plenty of pelicans 7"
DOWN = timedelta(hours=72)
RESUME_SECONDS = 90.0


def schedule_down_three_days(bench: Bench, *, limits: int, imported: int) -> Figures:
    """R3: after 72 hours without a schedule each due rung has one decision, lower ones collapse into one mail; and an
    import of overdue cases sends one summary a person.
    """
    for late in range(-9, 11):
        bench.due(limits // 20, days_late=late)
    letterhead = Letterhead("MLA tracker <mla@justice.example>", "https://mla.justice.example", ZONE)
    sweep(bench.sessions, make_mailer(bench.mail.url), letterhead, on=clock.now() - DOWN, seconds=600)
    before, now = len(bench.mail.arrived), clock.now()
    with bench.sessions() as session:
        terms = [term for row in session.scalars(select(Deadline)) if (term := term_of(row)) is not None]
    missed = [
        sum(1 for rung in rules.ladder(term, ZONE, now) if now - DOWN < rung.at <= now and Told.OFFICER in rung.told)
        for term in terms
    ]
    told = sum(1 for number in missed if number)
    with bench.worker():
        recovery = bench.until_sent(before + told, 300)
    people = 20
    bench.due(imported, people=people, days_late=3)
    with bench.sessions() as session, session.begin():
        set_notice_floor(session, clock.now(), "import", zone=ZONE)
    with bench.worker():
        recovery = max(recovery, bench.until_sent(before + told + people, 300))
    with bench.sessions() as session:
        decided = session.scalar(
            select(func.count()).where(Notice.due_at > now - DOWN, Notice.due_at <= now, Notice.floor_id.is_(None))
        )
        overtaken = session.scalar(select(func.count()).where(Notice.reason == OVERTAKEN, Notice.due_at > now - DOWN))
    return bench.figures(
        "R3 schedule down for 72 h, then an import",
        before + told + people,
        recovery,
        f"{sum(missed)} rungs missed, {decided} decided, {overtaken} collapsed",
        f"{imported} overdue cases imported, {people} summaries",
    )


def broker_away(bench: Bench, *, mails: int, seconds: float, resets: int) -> Figures:
    """R5: the broker is killed in the middle, stays away, comes back; then it is reset again and again. Pages go on."""
    bench.due(mails)
    bench.mail.seconds = 0.02
    with _office(bench) as pages, bench.worker():
        until(lambda: len(bench.mail.arrived) > mails // 4, 60, lambda: str(bench.states()))
        broker, child = next((s, c) for s, c in bench.servers.running.items() if s.name == "broker")
        child.kill()
        child.wait(10)
        until(pages.outlasts(seconds), seconds + 60, lambda: "pages are not asked")
        bench.due(20)
        bench.servers.restart(broker)
        bench.wake_unless_patient()
        recovery = bench.until_sent(mails + 20, RESUME_SECONDS)
        for _ in range(resets):
            bench.servers.running[broker].kill()
            bench.servers.running[broker].wait(10)
            bench.servers.restart(broker)
            time.sleep(0.3)
        bench.due(20)
        bench.wake_unless_patient()
        recovery = max(recovery, bench.until_sent(mails + 40, RESUME_SECONDS))
    return bench.figures(
        "R5 broker killed, away, reset",
        mails + 40,
        recovery,
        f"away {seconds:g} s, {resets} resets",
        f"pages answered {dict(pages.answers)}",
    )


def broker_flushed(bench: Bench, *, mails: int) -> Figures:
    """R6: the broker loses all it has in the middle of a batch: nothing lost, people stay signed in."""
    bench.due(mails)
    bench.mail.seconds = 0.02
    with _office(bench) as pages, bench.worker():
        until(lambda: len(bench.mail.arrived) > mails // 4, 60, lambda: str(bench.states()))
        address = bench.servers.addresses.redis_url
        assert address is not None
        with redis.Redis.from_url(address) as client:
            client.flushall()
        bench.due(20)
        bench.wake_unless_patient()
        recovery = bench.until_sent(mails + 20, RESUME_SECONDS)
        assert pages.get("/account") == 200
    return bench.figures("R6 broker flushed", mails + 20, recovery, f"pages answered {dict(pages.answers)}")


def worker_stands_still(bench: Bench, *, wait: bool) -> Figures:
    """R20: a stopped worker shows in /readyz within 120 s and on a supervisor's pages after three minutes; it goes on.

    Without `wait` the stamps are put back instead of waiting for them to age.
    """
    bench.due(20)
    with _office(bench) as pages, bench.worker() as process:
        bench.until_sent(20, 60)
        until(lambda: pages.get("/readyz") == 200, 60, lambda: "never ready")
        os.killpg(process.pid, signal.SIGSTOP)
        if not wait:
            with bench.sessions() as session, session.begin():
                session.execute(text("UPDATE heartbeat SET beat_at = beat_at - interval '4 minutes'"))
        red = until(lambda: pages.get("/readyz") == 503, 120, lambda: "health stays green")
        banner = until(lambda: "No sweep for" in pages.text("/"), 240, lambda: "no banner")
        bench.due(10)
        os.killpg(process.pid, signal.SIGCONT)
        bench.wake_unless_patient()
        recovery = bench.until_sent(30, 120)
        until(lambda: pages.get("/readyz") == 200, 60, lambda: "health stays red")
    return bench.figures(
        "R20 worker stands still", 30, recovery, f"red after {red:.0f} s, banner after {red + banner:.0f} s"
    )


class _Pages:
    """A supervisor's browser, and a thread that asks for pages all the time."""

    def __init__(self, address: str, answers: Counter[int]) -> None:
        self.answers = answers
        self._address = address
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._ended = threading.Event()

    def get(self, path: str) -> int:
        """The status of a page; 0 where nothing answers."""
        try:
            with self._opener.open(self._address + path, timeout=20) as answer:
                return int(answer.status)
        except HTTPError as refused:
            return refused.code
        except (URLError, OSError):
            return 0

    def text(self, path: str) -> str:
        """The words of a page."""
        with self._opener.open(self._address + path, timeout=20) as answer:
            return str(answer.read().decode())

    def sign_in(self, email: str) -> None:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.text("/login"))
        assert token is not None
        form = {"email": email, "password": PASSWORD, "csrf_token": token[1]}
        with self._opener.open(self._address + "/login", urlencode(form).encode(), timeout=20) as answer:
            assert "/login" not in answer.url

    def outlasts(self, seconds: float) -> "_Outlast":
        """Whether so many seconds have gone by with pages asked for meanwhile."""
        return _Outlast(self, seconds)

    def ask_on(self) -> None:
        """Ask for one page after the other until the end."""
        paths = ("/", "/cases", "/deadlines", "/account")
        while not self._ended.wait(0.5):
            self.answers[self.get(paths[sum(self.answers.values()) % len(paths)])] += 1

    def end(self) -> None:
        self._ended.set()


class _Outlast:
    def __init__(self, pages: _Pages, seconds: float) -> None:
        self._pages, self._until = pages, time.monotonic() + seconds
        self._asked = sum(pages.answers.values())

    def __call__(self) -> bool:
        return time.monotonic() > self._until and sum(self._pages.answers.values()) > self._asked


@contextmanager
def _office(bench: Bench) -> Iterator[_Pages]:
    """The web server of the bench, a supervisor signed in to it, and pages asked for all the time."""
    with bench.sessions() as session, session.begin():
        create_account(
            session, email="chief@office.example", name="Chief", role="supervisor", password=PASSWORD, now=clock.now()
        )
    with_static_files(bench.folder / "office")
    port = free_port()
    with bench.program("web", PORT=str(port), MLA_WEB_PROCESSES="1"):
        pages = _Pages(f"http://127.0.0.1:{port}", bench.answers)
        until(lambda: pages.get("/healthz") == 200, 60, lambda: "the web server does not answer")
        pages.sign_in("chief@office.example")
        asking = threading.Thread(target=pages.ask_on)
        asking.start()
        try:
            yield pages
        finally:
            pages.end()
            asking.join()

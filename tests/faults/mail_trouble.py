"""Mail servers that refuse, delay, crawl, drop or cannot be trusted: R7."""

import time
from itertools import pairwise

from sqlalchemy import func, select, update

from mla_tracker.core import office_setting
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.sending import TROUBLE
from tests.faults.bench import Bench, Figures, until
from tests.support.office import free_port


def nobody_listens(bench: Bench, *, mails: int) -> Figures:
    """The server is away: nothing is tried or lost, the trouble is written down, all goes out when it is back."""
    bench.due(mails)
    with bench.worker(MLA_MAIL_URL=f"smtp://127.0.0.1:{free_port()}"):
        until(lambda: _trouble(bench) != "", 60, lambda: "no trouble was written down")
        assert bench.states()["planned"] == mails
    with bench.worker():
        recovery = bench.until_sent(mails, 120)
        until(lambda: _trouble(bench) == "", 60, lambda: "the trouble stays")
    return bench.figures("R7 mail server away", mails, recovery)


def no_tls(bench: Bench, *, mails: int) -> Figures:
    """TLS is demanded and the server has none: nothing goes out in the clear, all when it can be trusted."""
    bench.due(mails)
    with bench.worker(MLA_MAIL_URL=f"{bench.mail.url}?starttls=1"):
        until(lambda: "STARTTLS" in _trouble(bench), 60, lambda: f"trouble is {_trouble(bench)!r}")
    in_the_clear = len(bench.mail.arrived)
    with bench.worker():
        recovery = bench.until_sent(mails, 120)
    return bench.figures("R7 TLS demanded, server has none", mails, recovery, f"{in_the_clear} sent in the clear")


def greylisted(bench: Bench, *, mails: int, seconds: float) -> Figures:
    """Everybody is told to come back later; the tries are spread and go through in the end."""
    bench.due(mails)
    bench.mail.greylist_until = time.monotonic() + seconds
    with bench.worker():
        until(lambda: bench.states()["deferred"] == mails, 60, lambda: str(bench.states()))
        with bench.sessions() as session:
            waits = session.scalar(select(func.max(Notice.next_attempt_at) - func.min(Notice.next_attempt_at)))
        if not bench.patient:
            time.sleep(max(0.0, bench.mail.greylist_until - time.monotonic()))
            with bench.sessions() as session, session.begin():
                session.execute(
                    update(Notice).where(Notice.state == "deferred").values(next_attempt_at=func.clock_timestamp())
                )
            recovery = 0.0
        else:
            recovery = bench.until_sent(mails, seconds * 3 + 300)
    if not bench.patient:
        with bench.worker():
            recovery = bench.until_sent(mails, 60)
    return bench.figures(
        f"R7 greylisted for {seconds:g} s", mails, recovery, f"first tries spread over {waits and waits.seconds} s"
    )


def one_bad_address(bench: Bench, *, mails: int) -> Figures:
    """One address is refused for good, one server crawls, some connections drop after DATA: the others go on."""
    bench.due(mails)
    refused, crawling = bench.addresses[-mails], bench.addresses[-mails + 3]
    bench.mail.answers[refused] = "550 5.1.1 No such mailbox"
    bench.mail.trickle.add(crawling)
    bench.mail.drop_after_data = 3
    with bench.worker():
        until(lambda: len(bench.mail.arrived) >= mails - 5, 120, lambda: str(bench.states()))
        until(lambda: bench.states()["dead"] == 1, 30, lambda: str(bench.states()))
        times = [found.at for found in bench.mail.arrived]
        longest = max(later - earlier for earlier, later in pairwise(times))
        bench.mail.trickle.clear()
        if bench.patient:
            recovery = bench.until_sent(mails - 1, 300)
    if not bench.patient:
        with bench.sessions() as session, session.begin():
            session.execute(
                update(Notice).where(Notice.state == "deferred").values(next_attempt_at=func.clock_timestamp())
            )
        with bench.worker():
            recovery = bench.until_sent(mails - 1, 60)
    return bench.figures(
        "R7 one refused, one crawls, three drop",
        mails - 1,
        recovery,
        f"{bench.states()['dead']} dead letter",
        f"others waited at most {longest:.1f} s",
    )


def _trouble(bench: Bench) -> str:
    with bench.sessions() as session:
        return office_setting.read(session, TROUBLE) or ""

"""The fault harness in a bounded profile: fewer messages, shorter outages, leases that are let run out at once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mla_tracker.core.database import Sessions
from mla_tracker.standalone.servers import Wanted, own_servers
from tests.faults import clocks, kills, mail_trouble, outages
from tests.faults.bench import Bench, Figures
from tests.faults.mail_server import faulty_server
from tests.support.databases import TestDatabase


@pytest.fixture
def bench(sessions: Sessions, database: TestDatabase, tmp_path: Path) -> Iterator[Bench]:
    """A broker of its own, which a run may kill, and this process's database."""
    wanted = Wanted(tmp_path / "var", postgres=False, broker=True, durable=False)
    with own_servers(wanted, lambda _text: None) as servers, faulty_server() as mail:
        yield Bench(
            sessions=sessions,
            servers=servers,
            mail=mail,
            folder=tmp_path,
            database_url=database.runtime_url,
            migration_url=database.owner_url,
            patient=False,
            log=tmp_path / "programs.log",
        )


def test_killed_at_random_loses_nothing_and_repeats_at_most_one_a_kill(bench: Bench) -> None:
    figures = kills.killed_at_random(bench, mails=200, kills=3)
    assert (figures.sent, figures.lost) == (200, 0)
    assert figures.doubled <= 3


def test_killed_between_the_answer_and_the_stamp_repeats_that_one_message(bench: Bench) -> None:
    figures = kills.killed_between_answer_and_stamp(bench, hits=2)
    assert (figures.sent, figures.lost, figures.doubled) == (10, 0, 2)
    assert sorted(bench.mail.by_identity().values())[-2:] == [2, 2]


@pytest.mark.parametrize(
    "run",
    [
        lambda bench: outages.schedule_down_three_days(bench, limits=100, imported=200),
        lambda bench: kills.two_of_everything(bench, runs=2, mails=150),
        lambda bench: outages.broker_away(bench, mails=200, seconds=3, resets=3),
        lambda bench: outages.broker_flushed(bench, mails=200),
        lambda bench: mail_trouble.nobody_listens(bench, mails=20),
        lambda bench: mail_trouble.no_tls(bench, mails=20),
        lambda bench: mail_trouble.one_bad_address(bench, mails=30),
        lambda bench: mail_trouble.greylisted(bench, mails=20, seconds=8),
        lambda bench: clocks.clock_jumps(bench, mails=60),
        lambda bench: outages.worker_stands_still(bench, wait=False),
    ],
    ids=["R3", "R4", "R5", "R6", "R7-away", "R7-tls", "R7-addresses", "R7-greylisted", "R11", "R20"],
)
def test_a_fault_loses_and_repeats_nothing(bench: Bench, run: Callable[[Bench], Figures]) -> None:
    figures = run(bench)
    assert (figures.sent, figures.lost, figures.doubled) == (figures.expected, 0, 0), figures.line()
    assert not any(status >= 500 or status == 0 for status in bench.answers), bench.answers

"""`make faults`: every run at full length, each printed as it ends. `make faults ONLY="R1 R7"` runs some of them."""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from mla_tracker.core.database import make_engine, make_sessions
from mla_tracker.standalone.servers import Wanted, own_servers
from tests.faults import clocks, kills, load, mail_trouble, outages
from tests.faults.bench import Bench, Figures
from tests.faults.mail_server import faulty_server
from tests.support.databases import make_database, superuser_of
from tests.support.office import in_test_folder

Run = Callable[[Bench], Figures]

RUNS: dict[str, Run] = {
    "R1": lambda bench: kills.killed_at_random(bench, mails=2000, kills=20),
    "R2": lambda bench: kills.killed_between_answer_and_stamp(bench, hits=5),
    "R3": lambda bench: outages.schedule_down_three_days(bench, limits=1000, imported=5000),
    "R4": lambda bench: kills.two_of_everything(bench, runs=10, mails=200),
    "R5": lambda bench: outages.broker_away(bench, mails=600, seconds=600, resets=20),
    "R6": lambda bench: outages.broker_flushed(bench, mails=600),
    "R7.1": lambda bench: mail_trouble.nobody_listens(bench, mails=200),
    "R7.2": lambda bench: mail_trouble.no_tls(bench, mails=200),
    "R7.3": lambda bench: mail_trouble.one_bad_address(bench, mails=200),
    "R7.4": lambda bench: mail_trouble.greylisted(bench, mails=200, seconds=900),
    "R11": lambda bench: clocks.clock_jumps(bench, mails=200),
    "R20": lambda bench: outages.worker_stands_still(bench, wait=True),
    "load.1": lambda bench: load.throughput(bench, mails=10_000, processes=1),
    "load.2": lambda bench: load.throughput(bench, mails=10_000, processes=2),
    "load.4": lambda bench: load.throughput(bench, mails=10_000, processes=4),
    "load.sweep": lambda bench: load.nothing_to_do(bench, limits=100_000),
}


def main(wanted: list[str]) -> int:
    """Run what was asked for (all without a name); 1 where something was lost or went wrong."""
    chosen = {name: run for name, run in RUNS.items() if not wanted or name in wanted or name.split(".")[0] in wanted}
    if not chosen:
        click.echo(f"No such run. There are: {' '.join(RUNS)}", err=True)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="mla-faults-"))
    folder.chmod(0o755)
    failed = False
    try:
        with in_test_folder(folder), own_servers(Wanted(folder / "var"), lambda _text: None) as servers:
            runtime = servers.addresses.database_url
            assert runtime is not None
            database = make_database(superuser_of(runtime), folder, "faults", own_server=True)
            for name, run in chosen.items():
                engine = make_engine(database.runtime_url)
                with faulty_server() as mail:
                    bench = Bench(
                        sessions=make_sessions(engine),
                        servers=servers,
                        mail=mail,
                        folder=folder,
                        database_url=database.runtime_url,
                        migration_url=database.owner_url,
                        patient=True,
                        log=folder / f"{name}.log",
                    )
                    began = time.monotonic()
                    try:
                        figures = run(bench)
                    except AssertionError as problem:
                        failed = True
                        click.echo(f"{name:<10} FAILED after {time.monotonic() - began:.0f} s: {problem}")
                    else:
                        failed = failed or figures.lost > 0
                        click.echo(f"{name:<10} {figures.line()}")
                engine.dispose()
                database.renew()
    finally:
        if failed:
            click.echo(f"What the programs said is kept in {folder}", err=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

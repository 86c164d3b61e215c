"""`make bench`: build the data set once, start the web server, measure, print the table."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Lock
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.client import Client, Times, one_by_one, together
from bench.dataset import write
from bench.pages import PERSON, Jobs, questions
from config.settings import Settings
from mla_tracker.app import create_app
from mla_tracker.casework.demo.load import PASSWORD, load
from mla_tracker.cli_office import libpq, running, say
from mla_tracker.core import clock, office_setting
from mla_tracker.core.schema import upgrade
from mla_tracker.instruments.seeding import load_seed
from mla_tracker.office_from_settings import audit_key, open_office
from mla_tracker.web import assets

BUILT = "benchmark_cases"
WARM_UP = 20


@click.command()
@click.option("--cases", envvar="CASES", default=100_000, show_default=True, help="Size of the register.")
@click.option("--requests", default=200, show_default=True, help="With one client, for each job.")
@click.option("--seconds", default=8.0, show_default=True, help="With eight clients, for each job.")
@click.option("--var", type=click.Path(path_type=Path), help="Folder of the data set; the size is part of its default.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="The figures for a machine.")
def main(*, cases: int, requests: int, seconds: float, var: Path | None, json_file: Path | None) -> None:
    """A fifth of the cases is open, a quarter of these overdue. A data set that is there already is used again."""
    os.environ["MLA_VAR_DIR"] = str(var or Path("var") / f"bench-{cases}")
    os.environ.setdefault("MLA_WEB_PROCESSES", "2")
    os.environ.setdefault("PORT", "8899")
    with running("bench") as settings:
        _build(settings, cases)
        figures, memory = _measure(settings, requests=requests, seconds=seconds)
    _show(cases, figures, memory)
    if json_file is not None:
        found = {"cases": cases, "memory_mb": memory, "jobs": [vars(one) for one in figures]}
        json_file.write_text(json.dumps(found, indent=2), encoding="utf-8")


def _build(settings: Settings, cases: int) -> None:
    upgrade(settings.owner_url, settings.runtime_url)
    office = open_office(settings)
    today = clock.today(office.zone)
    with office.sessions() as session:
        if office_setting.read(session, BUILT):
            return
        load_seed(session, clock.now())
        session.commit()
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Demonstration cases", total=None)
        for step in load(office):
            progress.update(task, completed=step.done, total=step.total)
        task = progress.add_task("Copies", total=cases)
        dsn = settings.owner_url.replace("postgresql+psycopg://", "postgresql://", 1)
        for done in write(dsn, audit_key(settings), cases=cases, opened=cases // 5, overdue=cases // 20, today=today):
            progress.update(task, completed=done)
    with office.sessions() as session:
        office_setting.write(session, BUILT, str(cases), clock.now())
        session.commit()


def _measure(settings: Settings, *, requests: int, seconds: float) -> tuple[list[Times], list[int]]:
    assets.ready(settings.var_dir / "static")
    today = clock.today(settings.zone)
    asked = questions(create_app(settings), libpq(settings), today)
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.web"],
        env={
            **os.environ,
            "MLA_DATABASE_URL": settings.runtime_url,
            "MLA_REDIS_URL": settings.store_url,
            "MLA_LOG_LEVEL": "warning",
        },
    )
    try:
        client = _signed_in(settings.port)
        jobs = Jobs(libpq(settings), client.token("/account"), today)
        figures = []
        for name, following in jobs.all():
            say(f"{name} (load {os.getloadavg()[0]:.1f}) …")
            asks = [ask for _ in range(WARM_UP + requests) if (ask := following()) is not None]
            one_by_one(settings.port, client.cookie, asks[:WARM_UP])
            before = _processor_ms(server.pid)
            median, p95 = one_by_one(settings.port, client.cookie, asks[WARM_UP:])
            processor = (_processor_ms(server.pid) - before) / len(asks[WARM_UP:])
            lock = Lock()

            def one_at_a_time(following: Any = following, lock: Lock = lock) -> Any:
                with lock:
                    return following()

            rate = together(settings.port, client.cookie, one_at_a_time, clients=8, seconds=seconds)
            figures.append(Times(name, median, p95, rate, processor, asked.get(name, 0)))
        return figures, _memory(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _signed_in(port: int) -> Client:
    until = time.monotonic() + 60
    while True:
        try:
            client = Client(port)
            client.sign_in(PERSON, PASSWORD)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return client


def _children(server: int) -> list[str]:
    return Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()


def _processor_ms(server: int) -> float:
    """Milliseconds of a processor that the web processes have used so far: what a busy machine does not blur."""
    ticks = 0
    for child in _children(server):
        fields = Path(f"/proc/{child}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def _memory(server: int) -> list[int]:
    """Resident megabytes of each process that serves pages."""
    found = []
    for child in _children(server):
        pages = int(Path(f"/proc/{child}/statm").read_text(encoding="ascii").split()[1])
        found.append(pages * os.sysconf("SC_PAGE_SIZE") // 2**20)
    return found


def _show(cases: int, figures: list[Times], memory: list[int]) -> None:
    table = Table(title=f"{cases:,} cases, two web processes, the client on the same cores")
    for head in ("", "median ms", "P95 ms", "requests/s with 8", "web processor ms", "statements"):
        table.add_column(head, justify="left" if not head else "right")
    for one in figures:
        table.add_row(
            one.name, f"{one.median:.1f}", f"{one.p95:.1f}", f"{one.per_second:.1f}", f"{one.processor:.1f}",
            str(one.questions),
        )  # fmt: skip
    console = Console()
    console.print(table)
    console.print(f"Memory of a web process: {', '.join(f'{one} MB' for one in memory)}")


if __name__ == "__main__":
    main()

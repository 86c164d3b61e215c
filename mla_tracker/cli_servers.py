"""`mla-tracker serve`, `web`, `worker`, `schedule`: the long-running programs."""

import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

import click
import psycopg

from config.settings import DEMONSTRATION_DOMAIN, Settings
from mla_tracker.cli_office import libpq, refuse_demonstration_logins, running, say, start, wanted, with_addresses
from mla_tracker.core import clock
from mla_tracker.standalone.places import StandaloneError
from mla_tracker.standalone.processes import die_with_parent, dying_with_parent
from mla_tracker.standalone.servers import own_servers
from mla_tracker.standalone.supervisor import (
    ProcessGroup,
    Program,
    StopRequested,
    StopSignal,
    only_one,
    stopping_on_signals,
)

if TYPE_CHECKING:
    from flask import Flask

_SELF = (sys.executable, "-m", "mla_tracker.cli")
_WEB_SECONDS = 60.0
_TRIES = 2
_STALE_AFTER = timedelta(minutes=2)
_LOADED = "demonstration_loaded"


@click.command()
@click.option("--stop-with-parent", is_flag=True, help="End when the process that started this one ends.")
@click.option(
    "--demonstration/--without-demonstration",
    default=True,
    help="Whether a development office gets its demonstration cases on the first start.",
)
def serve(*, stop_with_parent: bool, demonstration: bool) -> None:
    """Run everything: private servers where none are named, web, worker and schedule. Ctrl-C stops all of it."""
    if stop_with_parent:
        die_with_parent(signal.SIGTERM)
    settings = start("serve")
    with only_one(settings.var_dir, settings.base_url), stopping_on_signals() as stop:
        try:
            _serve(settings, stop, demonstration=demonstration)
        except StopRequested:
            say("Stopped.")


def _serve(settings: Settings, stop: StopSignal, *, demonstration: bool) -> None:
    _check_port(settings)
    with own_servers(wanted(settings), say, stop.check) as owned:
        ready = with_addresses(settings, owned.addresses)
        as_owner = {**os.environ, **_as_environment(ready)}
        _step(("db", "upgrade"), as_owner, stop)
        as_runtime = {key: value for key, value in as_owner.items() if key != "MLA_MIGRATION_DATABASE_URL"}
        refuse_demonstration_logins(ready)
        if demonstration and not ready.production:
            _load_demonstration(ready, as_runtime, stop)
        group = ProcessGroup(
            owned,
            [
                Program("web", (*_SELF, "web")),
                Program("reminders", (*_SELF, "worker", "--without-schedule", "--only", "reminders"), needs_beat=True),
                Program("worker", (*_SELF, "worker", "--without-schedule", "--only", "other")),
                Program("schedule", (*_SELF, "schedule"), needs_beat=True),
            ],
            environment=as_runtime,
            run_folder=settings.var_dir / "run",
            say=say,
            beat_is_stale=lambda: _beat_is_stale(ready),
            stop=stop,
        )
        group.stop_stale()
        try:
            group.start("web")  # alone at first: people wait for it, and each program takes seconds of a processor
            _await_web(ready, group)
            _greet(ready)
            group.start("reminders", "schedule", "worker")
            group.keep_alive()
        finally:
            group.stop()


@click.command()
def web() -> None:
    """Run the web server alone."""
    from mla_tracker.web import assets
    from mla_tracker.web_server import run

    with running("web") as settings:
        refuse_demonstration_logins(settings)
        assets.ready(settings.var_dir / "static")  # before the fork: one of the processes builds, all read
        run(settings, _application(settings))


@click.command()
@click.option("--with-schedule/--without-schedule", default=True, help="Whether this worker also runs the schedule.")
@click.option(
    "--only",
    type=click.Choice(["reminders", "other"]),
    help="Do only what sends reminders, or only all other work. A worker of its own keeps reminders from waiting.",
)
def worker(*, with_schedule: bool, only: str | None) -> None:
    """Run a worker alone."""
    from worker.app import app, configure
    from worker.queue import GENERAL, REMINDERS

    with running("worker") as settings:
        refuse_demonstration_logins(settings)
        configure(settings)
        options = ["--without-gossip", "--without-mingle", "--loglevel", settings.log_level]
        queues = {"reminders": (REMINDERS,), "other": (GENERAL,)}.get(only or "", (REMINDERS, GENERAL))
        options += ["--queues", ",".join(queues), "--hostname", f"{only or 'worker'}-{os.getpid()}@%h"]
        if only == "reminders":
            app.conf.include = ("worker.reminding",)  # the number engines behind other tasks stay out of its memory
        warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
        app.worker_main(["--quiet", "worker", *options, *(["--beat"] if with_schedule else [])])


@click.command()
def schedule() -> None:
    """Run the schedule alone: it sends what is to be done each minute. A second one does no harm."""
    from worker.app import app, configure

    with running("schedule") as settings:
        configure(settings)
        app.conf.include = ()  # it sends names; the tasks behind them, with all their libraries, are the worker's
        beat = app.Beat(quiet=True, loglevel=settings.log_level)
        beat.install_sync_handler = _end_on_the_first_signal
        beat.run()


def _end_on_the_first_signal(_beat: object) -> None:
    """In place of Celery's handlers, which stumble over a second signal: Ctrl-C reaches all, then `serve` asks."""

    def end(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(0)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def _application(settings: Settings) -> "Callable[[], Flask]":
    def make() -> "Flask":
        from mla_tracker.app import create_app

        return create_app(settings)

    return make


def _as_environment(settings: Settings) -> dict[str, str]:
    return {
        "MLA_VAR_DIR": str(settings.var_dir),
        "MLA_DATABASE_URL": settings.runtime_url,
        "MLA_MIGRATION_DATABASE_URL": settings.owner_url,
        "MLA_REDIS_URL": settings.store_url,
    }


def _step(verb: Sequence[str], environment: Mapping[str, str], stop: StopSignal) -> None:
    """Run a verb to its end in a process of its own, so that this one stays small."""
    child = subprocess.Popen(  # noqa: S603 (our own command)
        [*_SELF, *verb],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        preexec_fn=dying_with_parent(signal.SIGKILL),
    )
    try:
        while child.poll() is None:
            stop.check()
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait()
    if child.returncode != 0:
        raise StandaloneError(f"`mla-tracker {' '.join(verb)}` failed; what it said stands above.")


def _load_demonstration(settings: Settings, environment: Mapping[str, str], stop: StopSignal) -> None:
    """On the first start of an office in which nobody works yet."""
    with psycopg.connect(libpq(settings), autocommit=True) as connection:
        loaded = connection.execute("SELECT 1 FROM office_setting WHERE key = %s", [_LOADED]).fetchone()
        people = connection.execute(
            "SELECT 1 FROM account WHERE email NOT LIKE %s LIMIT 1", [f"%@{DEMONSTRATION_DOMAIN}"]
        ).fetchone()
        if loaded or people:
            return
        if connection.execute("SELECT 1 FROM case_file LIMIT 1").fetchone():
            say(f"Loading the demonstration was interrupted earlier; to have all of it, remove {settings.var_dir}.")
            return
        say("First start: loading the demonstration cases.")
        _step(("demo", "load"), environment, stop)
        connection.execute(
            "INSERT INTO office_setting (key, value, changed_at) VALUES (%s, 'yes', %s)", [_LOADED, clock.now()]
        )


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            raise StandaloneError(
                f"Cannot listen on {settings.host}, port {settings.port} ({problem.strerror}): "
                "stop what listens there, or choose another with PORT and HOST."
            ) from problem


def _await_web(settings: Settings, group: ProcessGroup) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (compared, not bound)
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/healthz"
    until = time.monotonic() + _WEB_SECONDS
    while time.monotonic() < until:
        group.look()
        if group.deaths("web") > _TRIES:
            raise StandaloneError("The web server does not start; what it said stands above.")
        try:
            with urlopen(address, timeout=5):
                return
        except HTTPError:
            return  # it answers; what it answers is for /readyz
        except OSError:
            time.sleep(0.1)
    raise StandaloneError(f"The web server does not answer after {_WEB_SECONDS:.0f} s; what it said stands above.")


def _greet(settings: Settings) -> None:
    click.echo(f"\nMLA tracker answers on {settings.base_url}  (Ctrl-C stops it)")
    if settings.production:
        return
    with psycopg.connect(libpq(settings), autocommit=True) as connection:
        people = connection.execute(
            "SELECT email, role FROM account WHERE active AND email LIKE %s ORDER BY id", [f"%@{DEMONSTRATION_DOMAIN}"]
        ).fetchall()
    if people:
        click.echo("Demonstration logins, password demonstration-only:")
        for email, role in people:
            click.echo(f"  {email:<30} {role}")
    click.echo("")
    sys.stdout.flush()


def _beat_is_stale(settings: Settings) -> bool:
    """Whether the schedule has stopped. A database that does not answer says nothing about it."""
    try:
        with psycopg.connect(libpq(settings), autocommit=True, connect_timeout=2) as connection:
            beat = connection.execute("SELECT beat_at FROM heartbeat WHERE name = 'schedule'").fetchone()
    except psycopg.Error:
        return False
    return beat is None or clock.now() - beat[0] > _STALE_AFTER

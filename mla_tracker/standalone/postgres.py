"""The private PostgreSQL: made once, reachable through a Unix socket only, with one role that owns and one that works.

`mla_owner` owns the database and its schema and runs the migrations. `mla_app` is what the product runs as: it owns
nothing. The superuser serves to make these two; the operating system vouches for who connects (peer), so that there is
no password to keep.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from mla_tracker.standalone import processes
from mla_tracker.standalone.places import (
    Account,
    Say,
    StandaloneError,
    account_for,
    data_folder,
    own,
    reachable_binaries,
    run_as,
    socket_folder,
)
from mla_tracker.standalone.programs import major_version

OWNER, RUNTIME, DATABASE = "mla_owner", "mla_app", "mla"
_SUPERUSER = "postgres"
_PORT = 5432
_FIRST_WITH_BUILTIN_LOCALE = 17
_START_SECONDS = 60.0
_LOG_BYTES = 10_000_000


class PrivatePostgres:
    """One PostgreSQL cluster under a var folder. `durable=False` gives up safety for speed: for tests alone."""

    name = "postgresql"

    def __init__(self, var: Path, binaries: Path, *, say: Say, durable: bool = True) -> None:
        self._say = say
        self._durable = durable
        self._version = major_version(binaries)
        self._account: Account = account_for(var / "postgres")
        self._binaries = reachable_binaries(binaries, self._account, say)
        self.data = data_folder(var, self._account, say)
        self._sockets = socket_folder(var, "postgresql", f".s.PGSQL.{_PORT}", self._account)
        self._log = var / "log" / "postgresql.log"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of `database` for `role`, as SQLAlchemy writes it."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self._sockets), safe='/')}&port={_PORT}"

    def prepare(self) -> None:
        """Make the cluster if there is none, and write who may connect. Raises StandaloneError when it cannot work."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(self._version):
            raise StandaloneError(
                f"{self.data} was made by PostgreSQL {found} and {self._binaries} holds {self._version}: "
                "name the older programs in MLA_POSTGRES_BIN, or set MLA_VAR_DIR to another folder."
            )
        people = {self._account.name, pwd.getpwuid(os.geteuid()).pw_name}
        roles = (_SUPERUSER, OWNER, RUNTIME)
        self._write("pg_hba.conf", "local all all peer map=office\n")
        self._write(
            "pg_ident.conf", "".join(f'office "{person}" {role}\n' for person in sorted(people) for role in roles)
        )

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server as a child that stops with this process. It is ready when `wait` returns."""
        self._forget_stale_lock()
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "port": str(_PORT),
            "max_connections": "60",
            "shared_buffers": "128MB",
            "work_mem": "8MB",
            "maintenance_work_mem": "64MB",
            "effective_cache_size": "1GB",
            "random_page_cost": "1.1",
            "max_wal_size": "512MB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] ",
            "fsync": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
        }
        command = [str(self._binaries / "postgres"), "-D", str(self.data)]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        account = self._account
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                process_group=0,
                preexec_fn=processes.dying_with_parent(signal.SIGINT),
                user=account.uid if account.switch else None,
                group=account.gid if account.switch else None,
                extra_groups=[] if account.switch else None,
            )

    def wait(self, child: "subprocess.Popen[bytes]", meanwhile: Callable[[], None]) -> None:
        """Return when the server answers and its roles and database exist. Raises StandaloneError when it gives up."""
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                with self._connect() as connection:
                    ensure_roles(connection)
                    ensure_database(connection, DATABASE, builtin_locale=self._version >= _FIRST_WITH_BUILTIN_LOCALE)
                return
            except psycopg.OperationalError as problem:
                if child.poll() is not None:
                    raise StandaloneError(
                        f"PostgreSQL did not start; the end of {self._log}:\n{self._last_lines()}"
                    ) from problem
                if time.monotonic() > until:
                    raise StandaloneError(
                        f"PostgreSQL does not answer after {_START_SECONDS:.0f} s ({problem}); see {self._log}."
                    ) from problem
                meanwhile()
                time.sleep(0.05)

    def stop(self, child: "subprocess.Popen[bytes]") -> None:
        """Stop fast: clients are cut off, everything committed is on disk."""
        for number, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if child.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(seconds)

    def stop_stale(self) -> None:
        """End a server that an earlier start left behind on this data folder."""
        pid = self._noted_pid()
        if pid is None or not self._is_ours(pid) or (since := processes.born(pid)) is None:
            return
        self._say("A PostgreSQL left by an earlier start is stopped first.")
        gone = processes.stop(
            processes.Known(pid, since), ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
        )
        if not gone:
            raise StandaloneError(f"The PostgreSQL with pid {pid} uses {self.data} and does not stop: stop it by hand.")

    def superuser_dsn(self, database: str = "postgres") -> str:
        """How the superuser connects, as libpq writes it: to make databases and roles, nothing else."""
        return psycopg.conninfo.make_conninfo(
            host=str(self._sockets), port=_PORT, user=_SUPERUSER, dbname=database, connect_timeout=5
        )

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.superuser_dsn(), autocommit=True)

    def _initialise(self) -> None:
        # A folder beside the final one, renamed when complete: a start that was cut short leaves no half cluster.
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        own(fresh, self._account)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self._version >= _FIRST_WITH_BUILTIN_LOCALE
            else ["--locale=C.UTF-8"]
        )
        command = [
            str(self._binaries / "initdb"),
            "-D",
            str(fresh),
            "-U",
            _SUPERUSER,
            "-E",
            "UTF8",
            "-A",
            "peer",
            *locale,
        ]
        made = run_as(self._account, command if self._durable else [*command, "--no-sync"])
        if made.returncode != 0:
            raise StandaloneError(f"PostgreSQL could not make its data folder {fresh}: {made.stderr.strip()}")
        fresh.rename(self.data)

    def _write(self, name: str, content: str) -> None:
        path = self.data / name
        path.write_text(content, encoding="utf-8")
        path.chmod(0o600)
        if self._account.switch:
            os.chown(path, self._account.uid, self._account.gid)

    def _noted_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        # A server's working folder is its data folder; elsewhere than on Linux its name has to do.
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.data.resolve()
        except OSError:
            told = subprocess.run(
                ["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
            )
            return str(self.data) in told.stdout

    def _forget_stale_lock(self) -> None:
        # PostgreSQL takes a stale lock file for a living server when another process of the account got its number, as
        # happens in a container that counts from 1 again. The file goes only when that number is surely not a server.
        pid = self._noted_pid()
        if pid is not None and processes.born(pid) is not None and not self._is_ours(pid):
            (self.data / "postmaster.pid").unlink()

    def _last_lines(self) -> str:
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])


def ensure_roles(connection: "psycopg.Connection[tuple[object, ...]]", *, password: str | None = None) -> None:
    """Make the owner's and the runtime role where they are missing; `password` is for a server reached over TCP."""
    secret = sql.SQL(" PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
    for role in (OWNER, RUNTIME):
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = sql.SQL("ALTER" if known else "CREATE")
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                verb, sql.Identifier(role)
            )
            + secret
        )


def ensure_database(
    connection: "psycopg.Connection[tuple[object, ...]]",
    name: str,
    *,
    template: str = "template0",
    builtin_locale: bool,
) -> None:
    """Make the database `name`, owned by the owner's role and closed to the public, where it is missing."""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    database, owner, runtime = sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(RUNTIME)
    locale = sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if builtin_locale else "LOCALE 'C.UTF-8'")
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8' ").format(
            database, owner, sql.Identifier(template)
        )
        + locale
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, runtime))

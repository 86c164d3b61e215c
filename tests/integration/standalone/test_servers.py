"""The private servers: made, shared by commands, recovered after a violent end, placed where they can run."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from mla_tracker.standalone import processes
from mla_tracker.standalone.places import LONGEST_SOCKET, StandaloneError
from mla_tracker.standalone.postgres import PrivatePostgres
from mla_tracker.standalone.programs import broker_program, postgres_programs
from mla_tracker.standalone.servers import Addresses, Wanted, own_servers, private_servers
from tests.support.office import COMMAND, ROOT, environment, eventually, processes_of

HOLD = """
import sys
from pathlib import Path
from mla_tracker.standalone.servers import Wanted, private_servers
with private_servers(Wanted(Path(sys.argv[1]), durable=False), lambda text: print(text, flush=True)) as found:
    print("ready", found.migration_database_url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mla-var-"))
    folder.chmod(0o755)
    yield folder / "var"
    assert processes_of(folder / "var") == {}
    shutil.rmtree(folder)


def quiet(_text: str) -> None:
    """What the servers have to say does not matter here."""


def connect(addresses: Addresses) -> "psycopg.Connection[tuple[object, ...]]":
    url = addresses.migration_database_url
    assert url is not None
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


def holder(var: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(var)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line(process: "subprocess.Popen[str]", beginning: str) -> str:
    assert process.stdout is not None
    for text in process.stdout:
        if text.startswith(beginning):
            return text
    raise AssertionError(f"it ended without saying {beginning!r}")


def release(process: "subprocess.Popen[str]") -> int:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.wait(30)


def test_both_answer_and_data_survive_a_stop(var: Path) -> None:
    with private_servers(Wanted(var), quiet) as found:
        with connect(found) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('Überstellung')")
        assert found.redis_url is not None
        assert redis.Redis.from_url(found.redis_url).ping()
    with private_servers(Wanted(var), quiet) as found, connect(found) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("Überstellung",)


def test_only_this_account_can_reach_them(var: Path) -> None:
    with private_servers(Wanted(var), quiet):
        for socket in (*var.glob("sockets/*/*.sock"), *var.glob("sockets/*/.s.PGSQL.*[0-9]")):
            assert socket.parent.stat().st_mode & 0o077 == 0
            assert socket.stat().st_mode & 0o077 == 0


def test_committed_rows_survive_kill_9_of_postgresql(var: Path) -> None:
    with own_servers(Wanted(var, broker=False), quiet) as owned:
        with connect(owned.addresses) as connection:
            connection.execute("CREATE TABLE kept (n int)")
            connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        server, child = next(iter(owned.running.items()))
        child.kill()
        child.wait(10)
        owned.restart(server)
        with connect(owned.addresses) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_servers_end_with_an_owner_that_is_killed(var: Path) -> None:
    process = holder(var)
    line(process, "ready")
    process.kill()
    process.wait(10)
    eventually("both servers are gone", lambda: processes_of(var) == {})
    with private_servers(Wanted(var), quiet) as found, connect(found) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_servers_that_outlived_their_owner_are_stopped_at_the_next_start(var: Path) -> None:
    with own_servers(Wanted(var), quiet) as owned:
        left = [processes.Known(child.pid, processes.born(child.pid) or "") for child in owned.running.values()]
        owned.running.clear()  # as if this process had forgotten them
    assert len(processes_of(var)) >= len(left)
    said: list[str] = []
    with private_servers(Wanted(var), said.append) as found, connect(found) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        for known in left:
            assert processes.born(known.pid) != known.born
    assert any("left by an earlier start" in text for text in said)


def test_a_command_uses_the_servers_of_another_and_the_first_waits_for_it(var: Path) -> None:
    first, second = holder(var), None
    try:
        address = line(first, "ready")
        second = holder(var)
        assert line(second, "ready") == address
        assert first.stdin is not None
        first.stdin.write("\n")
        first.stdin.flush()
        line(first, "Another command uses")
        time.sleep(0.3)
        assert first.poll() is None
        with connect(Addresses(migration_database_url=address.split()[1])) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert release(second) == 0
        assert first.wait(30) == 0
    finally:
        for process in (first, second):
            if process is not None and process.poll() is None:
                process.kill()


def test_a_stale_lock_file_with_the_number_of_another_process_does_no_harm(var: Path) -> None:
    with private_servers(Wanted(var, broker=False), quiet):
        note = (var / "postgres" / "postmaster.pid").read_text(encoding="ascii")
    stale = var / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n" + note.split("\n", 1)[1], encoding="ascii")
    owner = (var / "postgres").stat()
    os.chown(stale, owner.st_uid, owner.st_gid)
    with private_servers(Wanted(var, broker=False), quiet) as found, connect(found) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_first_start_cut_short_leaves_nothing_half_made(var: Path) -> None:
    half = var / "postgres.new"
    half.mkdir(parents=True)
    var.chmod(0o755)
    (half / "PG_VERSION").write_text("17\n", encoding="ascii")
    with private_servers(Wanted(var, broker=False), quiet) as found, connect(found) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_deep_folder_gets_a_short_private_one_for_its_sockets(var: Path) -> None:
    deep = var / ("d" * 60) / ("e" * 60) / "var"
    with private_servers(Wanted(deep), quiet) as found, connect(found) as connection:
        address = str(found.redis_url).removeprefix("unix://")
        assert len(address) <= LONGEST_SOCKET
        folder = Path(address).parent
        assert folder.stat().st_mode & 0o077 == 0
        assert connection.execute("SELECT 1").fetchone() == (1,)
    shutil.rmtree(folder.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root switches to another account")
def test_a_folder_that_the_servers_account_cannot_enter_is_replaced_and_said_so(var: Path) -> None:
    closed = var.parent / "closed"
    closed.mkdir(mode=0o700)
    inner = closed / "var"
    said: list[str] = []
    with private_servers(Wanted(inner), said.append) as found, connect(found) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        sockets = Path(str(found.database_url).partition("host=")[2].partition("&")[0]).parent
    place = (inner / "postgres").resolve()
    assert any("cannot reach" in text and str(place) in text for text in said)
    try:
        with private_servers(Wanted(inner), quiet) as found, connect(found) as connection:
            connection.execute("SELECT n FROM kept")
    finally:
        shutil.rmtree(place.parent)
        shutil.rmtree(sockets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root switches to another account")
def test_programs_that_the_servers_account_cannot_reach_are_copied(var: Path) -> None:
    closed = var.parent / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(postgres_programs(None).parent, closed / "pg", symlinks=True)
    said: list[str] = []
    wanted = Wanted(var, broker=False, postgres_bin=closed / "pg" / "bin")
    with private_servers(wanted, said.append) as found, connect(found) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    copies = [text for text in said if "is copied to" in text]
    for text in copies:
        shutil.rmtree(text.rsplit(" ", 1)[1].rstrip("."))


def test_data_of_another_version_are_left_alone_and_the_remedy_named(var: Path) -> None:
    with private_servers(Wanted(var, broker=False), quiet):
        pass
    noted = var / "postgres" / "PG_VERSION"
    before = noted.read_text(encoding="ascii")
    noted.write_text("14\n", encoding="ascii")
    with (
        pytest.raises(StandaloneError, match=r"made by PostgreSQL 14.*MLA_POSTGRES_BIN"),
        private_servers(Wanted(var, broker=False), quiet),
    ):
        pass
    noted.write_text(before, encoding="ascii")


def test_a_wrong_programs_setting_is_named(var: Path) -> None:
    with pytest.raises(StandaloneError, match="MLA_POSTGRES_BIN"):
        postgres_programs(var / "nowhere")
    with pytest.raises(StandaloneError, match="MLA_REDIS_SERVER"):
        broker_program(var / "nowhere")


def test_a_server_that_cannot_start_says_why(var: Path) -> None:
    with private_servers(Wanted(var, broker=False), quiet):
        pass
    shutil.rmtree(var / "postgres" / "pg_wal")
    with (
        pytest.raises(StandaloneError, match=r"(?s)did not start.*pg_wal"),
        private_servers(Wanted(var, broker=False), quiet),
    ):
        pass


def test_stop_cuts_off_clients_that_stay(var: Path) -> None:
    with own_servers(Wanted(var, broker=False), quiet) as owned:
        idle = connect(owned.addresses)
        began = time.monotonic()
        server, child = next(iter(owned.running.items()))
        assert isinstance(server, PrivatePostgres)
        server.stop(child)
        assert time.monotonic() - began < 5
        assert child.returncode == 0
        idle.close()


def test_a_command_starts_them_for_its_own_duration(var: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "db", "upgrade"], cwd=ROOT, env=environment(var), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert processes_of(var) == {}


def test_a_process_is_told_from_a_later_one_with_its_number(tmp_path: Path) -> None:
    child = subprocess.Popen(["/bin/sleep", "30"])
    note = tmp_path / "note.pid"
    processes.record(note, child.pid)
    known = processes.recorded(note)
    assert known is not None
    assert processes.stop(known, ((signal.SIGTERM, 5.0),))
    child.wait(5)
    assert processes.recorded(note) is None
    note.write_text(f'{{"pid": {os.getpid()}, "born": "1"}}', encoding="ascii")
    assert processes.recorded(note) is None

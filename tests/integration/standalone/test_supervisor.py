"""A program that dies at once is started again, ever more slowly."""

import sys
import time
from pathlib import Path

import pytest

from mla_tracker.standalone.places import StandaloneError
from mla_tracker.standalone.servers import OwnedServers, Wanted
from mla_tracker.standalone.supervisor import ProcessGroup, Program, StopRequested, StopSignal, _Watched, only_one


def group(folder: Path, *programs: Program) -> ProcessGroup:
    nothing = OwnedServers(Wanted(folder, postgres=False, broker=False), print, print)
    return ProcessGroup(
        nothing,
        programs,
        environment={},
        run_folder=folder,
        say=lambda _text: None,
        beat_is_stale=lambda: False,
        stop=StopSignal(),
    )


def test_pauses_double_up_to_a_minute_and_start_over_after_a_healthy_life() -> None:
    watched = _Watched(started=0.0)
    assert [watched.died(float(second)) for second in range(9)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    watched.started = 1000.0
    assert watched.died(1100.0) == 0.5


def test_a_program_that_dies_at_once_never_spins(tmp_path: Path) -> None:
    counter = tmp_path / "starts"
    program = Program("broken", (sys.executable, "-c", f"open({str(counter)!r}, 'a').write('x'); raise SystemExit(3)"))
    watched = group(tmp_path, program)
    watched.start()
    until = time.monotonic() + 3
    while time.monotonic() < until:
        watched.look()
        time.sleep(0.02)
    watched.stop()
    assert 2 <= len(counter.read_text(encoding="ascii")) <= 4


def test_programs_are_started_anew_when_the_schedule_no_longer_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("_HEALTHY_AFTER", 0.0), ("_CHECK_EVERY", 0.0), ("_STALE_CHECKS", 3), ("_FIRST_PAUSE", 0.0)):
        monkeypatch.setattr(f"mla_tracker.standalone.supervisor.{name}", value)
    nothing = OwnedServers(Wanted(tmp_path, postgres=False, broker=False), print, print)
    sleeping = Program("worker", ("/bin/sleep", "60"), needs_beat=True)
    other = Program("web", ("/bin/sleep", "60"))
    stale = [True]
    watched = ProcessGroup(
        nothing,
        [sleeping, other],
        environment={},
        run_folder=tmp_path,
        say=lambda _text: None,
        beat_is_stale=lambda: stale[0],
        stop=StopSignal(),
    )
    watched.start()
    before = {name: (tmp_path / f"{name}.pid").read_text(encoding="ascii") for name in ("worker", "web")}
    for _ in range(3):
        watched.look()
    stale[0] = False
    until = time.monotonic() + 5
    while (tmp_path / "worker.pid").read_text(encoding="ascii") == before["worker"] and time.monotonic() < until:
        watched.look()
        time.sleep(0.02)
    after = {name: (tmp_path / f"{name}.pid").read_text(encoding="ascii") for name in ("worker", "web")}
    watched.stop()
    assert after["web"] == before["web"]
    assert after["worker"] != before["worker"]


def test_a_program_that_ignores_the_request_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mla_tracker.standalone.supervisor._GRACE", 0.5)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('deaf', 'w'); time.sleep(60)"
    monkeypatch.chdir(tmp_path)
    watched = group(tmp_path, Program("deaf", (sys.executable, "-c", deaf)))
    watched.start()
    until = time.monotonic() + 5
    while not (tmp_path / "deaf").exists() and time.monotonic() < until:
        time.sleep(0.02)
    began = time.monotonic()
    watched.stop()
    assert time.monotonic() - began < 5


def test_a_second_one_on_the_same_folder_is_told_where_the_first_is(tmp_path: Path) -> None:
    with (
        only_one(tmp_path, "http://127.0.0.1:8000"),
        pytest.raises(StandaloneError, match=r"http://127\.0\.0\.1:8000"),
        only_one(tmp_path, "http://other"),
    ):
        pass
    with only_one(tmp_path, "http://127.0.0.1:8000"):
        pass


def test_a_stop_that_was_asked_is_heeded_at_the_next_look(tmp_path: Path) -> None:
    stop = StopSignal()
    nothing = OwnedServers(Wanted(tmp_path, postgres=False, broker=False), print, print)
    watched = ProcessGroup(
        nothing, [], environment={}, run_folder=tmp_path, say=print, beat_is_stale=lambda: False, stop=stop
    )
    watched.look()
    stop.requested = True
    with pytest.raises(StopRequested):
        watched.keep_alive()

"""What the worker finds: malware (S28), one flipped bit in the next night (C2), what a process left when it died."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mla_tracker.cases.models import Case
from mla_tracker.cases.queries import entries_of
from mla_tracker.casework.act import act
from mla_tracker.casework.document_checks import check_nightly, scan_waiting, sweep_store
from mla_tracker.casework.documenting import check_before_serving
from mla_tracker.core import clock
from mla_tracker.documents import queries, services
from mla_tracker.documents.models import DocumentVersion, FixityRun
from mla_tracker.documents.rules import NotServed, state_of
from mla_tracker.documents.scanning import Clamd, Finding, NotScannable, ScannerAway
from mla_tracker.documents.vault import Vault
from tests.factories.documents import EICAR, PDF, flip_a_bit, particulars, place_of, received
from tests.factories.office import World
from tests.support.clamd import FakeClamd, scanning

FOR_EVER = 600.0


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    with scanning() as found:
        yield found


@pytest.fixture
def case(world: World) -> Case:
    return world.register()


def add(world: World, case: Case, vault: Vault, content: bytes = PDF, name: str = "Letter.pdf") -> DocumentVersion:
    receipt = received(vault, content, name)
    with act(world.office, world.session, case.id, actor=world.officer) as a:
        return services.add(a, receipt, particulars(), vault.limits).versions[0]


def codes(world: World, case: Case) -> list[str]:
    return [entry.code for entry in entries_of(world.session, case.id)]


def fresh(world: World, version: DocumentVersion) -> DocumentVersion:
    world.session.rollback()
    return world.session.get_one(DocumentVersion, version.id, populate_existing=True)


def served(world: World, vault: Vault, version: DocumentVersion, *, scanner: bool = False) -> None:
    world.session.expire_all()
    row = queries.find_version(world.session, world.officer, version.document.case_id, 1, version.number)
    check_before_serving(world.office, world.session, vault, row, scanner=scanner, now=clock.now())


def test_clamd_says_clean_found_too_large_or_nothing(clamd: FakeClamd) -> None:
    scanner = Clamd(clamd.url, seconds=5)
    assert scanner.scan([b"plain", b"", b" text"]) == Finding("")
    assert scanner.scan([EICAR[:30], EICAR[30:]]) == Finding("Eicar-Test-Signature")
    assert scanner.scan([]) == Finding("")
    assert clamd.seen == [10, len(EICAR), 0]
    clamd.largest = 5
    with pytest.raises(NotScannable):
        scanner.scan([b"x" * 100] * 3)
    clamd.largest, clamd.says = 1 << 20, "INSTREAM: Can't allocate memory ERROR"
    with pytest.raises(ScannerAway, match="memory"):
        scanner.scan([b"x"])
    with pytest.raises(ScannerAway):
        Clamd("tcp://127.0.0.1:1", seconds=1).scan([b"x"])
    with pytest.raises(ScannerAway):
        Clamd("unix:///nowhere/clamd.ctl", seconds=1).scan([b"x"])


def test_malware_is_kept_apart_and_the_clean_one_is_handed_out(
    world: World, case: Case, vault: Vault, clamd: FakeClamd
) -> None:
    good = add(world, case, vault)
    bad = add(world, case, vault, EICAR, "list.txt")
    with pytest.raises(NotServed, match="not looked"):
        served(world, vault, good, scanner=True)
    assert scan_waiting(world.office, vault, Clamd(clamd.url), clock.now()) == 2
    assert scan_waiting(world.office, vault, Clamd(clamd.url), clock.now()) == 0
    assert fresh(world, good).scanned == "clean"
    served(world, vault, good, scanner=True)
    found = fresh(world, bad)
    assert (found.scanned, found.scan_finding) == ("infected", "Eicar-Test-Signature")
    for scanner in (True, False):
        assert state_of(found, scanner=scanner) == "infected"
    assert codes(world, case).count("document_quarantined") == 1


def test_a_scanner_that_is_away_leaves_the_file_waiting_and_the_next_sweep_goes_on(
    world: World, case: Case, vault: Vault, clamd: FakeClamd
) -> None:
    version = add(world, case, vault)
    away = Clamd("tcp://127.0.0.1:1", seconds=1)
    assert scan_waiting(world.office, vault, away, clock.now()) == 0
    assert fresh(world, version).scanned is None
    with pytest.raises(NotServed):
        served(world, vault, version, scanner=True)
    assert scan_waiting(world.office, vault, Clamd(clamd.url), clock.now()) == 1
    served(world, vault, version, scanner=True)


def test_a_file_that_the_scanner_cannot_take_says_so_and_is_tried_a_day_later(
    world: World, case: Case, vault: Vault, clamd: FakeClamd
) -> None:
    version, now = add(world, case, vault), clock.now()
    clamd.largest = 10
    assert scan_waiting(world.office, vault, Clamd(clamd.url), now) == 0
    found = fresh(world, version)
    assert found.scanned is None
    assert "larger" in found.scan_finding
    clamd.largest = 1 << 20
    assert scan_waiting(world.office, vault, Clamd(clamd.url), now + timedelta(hours=1)) == 0
    assert scan_waiting(world.office, vault, Clamd(clamd.url), now + timedelta(hours=25)) == 1


def test_without_a_scanner_a_file_is_handed_out_as_not_scanned(world: World, case: Case, vault: Vault) -> None:
    version = add(world, case, vault)
    assert state_of(version, scanner=False) == "not_scanned"
    served(world, vault, version)


def test_one_flipped_bit_is_found_by_the_next_download(world: World, case: Case, vault: Vault) -> None:
    version = add(world, case, vault)
    served(world, vault, version)
    flip_a_bit(vault, version.storage_name)
    for _ in range(2):
        with pytest.raises(NotServed, match="not the one"):
            served(world, vault, version)
    assert fresh(world, version).damage
    assert codes(world, case).count("document_damaged") == 1
    health = queries.store_health(world.session)
    assert [name for name, _what in health.damaged] == [version.storage_name]


def test_one_flipped_bit_and_one_lost_file_are_found_in_one_night(world: World, case: Case, vault: Vault) -> None:
    versions = [add(world, case, vault) for _ in range(4)]
    flip_a_bit(vault, versions[1].storage_name)
    place_of(vault, versions[2].storage_name).unlink()
    run = check_nightly(world.office, vault, clock.now(), seconds=FOR_EVER)
    assert run is not None
    assert (run.checked, run.damaged) == (4, 2)
    assert [bool(fresh(world, version).damage) for version in versions] == [False, True, True, False]
    assert codes(world, case).count("document_damaged") == 2
    assert queries.damaged_files(world.session) == 2
    assert check_nightly(world.office, vault, clock.now(), seconds=FOR_EVER) is None
    tomorrow = check_nightly(world.office, vault, clock.now() + timedelta(days=1), seconds=FOR_EVER)
    assert tomorrow is not None
    assert codes(world, case).count("document_damaged") == 2


def test_a_night_that_is_too_short_goes_on_where_it_stopped(world: World, case: Case, vault: Vault) -> None:
    for _ in range(3):
        add(world, case, vault)
    now = clock.now()
    assert check_nightly(world.office, vault, now, seconds=-1) is None
    with world.office.sessions() as session:
        run = session.scalars(select(FixityRun)).one()
        assert (run.ended_at, run.held_until, run.checked) == (None, None, 0)
    done = check_nightly(world.office, vault, now, seconds=FOR_EVER)
    assert done is not None
    assert done.checked == 3


def test_two_workers_take_turns_and_a_dead_one_is_replaced(world: World, case: Case, vault: Vault) -> None:
    add(world, case, vault)
    now = clock.now()
    with world.office.sessions() as session:
        day = clock.local_date(now, world.office.zone)
        session.add(FixityRun(on=day, began_at=now, held_until=now + timedelta(minutes=5)))
        session.commit()
        assert check_nightly(world.office, vault, now, seconds=FOR_EVER) is None
        session.execute(update(FixityRun).values(held_until=now - timedelta(seconds=1)))
        session.commit()
    run = check_nightly(world.office, vault, now, seconds=FOR_EVER)
    assert run is not None
    assert run.checked == 1


def made_old(path: Path, by: timedelta) -> None:
    then = (clock.now() - by).timestamp()
    os.utime(path, (then, then))


def test_the_sweep_sets_aside_what_no_row_names_and_ends_what_was_begun(world: World, case: Case, vault: Vault) -> None:
    kept, deleted, unnamed, young = (received(vault).storage_name for _ in range(4))
    for name in (kept, deleted):
        receipt = received(vault)
        with act(world.office, world.session, case.id, actor=world.officer) as a:
            version = services.add(a, receipt, particulars(), vault.limits).versions[0]
        place_of(vault, receipt.storage_name).unlink()
        gone = {"wrapped_key": None} if name == deleted else {}
        world.session.execute(
            update(DocumentVersion).where(DocumentVersion.id == version.id).values(storage_name=name, **gone)
        )
        world.session.commit()
    half = vault.receive("Letter.pdf")
    half.write(PDF)
    half_name, now = half._name, clock.now()
    for path in [
        *(place_of(vault, name) for name in (kept, deleted, unnamed)),
        vault.store.root / "incoming" / half_name,
    ]:
        made_old(path, timedelta(hours=25))
    assert sweep_store(world.office, vault, now) == 1
    assert {name for name, _at in vault.store.stored()} == {kept, young}
    assert list(vault.store.incoming()) == []
    assert [name for name, _at in vault.store.orphans()] == [unnamed]
    assert sweep_store(world.office, vault, now + timedelta(days=29)) >= 0
    assert unnamed in {name for name, _at in vault.store.orphans()}
    sweep_store(world.office, vault, now + timedelta(days=31))
    assert unnamed not in {name for name, _at in vault.store.orphans()}


def test_the_moment_of_a_stored_file_is_aware(vault: Vault) -> None:
    received(vault)
    ((_name, written_at),) = vault.store.stored()
    assert isinstance(written_at, datetime)
    assert abs(written_at - clock.now()) < timedelta(minutes=1)

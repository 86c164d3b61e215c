"""What may be done with a document: states, custody, deletion, retention."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product

import pytest

from mla_tracker.cases.replay import Entry
from mla_tracker.core.errors import DomainError, Invalid
from mla_tracker.documents import rules
from mla_tracker.documents.custody import chain_of
from mla_tracker.documents.rules import NotServed, check_custody, check_deletion, kept_until


@dataclass
class Version:
    scanned: str | None = None
    damage: str = ""
    made: bool = False
    wrapped_key: bytes | None = b"key"


@pytest.mark.parametrize(
    ("version", "scanner", "state"),
    [
        (Version(), False, "not_scanned"),
        (Version(), True, "waiting"),
        (Version(scanned="clean"), True, "clean"),
        (Version(scanned="clean"), False, "clean"),
        (Version(scanned="infected"), True, "infected"),
        (Version(scanned="infected"), False, "infected"),
        (Version(made=True), True, "made"),
        (Version(made=True, damage="x"), True, "damaged"),
        (Version(scanned="clean", damage="x"), False, "damaged"),
        (Version(scanned="clean", wrapped_key=None), False, "deleted"),
    ],
)
def test_the_state_and_whether_it_is_handed_out(version: Version, scanner: bool, state: str) -> None:
    assert rules.state_of(version, scanner=scanner) == state
    if state in ("clean", "made", "not_scanned"):
        rules.require_served(version, scanner=scanner)
    else:
        with pytest.raises(NotServed):
            rules.require_served(version, scanner=scanner)


def test_unscanned_is_never_called_clean() -> None:
    for damage, made, scanner in product(("", "x"), (False, True), (False, True)):
        assert rules.state_of(Version(None, damage, made), scanner=scanner) != "clean"


FULL = {"giver": "Court of Riga", "receiver": "Central Authority", "purpose": "Expertise", "means": "Courier 77"}


@pytest.mark.parametrize("lacking", FULL)
@pytest.mark.parametrize("empty", ["", "   "])
def test_custody_is_refused_without_any_of_its_parts(lacking: str, empty: str) -> None:
    with pytest.raises(Invalid) as found:
        check_custody("received", **{**FULL, lacking: empty})
    assert set(found.value.errors) == {lacking}


def test_custody_that_is_whole_is_taken_and_a_gift_to_oneself_is_not() -> None:
    for kind in rules.CUSTODY:
        check_custody(kind, **FULL)
    with pytest.raises(Invalid):
        check_custody("lost", **FULL)
    with pytest.raises(Invalid):
        check_custody("received", **{**FULL, "receiver": " court of riga"})


def test_the_chain_of_custody_is_in_order_and_without_what_was_annulled() -> None:
    def entry(seq: int, code: str, hour: int, number: int = 1) -> Entry:
        at = datetime(2026, 3, 2, hour, tzinfo=UTC)
        return Entry(seq, code, at.date(), at, None, None, 9, {**FULL, "document": number})

    entries = [
        entry(1, "document_added", 8),
        entry(2, "exhibit_handed_over", 15),
        entry(3, "exhibit_received", 9),
        entry(4, "exhibit_returned", 16),
        entry(5, "exhibit_received", 9, number=2),
        Entry(6, "corrected", date(2026, 3, 2), None, None, 4, 9, {"action": "annul"}),
    ]
    chain = chain_of(entries, 1)
    assert [(one.seq, one.kind) for one in chain] == [(3, "received"), (2, "handed_over")]
    assert (chain[0].giver, chain[0].receiver, chain[0].purpose, chain[0].means) == tuple(FULL.values())


def test_a_deletion_needs_a_ground_and_a_reason_and_no_hold() -> None:
    check_deletion("court_order", "Order 12/2026 of the court.", held=False)
    with pytest.raises(Invalid):
        check_deletion("because", "Order 12/2026 of the court.", held=False)
    with pytest.raises(Invalid):
        check_deletion("court_order", "order", held=False)
    with pytest.raises(DomainError, match="legal hold"):
        check_deletion("court_order", "Order 12/2026 of the court.", held=True)


@pytest.mark.parametrize(
    ("closed", "years", "until"),
    [
        (date(2020, 5, 4), 10, date(2030, 5, 4)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (None, 10, None),
        (date(2020, 5, 4), None, None),
    ],
)
def test_how_long_documents_are_kept(closed: date | None, years: int | None, until: date | None) -> None:
    assert kept_until(closed, years) == until

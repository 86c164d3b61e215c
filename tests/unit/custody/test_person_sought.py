"""Custody, consent, court and surrender of the person sought, told by the acts alone."""

from datetime import UTC, date, datetime
from typing import Any

from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.projection import steps
from mla_tracker.cases.replay import Entry
from mla_tracker.custody.rules import Person, person_of

TABLES = life_cycles()
CYCLE = TABLES.cycles["ex_in"]
Told = tuple[str, date, dict[str, Any]]


def april(day: int) -> date:
    return date(2026, 4, day)


def person(*told: Told) -> Person:
    entries = [Entry(number, code, on, detail=detail) for number, (code, on, detail) in enumerate(told, start=1)]
    return person_of(steps(TABLES, CYCLE, "incoming", entries), ["closed"])


ASKED: Told = ("provisional_arrest_requested", april(1), {"warrant": "7"})
ARRESTED: Told = ("arrested", april(3), {"place": "Harbour"})


def test_days_in_custody_count_the_first_and_the_last() -> None:
    held = person(ASKED, ARRESTED)
    assert held.held is not None
    assert held.held.place == "Harbour"
    assert held.days_held(april(3)) == 1
    assert held.days_held(april(12)) == 10


def test_a_release_ends_the_spell_and_a_new_arrest_begins_another() -> None:
    found = person(
        ASKED,
        ARRESTED,
        ("discharged", april(10), {"reason": "No papers"}),
        ("re_arrested", april(20), {"place": "Port"}),
    )
    assert [(spell.began_on, spell.ended_on, spell.ended_by) for spell in found.spells] == [
        (april(3), april(10), "discharged"),
        (april(20), None, ""),
    ]
    assert found.days_held(april(21)) == 8 + 2


def test_a_day_on_which_one_spell_ends_and_another_begins_counts_once() -> None:
    found = person(ASKED, ARRESTED, ("discharged", april(10), {}), ("re_arrested", april(10), {}))
    assert found.days_held(april(10)) == 8


def test_bail_is_no_custody() -> None:
    found = person(ASKED, ARRESTED, ("custody_changed", april(6), {"custody": "bail"}))
    assert found.held is None
    assert found.on_bail_since == april(6)
    assert found.days_held(april(30)) == 4
    again = person(
        ASKED,
        ARRESTED,
        ("custody_changed", april(6), {"custody": "bail"}),
        ("custody_changed", april(9), {"custody": "arrested"}),
    )
    assert again.on_bail_since is None
    assert again.held is not None


def test_the_end_of_the_case_ends_the_custody() -> None:
    found = person(ASKED, ARRESTED, ("withdrawn", april(8), {"withdrawn_by": "The court"}))
    assert found.held is None
    assert found.days_held(april(30)) == 6


def test_consent_and_its_revocation() -> None:
    consent: Told = ("consent_given", april(5), {"consent": "Before the court", "speciality_renounced": "no"})
    assert person(ASKED, ARRESTED, consent).consent_revoked_on is None
    revoked = person(
        ASKED, ARRESTED, consent, ("consent_revoked_before_request", april(7), {"revocation": "Permitted"})
    )
    assert revoked.consent_revoked_on == april(7)


def test_the_hour_is_kept() -> None:
    at = datetime(2026, 4, 3, 5, 20, tzinfo=UTC)
    entries = [Entry(1, ASKED[0], ASKED[1], detail=ASKED[2]), Entry(2, "arrested", april(3), at)]
    found = person_of(steps(TABLES, CYCLE, "incoming", entries), ["closed"])
    assert found.held is not None
    assert found.held.began_at == at

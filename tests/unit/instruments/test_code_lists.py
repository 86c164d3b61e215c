"""The seed files are read strictly, and what they say comes out as it went in."""

import csv
from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest

from mla_tracker.core.code_list import CodeDataError
from mla_tracker.directory.seeding import FILE, read_states, seed_states
from mla_tracker.instruments.catalogue import CodeTable, recorded_as_party
from mla_tracker.instruments.codes import READERS
from mla_tracker.instruments.queries import seed_catalogue
from mla_tracker.instruments.seeding import check_rows, seed_rows

LISTS = {
    "legal_basis": 35,
    "ground": 94,
    "duty": 71,
    "bar": 12,
    "offence": 21,
    "assistance_type": 23,
    "authority_type": 22,
    "delay_reason": 32,
    "time_limit": 146,
}


@pytest.mark.parametrize(("table", "count"), LISTS.items())
def test_no_row_is_lost(table: str, count: int) -> None:
    assert len(seed_rows()[table]) == count


def test_marks_of_the_seed_stay_as_they_are() -> None:
    catalogue = seed_catalogue()
    assert catalogue.legal_bases["DRUGS88"].check == "unchecked"
    assert catalogue.grounds["EX_TORTURE"].check == "secondary"
    assert catalogue.offences["UNCAC_15a"].mandatory_check == "unchecked"
    assert catalogue.duty_rows["UNCAC_MLA_REFUSE_REASONS"].check == "checked"


def rows_with(table: str, code: str, changes: dict[str, Any]) -> dict[str, tuple[dict[str, Any], ...]]:
    rows = deepcopy(dict(seed_rows()))
    row = next(row for row in rows[table] if row["code"] == code)
    for key, value in changes.items():
        if value is None:
            row.pop(key, None)
        else:
            row[key] = value
    return rows


@pytest.mark.parametrize(
    ("table", "code", "changes", "words"),
    [
        ("legal_basis", "UNCAC", {"colour": "blue"}, "legal_bases.yaml, UNCAC: colour: is no key"),
        ("legal_basis", "UNCAC", {"kind": "galactic"}, "legal_bases.yaml, UNCAC: kind: galactic is not among"),
        ("legal_basis", "UNCAC", {"covers": []}, "covers: must not be empty"),
        ("legal_basis", "UNCAC", {"covers": ["mla", "mla"]}, "covers: names something twice"),
        ("legal_basis", "UNCAC", {"in_force": "soon"}, "in_force: must be a date"),
        ("legal_basis", "UNCAC", {"check": "perhaps"}, "check: perhaps is not among"),
        ("legal_basis", "UNCAC", {"parties_file": "other.csv"}, "parties_file: other.csv is not among"),
        ("legal_basis", "EU_EIO", {"members": "some.yaml"}, "members: must be a list"),
        ("ground", "MLA_FISHING", {"class": "mood"}, "refusal_grounds.yaml, MLA_FISHING: class: mood"),
        ("ground", "MLA_FISHING", {"bases": ["UNCAC", "NOWHERE"]}, "bases: NOWHERE is no code of legal_basis"),
        ("ground", "MLA_FISHING", {"cure": None}, "cure: goes with what is curable"),
        ("ground", "MLA_FISHING", {"bar_scope": "any"}, "bar_scope: goes with the class bar"),
        ("ground", "MLA_FISHING", {"curable": "yes"}, "curable: must be true or false"),
        ("ground", "EX_TIME_BAR", {"force_by_basis": {"EU_EAW": "often"}}, "force_by_basis: often is not among"),
        ("ground", "EX_TIME_BAR", {"force_by_basis": {"NOWHERE": "mandatory"}}, "force_by_basis: NOWHERE is no code"),
        ("ground", "BAR_POLITICAL_UNCAC", {"bars": ["EX_POLITICS"]}, "bars: EX_POLITICS is no code of ground"),
        ("duty", "ECE_REFUSE_NOTIFY", {"act": "ponder"}, "refusal_duties.yaml, ECE_REFUSE_NOTIFY: act: ponder"),
        ("duty", "ECE_REFUSE_NOTIFY", {"grounds": ["ALL", "EX_AGE"]}, "grounds: ALL stands alone"),
        ("duty", "ECE_REFUSE_NOTIFY", {"when": "SOMETIMES"}, "when: SOMETIMES is not among"),
        ("duty", "ECE_REFUSE_NOTIFY", {"basis": "ECEE"}, "basis: ECEE is no code of legal_basis"),
        ("bar", "UNCAC.BAR_BANK_SECRECY", {"scope": "often"}, "scope: often is not among"),
        ("offence", "UNCAC_15a", {"instrument": "UNCAK"}, "instrument: UNCAK is no code"),
        ("offence", "UNCAC_15a", {"mandatory": "yes"}, "mandatory: must be true or false"),
        ("assistance_type", "SERVICE", {"coercive": False}, "coercive: must be a text"),
        ("assistance_type", "SERVICE", {"stage": "sell"}, "stage: sell is not among"),
        ("authority_type", "COURT", {"group": "third"}, "authority_types.yaml, COURT: group: third"),
        ("delay_reason", "DR_IT", {"side": "nobody"}, "side: nobody is not among"),
        ("delay_reason", "DR_BANK_SECRECY", {"warns": "BAR_BANK"}, "warns: BAR_BANK is no code of ground"),
        ("delay_reason", "DR_IT", {"label": "  "}, "label: must be a text"),
        ("delay_reason", "DR_IT", {"code": "DR_NO_RESPONSE"}, "code: is missing or stands twice"),
    ],
)
def test_a_row_that_holds_something_unknown_is_refused(
    table: str, code: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(CodeDataError) as caught:
        check_rows(rows_with(table, code, changes))
    assert words in str(caught.value)


def test_members_are_those_of_the_union_less_and_more_the_exceptions() -> None:
    bases = seed_catalogue().legal_bases
    assert bases["EU_EAW"].members is not None
    assert len(bases["EU_EAW"].members) == 27
    assert {"DK", "IE"}.isdisjoint(bases["EU_EIO"].members or ())
    assert "GB" in (bases["EU_UK_TCA"].members or ())
    assert bases["NORDIC_AW"].members == ("DK", "FI", "IS", "NO", "SE")
    assert bases["UNCAC"].members is None


@pytest.mark.parametrize(
    ("basis", "state", "bound"),
    [
        ("UNCAC", "AE", True),
        ("UNCAC", "AD", False),
        ("BUDAPEST", "AD", True),
        ("EU_EIO", "DK", False),
        ("EU_EIO", "FR", True),
        ("ECE", "FR", None),
        ("BILATERAL", "FR", None),
    ],
)
def test_whether_a_state_is_recorded_as_bound(basis: str, state: str, bound: bool | None) -> None:
    treaties = next(row["treaties"] for row in seed_states() if row["iso2"] == state)
    assert recorded_as_party(seed_catalogue().legal_bases[basis], state, treaties) is bound


def test_states_are_read_as_they_stand() -> None:
    states = seed_states()
    lines = files("mla_tracker.directory").joinpath("seed", FILE).read_text("utf-8").splitlines()
    assert len(states) == len(list(csv.DictReader(lines))) == 198
    emirates = next(row for row in states if row["iso2"] == "AE")
    assert emirates["treaties"]["UNCAC"] == {
        "status": "party",
        "date": "2006-02-22",
        "act": "ratification",
        "check": "checked-snapshot",
    }
    assert emirates["treaties"]["BUDAPEST"] == {"status": "none-recorded", "check": "unchecked"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ad,AND,Andorra,none-recorded,,,unchecked,party,,,unchecked,party,unchecked", "line 2: iso2: ad"),
        ("AD,AND,Andorra,maybe,,,unchecked,party,,,unchecked,party,unchecked", "uncac_status: maybe"),
        ("AD,AND,Andorra,party,,,sure,party,,,unchecked,party,unchecked", "uncac_check: sure"),
    ],
)
def test_a_state_that_holds_something_unknown_is_refused(line: str, words: str) -> None:
    header = files("mla_tracker.directory").joinpath("seed", FILE).read_text("utf-8").splitlines()[0]
    with pytest.raises(CodeDataError) as caught:
        read_states([header, line])
    assert words in str(caught.value)


def test_a_file_with_another_head_line_is_refused() -> None:
    with pytest.raises(CodeDataError, match="columns"):
        read_states(["iso2,iso3", "AD,AND"])


def test_a_retired_code_is_read_and_no_longer_offered() -> None:
    row = READERS["offence"](seed_rows()["offence"][0], "here")
    table = CodeTable({row.code: row}, {row.code})
    assert table[row.code] is row
    assert table.get(row.code) is row
    assert table.is_retired(row.code)
    assert row.code not in table
    assert (list(table), len(table), list(table.values())) == ([], 0, [])
    assert not table.is_retired("NEVER_THERE")

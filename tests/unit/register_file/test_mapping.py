"""A map says how an office's own register is read; what it does not say is a problem of its place, never a guess."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mla_tracker.casework.register_file.formats import read_rows
from mla_tracker.casework.register_file.mapping import MapError, RegisterMap, read_map

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "import"
SMALL: dict[str, Any] = {
    "columns": {
        "kind": "Type",
        "direction": "Sens",
        "counterpart": "Pays",
        "received_on": "Date",
        "sent_on": "Date",
        "opened_on": "Saisi",
        "subject": "Objet",
        "status": "Statut",
        "offences": "Infraction",
        "legal_bases": "Base",
        "assigned_to": "Agent",
        "urgency": "Urgence",
        "needed_by": "Délai",
    },
    "constants": {"confidentiality": "ordinary", "languages": ["fr"], "no_basis_named": False},
    "words": {
        "kind": {"CRI": {"kind": "mla", "nature": "criminal"}, "EXT": "extradition"},
        "direction": {"Reçue": "incoming", "Émise": "outgoing"},
        "status": {"En cours": {}, "Refusé": {"status": "closed", "outcome": "refused"}},
        "offences": {"Blanchiment": "UNCAC_23", "Détournement": "UNCAC_17"},
        "counterpart": {"USA": "US"},
        "urgency": {"U": "urgent"},
    },
    "dates": ["%d/%m/%Y", "%Y-%m-%d"],
    "country_names": ["fr", "en"],
    "people": {"A.M.": "a.marchal@justice.example"},
    "empty": ["-", "Néant"],
    "separator": "/",
}
ROW = {
    "Type": "cri", "Sens": "RECUE", "Pays": "Côte d'Ivoire", "Date": "14/03/2021", "Saisi": "16/03/2021",
    "Objet": "Relevés", "Statut": "En cours", "Infraction": "Blanchiment / détournement", "Base": "UNCAC/BILATERAL",
    "Agent": "A.M.", "Urgence": "", "Délai": "-",
}  # fmt: skip


def the_map(tmp_path: Path, **changes: Any) -> RegisterMap:
    path = tmp_path / "map.yaml"
    path.write_text(yaml.safe_dump({**SMALL, **changes}, allow_unicode=True), "utf-8")
    return read_map(path)


def values(tmp_path: Path, **cells: str) -> dict[str, Any]:
    mapped = the_map(tmp_path).case_of({**ROW, **cells})
    assert mapped.problems == ()
    assert mapped.values is not None
    return mapped.values


def test_words_days_names_and_people_are_read(tmp_path: Path) -> None:
    found = values(tmp_path)
    assert (found["kind"], found["nature"], found["direction"], found["counterpart"]) == (
        "mla",
        "criminal",
        "incoming",
        "CI",
    )
    assert (found["received_on"], found["opened_on"]) == (date(2021, 3, 14), date(2021, 3, 14))
    assert found["offences"] == ("UNCAC_23", "UNCAC_17")
    assert found["legal_bases"] == ("UNCAC", "BILATERAL")
    assert found["assigned_to"] == "a.marchal@justice.example"
    assert (found["languages"], found["no_basis_named"], found["status"]) == (("fr",), False, "")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("USA", "US"),
        ("usa", "US"),
        ("Germany", "DE"),
        ("Allemagne", "DE"),
        ("PEROU", "PE"),
        ("Côte d\u2019Ivoire", "CI"),
        ("BR", "BR"),
    ],
)
def test_states_have_names_codes_and_the_words_of_the_map(tmp_path: Path, written: str, code: str) -> None:
    assert values(tmp_path, Pays=written)["counterpart"] == code


def test_one_column_of_days_serves_both_directions(tmp_path: Path) -> None:
    incoming, outgoing = values(tmp_path), values(tmp_path, Sens="Émise")
    assert (incoming["received_on"], incoming["sent_on"]) == (date(2021, 3, 14), None)
    assert (outgoing["received_on"], outgoing["sent_on"], outgoing["opened_on"]) == (
        None,
        date(2021, 3, 14),
        date(2021, 3, 16),
    )


def test_a_day_of_receipt_that_was_not_kept_is_not_made_up(tmp_path: Path) -> None:
    found = values(tmp_path, Date="néant")
    assert (found["received_on"], found["opened_on"]) == (None, date(2021, 3, 16))


def test_what_must_go_with_a_value_and_was_not_kept_says_so(tmp_path: Path) -> None:
    found = values(tmp_path, Urgence="U", Objet="", Délai="2021-05-01")
    assert (found["urgency"], found["urgency_reason"]) == ("urgent", "not recorded")
    assert (found["needed_by"], found["needed_by_reason"]) == (date(2021, 5, 1), "not recorded")
    assert found["subject"] == "Subject not recorded"


@pytest.mark.parametrize(
    ("column", "written", "words"),
    [
        ("Statut", "Suspendu", "The map knows no such word for status."),
        ("Infraction", "Blanchiment / Vol", "The map knows no such word for offences."),
        ("Date", "31/02/2021", "Takes a day written as %d/%m/%Y or %Y-%m-%d."),
        ("Date", "mars 2021", "Takes a day written as %d/%m/%Y or %Y-%m-%d."),
        ("Pays", "Ruritanie", "Is not the name of a State"),
        ("Agent", "X.Y.", "The map names no e-mail address for this person."),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(tmp_path: Path, column: str, written: str, words: str) -> None:
    mapped = the_map(tmp_path).case_of({**ROW, column: written})
    assert mapped.values is None
    assert {(problem.column, problem.value) for problem in mapped.problems} == {(column, written)}
    assert mapped.problems[0].message.startswith(words)


def test_every_bad_cell_of_a_row_is_named(tmp_path: Path) -> None:
    mapped = the_map(tmp_path).case_of({**ROW, "Statut": "?", "Pays": "?", "Agent": "?"})
    assert {problem.column for problem in mapped.problems} == {"Pays", "Statut", "Agent"}


def test_a_heading_that_the_register_lacks_is_named(tmp_path: Path) -> None:
    mapped = the_map(tmp_path).case_of({name: cell for name, cell in ROW.items() if name != "Objet"})
    assert [(problem.column, problem.message) for problem in mapped.problems] == [
        ("Objet", "The register has no such column.")
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"collumns": {}}, "unknown key: collumns"),
        ({"columns": {"knd": "Type"}}, "unknown column under columns: knd"),
        ({"columns": {}}, "names no columns"),
        ({"columns": ["Type"]}, "columns takes a mapping"),
        ({"constants": {"level": "x"}}, "unknown column under constants: level"),
        ({"constants": {"received_on": "14/03/2021"}}, "received_on takes a day"),
        ({"words": {"state": {}}}, "unknown column under words: state"),
        ({"words": {"status": ["x"]}}, "words: status takes a mapping"),
        ({"words": {"status": {"Clos": {"sttus": "closed"}}}}, "unknown column under words: status: Clos: sttus"),
        ({"words": {"taken_over": {"x": "perhaps"}}}, "taken_over takes yes or no"),
        ({"country_names": ["xx"]}, "unknown language xx"),
        ({"people": "A.M."}, "people takes a mapping"),
    ],
)
def test_a_map_with_something_unknown_is_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(MapError, match=words):
        the_map(tmp_path, **changes)


@pytest.mark.parametrize("content", ["columns: [", "- a", "just text", "\xff"])
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(content, "latin-1")
    with pytest.raises(MapError):
        read_map(path)


def test_the_worked_example_is_read_whole() -> None:
    register_map = read_map(EXAMPLE / "map.yaml")
    mapped = [register_map.case_of(row.cells) for row in read_rows(EXAMPLE / "register.csv")]
    assert len(mapped) == 61
    assert [row.problems for row in mapped if row.problems] == []

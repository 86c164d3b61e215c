"""The tables permit exactly what their rows declare, and nothing else."""

from importlib.resources import files
from typing import Any

import pytest
import yaml

from mla_tracker.cases.facts import FACTS, fields_asked
from mla_tracker.cases.life_cycle import START, LifeCycleDataError, TransitionNotAllowed, life_cycles, parse

TABLES = life_cycles()
RAW: dict[str, Any] = yaml.safe_load(files("mla_tracker.cases").joinpath("seed/life_cycles.yaml").read_text("utf-8"))


def declared(cycle: dict[str, Any]) -> set[tuple[str, str, str | None]]:
    """(status, event, direction) triples, read from the file by other means than the loader's."""
    triples = set()
    for row in cycle["transitions"]:
        for source in row["from"]:
            if source == "@all":
                places = [status["code"] for status in cycle["statuses"]]
            elif source == "@open":
                places = [status["code"] for status in cycle["statuses"] if not status["terminal"]]
            else:
                places = [source]
            triples |= {(place, row["event"], row.get("direction")) for place in places}
    return triples


@pytest.mark.parametrize("raw", RAW["cycles"], ids=lambda raw: raw["code"])
def test_exactly_the_declared_pairs_are_permitted(raw: dict[str, Any]) -> None:
    cycle = TABLES.cycles[raw["code"]]
    allowed = declared(raw)
    for status in [START, *cycle.statuses]:
        for event in TABLES.events:
            for direction in ("incoming", "outgoing"):
                found = cycle.find(None if status == START else status, event, direction)
                expected = (status, event, None) in allowed or (status, event, direction) in allowed
                assert (found is not None) == expected, (status, event, direction)


@pytest.mark.parametrize("cycle", TABLES.cycles.values(), ids=lambda cycle: cycle.code)
def test_every_open_status_has_a_way_out(cycle: Any) -> None:
    for status in cycle.statuses.values():
        if not status.terminal:
            assert any(row.to != "same" for row in cycle.open_from(status.code)), status.code


def test_a_refused_transition_names_the_act_and_the_status() -> None:
    cycle = TABLES.cycles["mla_in"]
    with pytest.raises(TransitionNotAllowed, match=r"Record the acceptance.*Received, not yet registered"):
        TABLES.require(cycle, "received", "accepted")


def test_every_fact_has_a_way_to_be_met() -> None:
    assert set(FACTS) == set(TABLES.facts)


def test_no_common_act_asks_more_than_five_things() -> None:
    """One rare act of the executive asks more: a grant for part of the offences is a grant and a refusal in one."""
    crowded = {
        (cycle.code, row.event)
        for cycle in TABLES.cycles.values()
        for row in cycle.transitions
        if len(fields_asked(row)) > 5
    }
    assert crowded == {("ex_in", "granted_in_part")}


@pytest.mark.parametrize(
    ("items", "outcome"),
    [
        ([], None),
        (["executed"], "executed_in_full"),
        (["executed", "executed"], "executed_in_full"),
        (["executed", "refused"], "executed_in_part"),
        (["executed", "withdrawn"], "executed_in_full"),
        (["executed_in_part"], "executed_in_part"),
        (["refused", "not_executable"], "refused"),
        (["not_executable", "returned"], "not_executable"),
        (["returned", "lapsed"], "returned"),
        (["lapsed", "withdrawn"], "lapsed"),
        (["withdrawn", "no_longer_needed"], "withdrawn"),
        (["no_longer_needed"], "no_longer_needed"),
        (["forwarded", "merged"], "forwarded"),
        (["merged"], "merged"),
    ],
)
def test_the_outcome_of_a_case_follows_from_its_items(items: list[str], outcome: str | None) -> None:
    assert TABLES.case_outcome(items) == outcome


@pytest.mark.parametrize(
    ("place", "value"),
    [("role", "request:dream"), ("to", "nowhere"), ("event", "unheard_of"), ("needs", ["LUCK"]), ("outcome", "glory")],
)
def test_the_loader_refuses_an_unknown_value(place: str, value: Any) -> None:
    raw = yaml.safe_load(yaml.safe_dump(RAW))
    raw["cycles"][0]["transitions"][4][place] = value
    with pytest.raises(LifeCycleDataError, match="mla_in"):
        parse(raw)

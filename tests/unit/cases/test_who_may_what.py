"""Over all statuses, acts and roles of every life cycle: exactly what the tables declare is permitted."""

from importlib.resources import files
from itertools import product
from typing import Any

import pytest
import yaml

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Role
from mla_tracker.cases.life_cycle import START, life_cycles
from mla_tracker.cases.next_acts import permitted

TABLES = life_cycles()
RAW: dict[str, Any] = yaml.safe_load(files("mla_tracker.cases").joinpath("seed/life_cycles.yaml").read_text("utf-8"))
ACTORS = {role.value: Actor(1, role.value, role, ROLE_PERMISSIONS[role]) for role in Role}


def declared(raw: dict[str, Any], direction: str) -> set[tuple[str, str, str]]:
    """(status, act, role) triples, read from the file by other means than the loader's."""
    every = {status["code"]: status["terminal"] for status in raw["statuses"]}
    marks = {"@all": list(every), "@open": [code for code, terminal in every.items() if not terminal]}
    return {
        (status, row["event"], role)
        for row in raw["transitions"]
        if row.get("direction") in (None, direction)
        for source in row["from"]
        for status in marks.get(source, [source])
        for role, permissions in RAW["roles"].items()
        if row["role"] in permissions
    }


@pytest.mark.parametrize("direction", ["incoming", "outgoing"])
@pytest.mark.parametrize("raw", RAW["cycles"], ids=lambda raw: raw["code"])
def test_exactly_the_declared_triples_are_permitted(raw: dict[str, Any], direction: str) -> None:
    cycle, allowed = TABLES.cycles[raw["code"]], declared(raw, direction)
    found = {
        (status, row.event, role)
        for status, (role, actor) in product([START, *cycle.statuses], ACTORS.items())
        for row in permitted(cycle, None if status == START else status, direction, actor)
    }
    assert found == allowed
    assert allowed, "a table without a row would prove nothing"

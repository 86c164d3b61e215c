"""Which limits attach: by what was accepted or only asserted, by the requested State, by facts known and unknown."""

from dataclasses import replace
from typing import Any

import pytest

from mla_tracker.deadlines.attachment import Attached, CaseFacts, attached
from mla_tracker.instruments.time_limits import TimeLimit, seed_limits

SEED = seed_limits()
PLAIN = SEED.limits["UNCAC_ASAP"]
SOME_FACT = SEED.facts["consent"]
TABLES = replace(
    SEED,
    facts={
        **SEED.facts,
        "known_matters": replace(SOME_FACT, code="known_matters", provisional=True),
        "unknown_is_no": replace(SOME_FACT, code="unknown_is_no", provisional=False),
    },
)


def limit(**changes: Any) -> TimeLimit:
    """A limit of assistance under UNCAC, both directions, without conditions."""
    plain: dict[str, Any] = {
        "instruments": frozenset({"UNCAC"}), "jurisdiction": None, "between": (), "template": False,
        "kinds": frozenset({"mla"}), "directions": frozenset({"incoming", "outgoing"}), "bound": "requested",
        "applies_when": {}, "not_when": {}, "status": "in_force", **changes,
    }  # fmt: skip
    kinds = {name: type(getattr(PLAIN, name)) for name in ("status", "bound")}
    return replace(PLAIN, **{name: kinds[name](value) if name in kinds else value for name, value in plain.items()})


def case(**changes: Any) -> CaseFacts:
    plain: dict[str, Any] = {
        "kind": "mla", "direction": "incoming", "our_country": "AT", "counterpart": "BR",
        "accepted": frozenset({"UNCAC"}), **changes,
    }  # fmt: skip
    return CaseFacts(**plain)


def found(of: TimeLimit, on: CaseFacts) -> Attached | None:
    rows = attached(TABLES, [of], on)
    assert len(rows) <= 1
    return rows[0] if rows else None


UNCAC, ECE = frozenset({"UNCAC"}), frozenset({"ECE"})
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("accepted", "asserted", "expected"),
    [
        (UNCAC, NONE, ()),
        (NONE, UNCAC, ("basis_asserted",)),
        (UNCAC, UNCAC | ECE, ()),
        (ECE, UNCAC, None),  # another basis was accepted: what was asserted beside it binds nobody
        (ECE, NONE, None),
        (NONE, NONE, None),
        (UNCAC | ECE, NONE, ()),
    ],
)
def test_the_accepted_basis_attaches_and_an_asserted_one_only_until_then(
    accepted: frozenset[str], asserted: frozenset[str], expected: tuple[str, ...] | None
) -> None:
    one = found(limit(), case(accepted=accepted, asserted=asserted))
    assert (one.because if one else None) == expected
    if one is not None:
        assert one.provisional == bool(expected)


@pytest.mark.parametrize(
    ("changes", "attaches"),
    [
        ({"template": True}, False),
        ({"status": "not_in_force"}, False),
        ({"status": "historic"}, False),
        ({"kinds": frozenset({"extradition"})}, False),
        ({"directions": frozenset({"outgoing"})}, False),
        ({"instruments": frozenset({"HOUSE"})}, True),
        ({"instruments": frozenset({"HOUSE"}), "kinds": frozenset({"extradition"})}, False),
        ({"between": (frozenset({"AT", "BR"}),)}, True),
        ({"between": (frozenset({"AT", "CH"}), frozenset({"BR", "AT"}))}, True),
        ({"between": (frozenset({"AT", "CH"}),)}, False),
    ],
)
def test_kind_direction_force_and_pair_of_states_decide(changes: dict[str, Any], attaches: bool) -> None:
    assert (found(limit(**changes), case()) is not None) == attaches


@pytest.mark.parametrize(
    ("jurisdiction", "direction", "counterpart", "attaches"),
    [
        ("AT", "incoming", "BR", True),  # we are asked: our law
        ("BR", "incoming", "BR", False),
        ("BR", "outgoing", "BR", True),  # they are asked: theirs
        ("AT", "outgoing", "BR", False),
        ("AT", "incoming", None, True),
        ("BR", "outgoing", None, False),
    ],
)
def test_domestic_law_is_that_of_the_requested_state_whatever_the_basis(
    jurisdiction: str, direction: str, counterpart: str | None, attaches: bool
) -> None:
    domestic = limit(instruments=frozenset({"DOMESTIC"}), jurisdiction=jurisdiction)
    for accepted in (NONE, UNCAC, ECE):
        one = found(domestic, case(direction=direction, counterpart=counterpart, accepted=accepted))
        assert (one is not None) == attaches
        assert one is None or not one.provisional


@pytest.mark.parametrize(
    ("applies_when", "not_when", "facts", "expected"),
    [
        ({"known_matters": (True,)}, {}, {"known_matters": True}, ()),
        ({"known_matters": (True,)}, {}, {"known_matters": False}, None),
        ({"known_matters": (True,)}, {}, {}, ("fact:known_matters",)),  # unknown: shown and warned
        ({"unknown_is_no": (True,)}, {}, {}, None),  # unknown counts as no
        ({}, {"known_matters": (True,)}, {"known_matters": True}, None),
        ({}, {"known_matters": (True,)}, {"known_matters": False}, ()),
        ({"item_type": ("SERVICE", "WITNESS")}, {}, {"item_type": frozenset({"WITNESS", "DOCUMENTS"})}, ()),
        ({"item_type": ("SERVICE",)}, {}, {"item_type": frozenset({"DOCUMENTS"})}, None),
        ({"item_type": ("SERVICE",)}, {}, {"item_type": frozenset()}, None),
        ({"known_matters": (True,), "unknown_is_no": (True,)}, {}, {"unknown_is_no": True}, ("fact:known_matters",)),
        ({"known_matters": (True,), "unknown_is_no": (True,)}, {}, {"known_matters": True}, None),
    ],
)
def test_facts_select_and_an_unknown_one_that_matters_leaves_it_provisional(
    applies_when: dict[str, Any], not_when: dict[str, Any], facts: dict[str, Any], expected: tuple[str, ...] | None
) -> None:
    one = found(limit(applies_when=applies_when, not_when=not_when), case(facts=facts))
    assert (one.because if one else None) == expected


@pytest.mark.parametrize(
    ("bound", "direction", "ours"),
    [
        ("requested", "incoming", True), ("requested", "outgoing", False), ("requesting", "incoming", False),
        ("requesting", "outgoing", True), ("own", "incoming", True), ("own", "outgoing", True),
        ("provider", "incoming", False), ("person", "outgoing", False),
    ],
)  # fmt: skip
def test_whom_it_binds(bound: str, direction: str, ours: bool) -> None:
    one = found(limit(bound=bound), case(direction=direction))
    assert one is not None
    assert one.ours == ours


def test_no_limit_of_the_seed_attaches_that_is_no_law_or_only_a_template() -> None:
    everything = frozenset(code for rule in SEED.limits.values() for code in rule.instruments)
    for kind in ("mla", "extradition"):
        for direction in ("incoming", "outgoing"):
            on = case(kind=kind, direction=direction, accepted=everything, counterpart="FR")
            for one in attached(SEED, SEED.limits.values(), on):
                assert str(one.limit.status) == "in_force"
                assert not one.limit.template
                assert kind in one.limit.kinds

"""Which limits attach to a case, and whom they bind (deadlines.md, "Which rules attach").

By the legal basis accepted; until then provisionally by the one asserted. Domestic law attaches by the requested State,
house rules to every case; templates and rules not in force never. Facts select; an unknown fact that matters leaves the
limit attached provisionally: shown and warned, not counted. Pure.

UNCAC 46(9)-(29) yields to a treaty on assistance between the two States unless they agree to apply it (46(7)): whoever
accepts UNCAC beside such a treaty has recorded that agreement, so nothing is left out here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mla_tracker.instruments.time_limits import (
    DOMESTIC,
    Bound,
    Clock,
    Fact,
    LimitTables,
    Status,
    TimeLimit,
)

TREATY_PERIOD: Final = "treaty_period"
BASIS_ASSERTED: Final = "basis_asserted"


@dataclass(frozen=True)
class CaseFacts:
    """What the engine knows of a case: never the case itself. `facts`: by code; a fact that is absent is unknown."""

    kind: str
    direction: str
    our_country: str
    counterpart: str | None
    accepted: frozenset[str] = frozenset()
    asserted: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def requested_state(self) -> str | None:
        return self.our_country if self.direction == "incoming" else self.counterpart

    @property
    def requesting_state(self) -> str | None:
        return self.counterpart if self.direction == "incoming" else self.our_country


@dataclass(frozen=True)
class Attached:
    """A limit on a case. `ours`: we must bring about its end, else we watch the other side.

    `because`: what makes it provisional, in codes ("basis_asserted", "fact:consent").
    """

    limit: TimeLimit
    ours: bool
    provisional: bool
    because: tuple[str, ...]


def attached(tables: LimitTables, limits: Iterable[TimeLimit], case: CaseFacts) -> list[Attached]:
    """The limits that attach to this case, each with whom it binds."""
    limits = tuple(limits)
    case = _with_treaty_period(tables, limits, case)
    found = []
    for limit in limits:
        basis = _basis(limit, case)
        if basis is None or not _fits(limit, case):
            continue
        unknown = _facts(tables.facts, limit, case)
        if unknown is None:
            continue
        because = (*basis, *unknown)
        found.append(Attached(limit, _ours(limit, case), bool(because), because))
    return found


def _fits(limit: TimeLimit, case: CaseFacts) -> bool:
    return (
        not limit.template
        and limit.status is Status.IN_FORCE
        and case.kind in limit.kinds
        and case.direction in limit.directions
    )


def _basis(limit: TimeLimit, case: CaseFacts) -> tuple[str, ...] | None:
    """() where it attaches, ("basis_asserted",) where it does so provisionally, None where it does not."""
    if limit.is_house:
        return ()
    if DOMESTIC in limit.instruments and limit.jurisdiction is not None:
        return () if limit.jurisdiction == case.requested_state else None
    if limit.between and frozenset({case.our_country, case.counterpart}) not in limit.between:
        return None
    if limit.instruments & case.accepted:
        return ()
    if not case.accepted and limit.instruments & case.asserted:
        return (BASIS_ASSERTED,)
    return None


def _facts(known: Mapping[str, Fact], limit: TimeLimit, case: CaseFacts) -> tuple[str, ...] | None:
    """The unknown facts that leave the limit attached provisionally; None where a fact keeps it off."""
    unknown = []
    for code, wanted in limit.applies_when.items():
        if code not in case.facts:
            if not known[code].provisional:
                return None
            unknown.append(f"fact:{code}")
        elif not matches(case.facts[code], wanted):
            return None
    for code, wanted in limit.not_when.items():
        if code not in case.facts:
            unknown += [f"fact:{code}"] if known[code].provisional else []
        elif matches(case.facts[code], wanted):
            return None
    return tuple(unknown)


def _with_treaty_period(tables: LimitTables, limits: tuple[TimeLimit, ...], case: CaseFacts) -> CaseFacts:
    """The case with the fact whether the accepted treaty fixes the period for request and papers, unless it is told.

    A treaty does where a limit of its own ends custody unless the papers arrive; the domestic period then yields to it.
    Before a basis is accepted this stays unknown.
    """
    if TREATY_PERIOD in case.facts or not case.accepted:
        return case
    told = any(
        limit.clock is Clock.MAX_CUSTODY
        and "papers_received" in limit.ends_on
        and DOMESTIC not in limit.instruments
        and _fits(limit, case)
        and _basis(limit, case) == ()
        and _facts(tables.facts, limit, case) is not None
        for limit in limits
    )
    return replace(case, facts={**case.facts, TREATY_PERIOD: told})


def matches(value: Any, wanted: tuple[Any, ...]) -> bool:
    """Whether a fact has one of the values; of a set, whether it holds any of them."""
    if isinstance(value, (set, frozenset, list, tuple)):
        return bool(set(value) & set(wanted))
    return value in wanted


def _ours(limit: TimeLimit, case: CaseFacts) -> bool:
    """Incoming makes us the requested State, outgoing the requesting: bound to our side, or watched."""
    if limit.bound is Bound.OWN:
        return True
    return limit.bound is (Bound.REQUESTED if case.direction == "incoming" else Bound.REQUESTING)

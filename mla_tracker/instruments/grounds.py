"""Which grounds may be chosen, and which are barred, relative to the legal bases accepted (refusal_grounds.yaml).

Pure. A ground is open under the bases that it names, under any (ANY), and, where it is a domestic one, under the
bases that open domestic grounds for the kind of request (UNCAC 46(21)(d) and 44(8)). Under a bilateral treaty every
ground is open: the treaty decides.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mla_tracker.instruments.codes import ANY, BILATERAL, DOMESTIC, BarRule, Ground, LegalBasis
from mla_tracker.instruments.duties import ASSUMED

LAW_OF_REQUESTED_STATE: Final = frozenset({"DOMESTIC", "RECIPROCITY", "LETTERS_ROGATORY"})
"""Bases under which the law of the requested State is the law that applies."""


class Caution(StrEnum):
    """Why the grounds shown are more than the basis itself records."""

    TREATY_DECIDES = "The treaty itself decides which grounds are open: check it."
    NOT_RECORDED = "No grounds are recorded for this legal basis."


@dataclass(frozen=True)
class GroundsAvailable:
    """The grounds to choose from, and a warning where the basis itself does not say them."""

    grounds: tuple[Ground, ...]
    warning: Caution | None


@dataclass(frozen=True)
class Bar:
    """What a basis forbids. `grounds`: the code of the bar (`bar`) and the grounds it speaks of; `article` forbids
    them.

    `scope` any: never usable; sole: not usable alone.
    """

    bar: str
    label: str
    scope: str
    grounds: tuple[str, ...]
    article: str
    check: str


def is_open(ground: Ground, bases: Collection[str], kind: str, known: Mapping[str, LegalBasis]) -> bool:
    """Whether the ground is recorded for one of the bases, for this kind of request."""
    if kind not in ground.applies:
        return False
    if ANY in ground.bases or not set(ground.bases).isdisjoint(bases):
        return True
    return DOMESTIC in ground.bases and any(opens_domestic(basis, kind, known) for basis in bases)


def opens_domestic(basis: str, kind: str, known: Mapping[str, LegalBasis]) -> bool:
    """Whether a domestic ground may be chosen under this basis for this kind of request."""
    if basis in LAW_OF_REQUESTED_STATE:
        return True
    row = known.get(basis)
    return row is not None and kind in row.opens_domestic_grounds


def available(
    grounds: Iterable[Ground], bases: Collection[str], kind: str, known: Mapping[str, LegalBasis], group: str
) -> GroundsAvailable:
    """The grounds of one group (refusal, postponement …) open under the bases.

    Where nothing but what is open under any basis is recorded, all grounds of the group and kind, with the warning. No
    basis at all counts as none recorded.
    """
    every = tuple(ground for ground in grounds if ground.group == group and kind in ground.applies)
    if BILATERAL in bases:
        return GroundsAvailable(every, Caution.TREATY_DECIDES)
    found = tuple(ground for ground in every if is_open(ground, bases, kind, known))
    if any(ANY not in ground.bases for ground in found) or len(found) == len(every):
        return GroundsAvailable(found, None)
    return GroundsAvailable(every, Caution.NOT_RECORDED)


def bars(
    rules: Iterable[BarRule],
    bases: Collection[str],
    kind: str,
    grounds: Mapping[str, Ground],
    holding: Collection[str] = ASSUMED,
) -> list[Bar]:
    """What the accepted bases forbid for this kind of request; `holding`: the conditions that hold (see `duties`)."""
    return [
        Bar(
            rule.ground,
            grounds[rule.ground].label,
            rule.scope,
            (rule.ground, *grounds[rule.ground].bars),
            rule.article,
            rule.check,
        )
        for rule in rules
        if rule.basis in bases and kind in rule.applies and rule.when in holding
    ]

"""Which duties go before or with a refusal, a postponement, the lifting of a measure: by legal basis
(refusal_duties.yaml).

Pure. The rows of the accepted primary basis count, for the kind of request and the act, whose condition holds and whose
grounds meet those chosen. A basis without a row: nothing is asked for, and the page says that nothing is recorded.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Final

from mla_tracker.instruments.codes import Duty

ASSUMED: Final = frozenset({"always", "UNCAC_9_29", "UNTOC_9_29", "DRUGS88_8_19", "BUDAPEST_27"})
"""What holds unless the caller knows better: a basis that was accepted applies as a whole, so no other treaty
displaces its rules on procedure (UNCAC 46(7)). What depends on the facts of the case (information insufficient, a
measure under article 55, no consent) never holds by itself."""


def duties(
    rows: Iterable[Duty],
    basis: str,
    kind: str,
    act: str,
    grounds: Collection[str],
    is_domestic: Callable[[str], bool],
    holding: Collection[str] = ASSUMED,
) -> list[Duty]:
    """The duties of `basis` for `act` (refuse, partial, postpone, lift_freeze) on these grounds.

    `is_domestic` says of a ground whether it is a domestic one that the basis opens. A row whose force is none is left
    out: the text lays no such duty, and a ground that it names does not come back in as a domestic one.
    """
    of_act = [
        row for row in rows if row.basis == basis and kind in row.applies and row.act == act and row.when in holding
    ]
    exempt = {(row.duty, ground) for row in of_act if row.force == "none" for ground in row.grounds}
    return [
        row
        for row in of_act
        if row.force != "none"
        and _covers(row, [ground for ground in grounds if (row.duty, ground) not in exempt], grounds, is_domestic)
    ]


def recorded(rows: Iterable[Duty], basis: str) -> bool:
    """Whether any duty is recorded for this basis at all."""
    return any(row.basis == basis for row in rows)


def _covers(
    row: Duty, not_exempt: Collection[str], grounds: Collection[str], is_domestic: Callable[[str], bool]
) -> bool:
    if not row.grounds or not set(row.grounds).isdisjoint(grounds):
        return True
    return row.with_domestic and any(is_domestic(ground) for ground in not_exempt)

"""All code lists as one frozen value that answers what may be chosen, what is barred and what is owed under which
basis."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from mla_tracker.core.code_list import Code
from mla_tracker.directory.types import TypeOfAuthority
from mla_tracker.instruments import duties as duty_rules
from mla_tracker.instruments import grounds as ground_rules
from mla_tracker.instruments.codes import (
    DOMESTIC,
    AssistanceType,
    BarRule,
    DelayReason,
    Duty,
    Ground,
    LegalBasis,
    Offence,
)
from mla_tracker.instruments.duties import ASSUMED
from mla_tracker.instruments.grounds import Bar, GroundsAvailable

Row = TypeVar("Row", bound=Code)


class CodeTable(Mapping[str, Row], Generic[Row]):
    """One code list in its order. Walking through it and asking `in` see the codes in use only.

    `table[code]` and `table.get(code)` find a retired code too: an old case still has to be read.
    """

    def __init__(self, rows: Mapping[str, Row], retired: Collection[str] = ()) -> None:
        self._all = dict(rows)
        self._current = {code: row for code, row in rows.items() if code not in retired}

    def __getitem__(self, code: str) -> Row:
        return self._all[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current)

    def __len__(self) -> int:
        return len(self._current)

    def __contains__(self, code: object) -> bool:
        return code in self._current

    def is_retired(self, code: str) -> bool:
        """Whether the code stands for old cases only."""
        return code in self._all and code not in self._current


@dataclass(frozen=True)
class Catalogue:
    """The code lists as they stand."""

    legal_bases: CodeTable[LegalBasis]
    grounds: CodeTable[Ground]
    duty_rows: CodeTable[Duty]
    bar_rules: CodeTable[BarRule]
    offences: CodeTable[Offence]
    assistance_types: CodeTable[AssistanceType]
    authority_types: CodeTable[TypeOfAuthority]
    delay_reasons: CodeTable[DelayReason]

    def bases_covering(self, kind: str) -> list[LegalBasis]:
        """The legal bases for assistance (`mla`, which takes in asset requests) or `extradition`."""
        kinds = {"mla", "freeze"} if kind == "mla" else {kind}
        return [row for row in self.legal_bases.values() if not kinds.isdisjoint(row.covers)]

    def grounds_available(self, bases: Collection[str], kind: str) -> GroundsAvailable:
        """The grounds for refusal open under the accepted bases for this kind (mla, extradition, freeze)."""
        return ground_rules.available(self.grounds.values(), bases, kind, self.legal_bases, "refusal")

    def postponement_grounds(self, bases: Collection[str], kind: str) -> tuple[Ground, ...]:
        """The grounds for postponement open under the accepted bases; all of the kind where none is recorded."""
        return ground_rules.available(self.grounds.values(), bases, kind, self.legal_bases, "postponement").grounds

    def conditions_available(self, bases: Collection[str], kind: str) -> tuple[Ground, ...]:
        """The conditions short of refusal known under the accepted bases (UNCAC 46(26))."""
        return ground_rules.available(self.grounds.values(), bases, kind, self.legal_bases, "condition").grounds

    def deficiencies(self, kind: str) -> list[Ground]:
        """What a request may lack, whatever the basis (UNCAC 46(15)-(16), ECE 12-13)."""
        return [row for row in self.grounds.values() if row.group == "deficiency" and kind in row.applies]

    def bars(self, bases: Collection[str], kind: str, holding: Collection[str] = ASSUMED) -> list[Bar]:
        """What the accepted bases forbid as a ground, with the article."""
        return ground_rules.bars(self.bar_rules.values(), bases, kind, self.grounds, holding)

    def duties(
        self, basis: str, kind: str, act: str, grounds: Collection[str], holding: Collection[str] = ASSUMED
    ) -> list[Duty]:
        """The duties of the primary basis for an act (refuse, partial, postpone, lift_freeze) on these grounds."""
        opens = ground_rules.opens_domestic(basis, kind, self.legal_bases)

        def is_domestic(code: str) -> bool:
            ground = self.grounds.get(code)
            return opens and ground is not None and DOMESTIC in ground.bases

        return duty_rules.duties(self.duty_rows.values(), basis, kind, act, grounds, is_domestic, holding)

    def duties_recorded(self, basis: str) -> bool:
        """Whether any duty is recorded for this basis; where none is, the page says so and asks for nothing."""
        return duty_rules.recorded(self.duty_rows.values(), basis)


def recorded_as_party(basis: LegalBasis, iso2: str, treaties: Mapping[str, Mapping[str, str]]) -> bool | None:
    """Whether this State is recorded as bound by the basis; None where nothing is recorded. It warns, it never decides.

    `treaties` is what the directory records of the State, by the code of the basis.
    """
    if basis.members is not None:
        return iso2 in basis.members
    if basis.listed_parties and basis.code in treaties:
        return treaties[basis.code].get("status") == "party"
    return None

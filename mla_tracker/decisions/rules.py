"""When a refusal or postponement is complete: ground, standing alone or not, duties of the basis, reasons.

Pure: what the catalogue says of grounds, bars and duties comes as arguments. Sources beside each check.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mla_tracker.core.errors import Invalid

NATIONALITY: Final = "EX_NATIONALITY"
NO_BASIS_GROUNDS: Final = frozenset({"MLA_NO_RECIPROCITY"})

DUTY_WORDS: Final[Mapping[str, str]] = {
    "consult": "the consultation",
    "ask_information": "the request for supplementary information",
    "hear": "the hearing",
    "notify": "the notice",
    "give_reasons": "the reasons",
}


@dataclass(frozen=True)
class DutyOwed:
    """A duty before the act: `required` = nothing replaces it; otherwise the reason why it was not done will do."""

    duty: str
    required: bool
    article: str


@dataclass(frozen=True)
class Bars:
    """Grounds that the basis forbids: `never` at all, `not_alone` only beside another. Code to article."""

    never: Mapping[str, str]
    not_alone: Mapping[str, str]


def check_grounds(chosen: Collection[str], available: Collection[str], bars: Bars, field: str = "grounds") -> None:
    """At least one ground, each known to the accepted basis, none barred, and one that can stand alone.

    Bank secrecy never (UNCAC 46(8), 55(3)); a fiscal matter not alone (46(22), 44(16)). Raises `Invalid`.
    """
    if not chosen:
        raise Invalid({field: "Choose at least one ground."})
    for code in chosen:
        if code in bars.never:
            raise Invalid({field: f"{code} is no ground under this legal basis ({bars.never[code]})."})
        if code not in available and code not in bars.not_alone:
            raise Invalid({field: f"{code} is not a ground of the accepted legal basis."})
    if all(code in bars.not_alone for code in chosen):
        article = next(iter(bars.not_alone[code] for code in chosen))
        raise Invalid({field: f"This ground cannot stand alone ({article}). Choose a further one."})


def check_duties(owed: Iterable[DutyOwed], done: Collection[str], excuse: str) -> None:
    """Every duty before the act is done, or, where the text allows it, the reason is given why not.

    `done` holds the duties on the file ("consult", "ask_information", "hear"). Raises `Invalid` beside the reason.
    """
    for duty in owed:
        if duty.duty in done:
            continue
        words = DUTY_WORDS[duty.duty]
        if duty.required:
            raise Invalid(
                {"no_consultation_reason": f"Record {words} first: {duty.article} takes no reason in its place."}
            )
        if not excuse.strip():
            problem = f"Record {words}, or give the reason why there was none ({duty.article})."
            raise Invalid({"no_consultation_reason": problem})

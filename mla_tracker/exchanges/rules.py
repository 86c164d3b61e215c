"""What each kind of exchange is made of: its steps, and whose answer each of them leaves due.

A round begins with one step and goes on with others until one ends it; a step that ends or goes on with a round that
nobody began is a round of its own. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RoundStep:
    """One step of a round. `turn`: whose answer is due after it, seen from the requested State (`requested`,
    `requesting`), or from us (`ours`, `theirs`); None: it ended. `family` keeps apart two kinds of round under one act.
    """

    begins: bool
    turn: str | None
    family: str = ""

    def turn_of(self, direction: str) -> str | None:
        """The same seen from us: in an incoming request we are the requested State."""
        if self.turn in (None, "ours", "theirs"):
            return self.turn
        return "ours" if (self.turn == "requested") == (direction == "incoming") else "theirs"


@dataclass(frozen=True)
class RoundKind:
    """A kind of exchange: the key of the detail that names the step, and its steps by code."""

    kind: str
    key: str
    steps: Mapping[str, RoundStep]
    article: str = ""


def _begin(turn: str | None, family: str = "") -> RoundStep:
    return RoundStep(True, turn, family)


def _then(turn: str | None, family: str = "") -> RoundStep:
    return RoundStep(False, turn, family)


ROUNDS: Final[Mapping[str, RoundKind]] = {
    "assurance_recorded": RoundKind(
        "assurance",
        "assurance",
        {
            "requested": _begin("requesting"),
            "given": _then("requested"),
            "insufficient": _then("requesting"),
            "sufficient": _then(None),
            "not_needed": _then(None),
        },
        "ECE 11; EAW 5",
    ),
    "condition_recorded": RoundKind(
        "condition",
        "condition_state",
        {
            "proposed": _begin("requesting"),
            "accepted": _then("requesting"),
            "rejected": _then(None),
            "fulfilled": _then(None),
        },
        "UNCAC 46(26), 44(12)",
    ),
    "inquiry_recorded": RoundKind(
        "inquiry",
        "inquiry",
        {
            "received": _begin("ours", "in"),
            "answered": _then(None, "in"),
            "sent": _begin("theirs", "out"),
            "answered_by_them": _then(None, "out"),
        },
        "UNCAC 46(24)",
    ),
    "competing_recorded": RoundKind(
        "competing", "competing_step", {"recorded": _begin("requested"), "chosen": _then(None)}, "ECE 17"
    ),
    "speciality_consent_recorded": RoundKind(
        "speciality_consent",
        "speciality_step",
        {"asked": _begin("requested"), "given": _then(None), "refused": _then(None)},
        "ECE 14-15; EAW 27-28",
    ),
    "use_consent_recorded": RoundKind(
        "use_consent",
        "use_consent",
        {
            "asked": _begin("requested"),
            "given": _then(None),
            "refused": _then(None),
            "notice_before_disclosure": _begin(None),
        },
        "UNCAC 46(19)",
    ),
    "safe_conduct_recorded": RoundKind(
        "safe_conduct",
        "safe_conduct",
        {
            "granted": _begin("requesting"),
            "presence_not_required": _then("requesting"),
            "left": _then(None),
            "ended": _then(None),
        },
        "UNCAC 46(27)",
    ),
    "cost_recorded": RoundKind(
        "cost",
        "cost",
        {"ordinary": _begin(None), "raised": _begin("requesting"), "agreed": _then(None), "not_agreed": _then(None)},
        "UNCAC 46(28)",
    ),
    "contact_recorded": RoundKind(
        "contact",
        "contact",
        {code: _begin(None) for code in ("police", "fiu", "network", "prosecutor", "liaison", "other")},
    ),
}
"""The act that records a step to its kind of round."""

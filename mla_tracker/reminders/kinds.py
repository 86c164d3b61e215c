"""The kinds of notice beside reminders of time limits, and what a person may choose for each."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What somebody is told of. `DEADLINE`, `SUMMARY` and `DIGEST` cannot be chosen: they come as they come."""

    DEADLINE = "deadline"
    SUMMARY = "summary"
    DIGEST = "digest"
    ASSIGNED = "assigned"
    REPLY = "reply"
    APPROVAL = "approval"
    SILENCE = "silence"
    UNVERIFIED = "unverified"


class Wish(StrEnum):
    """How a person wants to hear of a kind."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    OFF = "off"


CHOOSABLE: Final = {
    Kind.ASSIGNED: (Wish.AT_ONCE, Wish.DIGEST),
    Kind.APPROVAL: (Wish.AT_ONCE, Wish.DIGEST),
    Kind.REPLY: (Wish.AT_ONCE, Wish.DIGEST, Wish.OFF),
    Kind.SILENCE: (Wish.AT_ONCE, Wish.DIGEST, Wish.OFF),
    Kind.UNVERIFIED: (Wish.AT_ONCE, Wish.DIGEST, Wish.OFF),
}
"""Work that waits for one person cannot be switched off: nobody else would hear of it."""

HOUSE_WISH: Final = {Kind.UNVERIFIED: Wish.DIGEST}
"""What holds without a choice; all others come at once."""


def wish_of(kind: Kind, chosen: str | None, *, digest: bool) -> Wish:
    """What holds for a person who chose this. Without a digest nothing can wait for it: it comes at once."""
    wishes = CHOOSABLE[kind]
    wish = Wish(chosen) if chosen in wishes else HOUSE_WISH.get(kind, Wish.AT_ONCE)
    return Wish.AT_ONCE if wish is Wish.DIGEST and not digest else wish

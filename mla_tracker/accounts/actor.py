"""The person behind an act, with what he may do; made once a page or command, passed down as an argument."""

from dataclasses import dataclass
from typing import Final

from mla_tracker.accounts.permissions import Permission, Role


@dataclass(frozen=True)
class Actor:
    """`account_id` None is the product itself (schedule, import, command)."""

    account_id: int | None
    name: str
    role: Role | None
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


SYSTEM: Final = Actor(None, "system", None, frozenset(Permission))

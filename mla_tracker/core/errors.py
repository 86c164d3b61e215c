"""What a rule says when it is broken.

Every error is a fact that a caseworker can read. `field` names the input beside which a page shows it; without one it
stands on top of the page. Only `core` errors cross from the domain to the pages, the commands and the import.
"""

from collections.abc import Mapping


class DomainError(Exception):
    """A rule was broken; nothing was changed."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(DomainError):
    """Several inputs are wrong at once: `errors` maps a field name to its message."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


class NotVisible(DomainError):
    """There is no such thing, or this person may not know that there is: both answer 404."""


class NotPermitted(DomainError):
    """The person sees the thing but may not do this to it."""


class Conflict(DomainError):
    """Somebody else changed the thing since it was read."""

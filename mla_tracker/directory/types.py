"""The types of authority, and the channels between authorities, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mla_tracker.core.code_list import Code, Reader

CHANNELS: Final = (
    "central_authority",
    "diplomatic",
    "interpol",
    "direct",
    "judicial_network",
    "secure_platform",
    "post",
    "email",
    "oral",
)
"""The ways in which a request may come or go."""


@dataclass(frozen=True)
class TypeOfAuthority(Code):
    """A type of authority. `group` directory: one of the five of the directory of the expert meeting (paras 42-43)."""

    group: str
    basis: str | None
    notified_states_2019: int | None


def read_authority_type(raw: Mapping[str, Any], place: str) -> TypeOfAuthority:
    """A row of authority_types.yaml, read strictly."""
    reader = Reader(raw, place, "group basis notified_states_2019")
    return TypeOfAuthority(
        **reader.common(),
        group=reader.one_of("group", ("directory", "other")),
        basis=reader.optional("basis"),
        notified_states_2019=reader.number("notified_states_2019"),
    )

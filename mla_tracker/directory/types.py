"""The types of authority as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mla_tracker.core.code_list import Code, Reader


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

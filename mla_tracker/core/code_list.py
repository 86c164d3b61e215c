"""What every code list has in common, as columns and as a value: a code that is never renamed or reused, and its words.

A release brings rows ("seed"); an office may add its own ("office"), change ours and retire what it does not use.
Nothing is ever deleted: cases keep their codes. What a list has beside its label is one JSON value with the keys of
its seed file. Rows are read strictly: an unknown key or value is refused, naming the file and the row.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

SEED: Final = "seed"
OFFICE: Final = "office"
CHECKS: Final = frozenset({"checked", "secondary", "unchecked", "house"})
"""Whether a row was read in an official text, read about, is from knowledge, or is our own target."""

COMMON: Final = frozenset({"code", "label", "check", "check_note", "note"})


class CodeDataError(Exception):
    """A row of a code list holds something unknown; the message names the place (file and row) and the key.

    `key` is the field that is wrong, as a form shows it.
    """

    def __init__(self, place: str, key: str, problem: str) -> None:
        super().__init__(f"{place}: {key}: {problem}")
        self.key = key
        self.problem = problem


@dataclass(frozen=True)
class Code:
    """What every row of a code list has. `check`: whether its source was read in an official text."""

    code: str
    label: str
    check: str
    check_note: str | None
    note: str | None


class CodeRow:
    """One stored row of a code list.

    `definition` is the row as its seed file has it, label and check mark apart from it in columns of their own.
    `seed_version` is the digest of the row that the last release brought; None where the office added the row.
    `edited_at` is set once the office changed a row of ours: a later release leaves it alone from then on.
    """

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    label: Mapped[str]
    check_mark: Mapped[str]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    origin: Mapped[str]
    seed_version: Mapped[str | None]
    edited_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (CheckConstraint("origin in ('seed', 'office')", name="origin"),)


class Reader:
    """Reads the keys of one row and refuses what it does not know. `place` names file and row in every message."""

    def __init__(self, raw: Mapping[str, Any], place: str, known: str) -> None:
        self._raw = raw
        self.place = place
        if unknown := sorted(set(raw) - COMMON - set(known.split())):
            raise CodeDataError(place, unknown[0], "is no key of this list")

    def fail(self, key: str, problem: str) -> CodeDataError:
        """The error for `key` of this row."""
        return CodeDataError(self.place, key, problem)

    def common(self, *, label_from: str = "label") -> dict[str, Any]:
        """What every row has; `label_from` is the key that stands in for a label where the list has none."""
        return {
            "code": self.text("code"),
            "label": self.text(label_from),
            "check": self.one_of("check", CHECKS),
            "check_note": self.optional("check_note"),
            "note": self.optional("note"),
        }

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self._raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "must be a text")
        return value

    def optional(self, key: str) -> str | None:
        """A text, or None where it is left out or null."""
        return None if self._raw.get(key) is None else self.text(key)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false; `default` where it is left out (none: it must be there)."""
        value = self._raw.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(key, "must be true or false")
        return value

    def optional_flag(self, key: str) -> bool | None:
        """True, false, or None where it is left out or null."""
        return None if self._raw.get(key) is None else self.flag(key)

    def number(self, key: str) -> int | None:
        """A whole number, or None where it is left out or null."""
        value = self._raw.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.fail(key, "must be a whole number")
        return value

    def one_of(self, key: str, known: Collection[str]) -> str:
        """One of the permitted values."""
        value = self.text(key)
        self._known(key, [value], known)
        return value

    def optional_one_of(self, key: str, known: Collection[str]) -> str | None:
        """One of the permitted values, or None where it is left out or null."""
        return None if self._raw.get(key) is None else self.one_of(key, known)

    def several(self, key: str, known: Collection[str] | None = None, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts, each once, each of the permitted values where `known` is given."""
        value = self._raw.get(key, [])
        if not isinstance(value, (list, tuple)) or not all(isinstance(part, str) and part for part in value):
            raise self.fail(key, "must be a list of texts")
        if required and not value:
            raise self.fail(key, "must not be empty")
        if len(set(value)) != len(value):
            raise self.fail(key, "names something twice")
        if known is not None:
            self._known(key, value, known)
        return tuple(value)

    def mapping(self, key: str, known: Collection[str]) -> dict[str, str]:
        """A mapping whose values are of the permitted ones; empty where it is left out."""
        value = self._raw.get(key, {})
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise self.fail(key, "must be a mapping")
        self._known(key, value.values(), known)
        return dict(value)

    def iso_date(self, key: str) -> str | None:
        """A date as ISO text (YAML reads it as a date), or None where it is left out or null."""
        value = self._raw.get(key)
        if value is None:
            return None
        text = value if isinstance(value, str) else getattr(value, "isoformat", str)()
        try:
            return datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - a date has no zone
        except (TypeError, ValueError) as problem:
            raise self.fail(key, "must be a date") from problem

    def _known(self, key: str, values: Iterable[Any], known: Collection[str]) -> None:
        if unknown := [str(value) for value in values if value not in known]:
            raise self.fail(key, f"{', '.join(unknown)} is not among {', '.join(sorted(known))}")

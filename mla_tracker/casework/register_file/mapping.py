"""A map: how the register of an office is read. Its columns to ours, its words to our codes.

A map is a small YAML file. Every key is checked; a word of the register that the map does not know is a problem of
its row and column, never a guess. `docs/import/` has a worked example.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from babel import Locale, UnknownLocaleError

from mla_tracker.casework.register_file.columns import BY_NAME, CellError, Column, Shape, read
from mla_tracker.core.errors import DomainError

_CASE: Final = BY_NAME["case"]
_KEYS: Final = frozenset({"columns", "constants", "words", "dates", "country_names", "people", "empty", "separator"})
_MAPPINGS: Final = ("columns", "constants", "words", "people")
NO_COLUMN: Final = "The register has no such column."
_PEOPLE_COLUMNS: Final = frozenset({"assigned_to"})


class MapError(DomainError):
    """The map holds something unknown; the message names the place."""


@dataclass(frozen=True)
class CellProblem:
    """One cell that cannot be read: its column in the register, its value, and why."""

    column: str
    value: str
    message: str


@dataclass(frozen=True)
class Mapped:
    """A row of the register as a case; `values` None where a cell cannot be read."""

    values: dict[str, Any] | None
    problems: tuple[CellProblem, ...] = ()


@dataclass(frozen=True)
class RegisterMap:
    """How to read one register. `columns`: ours to theirs; `words`: column to word to code, or to several columns."""

    columns: Mapping[str, str]
    constants: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    dates: Sequence[str] = ("%Y-%m-%d",)
    country_names: Sequence[str] = ("en",)
    people: Mapping[str, str] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    separator: str = ";"

    def case_of(self, cells: Mapping[str, str]) -> Mapped:
        """The values of a case from the cells of one row, by their headings."""
        values: dict[str, Any] = {name: _none(column) for name, column in _CASE.items()}
        values |= self.constants
        problems = []
        for name, heading in self.columns.items():
            if heading not in cells:
                problems.append(CellProblem(heading, "", NO_COLUMN))
                continue
            text = cells[heading].strip()
            if text.casefold() in self.empty:
                text = ""
            try:
                values |= self._read(name, text)
            except CellError as problem:
                problems.append(CellProblem(heading, text[:80], f"{str(problem)[:1].upper()}{str(problem)[1:]}."))
        if problems:
            return Mapped(None, tuple(problems))
        return Mapped(_completed(values))

    def _read(self, name: str, text: str) -> dict[str, Any]:
        if not text:
            return {} if name in self.constants else {name: _none(_CASE[name])}
        # The names of States are known anyway; the map's own words for them come on top.
        if name in self.words and (name != "counterpart" or _folded(text) in self.words[name]):
            return self._from_words(name, text)
        if name == "counterpart":
            return {name: self._country(text)}
        if name in _PEOPLE_COLUMNS:
            return {name: self._person(text)}
        column = _CASE[name]
        if column.shape is Shape.DAY:
            return {name: self._day(text)}
        if column.shape is Shape.LIST:
            return {name: tuple(part for one in text.split(self.separator) if (part := one.strip()))}
        return {name: read(column.shape, text)}

    def _from_words(self, name: str, text: str) -> dict[str, Any]:
        table = self.words[name]
        if _CASE[name].shape is Shape.LIST:
            parts = [part for one in text.split(self.separator) if (part := one.strip())]
            return {name: tuple(self._word(table, name, part) for part in parts)}
        meaning = self._word(table, name, text)
        return dict(meaning) if isinstance(meaning, Mapping) else {name: meaning}

    @staticmethod
    def _word(table: Mapping[str, Any], name: str, text: str) -> Any:
        folded = _folded(text)
        if folded not in table:
            raise CellError(f"the map knows no such word for {name}")
        return table[folded]

    def _day(self, text: str) -> date:
        for form in self.dates:
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 - a legal day has no zone
            except ValueError:
                continue
        raise CellError(f"takes a day written as {' or '.join(self.dates)}")

    def _country(self, text: str) -> str:
        if len(text) == 2 and text.isupper():
            return text
        for language in self.country_names:
            if code := _countries(language).get(_folded(text)):
                return code
        raise CellError("is not the name of a State in the languages of the map; add it under words: counterpart")

    def _person(self, text: str) -> str:
        if "@" in text:
            return text
        if text not in self.people:
            raise CellError("the map names no e-mail address for this person")
        return self.people[text]


def read_map(path: Path) -> RegisterMap:
    """A map from its file. Raises `MapError` naming what is unknown in it."""
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise MapError(f"{path.name}: cannot be read as YAML.") from problem
    if not isinstance(raw, dict):
        raise MapError(f"{path.name}: takes a mapping with the key columns.")
    _known(path, "key", raw, _KEYS)
    tables = [(key, raw.get(key)) for key in _MAPPINGS]
    tables += [(f"words: {name}", table) for name, table in (raw.get("words") or {}).items()]
    for key, table in tables:
        if table is not None and not isinstance(table, dict):
            raise MapError(f"{path.name}: {key} takes a mapping.")
    for key in ("columns", "constants", "words"):
        _known(path, f"column under {key}", raw.get(key) or {}, _CASE)
    if not raw.get("columns"):
        raise MapError(f"{path.name}: names no columns.")
    for language in raw.get("country_names") or ():
        try:
            Locale.parse(language)
        except (UnknownLocaleError, ValueError) as problem:
            raise MapError(f"{path.name}: unknown language {language} under country_names.") from problem
    return RegisterMap(
        columns={name: str(heading) for name, heading in raw["columns"].items()},
        constants={name: _constant(path, name, value) for name, value in (raw.get("constants") or {}).items()},
        words={name: _words(path, name, table or {}) for name, table in (raw.get("words") or {}).items()},
        dates=tuple(raw.get("dates") or ("%Y-%m-%d",)),
        country_names=tuple(raw.get("country_names") or ("en",)),
        people={str(short): address for short, address in (raw.get("people") or {}).items()},
        empty=frozenset(str(word).casefold() for word in raw.get("empty") or ()),
        separator=str(raw.get("separator") or ";"),
    )


def _words(path: Path, name: str, table: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word, meaning in table.items():
        if isinstance(meaning, dict):
            _known(path, f"column under words: {name}: {word}", meaning, _CASE)
            meaning = {inner: _constant(path, inner, value) for inner, value in meaning.items()}
        else:
            shape = Shape.TEXT if _CASE[name].shape is Shape.LIST else _CASE[name].shape
            meaning = _typed(path, name, shape, meaning)
        found[_folded(str(word))] = meaning
    return found


def _constant(path: Path, name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(str(part) for part in value)
    return _typed(path, name, _CASE[name].shape, value)


def _typed(path: Path, name: str, shape: Shape, value: Any) -> Any:
    try:
        return read(shape, "yes" if value is True else "no" if value is False else str(value))
    except CellError as problem:
        raise MapError(f"{path.name}: {name} {problem}, not {value}.") from problem


def _known(path: Path, what: str, given: Mapping[Any, Any], known: Any) -> None:
    if unknown := sorted(str(key) for key in given if key not in known):
        raise MapError(f"{path.name}: unknown {what}: {', '.join(unknown)}.")


def _none(column: Column) -> Any:
    return {Shape.TEXT: "", Shape.LIST: ()}.get(column.shape)


def _completed(values: dict[str, Any]) -> dict[str, Any]:
    """What our register asks to go with a value, where the other one never recorded it: marked, not invented."""
    for wanting, reason in (("needed_by", "needed_by_reason"), ("urgency", "urgency_reason")):
        given = values.get(wanting)
        if given and given != "routine" and not values.get(reason):
            values[reason] = "not recorded"
    if not values.get("subject"):
        values["subject"] = values.get("operation") or "Subject not recorded"
    # One column of days may serve both directions: only the day of the case's own direction counts.
    incoming = values.get("direction") == "incoming"
    values["sent_on" if incoming else "received_on"] = None
    if incoming and values.get("received_on") is not None:
        values["opened_on"] = values["received_on"]
    return values


def _folded(text: str) -> str:
    """A word without capitals, accents and doubled spaces; a typographic apostrophe is a plain one."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("\u2019", "'")
    return " ".join("".join(sign for sign in decomposed if not unicodedata.combining(sign)).split())


@cache
def _countries(language: str) -> Mapping[str, str]:
    """The names of States in a language, folded, to their codes; alternative names of Unicode come with them."""
    territories = Locale.parse(language).territories
    return {_folded(name): code for code, name in territories.items() if len(code) == 2 and code.isalpha()}

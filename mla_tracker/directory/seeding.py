"""States from the seed file: codes, names, and what was recorded of three treaties on the day of the data."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.core.code_list import CodeDataError
from mla_tracker.directory.models import State

FILE: Final = "treaty_parties.csv"
TREATIES: Final = {"UNCAC": "uncac", "UNTOC": "untoc", "BUDAPEST": "budapest"}
STATUSES: Final = frozenset({"party", "signatory", "none-recorded"})
CHECKS: Final = frozenset({"checked-snapshot", "checked-list", "checked-snapshot-then-unchecked", "unchecked"})
_COLUMNS: Final = (
    "iso2,iso3,name,uncac_status,uncac_date,uncac_act,uncac_check,untoc_status,untoc_date,untoc_act,untoc_check,"
    "budapest_status,budapest_check"
)


@cache
def seed_states() -> tuple[dict[str, Any], ...]:
    """One row a State. `treaties` maps a treaty to status, date, act and check mark as far as they are recorded."""
    content = files("mla_tracker.directory").joinpath("seed", FILE).read_text("utf-8")
    return read_states(content.splitlines())


def read_states(lines: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """The rows of the file, read strictly. Raises `CodeDataError` naming the row and the column."""
    reader = csv.DictReader(lines)
    if ",".join(reader.fieldnames or ()) != _COLUMNS:
        raise CodeDataError(FILE, "columns", f"must be {_COLUMNS}")
    rows = []
    seen: set[str] = set()
    for row in reader:
        place = f"{FILE}, line {reader.line_num}"
        code = row["iso2"]
        if not (len(code) == 2 and code.isalpha() and code.isupper()) or code in seen:
            raise CodeDataError(place, "iso2", f"{code} is no code, or stands twice")
        seen.add(code)
        treaties = {treaty: _treaty(row, prefix, place) for treaty, prefix in TREATIES.items()}
        rows.append({"iso2": code, "iso3": row["iso3"], "name_en": row["name"], "treaties": treaties})
    return tuple(rows)


def _treaty(row: Mapping[str, str], prefix: str, place: str) -> dict[str, str]:
    for name, known in (("status", STATUSES), ("check", CHECKS)):
        if row[f"{prefix}_{name}"] not in known:
            raise CodeDataError(place, f"{prefix}_{name}", f"{row[f'{prefix}_{name}']} is not known")
    names = ("status", "date", "act", "check")
    return {name: value for name in names if (value := row.get(f"{prefix}_{name}") or "")}


def load_states(session: Session) -> None:
    """Add or bring up to date all States of the seed file; a State that it has no more stays. The caller commits."""
    statement = insert(State)
    fields = {name: statement.excluded[name] for name in ("iso3", "name_en", "treaties")}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["iso2"],
            set_=fields,
            where=(State.treaties != fields["treaties"]) | (State.name_en != fields["name_en"]),
        ),
        list(seed_states()),
    )

"""The seed files and how they get into the tables.

Loading again brings what a release added and what it changed, as long as nobody changed that row here; it never
deletes: codes are stable, old cases refer to them.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from secrets import token_hex
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.audit.chain import canonical
from mla_tracker.core.code_list import SEED, CodeDataError, CodeRow
from mla_tracker.directory.models import AuthorityType
from mla_tracker.directory.seeding import load_states
from mla_tracker.instruments.codes import CONDITIONS, READERS, check_references
from mla_tracker.instruments.models import (
    AssistanceTypeRow,
    BarRow,
    CatalogueVersion,
    DelayReasonRow,
    DutyRow,
    GroundRow,
    LegalBasisRow,
    OffenceRow,
    TimeLimitRow,
)

TABLES: Final[Mapping[str, type[CodeRow]]] = {
    "legal_basis": LegalBasisRow,
    "ground": GroundRow,
    "duty": DutyRow,
    "bar": BarRow,
    "offence": OffenceRow,
    "assistance_type": AssistanceTypeRow,
    "authority_type": AuthorityType,
    "delay_reason": DelayReasonRow,
    "time_limit": TimeLimitRow,
}
"""The code lists by the name of their table."""

_SOURCES: Final[Mapping[str, tuple[str, str, str | None]]] = {
    "legal_basis": ("mla_tracker.instruments", "legal_bases.yaml", None),
    "ground": ("mla_tracker.instruments", "refusal_grounds.yaml", None),
    "duty": ("mla_tracker.instruments", "refusal_duties.yaml", "duties"),
    "bar": ("mla_tracker.instruments", "refusal_duties.yaml", "barred"),
    "offence": ("mla_tracker.instruments", "offences.yaml", None),
    "assistance_type": ("mla_tracker.instruments", "assistance_types.yaml", None),
    "authority_type": ("mla_tracker.directory", "authority_types.yaml", None),
    "delay_reason": ("mla_tracker.instruments", "delay_reasons.yaml", None),
    "time_limit": ("mla_tracker.instruments", "deadline_rules.yaml", "rules"),
}
_DUTIES_KEYS: Final = frozenset({"version", "conditions", "duties", "barred"})


def label_of(row: Mapping[str, Any]) -> str:
    """The words of a row: its label, or its article where a list has none."""
    return str(row.get("label") or row.get("article"))


def seed_file(package: str, name: str) -> Any:
    """A seed file, as plain values."""
    content = files(package).joinpath("seed", name).read_text("utf-8")
    return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe either way


@cache
def seed_rows() -> Mapping[str, tuple[dict[str, Any], ...]]:
    """The rows of all seed files by table, as plain JSON values, checked: every key, value and code in them is known.

    Raises `CodeDataError` naming file and row.
    """
    rows = {table: _plain_rows(*source) for table, source in _SOURCES.items()}
    check_rows(rows)
    return rows


def check_rows(rows: Mapping[str, tuple[dict[str, Any], ...]]) -> None:
    """Refuse a code that stands twice, an unknown key or value, and a code that no list has."""
    codes: dict[str, set[str]] = {}
    for table, inner in rows.items():
        file = _SOURCES[table][1]
        codes[table] = set()
        for number, row in enumerate(inner, start=1):
            code = row.get("code")
            if not isinstance(code, str) or code in codes[table]:
                raise CodeDataError(f"{file}, row {number}", "code", "is missing or stands twice")
            codes[table].add(code)
    for table, read in READERS.items():
        file = _SOURCES[table][1]
        check_references([read(row, f"{file}, {row['code']}") for row in rows[table]], codes, file)


def load_seed(session: Session, now: datetime) -> int:
    """Bring code lists and States up to the seed files; returns how many codes were added or changed.

    The caller commits. May run at every start: where nothing is new nothing is written.
    """
    load_states(session)
    changed = sum(_load(session, table, rows, now) for table, rows in seed_rows().items())
    if changed:
        renew_version(session)
    return changed


def renew_version(session: Session) -> None:
    """Tell every process that the lists changed, once the transaction is committed."""
    session.flush()
    statement = insert(CatalogueVersion).values(id=1, token=token_hex(16))
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"token": statement.excluded.token}))


def _load(session: Session, table: str, rows: tuple[dict[str, Any], ...], now: datetime) -> int:
    model = TABLES[table]
    stored = {row.code: row for row in session.scalars(select(model))}
    changed = 0
    for position, definition in enumerate(rows):
        version = hashlib.sha256(canonical({"position": position, "row": definition}).encode()).hexdigest()[:32]
        row = stored.get(definition["code"])
        if row is None:
            row = model()
            row.code, row.origin = definition["code"], SEED
            session.add(row)
        elif row.origin != SEED or row.edited_at is not None or row.seed_version == version:
            continue
        row.position, row.label, row.check_mark = position, label_of(definition), definition["check"]
        row.definition, row.seed_version, row.changed_at = definition, version, now
        changed += 1
    return changed


def _plain_rows(package: str, name: str, key: str | None) -> tuple[dict[str, Any], ...]:
    loaded = seed_file(package, name)
    if name == "refusal_duties.yaml":
        _check_duties_file(loaded, name)
    rows = loaded if key is None else loaded[key]
    if key == "barred":
        rows = [{"code": f"{row['basis']}.{row['ground']}", **row} for row in rows]
    elif name == "legal_bases.yaml":
        rows = [_with_members(row, f"{name}, {row.get('code')}") for row in rows]
    return tuple(_plain(row) for row in rows)


def _check_duties_file(loaded: Mapping[str, Any], name: str) -> None:
    if set(loaded) != _DUTIES_KEYS:
        raise CodeDataError(name, "top level", f"must hold {', '.join(sorted(_DUTIES_KEYS))}")
    if unknown := set(loaded["conditions"]) ^ CONDITIONS:
        raise CodeDataError(name, "conditions", f"{', '.join(sorted(unknown))}: must be those the product knows")


def _with_members(row: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """The row with the members themselves where it names the file of the Member States."""
    if row.get("members") != "eu_members.yaml":
        return row
    union = seed_file("mla_tracker.instruments", "eu_members.yaml")
    if set(union) != {"members", "check"} or row.get("members_check") != union["check"]:
        raise CodeDataError(place, "members_check", "must be the mark of eu_members.yaml")
    return {**row, "members": union["members"]}


def _plain(value: Any) -> Any:
    """What YAML read, as JSON keeps it: dates as ISO text."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value

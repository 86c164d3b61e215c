"""The code lists as one frozen value, kept in the process until somebody changes a list."""

from collections.abc import Sequence
from threading import Lock
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.core.code_list import CodeRow
from mla_tracker.instruments.catalogue import Catalogue, CodeTable
from mla_tracker.instruments.codes import READERS
from mla_tracker.instruments.models import CatalogueVersion
from mla_tracker.instruments.seeding import TABLES, seed_rows

_KEPT_AT_MOST: Final = 4
_FIELDS: Final = {
    "legal_basis": "legal_bases",
    "ground": "grounds",
    "duty": "duty_rows",
    "bar": "bar_rules",
    "offence": "offences",
    "assistance_type": "assistance_types",
    "authority_type": "authority_types",
    "delay_reason": "delay_reasons",
}
_kept: dict[str, Catalogue] = {}
_lock = Lock()


def catalogue(session: Session) -> Catalogue:
    """All code lists as they stand; one small query where nothing changed since this process read them.

    The version is read before the rows, so what is kept under it is never older. Empty before the seed was loaded.
    """
    token = session.scalar(select(CatalogueVersion.token))
    if token is None:
        return _read(session)
    found = _kept.get(token)
    if found is None:
        found = _read(session)
        with _lock:
            while len(_kept) >= _KEPT_AT_MOST:
                del _kept[next(iter(_kept))]
            _kept[token] = found
    return found


def seed_catalogue() -> Catalogue:
    """The code lists as the seed files have them, without a database."""
    tables: dict[str, Any] = {
        name: CodeTable({row["code"]: READERS[table](row, f"seed, {table}") for row in seed_rows()[table]})
        for table, name in _FIELDS.items()
    }
    return Catalogue(**tables)


def code_rows(session: Session, table: str) -> Sequence[CodeRow]:
    """All rows of one list, retired ones too, in their order. `table` is a key of `TABLES`."""
    model = TABLES[table]
    return session.scalars(select(model).order_by(model.position, model.code)).all()


def code_row(session: Session, table: str, code: str) -> CodeRow | None:
    """One row of one list."""
    model = TABLES[table]
    return session.scalar(select(model).where(model.code == code))


def _read(session: Session) -> Catalogue:
    tables: dict[str, Any] = {}
    for table, name in _FIELDS.items():
        rows = code_rows(session, table)
        values = {row.code: READERS[table](row.definition, f"table {table}, {row.code}") for row in rows}
        tables[name] = CodeTable(values, {row.code for row in rows if row.retired_at is not None})
    return Catalogue(**tables)

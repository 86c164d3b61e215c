"""What an administrator does to the code lists: add, change, retire, restore. Nothing is ever deleted.

A row is checked as strictly as one of the seed. The caller checks the right, records it in the trail and commits.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mla_tracker.core.code_list import OFFICE, Code, CodeDataError, CodeRow
from mla_tracker.core.errors import Conflict, DomainError, Invalid, NotVisible
from mla_tracker.instruments.codes import READERS, check_references
from mla_tracker.instruments.queries import code_row
from mla_tracker.instruments.seeding import TABLES, label_of, renew_version
from mla_tracker.instruments.time_limits import TimeLimit

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
ADDABLE: Final = frozenset(READERS) - {"bar"}
"""The lists to which an office may add; time limits are added where deadlines are kept."""


def add_code(session: Session, table: str, definition: Mapping[str, Any], now: datetime) -> CodeRow:
    """Add a row of the office's own at the end of a list. Raises `Invalid` beside the field that is wrong."""
    if table not in ADDABLE:
        raise DomainError("Rows of this list are not added here.")
    code = str(definition.get("code", "")).strip()
    if not _CODE.fullmatch(code):
        raise Invalid({"code": "Use 2 to 40 capital letters, digits and underscores, a letter first."})
    if code_row(session, table, code) is not None:
        raise Invalid({"code": "This code is taken. Codes are never used again, even after they were retired."})
    row = TABLES[table]()
    row.code, row.origin = code, OFFICE
    row.position = (session.scalar(select(func.max(TABLES[table].position))) or 0) + 1
    _put(session, table, row, {**definition, "code": code}, now)
    session.add(row)
    renew_version(session)
    return row


def change_code(
    session: Session, table: str, code: str, changes: Mapping[str, Any], seen: datetime, now: datetime
) -> CodeRow:
    """Change fields of a row. From then on a new release leaves the row alone.

    `seen`: `changed_at` as the administrator had it before him; `Conflict` when somebody changed the row meanwhile.
    """
    row = require_row(session, table, code)
    if table not in ADDABLE:
        raise DomainError("Rows of this list are not changed here.")
    if row.changed_at != seen:
        raise Conflict("Somebody else changed this row meanwhile. Look at it again before you go on.")
    if "code" in changes and changes["code"] != code:
        raise Invalid({"code": "A code is never renamed: cases refer to it."})
    kept = {name: value for name, value in {**row.definition, **changes}.items() if value is not None}
    _put(session, table, row, kept, now)
    row.edited_at = now
    renew_version(session)
    return row


def retire_code(session: Session, table: str, code: str, now: datetime) -> CodeRow:
    """Take a code out of use: it can no longer be chosen, old cases keep it."""
    row = require_row(session, table, code)
    if row.retired_at is None:
        row.retired_at = row.changed_at = now
        renew_version(session)
    return row


def restore_code(session: Session, table: str, code: str, now: datetime) -> CodeRow:
    """Bring a retired code back into use."""
    row = require_row(session, table, code)
    if row.retired_at is not None:
        row.retired_at, row.changed_at = None, now
        renew_version(session)
    return row


def put_limit(
    session: Session, definition: Mapping[str, Any], value: TimeLimit, now: datetime, *, seen: datetime | None
) -> CodeRow:
    """Add a time limit of the office's own (`seen` None), or change one; `value` is the definition as it was read.

    What it does to deadlines is shown and done elsewhere. Raises `Invalid` for a code that is none or taken, `Conflict`
    where somebody changed the row since `seen`.
    """
    if seen is None:
        if not _CODE.fullmatch(value.code):
            raise Invalid({"code": "Use 2 to 40 capital letters, digits and underscores, a letter first."})
        if code_row(session, "time_limit", value.code) is not None:
            raise Invalid({"code": "This code is taken. Codes are never used again, even after they were retired."})
        row: CodeRow = TABLES["time_limit"]()
        row.code, row.origin = value.code, OFFICE
        row.position = (session.scalar(select(func.max(TABLES["time_limit"].position))) or 0) + 1
        session.add(row)
    else:
        row = require_row(session, "time_limit", value.code)
        if row.changed_at != seen:
            raise Conflict("Somebody else changed this row meanwhile. Look at it again before you go on.")
        row.edited_at = now
    row.label, row.check_mark = value.label, value.check
    row.definition, row.changed_at = dict(definition), now
    renew_version(session)
    return row


def require_row(session: Session, table: str, code: str) -> CodeRow:
    """One row, held until the commit. Raises `NotVisible` where there is no such list or code."""
    row = code_row(session, table, code) if table in TABLES else None
    if row is None:
        raise NotVisible("There is no such code.")
    session.refresh(row, with_for_update=True)
    return row


def _put(session: Session, table: str, row: CodeRow, definition: Mapping[str, Any], now: datetime) -> None:
    """Write a definition into a row after reading it as the catalogue will. Raises `Invalid`."""
    try:
        value = READERS[table](definition, table)
        check_references([value], _codes(session, table, value), table)
    except CodeDataError as problem:
        raise Invalid({problem.key: f"{problem.problem[0].upper()}{problem.problem[1:]}."}) from problem
    row.label, row.check_mark = label_of(definition), value.check
    row.definition, row.changed_at = dict(definition), now


def _codes(session: Session, table: str, value: Code) -> dict[str, set[str]]:
    """The codes that a row of this list may name, the row's own among them."""
    codes = {name: set(session.scalars(select(TABLES[name].code))) for name in ("legal_basis", "ground")}
    if table in codes:
        codes[table].add(value.code)
    return codes

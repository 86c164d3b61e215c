"""The time limits as this office has them: the rows of `time_limit`, retired ones left out of what attaches."""

from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.instruments.models import CatalogueVersion
from mla_tracker.instruments.queries import code_rows
from mla_tracker.instruments.time_limits import LimitTables, TimeLimit, check_limits, read_time_limit, seed_limits

_KEPT_AT_MOST: Final = 4
_kept: dict[str, "LimitsInForce"] = {}
_lock = Lock()


@dataclass(frozen=True)
class LimitsInForce:
    """`tables` holds every limit (a retired one may still lend its number), `current` those that attach."""

    tables: LimitTables
    current: tuple[TimeLimit, ...]


def limits_in_force(session: Session) -> LimitsInForce:
    """The limits as they stand, kept in the process until a code list changes; the seed's before it was loaded."""
    token = session.scalar(select(CatalogueVersion.token)) or ""
    found = _kept.get(token)
    if found is None:
        found = _read(session)
        with _lock:
            while len(_kept) >= _KEPT_AT_MOST:
                del _kept[next(iter(_kept))]
            _kept[token] = found
    return found


def with_limit(standing: LimitsInForce, limit: TimeLimit, *, in_use: bool) -> LimitsInForce:
    """The limits as they would be with this one added, changed, or (not `in_use`) taken out of use.

    Raises `CodeDataError` where the limits would contradict each other.
    """
    limits = {**standing.tables.limits, limit.code: limit}
    check_limits(limits)
    others = tuple(one for one in standing.current if one.code != limit.code)
    return LimitsInForce(replace(standing.tables, limits=limits), (*others, limit) if in_use else others)


def _read(session: Session) -> LimitsInForce:
    seed = seed_limits()
    rows = code_rows(session, "time_limit")
    if not rows:
        return LimitsInForce(seed, tuple(seed.limits.values()))
    vocabulary = replace(seed, instruments=seed.instruments | {row.code for row in code_rows(session, "legal_basis")})
    limits = {row.code: read_time_limit(row.definition, vocabulary) for row in rows}
    tables = replace(vocabulary, limits={**seed.limits, **limits})
    check_limits(tables.limits)
    return LimitsInForce(tables, tuple(limits[row.code] for row in rows if row.retired_at is None))

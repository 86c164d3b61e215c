"""Reference numbers: kind, direction, year of registration, running number without gaps in its series.

A restricted case gets a random ending instead, so that no gap in the numbers betrays it. A supplementary request
carries the number of its parent and `/S1`, `/S2` ….
"""

import re
import secrets
from typing import Final

from sqlalchemy import Integer, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mla_tracker.cases.models import Case, ReferenceCounter

PATTERN: Final = re.compile(r"(?:MLA|EXT)-(?:IN|OUT)-\d{4}-(?:\d{5,}|[A-Z]{5})(?:/S\d+)?")
PROCEEDING: Final = re.compile(r"PRO-\d{4}-\d{5,}")
# Without I, L and O, which are read as digits.
_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ"


def series(kind: str, direction: str, year: int) -> str:
    """`mla`, `incoming`, 2026 → "MLA-IN-2026"."""
    return f"{'MLA' if kind == 'mla' else 'EXT'}-{'IN' if direction == 'incoming' else 'OUT'}-{year}"


def random_reference(kind: str, direction: str, year: int) -> str:
    """A reference that tells nothing of how many there are."""
    ending = "".join(secrets.choice(_LETTERS) for _ in range(5))
    return f"{series(kind, direction, year)}-{ending}"


def next_reference(session: Session, kind: str, direction: str, year: int) -> str:
    """The next running number of the series. Locks the counter row until the commit: call it last."""
    return _next_in(session, series(kind, direction, year))


def next_proceeding_reference(session: Session, year: int) -> str:
    """The next running number of the proceedings: "PRO-2026-00001". Locks the counter row until the commit."""
    return _next_in(session, f"PRO-{year}")


def _next_in(session: Session, name: str) -> str:
    statement = (
        insert(ReferenceCounter)
        .values(series=name, last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": ReferenceCounter.last + 1})
        .returning(ReferenceCounter.last)
    )
    return f"{name}-{session.execute(statement).scalar_one():05d}"


def keep_counters_ahead(session: Session) -> None:
    """After references came in from a file: every counter stands at least at the highest number in use."""
    name_of = func.substring(Case.reference, r"^((?:MLA|EXT)-(?:IN|OUT)-\d{4})-\d+$")
    number_of = func.substring(Case.reference, r"^(?:MLA|EXT)-(?:IN|OUT)-\d{4}-(\d+)$")
    rows = session.execute(
        select(name_of, func.max(number_of.cast(Integer))).where(name_of.is_not(None)).group_by(name_of)
    )
    for name, highest in rows.all():
        session.execute(
            insert(ReferenceCounter)
            .values(series=name, last=highest)
            .on_conflict_do_update(
                index_elements=["series"], set_={"last": func.greatest(ReferenceCounter.last, highest)}
            )
        )


def supplement_reference(session: Session, parent: Case) -> str:
    """The parent's reference with the next `/S` number."""
    stem = parent.reference.split("/")[0]
    taken = select(func.count()).select_from(Case).where(Case.reference.startswith(f"{stem}/S", autoescape=True))
    return f"{stem}/S{(session.scalar(taken) or 0) + 1}"

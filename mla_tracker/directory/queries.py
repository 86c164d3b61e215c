"""Reads of the directory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mla_tracker.core.errors import NotVisible
from mla_tracker.directory.models import Authority, State


def states(session: Session) -> Sequence[State]:
    """All States by code; a page sorts them by their name in its language."""
    return session.scalars(select(State).order_by(State.iso2)).all()


def state_codes(session: Session) -> Sequence[str]:
    """The codes of all States, in order."""
    return session.scalars(select(State.iso2).order_by(State.iso2)).all()


MAIN_TYPE: Final = "CA_MLA"
"""The type of authority that a list of States names: the central authority for mutual legal assistance."""


@dataclass(frozen=True)
class StateLine:
    """A State as a list shows it: how many authorities are on file, the central one, and when it was last verified."""

    state: State
    authorities: int
    central: str
    names: tuple[str, ...]
    verified_on: date | None


def state_lines(session: Session) -> list[StateLine]:
    """All States by code, each with what is on file of its authorities; two queries."""
    found: dict[str, list[Authority]] = {}
    for row in all_authorities(session):
        if row.state is not None:
            found.setdefault(row.state, []).append(row)
    return [_line(state, found.get(state.iso2, [])) for state in states(session)]


def _line(state: State, authorities: Sequence[Authority]) -> StateLine:
    central = [row for row in authorities if row.type_code == MAIN_TYPE]
    verified = [row.verified_on for row in central or authorities if row.verified_on is not None]
    return StateLine(
        state=state,
        authorities=len(authorities),
        central=central[0].name if central else "",
        names=tuple(name for row in authorities for name in (row.name, row.name_native) if name),
        verified_on=max(verified, default=None),
    )


def state_by_code(session: Session, iso2: str) -> State:
    """One State by its ISO 3166-1 alpha-2 code. Raises `NotVisible` where there is none."""
    state = session.get(State, iso2.upper())
    if state is None:
        raise NotVisible("There is no such State.")
    return state


def authorities_of(session: Session, iso2: str, *, retired: bool = False) -> Sequence[Authority]:
    """The authorities of a State by type and name."""
    statement = select(Authority).where(Authority.state == iso2).order_by(Authority.type_code, Authority.name)
    return session.scalars(statement if retired else statement.where(Authority.retired_at.is_(None))).all()


def own_authorities(session: Session, *, retired: bool = False) -> Sequence[Authority]:
    """The bodies of our own side by name."""
    statement = select(Authority).where(Authority.own).order_by(Authority.name)
    return session.scalars(statement if retired else statement.where(Authority.retired_at.is_(None))).all()


def own_count(session: Session) -> int:
    """How many bodies of our own side are in use."""
    return session.scalar(select(func.count()).where(Authority.own, Authority.retired_at.is_(None))) or 0


def all_authorities(session: Session) -> Sequence[Authority]:
    """The authorities of all other States, by State and name."""
    return session.scalars(
        select(Authority)
        .where(~Authority.own, Authority.retired_at.is_(None))
        .order_by(Authority.state, Authority.name)
    ).all()


def authority_names(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    """The names of these authorities by id; None is passed over."""
    wanted = [authority_id for authority_id in ids if authority_id is not None]
    if not wanted:
        return {}
    rows = session.execute(select(Authority.id, Authority.name).where(Authority.id.in_(wanted)))
    return {row.id: row.name for row in rows}

"""Reads of the directory."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.core.errors import NotVisible
from mla_tracker.directory.models import Authority, State


def states(session: Session) -> Sequence[State]:
    """All States by code; a page sorts them by their name in its language."""
    return session.scalars(select(State).order_by(State.iso2)).all()


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


def own_authorities(session: Session) -> Sequence[Authority]:
    """The bodies of our own side by name."""
    return session.scalars(
        select(Authority).where(Authority.own, Authority.retired_at.is_(None)).order_by(Authority.name)
    ).all()


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

"""The lists that forms of a request offer from the directory, in the order of the reader's language."""

from collections.abc import Sequence
from functools import lru_cache

from flask_babel import get_locale
from sqlalchemy.orm import Session

from mla_tracker.cases.search import fold
from mla_tracker.directory.models import Authority
from mla_tracker.directory.queries import all_authorities, own_authorities, state_codes
from mla_tracker.web.filters import country


def state_choices(session: Session) -> list[tuple[str, str]]:
    """All States, sorted by their name in the reader's language."""
    return list(_sorted_states(tuple(state_codes(session)), str(get_locale() or "en")))


@lru_cache(maxsize=64)
def _sorted_states(codes: Sequence[str], language: str) -> Sequence[tuple[str, str]]:
    del language  # `country` asks for it; here it keeps the answers of two languages apart
    return sorted(((code, country(code)) for code in codes), key=lambda pair: fold(pair[1]))


def their_authorities(session: Session, standing: int | None = None) -> list[tuple[int, str]]:
    """The authorities of other States, with the State before the name; a retired one while it stands on the file."""
    rows = _with_standing(session, all_authorities(session), standing)
    pairs = [(row.id, f"{country(row.state or '')} · {row.name}") for row in rows]
    return sorted(pairs, key=lambda pair: fold(pair[1]))


def our_authorities(session: Session, standing: int | None = None) -> list[tuple[int, str]]:
    """The bodies of our own side; a retired one while it stands on the file."""
    return [(row.id, row.name) for row in _with_standing(session, own_authorities(session), standing)]


def _with_standing(session: Session, rows: Sequence[Authority], standing: int | None) -> list[Authority]:
    if standing is None or any(row.id == standing for row in rows):
        return list(rows)
    return [*rows, session.get_one(Authority, standing)]

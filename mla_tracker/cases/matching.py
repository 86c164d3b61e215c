"""Why a search found a request: the part of its file that holds the words, where the list does not show it anyway."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from mla_tracker.cases.models import Case, Person, PersonName
from mla_tracker.cases.names import name_key
from mla_tracker.cases.search import fold, romanised
from mla_tracker.cases.work_models import Note

AROUND: Final = 40
LONGEST: Final = 120


@dataclass(frozen=True)
class Match:
    """The part that holds a word (`their_reference`, `person`, …) and its text, cut to the words around it."""

    part: str
    text: str


def why_found(session: Session, case_ids: Collection[int], words: Sequence[str]) -> Mapping[int, Sequence[Match]]:
    """For each case the parts beside reference and subject that hold one of the folded `words`; one query."""
    found = {}
    for row in _texts(session, case_ids):
        shown = fold(f"{row.reference} {row.subject}")
        missing = [word for word in words if word not in shown]
        found[row.id] = _matches(row, missing)
    return found


def similar_names(session: Session, case_ids: Collection[int], words: str) -> Mapping[int, Sequence[Match]]:
    """For each case the name that is most like the `words`, whatever its script; one query."""
    wanted = name_key(words)
    found = {}
    for row in _texts(session, case_ids):
        names = sorted(json.loads(row.names or "[]"), key=lambda name: _likeness(name, wanted), reverse=True)
        found[row.id] = [Match("person", name) for name in names[:1]]
    return found


def _likeness(name: str, wanted: str) -> float:
    parts = name_key(name).split(" ")
    return sum(
        max(SequenceMatcher(None, part, word).ratio() for part in parts) for word in wanted.split(" ")
    )  # each word by the part of the name that is nearest to it


def _texts(session: Session, case_ids: Collection[int]) -> Sequence[Any]:
    names = (
        select(func.json_agg(PersonName.name))
        .join(Person, Person.id == PersonName.person_id)
        .where(Person.case_id == Case.id)
        .scalar_subquery()
    )
    notes = select(func.json_agg(Note.text)).where(Note.case_id == Case.id).scalar_subquery()
    return session.execute(
        select(
            Case.id,
            Case.reference,
            Case.subject,
            Case.their_reference,
            Case.former_reference,
            Case.operation,
            Case.facts_summary,
            cast(names, Text).label("names"),
            cast(notes, Text).label("notes"),
        ).where(Case.id.in_(case_ids))
    ).all()


def _matches(row: Any, words: Sequence[str]) -> list[Match]:
    parts = [
        ("their_reference", row.their_reference),
        ("former_reference", row.former_reference),
        *(("person", name) for name in json.loads(row.names or "[]")),
        ("operation", row.operation),
        ("facts_summary", row.facts_summary),
        *(("note", text) for text in json.loads(row.notes or "[]")),
    ]
    found: list[Match] = []
    left = list(words)
    for part, text in parts:
        folded = fold(text)
        here = [word for word in left if word in folded or word in romanised(folded)]
        if here:
            found.append(Match(part, _around(text, here[0])))
            left = [word for word in left if word not in here]
    return found


def _around(text: str, word: str) -> str:
    """The text, or of a long one the piece around the word."""
    if len(text) <= LONGEST:
        return text
    pieces = text.split()
    at = next((number for number, piece in enumerate(pieces) if word in fold(piece)), 0)
    first = max(0, at - AROUND // 6)
    piece = " ".join(pieces[first : at + AROUND // 3])[:LONGEST]
    return f"{'… ' if first else ''}{piece} …"

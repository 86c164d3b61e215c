"""The list of requests: filter, order, one page by key, and a count that stops counting.

Nothing here scans the table: each order has its index, pages are found by the last row of the page before, and the
count stops at `COUNT_CAP`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis, Person, PersonName
from mla_tracker.cases.names import name_key
from mla_tracker.cases.search import fold
from mla_tracker.cases.work_models import CaseTag

PAGE: Final = 50
COUNT_CAP: Final = 1000
FAR: Final = date(9999, 12, 31)
SHORTEST_WORD: Final = 2
LARGEST_ID: Final = 2**63 - 1

ORDERS: Final = ("due", "newest", "oldest", "state")


@dataclass(frozen=True)
class CaseFilter:
    """What the list is narrowed to. Empty = not narrowed. `ids`: exactly these cases (the cases of a figure).

    `similar`: `words` is a name of which a person of the case has a similar one, in whatever script.
    """

    words: str = ""
    kind: str = ""
    direction: str = ""
    statuses: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    basis: str = ""
    item_type: str = ""
    executing_authority_id: int | None = None
    urgency: str = ""
    lead_id: int | None = None
    unassigned: bool = False
    open_only: bool = False
    closed_only: bool = False
    overdue: bool = False
    due_by: date | None = None
    custody: bool = False
    no_answer_since: date | None = None
    opened_from: date | None = None
    opened_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    restricted: bool = False
    tag: str = ""
    references: tuple[str, ...] = ()
    snapshot: tuple[int, str] | None = None
    comparable: str = ""
    similar: bool = False
    ids: ColumnElement[bool] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class CasePage:
    """One page of the list. `after` is the key of the next page, None on the last; `total` is None above the cap."""

    rows: Sequence[Row[Any]]
    after: str | None
    total: int | None


def conditions(filters: CaseFilter, today: date, now: datetime | None = None) -> list[ColumnElement[bool]]:
    """The filter as conditions on `Case`; `today` in the authority's zone decides what is overdue, and `now`, where it
    is given, what is so today: a limit in hours whose minute is past.
    """
    found = [*_by_value(filters), *_by_state_of_work(filters, today, now), *_by_days(filters)]
    if filters.ids is not None:
        found.append(filters.ids)
    return [*found, *(_similar_name(filters.words) if filters.similar else _by_words(filters.words))]


def _by_words(words: str) -> list[ColumnElement[bool]]:
    """Each word somewhere; a word of two letters, of which the index knows only beginnings, at the start of one."""
    return [
        Case.search_text.contains(word if len(word) > SHORTEST_WORD else f" {word}", autoescape=True)
        for word in words_of(words)
    ]


def _similar_name(words: str) -> list[ColumnElement[bool]]:
    """A person whose name has a similar key: trigram similarity of a word, 0.6 or more."""
    key = name_key(words)
    similar = literal(key).op("<%", is_comparison=True)(PersonName.name_key)
    of_cases = select(Person.case_id).join(PersonName, PersonName.person_id == Person.id).where(similar)
    return [Case.id.in_(of_cases)] if key else [false()]


def _by_value(filters: CaseFilter) -> list[ColumnElement[bool]]:
    equal = {Case.kind: filters.kind, Case.direction: filters.direction, Case.urgency: filters.urgency}
    found = [column == value for column, value in equal.items() if value]
    several = {Case.status: filters.statuses, Case.outcome: filters.outcomes, Case.counterpart: filters.states}
    several[Case.reference] = filters.references
    found += [column.in_(values) for column, values in several.items() if values]
    if filters.basis:
        found.append(exists().where(CaseLegalBasis.case_id == Case.id, CaseLegalBasis.basis_code == filters.basis))
    if filters.item_type:
        found.append(exists().where(AssistanceItem.case_id == Case.id, AssistanceItem.type_code == filters.item_type))
    if filters.executing_authority_id is not None:
        executing = AssistanceItem.executing_authority_id == filters.executing_authority_id
        found.append(exists().where(AssistanceItem.case_id == Case.id, executing, AssistanceItem.outcome.is_(None)))
    if filters.tag:
        found.append(exists().where(CaseTag.case_id == Case.id, CaseTag.tag == fold(filters.tag)))
    if filters.lead_id is not None:
        found.append(Case.lead_id == filters.lead_id)
    return found


def _by_state_of_work(filters: CaseFilter, today: date, now: datetime | None) -> list[ColumnElement[bool]]:
    overdue = Case.next_due_on < today
    if now is not None:
        overdue = or_(overdue, and_(Case.next_due_on == today, Case.next_due_at < now))
    due_by, silent_since = filters.due_by, filters.no_answer_since
    of_open_cases = (filters.open_only, filters.overdue, due_by, filters.custody, silent_since)
    wanted: list[tuple[object, ColumnElement[bool]]] = [
        (any(of_open_cases), Case.closed_on.is_(None)),
        (filters.unassigned, Case.lead_id.is_(None)),
        (filters.closed_only, Case.closed_on.is_not(None)),
        (filters.overdue, overdue),
        (filters.custody, Case.next_custody.is_(True)),
        (filters.restricted, Case.confidentiality == "restricted"),
    ]
    found = [condition for on, condition in wanted if on]
    if due_by is not None:
        found.append(Case.next_due_on <= due_by)
    if silent_since is not None:
        silent = (Case.acknowledged_on.is_(None), Case.answered_on.is_(None))
        found += [Case.direction == "outgoing", Case.sent_on <= silent_since, *silent]
    return found


def _by_days(filters: CaseFilter) -> list[ColumnElement[bool]]:
    found = []
    for column, first, last in (
        (Case.opened_on, filters.opened_from, filters.opened_to),
        (Case.closed_on, filters.closed_from, filters.closed_to),
    ):
        if first:
            found.append(column >= first)
        if last:
            found.append(column <= last)
    return found


def words_of(words: str) -> list[str]:
    """What is looked for: folded words of two letters or more, eight at most."""
    return [word for word in fold(words).split(" ") if len(word) >= SHORTEST_WORD][:8]


def cases_page(
    session: Session,
    actor: Actor,
    filters: CaseFilter,
    *,
    order: str,
    today: date,
    now: datetime | None = None,
    after: str | None,
    size: int = PAGE,
    counted: bool = True,
) -> CasePage:
    """One page of what the actor may see, in one of `ORDERS`; `after` is the key that the page before gave.

    Without `counted` the total is left out (None), as when the whole list is read page by page.
    """
    lead = aliased(Account)
    where = [visible(actor, Case.id), *conditions(filters, today, now)]
    keys = _keys(order)
    statement: Select[*tuple[Any, ...]] = (
        select(
            Case.id, Case.reference, Case.kind, Case.direction, Case.subject, Case.counterpart, Case.their_reference,
            Case.urgency, Case.confidentiality, Case.status, Case.outcome, Case.status_since, Case.opened_on,
            Case.next_due_on, Case.next_due_at,
            Case.next_custody, Case.closed_on, Case.lead_id, lead.name.label("lead"), Case.version,
            *(key.label(f"key_{number}") for number, (key, _) in enumerate(keys)),
        )
        .outerjoin(lead, lead.id == Case.lead_id)
        .where(*where)
        .order_by(*(key.desc() if down else key.asc() for key, down in keys))
        .limit(size + 1)
    )  # fmt: skip
    if after and (values := _parse_key(after, order)) is not None:
        statement = statement.where(_beyond(keys, values))
    rows = session.execute(statement).all()
    following = _format_key(rows[size - 1], len(keys)) if len(rows) > size else None
    return CasePage(rows[:size], following, count_capped(session, where) if counted else None)


def count_capped(session: Session, where: Sequence[ColumnElement[bool]]) -> int | None:
    """How many cases meet the conditions; None when more than `COUNT_CAP`."""
    capped = select(literal(1)).select_from(Case).where(*where).limit(COUNT_CAP + 1).subquery()
    number = session.scalar(select(func.count()).select_from(capped)) or 0
    return number if number <= COUNT_CAP else None


def _keys(order: str) -> list[tuple[ColumnElement[Any], bool]]:
    """The columns of an order with their direction (True = downwards); the last one is unique."""
    if order == "newest":
        return [(Case.opened_on.expression, True), (Case.id.expression, True)]
    if order == "oldest":
        return [(Case.opened_on.expression, False), (Case.id.expression, False)]
    if order == "state":
        return [(Case.counterpart.expression, False), (Case.opened_on.expression, True), (Case.id.expression, True)]
    return [(func.coalesce(Case.next_due_on, FAR), False), (Case.id.expression, False)]


def _beyond(keys: Sequence[tuple[ColumnElement[Any], bool]], values: Sequence[Any]) -> ColumnElement[bool]:
    directions = {down for _, down in keys}
    if len(directions) == 1:
        left, right = tuple_(*(key for key, _ in keys)), tuple_(*(literal(value) for value in values))
        return left < right if directions.pop() else left > right
    steps = []
    for number, (key, down) in enumerate(keys):
        same = [former.is_not_distinct_from(value) for (former, _), value in zip(keys[:number], values, strict=False)]
        steps.append(and_(*same, _further(key, values[number], down)))
    return or_(*steps)


def _further(key: ColumnElement[Any], value: Any, down: bool) -> ColumnElement[bool]:
    """Beyond `value` in one column. Rows without a State come last, as PostgreSQL puts them."""
    if value is None:
        return false()
    return key < value if down else or_(key > value, key.is_(None))


def _format_key(row: Row[Any], width: int) -> str:
    values = [row._mapping[f"key_{number}"] for number in range(width)]
    return "~".join("" if value is None else str(value) for value in values)


def _parse_key(text: str, order: str) -> list[Any] | None:
    """The values of a key, or None where the address was tampered with: then the list begins at its beginning."""
    parts = text.split("~")
    shapes: list[Any] = [_state, date.fromisoformat, _id] if order == "state" else [date.fromisoformat, _id]
    if len(parts) != len(shapes):
        return None
    try:
        return [shape(part) for shape, part in zip(shapes, parts, strict=True)]
    except ValueError:
        return None


def _state(text: str) -> str | None:
    if text and not (len(text) == 2 and text.isalpha()):
        raise ValueError(text)
    return text or None


def _id(text: str) -> int:
    number = int(text)
    if not 0 <= number <= LARGEST_ID:
        raise ValueError(text)
    return number

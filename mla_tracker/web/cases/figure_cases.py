"""The cases of a figure: a link from a statistic opens the list of exactly the cases that it counts."""

from dataclasses import replace

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.cases.listing import CaseFilter
from mla_tracker.core.errors import NotVisible
from mla_tracker.statistics.prediction import comparable_cases
from mla_tracker.statistics.queries import FigureKey, cases_of_figure, hidden_cases, parse_figure


def narrow_to_figure(session: Session, actor: Actor, filters: CaseFilter) -> CaseFilter:
    """The filter narrowed to the cases of the figure that the address names (`ID:measure:kind:direction:state`), or to
    those comparable with a request.
    """
    if filters.comparable:
        return replace(filters, ids=comparable_cases(session, actor, filters.comparable))
    if filters.snapshot is None:
        return filters
    number, figure = filters.snapshot
    return replace(filters, ids=cases_of_figure(session, actor, number, _key(figure)))


def hidden_of_figure(session: Session, actor: Actor, filters: CaseFilter) -> int:
    """How many cases of the figure this person may not see: the count of the list and the figure differ by them."""
    if filters.snapshot is None:
        return 0
    number, figure = filters.snapshot
    return hidden_cases(session, actor, number, _key(figure))


def _key(figure: str) -> FigureKey:
    key = parse_figure(figure)
    if key is None:
        raise NotVisible("There is no such figure.")
    return key

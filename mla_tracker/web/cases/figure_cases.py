"""The cases of a figure: a link from a statistic opens the list of exactly the cases that it counts."""

from dataclasses import replace

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.cases.listing import CaseFilter
from mla_tracker.core.errors import NotVisible
from mla_tracker.statistics.queries import cases_of_figure


def narrow_to_figure(session: Session, actor: Actor, filters: CaseFilter) -> CaseFilter:
    """The filter narrowed to the cases of the figure that the address names (`ID:measure:kind:direction:state`)."""
    if filters.snapshot is None:
        return filters
    number, figure = filters.snapshot
    parts = figure.split(":")
    if len(parts) != 4:
        raise NotVisible("There is no such figure.")
    measure, kind, direction, state = parts
    return replace(filters, ids=cases_of_figure(session, actor, number, measure, kind, direction, state))

"""Computing a report: the material read once, its tables, stored as they are read. Run by the worker and commands."""

from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.statistics.definitions import VERSION
from mla_tracker.statistics.queries import recorded_since
from mla_tracker.statistics.reports import delays, flows, refusals, subjects
from mla_tracker.statistics.reports.catalogue import BY_CODE
from mla_tracker.statistics.reports.content import Paper, Report, say, to_json
from mla_tracker.statistics.reports.material import Material, read_material
from mla_tracker.statistics.reports.models import ReportRun
from mla_tracker.statistics.reports.services import Order, claim, due_reports, prune
from mla_tracker.statistics.reports.suppression import for_publication
from mla_tracker.statistics.services import DONE, FAILED, UNRESTRICTED

MAKERS: Final[Mapping[str, Callable[[Material], Report]]] = {
    "R1": flows.annual_flow,
    "R2": flows.by_state,
    "R3": flows.by_basis,
    "R4": flows.by_offence,
    "R5": flows.by_type,
    "R6": refusals.refusals,
    "R7": refusals.deficiencies,
    "R8": delays.durations,
    "R9": delays.limits,
    "R10": delays.backlog,
    "R11": delays.no_response,
    "R12": subjects.assets,
    "R13": subjects.persons,
    "R15": subjects.confidentiality,
    "R16": flows.civil_matters,
}
_READ: Final = 30
_log = structlog.get_logger(__name__)


def make_paper(session: Session, order: Order, *, progress: Callable[[int], None] = lambda _percent: None) -> Paper:
    """The report or pack over its span, as it was on the last day; the public version with small counts hidden."""
    kind = BY_CODE[order.code]
    material = read_material(session, order.first, order.last, order.scope)
    progress(_READ)
    reports = []
    parts = kind.parts or (kind.code,)
    for number, code in enumerate(parts, start=1):
        reports.append(MAKERS[code](material))
        progress(_READ + (99 - _READ) * number // len(parts))
    over = (
        say("Over unrestricted requests.")
        if order.scope == UNRESTRICTED
        else say("Over all requests, restricted ones included.")
    )
    paper = Paper(
        order.code,
        say(kind.title),
        order.first,
        order.last,
        order.scope,
        order.public,
        VERSION,
        tuple(reports),
        (over,),
    )
    return for_publication(paper) if order.public else paper


def compute_report(sessions: Sessions, order: Order, *, zone: ZoneInfo) -> int | None:
    """Compute and store the report and return the number of its row; None when another process is at it.

    Safe to repeat. Where it differs from the one computed before, for a span that was over then, it is restated and
    says why.
    """
    began = monotonic()
    with sessions() as session:
        held = claim(session, order, now=clock.now())
        if held is None:
            return None
        number = held.id
        try:
            content = to_json(make_paper(session, order, progress=lambda percent: _show(session, number, percent)))
            restated = held.restated
            over = held.computed_at is not None and clock.local_date(held.computed_at, zone) > order.last
            if over and held.computed_at is not None and held.content != content:
                restated = _reason(session, order, held.computed_at)
            _finish(session, number, content, restated, monotonic() - began)
        except Exception as problem:
            session.rollback()
            session.execute(
                update(ReportRun).where(ReportRun.id == number).values(state=FAILED, failure=type(problem).__name__)
            )
            session.commit()
            raise
    return number


def compute_due_reports(sessions: Sessions, *, zone: ZoneInfo, seconds: float) -> int:
    """Compute what was asked for, one after the other, for about so many seconds; returns how many."""
    until, done, tried = monotonic() + seconds, 0, set[Order]()
    while monotonic() < until:
        with sessions() as session:
            waiting = [order for order in due_reports(session, now=clock.now()) if order not in tried]
        if not waiting:
            break
        tried.add(waiting[0])
        done += compute_report(sessions, waiting[0], zone=zone) is not None
    with sessions() as session:
        prune(session, now=clock.now())
        session.commit()
    return done


def _show(session: Session, number: int, percent: int) -> None:
    session.execute(update(ReportRun).where(ReportRun.id == number).values(progress=percent))
    session.commit()


def _finish(session: Session, number: int, content: object, restated: str, seconds: float) -> None:
    session.execute(
        update(ReportRun)
        .where(ReportRun.id == number)
        .values(
            state=DONE, progress=100, claimed_until=None, computed_at=clock.now(), seconds=round(seconds, 3),
            content=content, restated=restated,
        )
    )  # fmt: skip
    session.commit()
    _log.info("report computed", number=number, seconds=round(seconds, 3))


def _reason(session: Session, order: Order, before: datetime) -> str:
    """Why a report over a span that was over has changed."""
    entries, requests = recorded_since(session, order.last, before)
    if entries == 1:
        return "1 entry for the span or earlier was recorded afterwards."
    if entries:
        return f"{entries} entries of {requests} requests for the span or earlier were recorded afterwards."
    return "Particulars, corrections or restrictions of requests were changed afterwards."

"""The tasks of the trail and the statistics: each opens a session, calls one service, commits. Rules live below."""

from datetime import date

import structlog

from mla_tracker.audit.services import anchor_changed_heads
from mla_tracker.audit.verifier import Verdict
from mla_tracker.casework import document_checks, recomputing
from mla_tracker.casework.trail_check import check_trail, check_trail_daily, export_anchor_daily
from mla_tracker.core import clock
from mla_tracker.core.database import session_scope
from mla_tracker.office_from_settings import malware_scanner, open_vault
from mla_tracker.statistics.computing import compute_due, compute_snapshot
from mla_tracker.statistics.reports.computing import compute_due_reports
from mla_tracker.statistics.services import Wanted
from worker import office
from worker.app import job

_log = structlog.get_logger(__name__)

NIGHTLY_SECONDS = 240.0
"""A sweep takes up no further snapshot or file after this; the next one goes on. Well below a task's time limit."""


@job("deadlines.sweep")
def sweep_deadlines() -> None:
    """Go through the cases that changed rules or calendars touch, and put on record what passed unmet."""
    recomputing.sweep(office.office(), clock.now())


@job("documents.scan")
def scan_documents() -> None:
    """Have the malware scanner look at the files that it has not seen; nothing where the office has none."""
    settings = office.settings()
    if (scanner := malware_scanner(settings)) is not None:
        document_checks.scan_waiting(office.office(), open_vault(settings), scanner, clock.now())


@job("documents.check_nightly")
def check_documents_nightly() -> None:
    """Read every stored file once a day and compare it with its hash; clear up what no row names."""
    vault = open_vault(office.settings())
    document_checks.check_nightly(office.office(), vault, clock.now(), seconds=NIGHTLY_SECONDS)


@job("audit.anchor")
def anchor_trail() -> None:
    """Bind the ends of the chains that changed since the last anchor."""
    key, bound = office.office().audit_key, 1
    while bound:
        with session_scope(office.sessions()) as session:
            bound = anchor_changed_heads(session, key, clock.now())
            session.commit()


@job("audit.verify_daily")
def verify_trail_daily() -> None:
    """Walk the whole trail once a day, and export the signed anchor of the day; a break is an error in the log and
    stands on the page of the trail.
    """
    _tell(check_trail_daily(office.office(), clock.now()))
    export_anchor_daily(office.office(), office.settings().var_dir / "anchors", clock.now())


@job("audit.verify")
def verify_trail() -> None:
    """Walk the whole trail now, because somebody asked."""
    _tell(check_trail(office.office()))


def _tell(verdict: Verdict | None) -> None:
    if verdict is not None and verdict.first is not None:
        _log.error("audit trail broken", first=str(verdict.first), broken_chains=len(verdict.breaks))


@job("statistics.compute")
def compute_statistics(on: str, scope: str, as_known: int = 0) -> None:
    """Compute the snapshot of one day, as somebody asked for; nothing where another process is at it."""
    wanted = Wanted(date.fromisoformat(on), scope, bool(as_known))
    compute_snapshot(office.sessions(), wanted, zone=office.settings().zone)


@job("statistics.nightly")
def compute_missing_statistics() -> None:
    """Compute the snapshots that there should be and are not: yesterday's, the month ends, what was asked for."""
    compute_due(office.sessions(), zone=office.settings().zone, seconds=NIGHTLY_SECONDS)


@job("reports.compute")
def compute_reports() -> None:
    """Compute the reports that were asked for; safe to repeat, and sent again by the schedule."""
    compute_due_reports(office.sessions(), zone=office.settings().zone, seconds=NIGHTLY_SECONDS)

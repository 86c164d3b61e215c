"""The act: one case locked, one transaction, and the one place where what follows from a change is done.

    with act(office, session, case_id, actor=actor, on=day, version=form_version) as a:
        decisions.propose_refusal(a, …)

On leaving, status and outcome are derived from the events, deadlines recomputed, notices planned, the chain extended
and everything committed together. An error inside leaves nothing behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.audit.services import chain_head, store_head
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import AssistanceItem, Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.queries import entries_of, lock_case
from mla_tracker.cases.registration import refresh_search_text
from mla_tracker.cases.replay import Entry, results_of_items
from mla_tracker.casework.clocks import recompute_deadlines
from mla_tracker.casework.office import Office
from mla_tracker.casework.projecting import project
from mla_tracker.core import clock
from mla_tracker.core.errors import Conflict
from mla_tracker.reminders.services import replan_case
from mla_tracker.reminders.telling import Happened, tell_of_act

SAVED_ELSEWHERE = "Somebody else recorded something on this request meanwhile. Look at it again before you go on."


@contextmanager
def act(
    office: Office,
    session: Session,
    case_id: int,
    *,
    actor: Actor,
    on: date | None = None,
    version: int | None = None,
    recorded_at: datetime | None = None,
) -> Iterator[OpenAct]:
    """Open a case for one act. `on`: its legal day (today by default); `version`: what the actor had seen.

    Raises `NotVisible` for what the actor may not see and `Conflict` when the case moved on since `version`.
    """
    now = recorded_at or clock.now()
    try:
        case = lock_case(session, actor, case_id)
        if version is not None and case.version != version:
            raise Conflict(SAVED_ELSEWHERE)
        opened = open_on(office, session, case, actor=actor, on=on or clock.local_date(now, office.zone), now=now)
        yield opened
        if opened.length == opened.first_new:
            session.rollback()  # nothing happened: nobody else's version may move
            return
        close(office, opened)
        session.commit()
    except BaseException:
        session.rollback()
        raise


def open_on(
    office: Office,
    session: Session,
    case: Case,
    *,
    actor: Actor,
    on: date,
    now: datetime,
    entries: list[Entry] | None = None,
) -> OpenAct:
    """The act on a row that the caller has locked or just made; `entries` where he has read all of them."""
    entries = entries_of(session, case.id) if entries is None else entries
    head = chain_head(session, f"case:{case.id}")
    return OpenAct(
        session=session,
        case=case,
        actor=actor,
        on=on,
        recorded_at=now,
        zone=office.zone,
        tables=life_cycles(),
        key=office.audit_key,
        entries=entries,
        length=head.length,
        last_mac=head.mac,
        first_new=head.length,
    )


def close(office: Office, opened: OpenAct, *, rebuilding: bool = False) -> None:
    """What follows from every change, in this order; the caller commits. `rebuilding`: without any new entry too."""
    derive(opened)
    project(opened, whole=rebuilding)
    opened.session.flush()
    refresh_search_text(opened.session, opened.case)
    recompute_deadlines(office, opened)
    replan_case(opened.session, opened.case.id, opened.actor, now=opened.recorded_at, zone=office.zone)
    happened = [Happened(entry.seq, entry.code) for entry in opened.entries if entry.seq > opened.first_new]
    tell_of_act(opened.session, opened.case, happened, opened.actor, now=opened.recorded_at, zone=office.zone)
    opened.case.version += 1
    opened.case.changed_at = opened.recorded_at
    opened.session.flush()
    store_head(opened.session, f"case:{opened.case.id}", opened.length, opened.last_mac)


def derive(opened: OpenAct) -> None:
    """Write status, outcome and milestones of the case and its items as the replay of the events gives them."""
    standing, case = opened.standing, opened.case
    place = standing.place
    if place.status is None or place.since is None or standing.opened_on is None:
        raise AssertionError("a case has at least its first event when an act closes")
    case.status, case.status_since, case.outcome = place.status, place.since, place.outcome
    case.opened_on = standing.opened_on
    case.sent_on, case.acknowledged_on = standing.sent_on, standing.acknowledged_on
    case.decided_on, case.executed_on = standing.decided_on, standing.executed_on
    case.answered_on, case.closed_on = standing.answered_on, standing.closed_on
    case.taken_over = standing.taken_over
    results = results_of_items(opened.entries)
    for item in opened.session.scalars(select(AssistanceItem).where(AssistanceItem.case_id == case.id)):
        stands = standing.items[item.id]
        if (result := results.get(item.id)) is not None:
            item.result = result
        if stands.status is not None and stands.since is not None:
            item.status, item.status_since, item.outcome = stands.status, stands.since, stands.outcome

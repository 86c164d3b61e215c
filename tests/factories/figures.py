"""Requests as the statistics read them: rows with their dates, told outright, so that figures can be worked out by
hand.

Nothing here goes through an act; the tests that do stand with the acts.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from mla_tracker.accounts.models import RestrictedCase
from mla_tracker.cases.models import Case, CaseEvent, CaseEventDetail
from mla_tracker.deadlines.models import Deadline
from mla_tracker.decisions.models import Refusal, RefusalGround

_numbers = count(1)


def at(day: date) -> datetime:
    """Noon of that day."""
    return datetime.combine(day, time(12), UTC)


def add_request(session: Session, *, kind: str = "mla", direction: str = "incoming", **dates: Any) -> Case:
    """A request with exactly these columns; open ones are under review, sent, or being prepared."""
    number = next(_numbers)
    opened_on: date = dates.pop("opened_on")
    closed_on = dates.get("closed_on")
    if direction == "incoming":
        open_status = "under_review"
    else:
        open_status = "sent" if dates.get("sent_on") else {"mla": "drafting", "extradition": "preparing"}[kind]
    row = Case(
        reference=f"T-{number:05d}", kind=kind, direction=direction, subject=f"Request {number}", opened_on=opened_on,
        status="closed" if closed_on else open_status, status_since=closed_on or opened_on,
        received_on=dates.pop("received_on", opened_on if direction == "incoming" else None),
        created_at=at(opened_on), changed_at=at(opened_on), **dates,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def restrict(session: Session, case: Case) -> None:
    session.add(RestrictedCase(case_id=case.id))
    session.flush()


def add_deadline(
    session: Session, case: Case, *, started_on: date, due_on: date, ended_on: date | None = None,
    end_kind: str | None = None, clock: str = "target", bound: str = "ours",
) -> None:  # fmt: skip
    session.add(
        Deadline(
            case_id=case.id, run_key=f"run-{next(_numbers)}", label="A limit", clock=clock, bound=bound,
            start_code="received", started_on=started_on, due_on=due_on, ended_on=ended_on, end_kind=end_kind,
            check_mark="checked", source="House", explanation={},
        )
    )  # fmt: skip
    session.flush()


def add_refusal(session: Session, case: Case, *grounds: str, by: str = "us", told_on: date) -> None:
    session.add(
        Refusal(
            case_id=case.id, given_by=by, proposed_seq=1, proposed_on=told_on, reasons="Reasons", approved_on=told_on,
            communicated_on=told_on, grounds=[RefusalGround(ground_code=code) for code in grounds],
        )
    )  # fmt: skip
    session.flush()


@dataclass
class Log:
    """Events of one case, numbered as they come. The seals are empty: nobody walks this chain."""

    session: Session
    case: Case
    seq: int = field(default=0)

    def add(self, code: str, on: date, *, recorded: datetime | None = None, detail: str = "{}", **more: Any) -> None:
        self.seq += 1
        event = CaseEvent(
            case_id=self.case.id, seq=self.seq, code=code, happened_on=on, recorded_at=recorded or at(on),
            detail_digest=b"", mac=b"", **more,
        )  # fmt: skip
        self.session.add(event)
        self.session.flush()
        self.session.add(CaseEventDetail(event_id=event.id, salt=b"", text=detail))
        self.session.flush()

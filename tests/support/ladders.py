"""People, cases and running time limits as bare rows, for the tests of reminders."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.cases.models import Case
from mla_tracker.deadlines.models import Deadline

_number = count(1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def person(session: Session, role: str = "caseworker", **more: Any) -> Account:
    """Somebody of the office."""
    number = next(_number)
    values = {"email": f"person{number}@office.example", "name": f"Person {number}", "role": role, "active": True}
    made = Account(**(values | {"created_at": LONG_AGO, "password_hash": None} | more))
    session.add(made)
    session.flush()
    return made


def case_of(session: Session, lead: Account | None, **more: Any) -> Case:
    """An open incoming request."""
    number = next(_number)
    values: dict[str, Any] = {
        "reference": f"MLA-IN-2026-{number:04}",
        "kind": "mla",
        "direction": "incoming",
        "subject": "Secret subject line",
        "status": "received",
        "status_since": date(2026, 1, 1),
        "opened_on": date(2026, 1, 1),
        "lead_id": None if lead is None else lead.id,
        "created_at": LONG_AGO,
        "changed_at": LONG_AGO,
    }
    made = Case(**(values | more))
    session.add(made)
    session.flush()
    return made


def limit(session: Session, case: Case, due_on: date | None, *, days: int = 30, **more: Any) -> Deadline:
    """A time limit of `days` days that the sweep has not looked at yet."""
    started = (due_on or date(2026, 3, 2)) - timedelta(days=days)
    values: dict[str, Any] = {
        "case_id": case.id,
        "run_key": f"run-{next(_number)}",
        "rule_code": "HOUSE_ANSWER",
        "label": "Answer to the request",
        "clock": "hard",
        "bound": "ours",
        "start_code": "received",
        "started_on": started,
        "due_on": due_on,
        "check_mark": "C",
        "source": "house rule",
        "explanation": {},
        "next_rung_on": started,
    }
    made = Deadline(**(values | more))
    session.add(made)
    session.flush()
    return made

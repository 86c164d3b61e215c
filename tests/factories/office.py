"""An office with people and one request, made through the same acts that pages use."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.services import create_account
from mla_tracker.audit.chain import AuditKey
from mla_tracker.cases.models import Case
from mla_tracker.cases.particulars import BasisGiven, ItemGiven, OffenceGiven, Particulars, PersonGiven, Registration
from mla_tracker.cases.recording import Given
from mla_tracker.casework.act import act
from mla_tracker.casework.office import Office
from mla_tracker.casework.recording import record
from mla_tracker.casework.registering import register
from mla_tracker.core.database import Sessions
from mla_tracker.directory.models import Authority

RECEIVED = date(2026, 3, 2)
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


def an_office(sessions: Sessions) -> Office:
    return Office(sessions, AuditKey(b"k" * 32), "AT", ZoneInfo("Europe/Vienna"))


@dataclass
class World:
    """An office, its people, and a body of ours that executes."""

    office: Office
    session: Session
    officer: Actor
    other_officer: Actor
    supervisor: Actor
    authority_id: int
    their_authority_id: int

    def registration(self, kind: str = "mla", direction: str = "incoming", **changes: Any) -> Registration:
        """A complete request; `changes` replace fields of it or of its particulars."""
        incoming = direction == "incoming"
        of_particulars = {name: changes.pop(name) for name in list(changes) if name in Particulars.__dataclass_fields__}
        particulars: dict[str, Any] = {
            "subject": "Bank records of a company",
            "facts_summary": "Payments were made.",
            "counterpart": "BR",
            "counterpart_authority_id": self.their_authority_id,
            "their_reference": "DRCI 1123/2026" if incoming else "",
            "owner_authority_id": None if incoming else self.authority_id,
            "nature": "criminal" if kind == "mla" else None,
            "wanted_for": "prosecution" if kind == "extradition" else None,
            "channel": "central_authority",
            "languages": ("en",),
            "received_on": RECEIVED if incoming else None,
            **of_particulars,
        }
        given: dict[str, Any] = {
            "opened_on": RECEIVED,
            "lead_id": self.officer.account_id,
            "bases": (BasisGiven("UNCAC", is_primary=True),),
            "offences": (OffenceGiven("UNCAC_15b"),),
            "items": (ItemGiven("DOCUMENTS", executing_authority_id=self.authority_id),) if kind == "mla" else (),
            "persons": (PersonGiven((("Renata Azevedo", "Latn"),), "sought" if kind == "extradition" else "suspect"),),
            **changes,
        }
        return Registration(kind, direction, particulars=Particulars(**particulars), **given)

    def register(self, kind: str = "mla", direction: str = "incoming", **changes: Any) -> Case:
        done = register(
            self.office,
            self.session,
            self.registration(kind, direction, **changes),
            actor=self.officer,
            recorded_at=NOW,
        )
        return self.session.get_one(Case, done.case_id)

    def record(
        self, case: Case, code: str, on: date, *, by: Actor | None = None, item: int | None = None, **detail: Any
    ) -> None:
        """One act by the officer, or by another."""
        with act(self.office, self.session, case.id, actor=by or self.officer, recorded_at=NOW) as opened:
            record(opened, Given(code, on, None, item, detail))


def a_world(office: Office, session: Session) -> World:
    """Two officers, a supervisor, one body on each side."""
    people = [
        actor_of(create_account(session, email=f"{name}@office.example", name=name, role=role, password=None, now=NOW))
        for name, role in (("marta", "caseworker"), ("dinh", "caseworker"), ("tomas", "supervisor"))
    ]
    ours = Authority(own=True, name="Economic Crime Prosecutor", type_code="PROSECUTION")
    theirs = Authority(state="BR", name="Cooperation Department", type_code="CA_MLA")
    session.add_all([ours, theirs])
    session.commit()
    return World(office, session, people[0], people[1], people[2], authority_id=ours.id, their_authority_id=theirs.id)

"""Out: every case that the actor may see, with all its rows, case by case."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account, NeedToKnow
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case, CaseEvent, Person
from mla_tracker.core.errors import NotPermitted
from mla_tracker.decisions.models import Postponement, Refusal
from mla_tracker.directory.models import Authority
from mla_tracker.exchanges.models import Consultation, Exchange, InformationRequest

_BATCH: Final = 200
Row = tuple[str, dict[str, Any]]


def register_rows(session: Session, actor: Actor) -> Iterator[Row]:
    """All rows of the format: the authorities that are named, then each case with its parts, in order of its id.

    The office goes on working meanwhile. On a session without a transaction all rows are of one moment, so that a
    status never stands beside the events of another moment and nothing names an authority that the file lacks.
    """
    if not actor.may(Permission.CASE_EXPORT):
        raise NotPermitted("This needs the right to export.")
    if not session.in_transaction():
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    people, authorities = _people(session), _authorities(session)
    for authority in authorities.values():
        yield "authority", _authority(authority)
    last = 0
    while True:
        ids = session.scalars(
            select(Case.id).where(visible(actor, Case.id), Case.id > last).order_by(Case.id).limit(_BATCH)
        ).all()
        if not ids:
            return
        last = ids[-1]
        yield from _Batch(session, ids, people, authorities).rows()
        session.expunge_all()


def case_rows(session: Session, case_id: int) -> Iterator[Row]:
    """The rows of one case, which the caller may export; authorities are named by their keys alone."""
    yield from _Batch(session, [case_id], _people(session), _authorities(session)).rows()


def _people(session: Session) -> dict[int | None, str]:
    found: dict[int | None, str] = {}
    found.update((row.id, row.email) for row in session.execute(select(Account.id, Account.email)))
    return found


def _authorities(session: Session) -> dict[int, Authority]:
    return {row.id: row for row in session.scalars(select(Authority).order_by(Authority.id))}


def authority_key(authority: Authority | None) -> str:
    """How other rows name an authority: State (or `own`), type and name."""
    if authority is None:
        return ""
    return f"{'own' if authority.own else authority.state or ''}:{authority.type_code}:{authority.name}"


def _authority(row: Authority) -> dict[str, Any]:
    names = ("name", "name_native", "state", "own", "competent_for", "channels", "languages", "address", "email")
    more = ("phone", "urgent_contact", "website", "note", "verified_on", "valid_from", "valid_to", "retired_at")
    return {
        "authority": authority_key(row),
        "type": row.type_code,
        **{name: getattr(row, name) for name in (*names, *more)},
    }


class _Batch:
    """Some cases with everything that hangs on them, read in a fixed number of queries."""

    def __init__(
        self,
        session: Session,
        ids: Sequence[int],
        people: dict[int | None, str],
        authorities: dict[int, Authority],
    ) -> None:
        self._people, self._authorities = people, authorities
        self._cases = session.scalars(
            select(Case)
            .where(Case.id.in_(ids))
            .options(
                selectinload(Case.items),
                selectinload(Case.persons).selectinload(Person.names),
                selectinload(Case.bases),
                selectinload(Case.offences),
            )
            .order_by(Case.id)
        ).all()
        parents = {case.parent_id for case in self._cases if case.parent_id is not None}
        self._references: dict[int | None, str] = {}
        named_parents = session.execute(select(Case.id, Case.reference).where(Case.id.in_(parents)))
        self._references.update((row.id, row.reference) for row in named_parents)
        self._events = self._of(session, select(CaseEvent).options(selectinload(CaseEvent.detail)), CaseEvent, ids)
        self._refusals = self._of(session, select(Refusal).options(selectinload(Refusal.grounds)), Refusal, ids)
        self._postponements = self._of(session, select(Postponement), Postponement, ids)
        self._information = self._of(session, select(InformationRequest), InformationRequest, ids)
        self._consultations = self._of(session, select(Consultation), Consultation, ids)
        self._rounds = self._of(session, select(Exchange), Exchange, ids)
        self._access: dict[int, list[Any]] = {}
        named = select(NeedToKnow).where(NeedToKnow.case_id.in_(ids))
        for row in session.scalars(named):
            self._access.setdefault(row.case_id, []).append(row)

    @staticmethod
    def _of(session: Session, statement: Any, model: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        for row in session.scalars(statement.where(model.case_id.in_(ids)).order_by(model.case_id, model.id)):
            found.setdefault(row.case_id, []).append(row)
        return found

    def rows(self) -> Iterator[Row]:
        for case in self._cases:
            yield "case", self._case(case)
            yield from self._parts(case)
            yield from self._exchanges(case)

    def _authority(self, authority_id: int | None) -> str:
        return authority_key(self._authorities.get(authority_id)) if authority_id is not None else ""

    def _case(self, case: Case) -> dict[str, Any]:
        plain = (
            "reference", "former_reference", "kind", "direction", "subject", "counterpart", "their_reference",
            "urgency",
            "urgency_reason",
            "confidentiality", "confidentiality_reason", "nature", "wanted_for", "languages", "channel",
            "no_basis_named", "opened_on", "received_on", "received_at", "sent_on", "needed_by", "needed_by_reason",
            "hearing_on", "limitation_on", "purpose", "operation", "facts_summary", "status", "outcome",
            "acknowledged_on", "decided_on", "executed_on", "answered_on", "closed_on", "taken_over", "next_due_on",
        )  # fmt: skip
        return {
            **{name: getattr(case, name) for name in plain},
            "parent": self._references.get(case.parent_id, ""),
            "counterpart_authority": self._authority(case.counterpart_authority_id),
            "owner_authority": self._authority(case.owner_authority_id),
            "legal_bases": [row.basis_code for row in case.bases],
            "offences": [row.offence_code for row in case.offences],
            "assigned_to": self._people.get(case.lead_id, ""),
            "registered_at": case.created_at,
        }

    def _parts(self, case: Case) -> Iterator[Row]:
        of_case = {"reference": case.reference}
        for basis in case.bases:
            yield "basis", {
                **of_case, "basis": basis.basis_code, "primary": basis.is_primary, "accepted": basis.accepted,
                "accepted_on": basis.accepted_on, "reason": basis.reason,
            }  # fmt: skip
        for offence in case.offences:
            yield "offence", {
                **of_case, "offence": offence.offence_code, "domestic_article": offence.domestic_article,
                "penalty": offence.penalty,
            }  # fmt: skip
        for item in case.items:
            yield "item", {
                **of_case, "number": item.number, "type": item.type_code, "description": item.description,
                "coercive": item.coercive, "executing_authority": self._authority(item.executing_authority_id),
                "status": item.status, "outcome": item.outcome, "result": item.result,
            }  # fmt: skip
        for number, person in enumerate(case.persons, start=1):
            yield "person", {
                **of_case, "number": number, "role": person.role, "legal_person": person.legal_person,
                "names": [[name.name, name.script] for name in person.names], "born_on": person.born_on,
                "nationality": person.nationality, "note": person.note,
            }  # fmt: skip
        numbers = {item.id: item.number for item in case.items}
        for event in self._events.get(case.id, ()):
            yield "event", {
                **of_case, "number": event.seq, "event": event.code, "happened_on": event.happened_on,
                "happened_at": event.happened_at, "recorded_at": event.recorded_at,
                "by": self._people.get(event.actor_id, ""), "item": numbers.get(event.item_id),
                "corrects": event.corrects_seq, "detail": json.loads(event.detail.text) if event.detail else None,
            }  # fmt: skip

    def _exchanges(self, case: Case) -> Iterator[Row]:
        of_case = {"reference": case.reference}
        numbers = {item.id: item.number for item in case.items}
        for refusal in self._refusals.get(case.id, ()):
            names = ("given_by", "proposed_on", "reasons", "reasons_recorded", "no_consultation_reason", "approved_on")
            more = ("sent_back_on", "communicated_on")
            yield "refusal", {
                **of_case, **{name: getattr(refusal, name) for name in (*names, *more)},
                "item": numbers.get(refusal.item_id), "event": refusal.proposed_seq,
                "grounds": [ground.ground_code for ground in refusal.grounds],
            }  # fmt: skip
        for row in self._postponements.get(case.id, ()):
            of_postponement = ("reasons", "postponed_on", "review_on", "ended_on")
            yield "postponement", {
                **of_case, **{name: getattr(row, name) for name in of_postponement}, "ground": row.ground_code,
                "event": row.postponed_seq,
            }  # fmt: skip
        for row in self._information.get(case.id, ()):
            of_round = ("asked_by", "asked_on", "missing", "reply_due", "reminders", "ended_on", "end_kind")
            yield "information", {
                **of_case, **{name: getattr(row, name) for name in of_round}, "event": row.asked_seq
            }  # fmt: skip
        for row in self._consultations.get(case.id, ()):
            of_consultation = ("opened_by", "opened_on", "subject", "reply_due", "answered_on", "closed_on", "result")
            yield "consultation", {
                **of_case, **{name: getattr(row, name) for name in of_consultation}, "event": row.opened_seq
            }  # fmt: skip
        for row in self._rounds.get(case.id, ()):
            of_exchange = ("kind", "state", "turn", "begun_on", "due_on", "ended_on", "content", "answer")
            yield "exchange", {
                **of_case, **{name: getattr(row, name) for name in of_exchange}, "event": row.begun_seq
            }  # fmt: skip
        # By address: the ids of accounts differ from office to office, the file must not.
        for row in sorted(self._access.get(case.id, ()), key=lambda named: self._people.get(named.account_id, "")):
            yield "access", {
                **of_case, "person": self._people.get(row.account_id, ""),
                "granted_by": self._people.get(row.granted_by, ""), "granted_at": row.granted_at, "reason": row.reason,
            }  # fmt: skip

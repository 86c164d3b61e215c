"""Writing a new request and its file: the rows, before and beside the events that tell of them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, literal, select, union_all
from sqlalchemy.orm import Session

from mla_tracker.cases.models import (
    AssistanceItem,
    Case,
    CaseLegalBasis,
    CaseOffence,
    Person,
    PersonName,
)
from mla_tracker.cases.particulars import FIELDS, BasisGiven, OffenceGiven, Particulars, PersonGiven, Registration
from mla_tracker.cases.search import search_text
from mla_tracker.cases.work_models import Note
from mla_tracker.core.errors import Invalid
from mla_tracker.directory.models import Authority


def new_case(session: Session, registration: Registration, reference: str, now: datetime) -> Case:
    """The row of a new case. Its status is a placeholder until the first event is replayed in the same transaction."""
    case = Case(
        reference=reference,
        submission_key=registration.submission_key,
        kind=registration.kind,
        direction=registration.direction,
        parent_id=registration.parent_id,
        lead_id=registration.lead_id,
        status="",
        status_since=registration.opened_on,
        opened_on=registration.opened_on,
        created_at=now,
        changed_at=now,
        version=0,
    )
    apply_particulars(case, registration.particulars)
    session.add(case)
    session.flush()
    return case


def apply_particulars(case: Case, particulars: Particulars) -> None:
    """Write the edited fields to the row."""
    for name in FIELDS:
        value = getattr(particulars, name)
        setattr(case, name, list(value) if name == "languages" else value)


def particulars_of(case: Case) -> Particulars:
    """The edited fields as they stand."""
    values: dict[str, Any] = {name: getattr(case, name) for name in FIELDS}
    return Particulars(**{**values, "languages": tuple(case.languages)})


def set_bases(session: Session, case_id: int, bases: Iterable[BasisGiven]) -> None:
    """The legal bases asserted; a basis that stays keeps whether it was accepted."""
    wanted = {basis.code: basis for basis in bases}
    if sum(basis.is_primary for basis in wanted.values()) > 1:
        raise Invalid({"bases": "Only one legal basis is the primary one."})
    rows = session.scalars(select(CaseLegalBasis).where(CaseLegalBasis.case_id == case_id)).all()
    for row in rows:
        given = wanted.pop(row.basis_code, None)
        if given is None:
            session.delete(row)
        else:
            row.is_primary = given.is_primary
    session.add_all(
        CaseLegalBasis(case_id=case_id, basis_code=basis.code, is_primary=basis.is_primary) for basis in wanted.values()
    )


def set_offences(session: Session, case_id: int, offences: Iterable[OffenceGiven]) -> None:
    """The offences of the case, as given."""
    session.execute(delete(CaseOffence).where(CaseOffence.case_id == case_id))
    session.add_all(
        CaseOffence(
            case_id=case_id,
            offence_code=offence.code,
            domestic_article=offence.domestic_article,
            penalty=offence.penalty,
        )
        for offence in dict.fromkeys(offences)
    )


def misplaced_authority(session: Session, particulars: Particulars) -> dict[str, str]:
    """The message beside the other side's authority where it belongs to another State than the one named."""
    if particulars.counterpart_authority_id is None:
        return {}
    state = session.scalar(select(Authority.state).where(Authority.id == particulars.counterpart_authority_id))
    if state == particulars.counterpart:
        return {}
    return {"counterpart_authority_id": "This authority belongs to another State."}


def add_person(session: Session, case_id: int, given: PersonGiven) -> Person:
    """A person with all names; at least one name is needed."""
    names = [(name.strip(), script) for name, script in given.names if name.strip()]
    if not names:
        raise Invalid({"persons": "Enter a name."})
    person = Person(
        case_id=case_id,
        legal_person=given.legal_person,
        role=given.role,
        born_on=given.born_on,
        nationality=given.nationality,
        note=given.note,
    )
    session.add(person)
    session.flush()
    session.add_all(PersonName(person_id=person.id, name=name, script=script) for name, script in names)
    return person


def refresh_search_text(session: Session, case: Case) -> None:
    """What the request is found by: both references, subject, operation, facts, all names of its persons, and notes."""
    names = (
        select(literal(0).label("part"), PersonName.id.label("number"), PersonName.name.label("text"))
        .join(Person, Person.id == PersonName.person_id)
        .where(Person.case_id == case.id)
    )
    notes = select(literal(1), Note.id, Note.text).where(Note.case_id == case.id)
    written = session.execute(union_all(names, notes).order_by("part", "number")).all()
    case.search_text = search_text(
        [
            case.reference,
            case.former_reference,
            case.their_reference,
            case.subject,
            case.operation,
            case.facts_summary,
            *(row.text for row in written),
        ]
    )


def next_item_number(session: Session, case_id: int) -> int:
    """The number of the next item of the case, from 1."""
    numbers = session.scalars(select(AssistanceItem.number).where(AssistanceItem.case_id == case_id)).all()
    return max(numbers, default=0) + 1


def default_coercive(given: bool | None, type_default: str) -> bool:
    """Whether the measure needs compulsion: as entered, else the default of its type ("depends" counts as coercive)."""
    return given if given is not None else type_default != "no"


def unknown_codes(given: Iterable[str], known: Collection[str] | Mapping[str, object]) -> list[str]:
    """The codes that no table knows, in order, each once."""
    return [code for code in dict.fromkeys(given) if code not in known]

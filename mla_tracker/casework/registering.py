"""Taking in a new request: the row, its items and persons, the first events, the reference, in one transaction.

What life cycle and completeness ask for at registration (UNCAC 46(15), ECE 12(2)) decides how far it goes: a request
that lacks something is recorded as received, and its page says what is missing before it can be registered.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import restrict_to
from mla_tracker.cases.facts import lacking
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct, add_item
from mla_tracker.cases.particulars import Follows, Registration, check
from mla_tracker.cases.queries import build_file, lock_case
from mla_tracker.cases.references import next_reference, random_reference, supplement_reference
from mla_tracker.cases.registration import (
    add_person,
    apply_particulars,
    default_coercive,
    misplaced_authority,
    new_case,
    refresh_search_text,
    set_bases,
    set_offences,
    unknown_codes,
)
from mla_tracker.cases.replay import replay
from mla_tracker.casework.act import close, open_on
from mla_tracker.casework.office import Office
from mla_tracker.core import clock
from mla_tracker.core.errors import Invalid, NotPermitted
from mla_tracker.instruments.queries import catalogue

FIRST_EVENT: Final = {"incoming": "received", "outgoing": "opened"}
# Beside which field of the form it is said that a fact of the first event is lacking.
_FIELD_OF_FACT: Final = {
    "SUBJECT": "subject",
    "CHANNEL": "channel",
    "COUNTERPART_STATE": "counterpart",
    "OWNER": "owner_authority_id",
    "PERSON_SOUGHT": "persons",
    "WANTED_FOR": "wanted_for",
}


@dataclass(frozen=True)
class Registered:
    """A request that was taken in; `again` when the same form had been sent before and nothing new was made."""

    case_id: int
    reference: str
    again: bool = False


def register(
    office: Office, session: Session, registration: Registration, *, actor: Actor, recorded_at: datetime | None = None
) -> Registered:
    """Take in a new request and commit. The same `submission_key` twice makes one request.

    Raises `Invalid` with a message for each wrong field and `NotPermitted`; then nothing was written.
    """
    follows = registration.follows
    if follows is not None and follows.how == "supplement":
        registration = replace(registration, parent_id=follows.case_id)
    try:
        opened = begin(office, session, registration, actor=actor, recorded_at=recorded_at)
        if isinstance(opened, Registered):
            return opened
        finish(office, opened)
        if follows is not None:
            _link_back(office, opened, follows)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return Registered(opened.case.id, opened.case.reference)


def begin(
    office: Office, session: Session, registration: Registration, *, actor: Actor, recorded_at: datetime | None = None
) -> OpenAct | Registered:
    """The new case, open for further events of the same act; `finish` gives it its reference and closes it."""
    if not actor.may(Permission.REQUEST_REGISTER):
        raise NotPermitted("This needs the right to take in and register requests.")
    if registration.submission_key and (before := _sent_before(session, registration.submission_key)):
        return before
    now = recorded_at or clock.now()
    _check(office, session, registration, now)
    temporary = random_reference(registration.kind, registration.direction, now.astimezone(office.zone).year)
    case = new_case(session, registration, f"{temporary}-{now.timestamp():.6f}", now)
    set_bases(session, case.id, registration.bases)
    set_offences(session, case.id, registration.offences)
    for person in registration.persons:
        add_person(session, case.id, person)
    if registration.particulars.confidentiality == "restricted":
        named = {*registration.named_people, *(who for who in (actor.account_id, registration.lead_id) if who)}
        restrict_to(session, case.id, sorted(named), granted_by=actor.account_id, at=now)
    session.flush()
    opened = open_on(office, session, case, actor=actor, on=registration.opened_on, now=now)
    _first_events(opened, registration, session)
    return opened


def finish(office: Office, opened: OpenAct) -> None:
    """Close the act and give the reference: the counter's row is locked last. The caller commits."""
    close(office, opened)
    case = opened.case
    year = case.created_at.astimezone(office.zone).year
    if case.parent_id is not None:
        parent = opened.session.get_one(Case, case.parent_id)
        case.reference = supplement_reference(opened.session, parent)
    elif case.confidentiality == "restricted":
        case.reference = random_reference(case.kind, case.direction, year)
    else:
        case.reference = next_reference(opened.session, case.kind, case.direction, year)
    refresh_search_text(opened.session, case)
    opened.session.flush()


def _link_back(office: Office, opened: OpenAct, follows: Follows) -> None:
    """Tell the request that is followed of the new one: its supplement, or the corrected one sent in its place."""
    former = lock_case(opened.session, opened.actor, follows.case_id)
    day, now = opened.today, opened.recorded_at
    other = open_on(office, opened.session, former, actor=opened.actor, on=day, now=now)
    if follows.how == "supplement":
        other.append("supplement_linked", detail={"child": opened.case.reference})
    else:
        other.append("resent_corrected", detail={"linked": opened.case.reference})
    close(office, other)


def _first_events(opened: OpenAct, registration: Registration, session: Session) -> None:
    types = catalogue(session).assistance_types
    first = FIRST_EVENT[registration.direction]
    if registration.provisional_arrest_warrant:
        opened.append(
            "provisional_arrest_requested",
            at=registration.particulars.received_at,
            detail={"warrant": registration.provisional_arrest_warrant},
        )
        return
    opened.append(first, at=registration.particulars.received_at)
    for item in registration.items:
        add_item(
            opened,
            item.type_code,
            item.description,
            default_coercive(item.coercive, types[item.type_code].coercive),
            item.executing_authority_id,
        )
    if first == "received":
        row = opened.transition("registered")
        if not lacking(row, opened.file):
            opened.append("registered", on=registration.registered_on or opened.today)


def _lacking_at_first(registration: Registration) -> dict[str, str]:
    """What must stand on the file before its first event: field to message. Asked of the file that would be made, so
    that it is told together with everything else that is wrong.
    """
    tables, kind, direction = life_cycles(), registration.kind, registration.direction
    cycle = tables.of(kind, direction)
    case = Case(kind=kind, direction=direction)
    apply_particulars(case, registration.particulars)
    file = build_file(
        case,
        [],
        replay(tables, cycle, direction, []),
        items=[(number, item.type_code, item.executing_authority_id) for number, item in enumerate(registration.items)],
        asserted=len(registration.bases),
        accepted=0,
        offences=len(registration.offences),
        sought=sum(1 for person in registration.persons if person.role == "sought"),
    )
    first = "provisional_arrest_requested" if registration.provisional_arrest_warrant else FIRST_EVENT[direction]
    missing = lacking(tables.require(cycle, None, first, direction), file)
    return {_FIELD_OF_FACT[fact]: f"Enter {tables.facts[fact]}." for fact in missing if fact in _FIELD_OF_FACT}


def _sent_before(session: Session, key: str) -> Registered | None:
    """What this form made when it was sent before; two at once wait for each other until the first has committed."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    row = session.execute(select(Case.id, Case.reference).where(Case.submission_key == key)).one_or_none()
    return Registered(row.id, row.reference, again=True) if row else None


def _check(office: Office, session: Session, registration: Registration, now: datetime) -> None:
    codes = catalogue(session)
    today = clock.local_date(now, office.zone)
    errors: dict[str, str] = {}
    try:
        check(
            registration.particulars,
            kind=registration.kind,
            direction=registration.direction,
            opened_on=registration.opened_on,
            today=today,
        )
    except Invalid as wrong:
        errors |= wrong.errors
    if "kind" not in errors and "direction" not in errors:
        errors = _lacking_at_first(registration) | errors
    for name, given, known in (
        ("bases", [basis.code for basis in registration.bases], codes.legal_bases),
        ("offences", [offence.code for offence in registration.offences], codes.offences),
        ("items", [item.type_code for item in registration.items], codes.assistance_types),
    ):
        if unknown := unknown_codes(given, known):
            errors[name] = f"Unknown: {', '.join(unknown)}."
    if registration.provisional_arrest_warrant and (registration.kind, registration.direction) != (
        "extradition",
        "incoming",
    ):
        errors["provisional_arrest_warrant"] = "Provisional arrest is asked for by an incoming request for extradition."
    errors |= misplaced_authority(session, registration.particulars)
    if registration.registered_on and not registration.opened_on <= registration.registered_on <= today:
        errors["registered_on"] = "This day lies before the receipt or in the future."
    if registration.items and registration.kind == "extradition":
        errors["items"] = "A request for extradition has no items of assistance."
    if errors:
        raise Invalid(errors)

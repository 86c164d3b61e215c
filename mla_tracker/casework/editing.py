"""Changes to the file that are no acts of the law: particulars, persons, bases, offences, items, lead, access,
corrections.

Each is one act with one event that holds what was and what is, so that the file at any day can be shown again.
"""

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account, NeedToKnow
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.visibility import name, restrict_to
from mla_tracker.cases.file_events import CORRECTABLE, FILE_EVENTS
from mla_tracker.cases.models import (
    AssistanceItem,
    CaseEvent,
    CaseEventDetail,
    CaseLegalBasis,
    CaseOffence,
    Person,
    PersonName,
)
from mla_tracker.cases.open_act import OpenAct, add_item
from mla_tracker.cases.particulars import (
    BasisGiven,
    EditConflict,
    ItemGiven,
    OffenceGiven,
    Particulars,
    PersonGiven,
    changes,
    check,
    clashes,
    plain,
    rebased,
)
from mla_tracker.cases.registration import (
    add_person,
    apply_particulars,
    default_coercive,
    misplaced_authority,
    particulars_of,
    set_bases,
    set_offences,
)
from mla_tracker.cases.replay import effective
from mla_tracker.cases.sequence import first_out_of_order
from mla_tracker.casework.act import act
from mla_tracker.casework.office import Office
from mla_tracker.casework.parts import bases_part, item_part, lead_part, offences_part, require_unchanged
from mla_tracker.core import clock
from mla_tracker.core.errors import DomainError, Invalid, NotPermitted
from mla_tracker.instruments.queries import catalogue

_RECEIPTS: Final = frozenset({"received", "provisional_arrest_requested"})
"""First entries whose day the particulars repeat: it is corrected there, and the particulars follow."""


def edit_particulars(
    office: Office, session: Session, case_id: int, new: Particulars, *, version: int, actor: Actor
) -> bool:
    """Save edited fields; False when nothing had changed.

    Where somebody saved after `version`, edits of other fields go through together and what was left alone stays as
    the other one saved it; a field that both changed differently raises `EditConflict` with a comparison by field.
    Raises `Invalid` beside wrong fields.
    """
    with act(office, session, case_id, actor=actor) as a:
        old = asdict(particulars_of(a.case))
        if a.case.version != version:
            since = _changes_since(session, case_id, version)
            new = rebased(since, old, new)
            if differences := clashes(since, old, new):
                raise EditConflict(differences=differences, version=a.case.version, entered=new)
        today = clock.local_date(a.recorded_at, office.zone)
        check(
            new,
            kind=a.case.kind,
            direction=a.case.direction,
            opened_on=new.received_on or a.case.opened_on,
            today=today,
        )
        changed = changes(old, new)
        if not changed:
            return False
        if wrong := misplaced_authority(session, new):
            raise Invalid(wrong)
        if "received_on" in changed and any(entry.code in _RECEIPTS for entry in a.entries):
            problem = "Correct the receipt in the timeline: the time limits count from that entry."
            raise Invalid({"received_on": problem})
        if "confidentiality" in changed:
            _follow_confidentiality(a, new)
        apply_particulars(a.case, new)
        a.append(
            "particulars_changed",
            detail={
                "was": {name: plain(was) for name, (was, _) in changed.items()},
                "now": {name: plain(now) for name, (_, now) in changed.items()},
                "version": a.case.version + 1,
            },
        )
    return True


def _follow_confidentiality(a: OpenAct, new: Particulars) -> None:
    """A case that becomes restricted is visible to its lead and to the person who restricts it; lifting needs the
    right.
    """
    if not a.actor.may(Permission.CASE_RESTRICT):
        raise NotPermitted("This needs the right to restrict a case or to lift the restriction.")
    if new.confidentiality == "restricted":
        named = sorted({who for who in (a.actor.account_id, a.case.lead_id) if who is not None})
        restrict_to(a.session, a.case.id, named, granted_by=a.actor.account_id, at=a.recorded_at)
    elif a.case.confidentiality == "restricted":
        restrict_to(a.session, a.case.id, None, granted_by=a.actor.account_id, at=a.recorded_at)


def _changes_since(session: Session, case_id: int, version: int) -> list[dict[str, Any]]:
    texts = session.scalars(
        select(CaseEventDetail.text)
        .join(CaseEvent, CaseEvent.id == CaseEventDetail.event_id)
        .where(CaseEvent.case_id == case_id, CaseEvent.code == "particulars_changed")
        .order_by(CaseEvent.seq)
    )
    return [detail for detail in map(json.loads, texts) if detail.get("version", 0) > version]


def assign(
    office: Office, session: Session, case_id: int, lead_id: int | None, *, actor: Actor, seen: str | None = None
) -> None:
    """Give the case to a lead, or to nobody. The new lead of a restricted case may see it."""
    with act(office, session, case_id, actor=actor) as a:
        require_unchanged(lead_part(a.case), seen)
        if a.case.lead_id == lead_id:
            return
        if lead_id is not None and not session.scalar(select(Account.id).where(Account.id == lead_id, Account.active)):
            raise Invalid({"lead_id": "Choose an active person."})
        was, a.case.lead_id = a.case.lead_id, lead_id
        if lead_id is not None and a.case.confidentiality == "restricted":
            _grant(a, lead_id)
        a.append("assigned", detail={"was": was, "now": lead_id})


def grant_access(office: Office, session: Session, case_id: int, account_id: int, *, actor: Actor) -> None:
    """Name a further person who may see a restricted case."""
    _may_restrict(actor)
    with act(office, session, case_id, actor=actor) as a:
        if a.case.confidentiality != "restricted":
            raise DomainError("Everybody who reads cases sees this one: it is not restricted.")
        _grant(a, account_id)
        a.append("access_granted", detail={"account": account_id})


def end_access(office: Office, session: Session, case_id: int, account_id: int, *, actor: Actor) -> None:
    """Take a person off a restricted case; the last one stays, or nobody could see it."""
    _may_restrict(actor)
    with act(office, session, case_id, actor=actor) as a:
        named = set(session.scalars(select(NeedToKnow.account_id).where(NeedToKnow.case_id == case_id)))
        if named <= {account_id}:
            raise DomainError("At least one person must be able to see the case.", "account_id")
        session.execute(delete(NeedToKnow).where(NeedToKnow.case_id == case_id, NeedToKnow.account_id == account_id))
        a.append("access_ended", detail={"account": account_id})


def _may_restrict(actor: Actor) -> None:
    if not actor.may(Permission.CASE_RESTRICT):
        raise NotPermitted("This needs the right to say who sees a restricted case.")


def _grant(a: OpenAct, account_id: int) -> None:
    name(a.session, a.case.id, account_id, granted_by=a.actor.account_id, at=a.recorded_at)


def change_bases(
    office: Office, session: Session, case_id: int, bases: Sequence[BasisGiven], *, none_named: bool, actor: Actor,
    seen: str | None = None,
) -> None:  # fmt: skip
    """The legal bases asserted, or that none was named."""
    with act(office, session, case_id, actor=actor) as a:
        rows = session.scalars(select(CaseLegalBasis).where(CaseLegalBasis.case_id == case_id)).all()
        was = bases_part(a.case, rows)
        require_unchanged(was, seen)
        standing = [row.basis_code for row in rows]
        _known("bases", (basis.code for basis in bases), catalogue(session).legal_bases, standing)
        set_bases(session, case_id, bases)
        a.case.no_basis_named = none_named and not bases
        now = {"none": a.case.no_basis_named, "bases": sorted([basis.code, basis.is_primary] for basis in bases)}
        a.append("bases_changed", detail={"was": was, "now": now})


def change_offences(
    office: Office, session: Session, case_id: int, offences: Iterable[OffenceGiven], *, actor: Actor,
    seen: str | None = None,
) -> None:  # fmt: skip
    """The offences of the case."""
    with act(office, session, case_id, actor=actor) as a:
        given = list(offences)
        rows = session.scalars(select(CaseOffence).where(CaseOffence.case_id == case_id)).all()
        was = offences_part(rows)
        require_unchanged(was, seen)
        standing = [row.offence_code for row in rows]
        _known("offences", (offence.code for offence in given), catalogue(session).offences, standing)
        set_offences(session, case_id, given)
        now = {"offences": sorted([offence.code, offence.domestic_article, offence.penalty] for offence in given)}
        a.append("offences_changed", detail={"was": was, "now": now})


def _known(field: str, given: Iterable[str], table: Container[str], standing: Iterable[str]) -> None:
    """What is added must be in use; a retired code that stands on the file may stay there."""
    kept = frozenset(standing)
    if unknown := [code for code in given if code not in table and code not in kept]:
        raise Invalid({field: f"Unknown: {', '.join(unknown)}."})


def add_person_to(office: Office, session: Session, case_id: int, given: PersonGiven, *, actor: Actor) -> int:
    """A further person; returns the id."""
    with act(office, session, case_id, actor=actor) as a:
        person = add_person(session, case_id, given)
        a.append("person_added", detail={"person": person.id, "role": given.role})
        return person.id


def remove_person(office: Office, session: Session, case_id: int, person_id: int, *, actor: Actor) -> None:
    """Take a person off the file; the event keeps that there was one."""
    with act(office, session, case_id, actor=actor) as a:
        person = session.scalar(select(Person).where(Person.id == person_id, Person.case_id == case_id))
        if person is None:
            raise Invalid({"person": "There is no such person on this request."})
        session.execute(delete(PersonName).where(PersonName.person_id == person_id))
        session.delete(person)
        a.append("person_removed", detail={"person": person_id, "role": person.role})


def add_item_to(
    office: Office, session: Session, case_id: int, given: ItemGiven, *, actor: Actor, on: date | None = None
) -> int:
    """A further measure sought; returns the id of the item."""
    with act(office, session, case_id, actor=actor, on=on) as a:
        types = catalogue(session).assistance_types
        if given.type_code not in types or a.case.kind != "mla":
            raise Invalid({"type_code": "Choose a type of assistance."})
        kind = types[given.type_code]
        coercive = default_coercive(given.coercive, kind.coercive)
        return add_item(a, given.type_code, given.description, coercive, given.executing_authority_id).id


def change_item(
    office: Office, session: Session, case_id: int, item_id: int, *, description: str, coercive: bool,
    executing_authority_id: int | None, actor: Actor, seen: str | None = None,
) -> None:  # fmt: skip
    """Description, compulsion and executing authority of an item; its status changes by acts alone."""
    with act(office, session, case_id, actor=actor) as a:
        item = session.scalar(
            select(AssistanceItem).where(AssistanceItem.id == item_id, AssistanceItem.case_id == case_id)
        )
        if item is None:
            raise Invalid({"item": "There is no such item on this request."})
        was = item_part(item)
        require_unchanged(was, seen)
        item.description, item.coercive = description, coercive
        item.executing_authority_id = executing_authority_id
        a.append("item_changed", detail={"item": item_id, "was": was, "now": item_part(item)})


def correct(
    office: Office, session: Session, case_id: int, seq: int, *, reason: str, happened_on: date | None,
    annul: bool, actor: Actor, version: int | None = None,
) -> None:  # fmt: skip
    """Correct an entry by a further entry: annul it, or give the day on which it really happened.

    Refused where later entries would then no longer be permitted. Both entries stay on the file.
    """
    with act(office, session, case_id, actor=actor, version=version) as a:
        wrong = next((entry for entry in a.entries if entry.seq == seq), None)
        if wrong is None or wrong.code == "corrected":
            raise Invalid({"seq": "Choose an entry of this request that is no correction itself."})
        if not reason.strip():
            raise Invalid({"reason": "Give the reason for the correction."})
        if wrong.code in FILE_EVENTS and wrong.code not in CORRECTABLE:
            raise Invalid({"seq": "Change the particulars themselves: this entry only tells that they were changed."})
        if annul and wrong == next(entry for entry in a.entries if entry.item_id == wrong.item_id):
            problem = "This entry opens the request or the item: give its right day, or record the withdrawal."
            raise Invalid({"action": problem})
        if not annul and happened_on is None:
            raise Invalid({"happened_on": "Enter the day on which it happened."})
        if happened_on is not None and happened_on > clock.local_date(a.recorded_at, office.zone):
            raise Invalid({"happened_on": "This day lies in the future."})
        detail: dict[str, Any] = {"action": "annul" if annul else "change", "reason": reason.strip()}
        if not annul and happened_on is not None:
            detail["happened_on"] = happened_on.isoformat()
        a.append("corrected", detail=detail, vouched=frozenset({"CORRECTED_ENTRY"}), corrects_seq=seq)
        if not annul and (pair := first_out_of_order(effective(a.entries))) is not None:
            early, cause = (a.tables.events[entry.code] for entry in pair)
            day = pair[1].happened_on.isoformat()
            raise Invalid({"happened_on": f"Then “{early}” would lie before “{cause}” ({day})."})
        if wrong.code in _RECEIPTS and happened_on is not None and not annul:
            a.case.received_on, a.case.received_at = happened_on, None  # the hour belonged to the wrong day


def lead_choices(session: Session, standing: int | None = None) -> list[tuple[int, str]]:
    """The active people who can lead a case, by name; who leads it (`standing`) in any case."""
    rows = session.execute(
        select(Account.id, Account.name)
        .where(or_(and_(Account.active, Account.role.in_(("caseworker", "supervisor"))), Account.id == standing))
        .order_by(Account.name)
    )
    return [(account_id, name) for account_id, name in rows]

"""Requests that may be the same as a new one, shown before it is saved.

The other side's reference from the same State is the surest sign; a person with that name, in whatever script and
spelling, in a request of the same State comes next. What the person may not see is not hinted at.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case, Person, PersonName
from mla_tracker.cases.names import name_key
from mla_tracker.cases.particulars import Registration
from mla_tracker.cases.search import fold

MOST = 5


def possible_duplicates(session: Session, actor: Actor, registration: Registration) -> Sequence[Any]:
    """At most five requests of the same State, kind and direction with the same reference or person's name.

    Each row says which: `same_reference`, and `same_person`, the name as it stands there ("" for none).
    """
    particulars = registration.particulars
    reference = fold(particulars.their_reference)
    keys = {name_key(name) for person in registration.persons if not person.legal_person for name, _ in person.names}
    keys.discard("")
    if not (reference or keys) or particulars.counterpart is None:
        return ()
    same_reference = (
        Case.search_text.contains(reference, autoescape=True) if reference else literal(value=False)
    )  # the folded text, so that case and spacing do not matter
    with_name = (
        select(func.min(PersonName.name))
        .join(Person, Person.id == PersonName.person_id)
        .where(Person.case_id == Case.id, PersonName.name_key.in_(keys))
        .scalar_subquery()
    )
    of_person = (
        select(Person.case_id).join(PersonName, PersonName.person_id == Person.id).where(PersonName.name_key.in_(keys))
    )
    return session.execute(
        select(
            Case.reference,
            Case.subject,
            Case.their_reference,
            Case.opened_on,
            Case.closed_on,
            same_reference.label("same_reference"),
            func.coalesce(with_name, "").label("same_person"),
        )
        .where(
            visible(actor, Case.id),
            Case.counterpart == particulars.counterpart,
            Case.kind == registration.kind,
            Case.direction == registration.direction,
            or_(same_reference, Case.id.in_(of_person)),
        )
        .order_by(Case.opened_on.desc(), Case.id.desc())
        .limit(MOST)
    ).all()

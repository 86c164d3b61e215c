"""Requests that may be the same as a new one, shown before it is saved.

The other side's reference from the same State is the surest sign; the name of a person in a request of the same State
comes next. What the person may not see is not hinted at.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.cases.particulars import Registration
from mla_tracker.cases.search import fold

MOST = 5


def possible_duplicates(session: Session, actor: Actor, registration: Registration) -> Sequence[Any]:
    """At most five requests of the same State, kind and direction with the same reference or person's name."""
    particulars = registration.particulars
    signs = []
    if particulars.their_reference:
        signs.append(Case.search_text.contains(fold(particulars.their_reference), autoescape=True))
    for person in registration.persons:
        if not person.legal_person:
            signs += [Case.search_text.contains(fold(name), autoescape=True) for name, _script in person.names]
    if not signs or particulars.counterpart is None:
        return ()
    return session.execute(
        select(Case.reference, Case.subject, Case.their_reference, Case.opened_on, Case.closed_on)
        .where(
            visible(actor, Case.id),
            Case.counterpart == particulars.counterpart,
            Case.kind == registration.kind,
            Case.direction == registration.direction,
            or_(*signs),
        )
        .order_by(Case.opened_on.desc(), Case.id.desc())
        .limit(MOST)
    ).all()

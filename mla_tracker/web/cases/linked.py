"""The requests that an act ties to one: its parent and supplements, where it was merged, what was sent in its place."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.cases.replay import Entry, effective

# The act that names another request, with the key under which it does.
_NAMED_BY = {"resent_corrected": "linked", "supplement_linked": "child", "merged": "merged_into"}


def linked_requests(session: Session, actor: Actor, case: Case, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Each linked request that the reader sees, with how it is related."""
    named = {
        str(entry.detail[key]): entry.code
        for entry in effective(entries)
        if (key := _NAMED_BY.get(entry.code)) and entry.detail.get(key)
    }
    ids = [Case.parent_id == case.id, Case.reference.in_(named)]
    if case.parent_id is not None:
        ids.append(Case.id == case.parent_id)
    rows = session.execute(
        select(Case.id, Case.parent_id, Case.reference, Case.subject)
        .where(or_(*ids), Case.id != case.id, visible(actor, Case.id))
        .order_by(Case.reference)
    )
    return [
        {"reference": row.reference, "subject": row.subject, "how": _how(row, case, named.get(row.reference, ""))}
        for row in rows
    ]


def _how(row: Any, case: Case, link: str) -> str:
    if row.id == case.parent_id:
        return str(_("supplemented by this one"))
    if row.parent_id == case.id:
        return str(_("supplement"))
    words = {"resent_corrected": _("sent corrected in its place"), "merged": _("merged into it")}
    return str(words.get(link, _("supplement")))

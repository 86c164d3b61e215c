"""Parts of a file that are edited whole: what each holds, and whether somebody changed it while a form was open.

A form remembers `mark(part)` of what it was filled from; the service that saves it compares that with the part as it
stands under the lock. Other acts on the case meanwhile do not matter.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

from mla_tracker.audit.chain import canonical
from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis, CaseOffence
from mla_tracker.core.errors import Conflict

CHANGED_ELSEWHERE: Final = "Somebody else changed this meanwhile. Nothing was saved yet: look at it, then save again."
Part = dict[str, Any]


def lead_part(case: Case) -> Part:
    return {"lead": case.lead_id}


def bases_part(case: Case, rows: Iterable[CaseLegalBasis]) -> Part:
    """The bases asserted, the primary one marked; whether one was accepted is no matter of this part."""
    return {"none": case.no_basis_named, "bases": sorted([row.basis_code, row.is_primary] for row in rows)}


def offences_part(rows: Iterable[CaseOffence]) -> Part:
    return {"offences": sorted([row.offence_code, row.domestic_article, row.penalty] for row in rows)}


def item_part(item: AssistanceItem) -> Part:
    return {
        "description": item.description,
        "coercive": item.coercive,
        "executing_authority": item.executing_authority_id,
    }


def mark(part: Part) -> str:
    """A short text that differs when the part differs."""
    return sha256(canonical(part).encode()).hexdigest()[:16]


def require_unchanged(part: Part, seen: str | None) -> None:
    """Raises `Conflict` when the part is no longer the one of which `seen` is the mark; None asks nothing."""
    if seen is not None and mark(part) != seen:
        raise Conflict(CHANGED_ELSEWHERE)

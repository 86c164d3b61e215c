"""How much longer a request of ours may take, told by comparable ones that had waited as long: counts, not a score.

Comparable are our requests of the same kind to the same State; of the same type of assistance and legal basis too,
where enough of those had waited as long. What still waits counts as far as it is known: a request that waits already
longer than the time in question took longer; one that does not is left out and counted. Nothing is said of fewer than
the floor. Figures are those of a snapshot over unrestricted requests; no numpy, because pages ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis
from mla_tracker.cases.queries import find_case
from mla_tracker.core.errors import NotVisible
from mla_tracker.statistics.definitions import FLOOR
from mla_tracker.statistics.models import Snapshot, SnapshotCase
from mla_tracker.statistics.queries import readable

LIKENESS: Final = ("state, type, basis", "state, type", "state")
"""What comparable requests have in common, the closest first."""

SOON_DAYS: Final = 180
LOOKED_AT: Final = 10
"""Requests needed soonest for which a page asks; each costs a small query."""


@dataclass(frozen=True)
class Prediction:
    """What the comparable requests say of a request that has waited `age` days.

    `open_after` of them waited as long. With a day on which the answer is needed: `known` of those are decided for the
    `further` days until then, and `longer` of them took longer. `half` is the number of further days within which half
    of them were answered, those still open counted as long as they wait; None where that is not reached.
    """

    age: int
    alike: str
    open_after: int
    half: int | None
    further: int | None = None
    known: int = 0
    longer: int = 0

    @property
    def unlikely(self) -> bool:
        """Whether more than half of those decided took longer than until the needed-by date."""
        return self.further is not None and self.known >= FLOOR and 2 * self.longer > self.known


def predicted(took: Sequence[tuple[int | None, int | None]], age: int, further: int | None, alike: str) -> Prediction:
    """The prediction from (days to the answer, days waiting) of the comparable requests, one of each pair known."""
    after = [(days, waits) for days, waits in took if (days if days is not None else waits or 0) > age]
    ended = sorted(days - age for days, _ in after if days is not None)
    waiting = sorted(waits - age for days, waits in after if days is None and waits is not None)
    if further is None:
        return Prediction(age, alike, len(after), _half(ended, waiting))
    longer = sum(days > further for days in ended) + sum(waits >= further for waits in waiting)
    known = len(ended) + sum(waits >= further for waits in waiting)
    return Prediction(age, alike, len(after), _half(ended, waiting), further, known, longer)


def _half(ended: Sequence[int], waiting: Sequence[int]) -> int | None:
    """The first day on which the Kaplan-Meier estimate of these few falls to a half."""
    share = 1.0
    for day in sorted(set(ended)):
        at_risk = sum(one >= day for one in ended) + sum(one >= day for one in waiting)
        share *= 1 - ended.count(day) / at_risk
        if share <= 0.5 + 1e-12:
            return day
    return None


def prediction_of(session: Session, snapshot: Snapshot | None, case: Case, today: date) -> Prediction | None:
    """The prediction for an open request of ours; None where there is none to make, or too few had waited as long."""
    waits = case.direction == "outgoing" and case.closed_on is None and case.answered_on is None
    if snapshot is None or not waits or case.sent_on is None or case.sent_on > today or case.counterpart is None:
        return None
    age = (today - case.sent_on).days
    further = (case.needed_by - today).days if case.needed_by is not None and case.needed_by >= today else None
    for alike in LIKENESS:
        rows = session.execute(
            select(SnapshotCase.days_answer, SnapshotCase.days_waiting).where(*comparable(snapshot.id, case, alike))
        ).all()
        found = predicted([(row[0], row[1]) for row in rows], age, further, alike)
        if found.open_after >= FLOOR and (further is None or found.known >= FLOOR):
            return found
    return None


def comparable(snapshot_id: int, case: Case, alike: str, *, after: int | None = None) -> list[ColumnElement[bool]]:
    """The conditions on `SnapshotCase` of the requests comparable with `case`; `after`: that had waited so long."""
    found: list[ColumnElement[bool]] = [
        SnapshotCase.snapshot_id == snapshot_id,
        SnapshotCase.kind == case.kind,
        SnapshotCase.direction == "outgoing",
        SnapshotCase.counterpart == case.counterpart,
        SnapshotCase.case_id != case.id,
        SnapshotCase.days_answer.is_not(None) | SnapshotCase.days_waiting.is_not(None),
    ]
    own, theirs = aliased(AssistanceItem), aliased(AssistanceItem)
    if "type" in alike and case.kind == "mla":
        types = select(own.type_code).where(own.case_id == case.id)
        found.append(exists().where(theirs.case_id == SnapshotCase.case_id, theirs.type_code.in_(types)))
    if "basis" in alike:
        mine, other = aliased(CaseLegalBasis), aliased(CaseLegalBasis)
        primary = select(mine.basis_code).where(mine.case_id == case.id, mine.is_primary)
        found.append(
            exists().where(other.case_id == SnapshotCase.case_id, other.is_primary, other.basis_code.in_(primary))
        )
    if after is not None:
        found.append((SnapshotCase.days_answer > after) | (SnapshotCase.days_waiting > after))
    return found


def soon_needed(session: Session, actor: Actor, lead_id: int | None, today: date) -> Sequence[Case]:
    """Open requests of ours whose answer is needed within `SOON_DAYS`, of one lead or of all, the soonest first."""
    statement = select(Case).where(
        visible(actor, Case.id),
        Case.direction == "outgoing",
        Case.closed_on.is_(None),
        Case.answered_on.is_(None),
        Case.sent_on.is_not(None),
        Case.needed_by.between(today, today + timedelta(days=SOON_DAYS)),
    )
    if lead_id is not None:
        statement = statement.where(Case.lead_id == lead_id)
    return session.scalars(statement.order_by(Case.needed_by, Case.id).limit(LOOKED_AT)).all()


def address_of(snapshot: Snapshot, found: Prediction, case: Case) -> str:
    """The comparable requests of a prediction, as they stand in an address."""
    return f"{snapshot.id}:{LIKENESS.index(found.alike)}:{found.age}:{case.reference}"


def comparable_cases(session: Session, actor: Actor, address: str) -> ColumnElement[bool]:
    """The condition on `Case` of the comparable requests that an address names, those that had waited as long.

    `NotVisible` where it names none, or the actor may not see the request or the figures.
    """
    number, likeness, age, reference = [*address.split(":", 3), "", "", ""][:4]
    if not (number.isdecimal() and age.isdecimal() and likeness.isdecimal() and int(likeness) < len(LIKENESS)):
        raise NotVisible("There is no such comparison.")
    snapshot = readable(session, actor, int(number))
    case = find_case(session, actor, reference)
    members = comparable(snapshot.id, case, LIKENESS[int(likeness)], after=int(age))
    return Case.id.in_(select(SnapshotCase.case_id).where(*members))

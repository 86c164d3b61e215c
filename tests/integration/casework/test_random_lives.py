"""Random lives: permitted acts with made-up details, through `record` on PostgreSQL. Whatever was refused left nothing,
and whatever was stored is what the events give.

`MLA_PROOF=1` walks many more of them.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit.services import chain_head
from mla_tracker.cases.facts import FieldKind, FieldSpec, fields_asked
from mla_tracker.cases.life_cycle import Transition, life_cycles
from mla_tracker.cases.models import AssistanceItem, Case, CaseEvent
from mla_tracker.cases.particulars import BasisGiven, ItemGiven
from mla_tracker.cases.queries import entries_of
from mla_tracker.cases.recording import Given
from mla_tracker.cases.replay import Standing, replay
from mla_tracker.casework import editing
from mla_tracker.casework.act import act
from mla_tracker.casework.rebuilding import rebuild
from mla_tracker.casework.recording import record
from mla_tracker.casework.trail_check import check_trail
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.queries import is_watched
from mla_tracker.directory.models import Authority
from mla_tracker.instruments.queries import catalogue
from tests.factories.office import NOW, RECEIVED, World, a_world, an_office

PROOF = bool(os.environ.get("MLA_PROOF"))
LIVES = 400 if PROOF else 24
ACTS = 25 if PROOF else 14
TABLES = life_cycles()
BASES = {
    "mla": ("UNCAC", "UNTOC", "ECMA", "EU_EIO", "RECIPROCITY", "BILATERAL"),
    "extradition": ("UNCAC", "ECE", "EU_EAW", "BILATERAL"),
}
# Corrections have their own walk below; a case is taken over only by an import.
ELSEWHERE = frozenset({"corrected", "taken_over"})


def snapshot(world: World, case_id: int) -> tuple[Any, ...]:
    """What a refused act must leave as it was."""
    session = world.session
    session.expire_all()
    case = session.get_one(Case, case_id)
    head = chain_head(session, f"case:{case_id}")
    deadlines = session.execute(
        select(Deadline.run_key, Deadline.due_on, Deadline.ended_on).where(Deadline.case_id == case_id).order_by("id")
    ).all()
    items = session.execute(
        select(AssistanceItem.id, AssistanceItem.status, AssistanceItem.outcome)
        .where(AssistanceItem.case_id == case_id)
        .order_by(AssistanceItem.id)
    ).all()
    return case.status, case.outcome, case.version, head.length, head.mac, tuple(deadlines), tuple(items)


@pytest.fixture
def world(sessions: Sessions) -> Iterator[World]:
    """An office whose acts commit: the verifier reads the trail in transactions of its own."""
    with sessions() as session:
        yield a_world(an_office(sessions), session)


class Walker:
    """One random life of one request."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        kind, direction = dice.choice(["mla", "extradition"]), dice.choice(["incoming", "outgoing"])
        bases = dice.sample(BASES[kind], dice.randint(0, 2))
        state = dice.choice(["BR", "FR", "AE"])
        theirs = Authority(state=state, name=f"Central authority of {state}", type_code="CA_MLA")
        world.session.add(theirs)
        world.session.commit()
        changes: dict[str, Any] = {
            "bases": tuple(BasisGiven(code, is_primary=not number) for number, code in enumerate(bases)),
            "no_basis_named": not bases,
            "counterpart": state,
            "counterpart_authority_id": theirs.id,
        }
        if kind == "mla":
            changes["items"] = tuple(
                ItemGiven(dice.choice(["DOCUMENTS", "SERVICE", "WITNESS"]), executing_authority_id=world.authority_id)
                for _ in range(dice.randint(1, 2))
            )
        elif direction == "incoming" and dice.random() < 0.3:
            changes["provisional_arrest_warrant"] = "Warrant 7"
        if dice.random() < 0.3:
            changes |= {"needed_by": RECEIVED + timedelta(days=40), "needed_by_reason": "Trial."}
        known = set(catalogue(world.session).assistance_types)
        changes["items"] = tuple(
            item if item.type_code in known else replace(item, type_code="DOCUMENTS")
            for item in changes.get("items", ())
        )
        self.case = world.register(kind, direction, **changes)
        self.day = RECEIVED
        self.refused: Counter[str] = Counter()
        self.recorded: Counter[str] = Counter()

    @property
    def standing(self) -> Standing:
        case = self.case
        return replay(
            TABLES, TABLES.of(case.kind, case.direction), case.direction, entries_of(self.world.session, case.id)
        )

    def step(self) -> None:
        """One act that the table permits now, by somebody who may, with days that mostly go on."""
        standing, dice = self.standing, self.dice
        cycle = TABLES.of(self.case.kind, self.case.direction)
        item_id = dice.choice([None, None, *standing.items]) if standing.items else None
        place = standing.place if item_id is None else standing.items[item_id]
        table = cycle if item_id is None else TABLES.item
        rows = [row for row in table.open_from(place.status, self.case.direction) if row.event not in ELSEWHERE]
        if not rows:
            return
        moving = [row for row in rows if row.to not in ("same", place.status)]
        row = dice.choice(moving if moving and dice.random() < 0.7 else rows)
        world = self.world
        people = [one for one in (world.officer, world.supervisor) if one.may(Permission(row.permission))]
        if not people:
            return
        on = min(self.day + timedelta(days=dice.randint(0, 12)), NOW.date())
        detail = {spec.name: self.answer(spec, on) for spec in fields_asked(row)}
        if detail and dice.random() < 0.2:
            self.spoil(detail, fields_asked(row))
        self.attempt(row, dice.choice(people), on, item_id, detail)

    def spoil(self, detail: dict[str, Any], specs: tuple[FieldSpec, ...]) -> None:
        """Something is left out, or is no day, or a code that nobody knows: refused, never an accident."""
        spec = self.dice.choice(specs)
        if self.dice.random() < 0.5:
            del detail[spec.name]
        elif spec.kind is FieldKind.DATE:
            detail[spec.name] = "31 February"
        elif spec.kind in (FieldKind.GROUNDS, FieldKind.DEFICIENCIES):
            detail[spec.name] = ["NO_SUCH_CODE"]
        elif spec.kind not in (FieldKind.TEXT, FieldKind.LONG_TEXT):
            detail[spec.name] = "no such value"

    def attempt(self, row: Transition, actor: Actor, on: date, item_id: int | None, detail: dict[str, Any]) -> None:
        world = self.world
        before = snapshot(world, self.case.id)
        try:
            with act(world.office, world.session, self.case.id, actor=actor, recorded_at=NOW) as opened:
                record(opened, Given(row.event, on, None, item_id, detail))
        except DomainError:
            self.refused[row.event] += 1
            assert snapshot(world, self.case.id) == before, row.event
        else:
            self.recorded[row.event] += 1
            self.day = on

    def answer(self, spec: FieldSpec, on: date) -> Any:
        """A plausible entry for a field of an act; now and then nothing where nothing is needed."""
        if not spec.required and self.dice.random() < 0.5:
            return ""
        given: dict[FieldKind, Callable[[], Any]] = {
            FieldKind.DATE: lambda: (on + timedelta(days=self.dice.randint(0, 60))).isoformat(),
            FieldKind.YES_NO: lambda: self.dice.choice(["yes", "no"]),
            FieldKind.INTEGER: lambda: self.dice.randint(1, 90),
            FieldKind.CHOICE: lambda: self.dice.choice([code for code, _ in spec.choices]),
            FieldKind.DEFICIENCIES: lambda: [
                self.dice.choice([ground.code for ground in catalogue(self.world.session).deficiencies(self.case.kind)])
            ],
            FieldKind.GROUNDS: lambda: self.grounds(refusing=True),
            FieldKind.POSTPONEMENT_GROUND: lambda: (self.grounds(refusing=False) or [""])[0],
            FieldKind.BASIS: lambda: self.dice.choice([*self.bases(accepted=False), "none"]),
            FieldKind.REFERENCE: lambda: self.case.reference,
        }
        return given.get(spec.kind, lambda: "Words.")()

    def bases(self, *, accepted: bool) -> list[str]:
        self.world.session.refresh(self.case, ["bases"])
        return [basis.basis_code for basis in self.case.bases if basis.accepted or not accepted]

    def grounds(self, *, refusing: bool) -> list[str]:
        codes, bases = catalogue(self.world.session), self.bases(accepted=True)
        if not refusing:
            found = [ground.code for ground in codes.postponement_grounds(bases, self.case.kind)]
        elif bases:
            found = [ground.code for ground in codes.grounds_available(bases, self.case.kind).grounds]
        else:
            found = ["MLA_NO_RECIPROCITY"]
        return self.dice.sample(found, min(len(found), self.dice.randint(1, 2)))

    def correct(self) -> None:
        """Move the day of an entry, or annul it; refused where later entries would no longer be permitted."""
        world, entries = self.world, entries_of(self.world.session, self.case.id)
        entry = self.dice.choice([entry for entry in entries if entry.code != "corrected"])
        annul = self.dice.random() < 0.4
        before = snapshot(world, self.case.id)
        try:
            editing.correct(
                world.office, world.session, self.case.id, entry.seq, reason="Mistyped.", annul=annul,
                happened_on=None if annul else entry.happened_on + timedelta(days=1), actor=world.supervisor,
            )  # fmt: skip
        except DomainError:
            assert snapshot(world, self.case.id) == before
        else:
            self.recorded["corrected"] += 1


def check_stored(world: World, case: Case, standing: Standing) -> None:
    """Everything derived stands in the row as the events give it."""
    world.session.refresh(case)
    cycle = TABLES.of(case.kind, case.direction)
    assert (case.status, case.outcome) == (standing.place.status, standing.place.outcome)
    for name in ("opened", "sent", "acknowledged", "decided", "executed", "answered", "closed"):
        assert getattr(case, f"{name}_on") == getattr(standing, f"{name}_on"), name
    assert cycle.statuses[case.status].terminal == (case.closed_on is not None)
    for item in world.session.scalars(select(AssistanceItem).where(AssistanceItem.case_id == case.id)):
        place = standing.items[item.id]
        assert (item.status, item.outcome) == (place.status, place.outcome)


def check_deadlines(world: World, case: Case) -> None:
    """What ended has an end on or after its start; what runs has none; the case shows the first of what is watched."""
    rows = world.session.scalars(select(Deadline).where(Deadline.case_id == case.id)).all()
    assert len({row.run_key for row in rows}) == len(rows)
    for row in rows:
        assert (row.ended_on is None) == (row.end_kind is None)
        if row.end_kind in ("met", "missed"):
            assert row.due_on is not None
            assert row.ended_on is not None
            assert (row.ended_on > row.due_on) == (row.end_kind == "missed") or row.due_at is not None, row.run_key
    running = [row.due_on for row in rows if row.ended_on is None and is_watched(row)]
    assert case.next_due_on == min((due for due in running if due is not None), default=None)


@pytest.mark.parametrize("seed", range(4))
def test_a_random_life_leaves_a_file_that_holds(world: World, seed: int) -> None:
    recorded: Counter[str] = Counter()
    for number in range(LIVES // 4):
        walker = Walker(world, random.Random(seed * 10_000 + number))  # noqa: S311 - a walk that can be walked again
        for _ in range(ACTS):
            walker.step()
        if number % 3 == 0:
            walker.correct()
        check_stored(world, walker.case, walker.standing)
        check_deadlines(world, walker.case)
        recorded += walker.recorded
    assert len(recorded) > 15, "the walks hardly went anywhere"
    office = world.office
    world.session.commit()
    verdict = check_trail(office)
    assert verdict.first is None
    assert verdict.entries >= (world.session.scalar(select(func.count()).select_from(CaseEvent)) or 0)
    assert [str(one) for _, found in rebuild(office, check_only=True) for one in found] == []


def test_the_order_of_recording_moves_no_deadline(world: World) -> None:
    """Acts that change no status, recorded in one order and in the other: the same clocks with the same days."""
    first, second = world.register(), world.register()
    acts = [("acknowledged", RECEIVED + timedelta(days=4)), ("legal_basis_accepted", RECEIVED + timedelta(days=2))]
    for case, order in ((first, acts), (second, acts[::-1])):
        for code, on in order:
            detail: dict[str, Any] = {"basis": "UNCAC"} if code == "legal_basis_accepted" else {}
            world.record(case, code, on, **detail)

    def clocks(case: Case) -> list[Any]:
        return sorted(
            world.session.execute(
                select(Deadline.rule_code, Deadline.due_on, Deadline.ended_on, Deadline.end_kind).where(
                    Deadline.case_id == case.id
                )
            ),
            key=str,
        )

    assert clocks(first) == clocks(second)


def test_no_act_is_permitted_after_the_end_but_those_of_the_table(world: World) -> None:
    case = world.register()
    world.record(case, "withdrawn", RECEIVED + timedelta(days=3), withdrawn_by="The prosecutor.")
    cycle, before = TABLES.of("mla", "incoming"), snapshot(world, case.id)
    allowed = {row.event for row in cycle.open_from(case.status, "incoming")}
    for code in sorted({row.event for row in cycle.transitions} - allowed - ELSEWHERE):
        with pytest.raises(DomainError):
            world.record(case, code, RECEIVED + timedelta(days=5), by=world.supervisor)
    assert snapshot(world, case.id) == before

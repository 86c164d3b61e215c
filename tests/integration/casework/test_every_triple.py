"""Over all statuses, acts and roles of the four kinds of case, through the act on PostgreSQL: what the table does not
declare is refused as impossible, what the role may not do as not permitted, and nothing of either leaves a trace.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Role
from mla_tracker.cases.facts import FACTS
from mla_tracker.cases.life_cycle import TransitionNotAllowed, cycle_code, life_cycles
from mla_tracker.cases.models import Case, CaseEvent
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.replay import Entry
from mla_tracker.casework.act import open_on
from mla_tracker.core.errors import DomainError, NotPermitted
from tests.factories.office import NOW, World

TABLES = life_cycles()
EVERYTHING = frozenset(FACTS)
ELSEWHERE = frozenset({"corrected"})  # names the entry that was wrong: its own tests


def at_status(world: World, case: Case, status: str, actor: Actor) -> OpenAct:
    """An act on the case as if an earlier register had left it in this status."""
    opened = open_on(world.office, world.session, case, actor=actor, on=NOW.date(), now=NOW)
    stated = {"status": status, "sent_on": case.opened_on.isoformat()}
    return replace(opened, entries=[Entry(1, "taken_over", case.opened_on, detail=stated)], length=1)


def answer(opened: OpenAct, event: str) -> str:
    """What the act answers: impossible, forbidden, or no matter of table and role."""
    try:
        opened.append(event, vouched=EVERYTHING)
    except TransitionNotAllowed:
        return "impossible"
    except NotPermitted:
        return "forbidden"
    except DomainError:
        return "open"
    return "open"


@pytest.mark.parametrize(
    ("kind", "direction"),
    [(kind, direction) for kind in ("mla", "extradition") for direction in ("incoming", "outgoing")],
)
def test_the_act_permits_exactly_what_the_table_declares(world: World, kind: str, direction: str) -> None:
    case = world.register(kind, direction)
    cycle = TABLES.cycles[cycle_code(kind, direction)]
    before = world.session.scalar(select(func.count()).select_from(CaseEvent))
    seen: Counter[str] = Counter()
    wrong: list[Any] = []
    for role in Role:
        actor = Actor(world.officer.account_id, role.value, role, ROLE_PERMISSIONS[role])
        for status in cycle.statuses:
            opened = at_status(world, case, status, actor)
            for event in sorted(set(TABLES.events) - ELSEWHERE):
                row = cycle.find(status, event, direction)
                wanted = "impossible" if row is None else "open"
                if row is not None and row.permission not in TABLES.roles[role.value]:
                    wanted = "forbidden"
                found = answer(opened, event)
                seen[found] += 1
                if found != wanted:
                    wrong.append((role.value, status, event, wanted, found))
                if opened.length != 1:
                    world.session.expunge_all()
                    case = world.session.get_one(Case, case.id)
                    opened = at_status(world, case, status, actor)
    assert not wrong
    assert set(seen) == {"impossible", "forbidden", "open"}
    assert world.session.scalar(select(func.count()).select_from(CaseEvent)) == before

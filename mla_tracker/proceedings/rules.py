"""What an act of a proceeding asks, beside what its row in the table needs: the outcome of its kind, and consent."""

from typing import Final

from mla_tracker.cases.facts import FACTS, FieldKind, FieldSpec, fields_asked
from mla_tracker.cases.life_cycle import OF_KIND, LifeCycle, LifeCycles, Transition

CYCLE: Final = "proceeding"
# What opening and progress have answered by themselves.
_ON_FILE: Final = frozenset({"PROCEEDING_KIND", "COUNTERPART_STATE", "PARENT_CASE"})


def cycle_of(tables: LifeCycles) -> LifeCycle:
    """The table of proceedings."""
    return tables.cycles[CYCLE]


def questions(tables: LifeCycles, row: Transition, kind: str) -> tuple[FieldSpec, ...]:
    """The fields of an act in a proceeding of this kind, in order."""
    asked = [spec for spec in fields_asked(row) if spec.name != "proceeding_kind"]
    if row.outcome == OF_KIND:
        of_kind = tables.proceeding_kinds[kind]
        labels = cycle_of(tables).outcomes
        choices = tuple((code, labels[code].label) for code in of_kind.outcomes)
        asked.insert(0, FieldSpec("outcome", "How it ended", FieldKind.CHOICE, choices=choices))
        asked += [spec for fact in of_kind.needs_before_end for spec in FACTS[fact].fields]
    return tuple(asked)


def lacking(row: Transition, codes: frozenset[str]) -> list[str]:
    """The facts that must stand on the file first and do not. `codes`: the events recorded so far.

    A proceeding has no reminder of its own: what was told to the other State or received from it shows that it was
    reminded.
    """
    needs = [fact for fact in row.needs if FACTS[fact].stands is not None and fact not in _ON_FILE]
    return [fact for fact in needs if not (fact == "REMINDER_SENT" and "proceeding_progress" in codes)]

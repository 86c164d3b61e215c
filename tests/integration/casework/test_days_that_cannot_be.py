"""Impossible days through the service, the correction and the import: a clear message, and nothing changed."""

from datetime import date
from pathlib import Path

import pytest

from mla_tracker.cases.queries import entries_of
from mla_tracker.casework.editing import correct
from mla_tracker.casework.register_file.importing import ImportRefused, load_register
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError, Invalid
from tests.factories.office import World, an_office

DAY = date(2026, 4, 10)


def test_an_answer_before_the_question(world: World) -> None:
    case = world.register()
    world.record(case, "information_requested", DAY, missing="The dates.", reply_due="2026-06-01")
    with pytest.raises(DomainError, match=r"before “Record the request for additional information” \(2026-04-10\)"):
        world.record(case, "information_received", date(2026, 4, 9))
    assert case.status == "awaiting_information"


def test_a_surrender_before_the_arrest(world: World) -> None:
    case = world.register("extradition", provisional_arrest_warrant="7")
    world.record(case, "arrested", DAY, place="Harbour", notice_date="2026-04-10")
    world.record(case, "formal_request_received", date(2026, 4, 12))
    with pytest.raises(DomainError, match="before “Record the arrest”"):
        world.record(case, "discharged", date(2026, 4, 9), reason="Late", notice_date="2026-04-12")


def test_a_day_set_for_later_before_the_act(world: World) -> None:
    case = world.register()
    with pytest.raises(Invalid) as wrong:
        world.record(case, "information_requested", DAY, missing="The dates.", reply_due="2026-04-01")
    assert set(wrong.value.errors) == {"reply_due"}
    assert case.status == "under_review"


def test_a_correction_that_would_turn_the_order_round(world: World) -> None:
    case = world.register()
    world.record(case, "information_requested", DAY, missing="The dates.", reply_due="2026-06-01")
    world.record(case, "information_received", date(2026, 4, 20))
    asked = next(entry.seq for entry in entries_of(world.session, case.id) if entry.code == "information_requested")
    with pytest.raises(Invalid) as wrong:
        correct(
            world.office, world.session, case.id, asked, reason="Wrong day.", happened_on=date(2026, 4, 25),
            annul=False, actor=world.officer,
        )  # fmt: skip
    assert set(wrong.value.errors) == {"happened_on"}


def test_an_import_names_the_row(sessions: Sessions, tmp_path: Path) -> None:
    rows = [
        "row,reference,kind,direction,subject,counterpart,channel,opened_on,received_on,status,number,event,happened_on,recorded_at,detail",
        "case,MLA-IN-2026-00007,mla,incoming,Records,BR,post,2026-03-02,2026-03-02,under_review,,,,,",
        "event,MLA-IN-2026-00007,,,,,,,,,1,received,2026-03-02,2026-03-02T09:00:00+00:00,",
        "event,MLA-IN-2026-00007,,,,,,,,,2,registered,2026-03-02,2026-03-02T09:00:00+00:00,",
        "event,MLA-IN-2026-00007,,,,,,,,,3,information_requested,2026-03-20,2026-03-20T09:00:00+00:00,",
        "event,MLA-IN-2026-00007,,,,,,,,,4,information_received,2026-03-19,2026-03-21T09:00:00+00:00,",
    ]
    file = tmp_path / "register.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        list(load_register(an_office(sessions), file))
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [(6, "happened_on")]
    assert "before information_requested" in refused.value.problems[0].message

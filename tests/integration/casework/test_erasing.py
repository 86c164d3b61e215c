"""Lawful erasure: what an entry said is gone, who may not erase cannot, and the chain still holds."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mla_tracker.audit.chain import Reason
from mla_tracker.audit.verifier import verify
from mla_tracker.cases.models import Case, CaseEventDetail
from mla_tracker.cases.notes import add_note
from mla_tracker.cases.queries import entries_of
from mla_tracker.cases.registration import particulars_of
from mla_tracker.cases.trail import case_chains
from mla_tracker.cases.work_models import Note
from mla_tracker.casework.act import act
from mla_tracker.casework.editing import edit_particulars
from mla_tracker.casework.erasing import erase_detail
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import DomainError, Invalid, NotVisible
from tests.factories.office import NOW, a_world, an_office


def test_a_detail_is_erased_and_the_trail_says_so_and_holds(sessions: Sessions, owner_engine: Engine) -> None:
    office = an_office(sessions)
    with sessions() as session:
        world = a_world(office, session)
        case = world.register()
        new = replace(particulars_of(case), subject="A name that must go")
        assert edit_particulars(office, session, case.id, new, version=case.version, actor=world.officer)
        case_id, reference, last = case.id, case.reference, len(entries_of(session, case.id))
    with sessions() as session, pytest.raises(DBAPIError, match="permission denied"):
        erase_detail(session, office.audit_key, reference, last, ground="x", actor_id=None, now=NOW)
    with Session(owner_engine) as session, pytest.raises(DBAPIError, match="part of the audit trail"):
        session.execute(delete(CaseEventDetail))
    with Session(owner_engine) as session:
        for wrong, problem in ((1, DomainError), (99, NotVisible)):
            with pytest.raises(problem):
                erase_detail(session, office.audit_key, reference, wrong, ground="x", actor_id=None, now=NOW)
        with pytest.raises(Invalid):
            erase_detail(session, office.audit_key, reference, last, ground=" ", actor_id=None, now=NOW)
        erase_detail(session, office.audit_key, reference, last, ground="Data Protection Act, 17", actor_id=7, now=NOW)
        session.commit()
        with pytest.raises(DomainError, match="already"):
            erase_detail(session, office.audit_key, reference, last, ground="x", actor_id=None, now=NOW)
    with sessions() as session:
        assert entries_of(session, case_id)[-1].detail == {}
        assert "must go" not in str(session.scalars(select(CaseEventDetail.text)).all())
    assert verify(sessions, office.audit_key, [case_chains]).first is None
    with owner_engine.begin() as connection:
        connection.execute(text("SELECT set_config('mla.erasing', 'on', true)"))
        connection.execute(text("DELETE FROM case_event_detail"))
    found = verify(sessions, office.audit_key, [case_chains]).first
    assert found is not None, "what was deleted without a word is found"
    assert (found.chain, found.seq, found.reason) == (f"case:{case_id}", 1, Reason.DETAIL_GONE)


def test_with_the_entry_of_a_note_goes_the_note_and_what_it_is_found_by(
    sessions: Sessions, owner_engine: Engine
) -> None:
    office = an_office(sessions)
    with sessions() as session:
        world = a_world(office, session)
        case = world.register()
        with act(office, session, case.id, actor=world.officer, recorded_at=NOW) as opened:
            add_note(opened, "A Zugspitze account.", [world.supervisor.account_id or 0])
        reference, last = case.reference, len(entries_of(session, case.id))
    with Session(owner_engine) as session:
        erase_detail(session, office.audit_key, reference, last, ground="Data Protection Act, 17", actor_id=7, now=NOW)
        session.commit()
    with sessions() as session:
        assert session.scalars(select(Note)).all() == []
        assert "zugspitze" not in str(session.scalars(select(Case.search_text)).all())
    assert verify(sessions, office.audit_key, [case_chains]).first is None

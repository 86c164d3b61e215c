"""What is written is the office at one moment, whatever is recorded while the file grows."""

import pytest
from sqlalchemy import select

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.cases.models import Case
from mla_tracker.casework.demo.load import load
from mla_tracker.casework.office import Office
from mla_tracker.casework.register_file import export
from mla_tracker.casework.register_file.export import register_rows
from mla_tracker.directory.models import Authority


def test_work_during_an_export_stays_out_of_it_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _step in load(office, cases=6, seed=3):
        pass
    monkeypatch.setattr(export, "_BATCH", 2)
    with office.sessions() as session:
        before = list(register_rows(session, SYSTEM))
    with office.sessions() as session:
        rows = register_rows(session, SYSTEM)
        written = [next(rows)]
        with office.sessions() as other:
            court = Authority(own=True, name="New court", type_code="PROSECUTION")
            other.add(court)
            other.flush()
            last = other.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()
            last.owner_authority_id, last.subject = court.id, "Changed meanwhile"
            other.commit()
        written += list(rows)
    assert written == before
    with office.sessions() as session:
        after = [values for kind, values in register_rows(session, SYSTEM) if kind == "case"]
    assert (after[-1]["subject"], after[-1]["owner_authority"]) == ("Changed meanwhile", "own:PROSECUTION:New court")

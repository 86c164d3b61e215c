"""The check of the whole trail: run by the worker each day and on demand, its result kept for those who may read it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from mla_tracker.audit.chain import Break, Reason
from mla_tracker.audit.exported_anchor import keep_exported
from mla_tracker.audit.verifier import Verdict, verify
from mla_tracker.cases.trail import case_chains
from mla_tracker.casework.office import Office
from mla_tracker.core import clock, office_setting
from mla_tracker.proceedings.queries import proceeding_chains

_KEY: Final = "trail_check"


@dataclass(frozen=True)
class TrailCheck:
    """What the last check found. `seconds`: how long it took; `breaks`: the first bad entry of each broken chain."""

    at: datetime
    seconds: int
    chains: int
    entries: int
    anchors: int
    breaks: tuple[Break, ...]


def check_trail(office: Office) -> Verdict:
    """Walk every chain of the office and keep the result."""
    began = clock.now()
    verdict = verify(office.sessions, office.audit_key, [case_chains, proceeding_chains])
    ended = clock.now()
    kept = {
        "seconds": int((ended - began).total_seconds()),
        "chains": verdict.chains,
        "entries": verdict.entries,
        "anchors": verdict.anchors,
        "breaks": [[found.chain, found.seq, found.reason.value] for found in verdict.breaks],
    }
    with office.sessions() as session:
        office_setting.write(session, _KEY, json.dumps({"at": ended.isoformat(), **kept}), ended)
        session.commit()
    return verdict


def check_trail_daily(office: Office, now: datetime) -> Verdict | None:
    """The check of the day; None when today (in the authority's zone) there was one already."""
    with office.sessions() as session:
        last = last_trail_check(session)
    if last is not None and clock.local_date(last.at, office.zone) >= clock.local_date(now, office.zone):
        return None
    return check_trail(office)


def export_anchor_daily(office: Office, folder: Path, now: datetime) -> Path:
    """The signed anchor of the day, in a folder that the office copies to another place; made once a day."""
    with office.sessions() as session:
        day = clock.local_date(now, office.zone).isoformat()
        return keep_exported(session, office.audit_key, folder, day, now)


def last_trail_check(session: Session) -> TrailCheck | None:
    """The result of the last check; None when there never was one."""
    kept = office_setting.read(session, _KEY)
    if kept is None:
        return None
    found = json.loads(kept)
    return TrailCheck(
        at=datetime.fromisoformat(found["at"]),
        seconds=found["seconds"],
        chains=found["chains"],
        entries=found["entries"],
        anchors=found["anchors"],
        breaks=tuple(Break(chain, seq, Reason(reason)) for chain, seq, reason in found["breaks"]),
    )

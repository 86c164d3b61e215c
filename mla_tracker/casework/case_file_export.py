"""The file of a case as it leaves the office: a ZIP that proves itself.

`case.json` holds the file as the register file does, `timeline.json` every entry with its canonical text, detail and
salt, `manifest.json` the SHA-256 of each part, `signature.json` the signature over the manifest, `verify.py` the
program that checks all of it with nothing but Python.
"""

import hashlib
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit import verify_export
from mla_tracker.audit.chain import canonical
from mla_tracker.audit.signing import public_key, sign
from mla_tracker.audit.verifier import stored_detail
from mla_tracker.cases.models import Case, CaseEvent, CaseEventDetail
from mla_tracker.cases.open_act import chained_text
from mla_tracker.cases.queries import find_case
from mla_tracker.cases.replay import Entry
from mla_tracker.casework.office import Office
from mla_tracker.casework.register_file.export import case_rows
from mla_tracker.core.errors import NotPermitted

VERIFIER: Final = Path(verify_export.__file__)
# A moment of its own for every part would make two exports of one state differ.
_STILL: Final = (1980, 1, 1, 0, 0, 0)


def export_case_file(office: Office, session: Session, reference: str, *, actor: Actor, now: datetime) -> bytes:
    """The ZIP. The caller records that it was taken. Raises `NotVisible`, `NotPermitted`."""
    if not actor.may(Permission.CASE_EXPORT):
        raise NotPermitted("This needs the right to export.")
    case = find_case(session, actor, reference)
    entries = _timeline(session, case)
    parts = {
        "case.json": _json([{"row": kind, **values} for kind, values in case_rows(session, case.id)]),
        "timeline.json": _json(entries),
    }
    manifest = canonical(
        {
            "reference": case.reference,
            "case": case.id,
            "entries": len(entries),
            "exported_at": now,
            "parts": {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()},
        }
    ).encode()
    signature = {"public_key": public_key(office.audit_key).hex(), "signature": sign(office.audit_key, manifest).hex()}
    return _zip(
        {
            **parts,
            "manifest.json": manifest,
            "signature.json": _json(signature),
            "verify.py": VERIFIER.read_bytes(),
        }
    )


def _timeline(session: Session, case: Case) -> list[dict[str, Any]]:
    rows = session.execute(
        select(CaseEvent, CaseEventDetail.salt, CaseEventDetail.text)
        .outerjoin(CaseEventDetail, CaseEventDetail.event_id == CaseEvent.id)
        .where(CaseEvent.case_id == case.id)
        .order_by(CaseEvent.seq)
    )
    found = []
    for event, salt, text in rows:
        entry = Entry(
            event.seq, event.code, event.happened_on, event.happened_at, event.item_id, event.corrects_seq,
            event.actor_id,
        )  # fmt: skip
        detail = stored_detail(salt, text)
        found.append(
            {
                "text": chained_text(case.id, entry, event.recorded_at),
                "digest": event.detail_digest.hex(),
                "mac": event.mac.hex(),
                "salt": detail.salt.hex() if detail else None,
                "detail": detail.text if detail else None,
            }
        )
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()


def _zip(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(zipfile.ZipInfo(name, _STILL), data)
    return buffer.getvalue()

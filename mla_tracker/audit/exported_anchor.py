"""The anchor of the day, signed, for a place outside the database.

Whoever could rewrite the whole database could also cut its end together with every head and anchor; what was exported
before still says how far the trail went and how it ended there.
"""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.audit.chain import AuditKey, Break, Reason, canonical
from mla_tracker.audit.models import Anchor
from mla_tracker.audit.services import ANCHORS, chain_head
from mla_tracker.audit.signing import holds, public_key, sign
from mla_tracker.core.errors import DomainError


def exported_anchor(session: Session, key: AuditKey, now: datetime) -> str:
    """How far the anchors go and how they end, with the signature, as JSON on one line for each part."""
    head = chain_head(session, ANCHORS)
    text = canonical({"anchors": head.length, "mac": head.mac.hex(), "exported_at": now})
    signed = {"anchor": text, "signature": sign(key, text.encode()).hex(), "public_key": public_key(key).hex()}
    return json.dumps(signed, indent=1) + "\n"


def against_exported(session: Session, key: AuditKey, exported: str) -> Break | None:
    """Where the anchors of the database are not those that were exported; None when they go on from there.

    Raises `DomainError` for a file that is no anchor of this office.
    """
    try:
        given = json.loads(exported)
        text, signature = given["anchor"], bytes.fromhex(given["signature"])
        told = json.loads(text)
        length, mac = int(told["anchors"]), bytes.fromhex(told["mac"])
    except (ValueError, KeyError, TypeError) as problem:
        raise DomainError("This is no exported anchor.") from problem
    if not holds(public_key(key), signature, text.encode()):
        raise DomainError("This anchor was not signed by this office, or it was changed.")
    if length == 0:
        return None
    found = session.scalar(select(Anchor.mac).where(Anchor.seq == length))
    if found is None:
        return Break(ANCHORS, length, Reason.CUT)
    return None if found == mac else Break(ANCHORS, length, Reason.ANCHOR)


def keep_exported(session: Session, key: AuditKey, folder: Path, day: str, now: datetime) -> Path:
    """Write the anchor of `day` (ISO) into `folder`, once: a later one of the same day leaves the first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"anchor-{day}.json"
    if not path.exists():
        path.write_text(exported_anchor(session, key, now), encoding="utf-8")
    return path

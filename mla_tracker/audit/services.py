"""Writing to the chains: entries of administration, the log of looking, the anchors.

What is done is chained in the transaction that does it. What is only looked at is written in a short transaction of its
own, to a chain of the process that shows it: to look never waits for a write.
"""

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mla_tracker.audit.chain import (
    FIRST,
    NO_DETAIL,
    AuditKey,
    Head,
    Leaf,
    canonical,
    detail_digest,
    merkle_root,
    new_salt,
    seal,
)
from mla_tracker.audit.models import (
    AccessEntry,
    AdministrationDetail,
    AdministrationEntry,
    Anchor,
    AnchorLeaf,
    ChainHead,
)
from mla_tracker.core.database import Sessions

ADMINISTRATION: Final = "administration"
ANCHORS: Final = "anchors"
HEADS_IN_ONE_ANCHOR: Final = 5_000


def chain_head(session: Session, chain: str, *, lock: bool = False) -> Head:
    """The end of a chain; `lock` keeps it (made where it was not) until the commit, for chains that no row guards."""
    if lock:
        made = upsert(ChainHead).values(chain=chain, length=0, mac=FIRST)
        # The row is locked and told in one step, whether it was there or not.
        held = made.on_conflict_do_update(index_elements=["chain"], set_={"chain": chain})
        row = session.execute(held.returning(ChainHead.length, ChainHead.mac)).one()
        return Head(row.length, row.mac)
    found = session.execute(select(ChainHead.length, ChainHead.mac).where(ChainHead.chain == chain)).one_or_none()
    return Head(found.length, found.mac) if found else Head(0, FIRST)


def store_head(session: Session, chain: str, length: int, mac: bytes) -> None:
    """Write the new end of a chain, after its entries; the caller holds the chain (its row, or its case's)."""
    values = {"length": length, "mac": mac}
    session.execute(
        upsert(ChainHead).values(chain=chain, **values).on_conflict_do_update(index_elements=["chain"], set_=values)
    )


def record_administration(
    session: Session, key: AuditKey, *, actor_id: int | None, code: str, detail: Mapping[str, Any], now: datetime
) -> int:
    """Append an entry of administration in the caller's transaction and return its number.

    One chain for the whole office: its head is locked until the commit, so this is the last thing before it. `detail`
    holds plain values (text, whole numbers, dates, lists of these), no secret.
    """
    session.flush()
    head = chain_head(session, ADMINISTRATION, lock=True)
    salt, text = new_salt(), canonical(detail)
    digest, seq = detail_digest(salt, text), head.length + 1
    mac = seal(key, head.mac, administration_text(seq, code, actor_id, now), digest)
    session.add(
        AdministrationEntry(
            seq=seq,
            code=code,
            recorded_at=now,
            actor_id=actor_id,
            detail_digest=digest,
            mac=mac,
            detail=AdministrationDetail(salt=salt, text=text),
        )
    )
    session.flush()
    store_head(session, ADMINISTRATION, seq, mac)
    return seq


def administration_text(seq: int, code: str, actor_id: int | None, recorded_at: datetime) -> str:
    """The canonical text of an entry of administration that its MAC covers."""
    return canonical({"chain": ADMINISTRATION, "seq": seq, "code": code, "actor": actor_id, "recorded_at": recorded_at})


class AccessLog:
    """Records who looked at what, on a chain of this process. Made once by an entry point; threads may share it."""

    def __init__(self, sessions: Sessions, key: AuditKey) -> None:
        self._sessions = sessions
        self._key = key
        self._chain = _new_access_chain()

    def record(
        self,
        code: str,
        *,
        actor_id: int | None,
        now: datetime,
        case_id: int | None = None,
        about: str = "",
        address: str = "",
    ) -> None:
        """Write one entry and commit it. `about` is a code or a number, never free text; `address` the caller's.

        Raises what the database raises: a page on a restricted case is then not shown.
        """
        record_access(
            self._sessions,
            self._key,
            self._own_chain(),
            code=code,
            actor_id=actor_id,
            case_id=case_id,
            about=about,
            address=address,
            now=now,
        )

    def _own_chain(self) -> str:
        """The chain of this process; a process that was forked off begins one of its own."""
        if self._chain[1] != os.getpid():
            self._chain = _new_access_chain()
        return self._chain[0]


def _new_access_chain() -> tuple[str, int]:
    return f"access:{secrets.token_hex(8)}", os.getpid()


def record_access(
    sessions: Sessions,
    key: AuditKey,
    chain: str,
    *,
    code: str,
    actor_id: int | None,
    case_id: int | None,
    about: str,
    address: str,
    now: datetime,
) -> None:
    """Append an entry of looking to `chain` in a transaction of its own."""
    with sessions() as session:
        head = chain_head(session, chain, lock=True)
        seq = head.length + 1
        text = access_text(chain, seq, code, actor_id, case_id, about, address, now)
        mac = seal(key, head.mac, text, NO_DETAIL)
        session.execute(
            insert(AccessEntry).values(
                chain=chain,
                seq=seq,
                code=code,
                recorded_at=now,
                actor_id=actor_id,
                case_id=case_id,
                about=about,
                address=address,
                mac=mac,
            )
        )
        store_head(session, chain, seq, mac)
        session.commit()


def access_text(
    chain: str,
    seq: int,
    code: str,
    actor_id: int | None,
    case_id: int | None,
    about: str,
    address: str,
    recorded_at: datetime,
) -> str:
    """The canonical text of an entry of looking that its MAC covers."""
    return canonical(
        {
            "chain": chain,
            "seq": seq,
            "code": code,
            "actor": actor_id,
            "case": case_id,
            "about": about,
            "address": address,
            "recorded_at": recorded_at,
        }
    )


def anchor_changed_heads(session: Session, key: AuditKey, now: datetime) -> int:
    """Bind the heads that changed since their last anchor into one root that follows the former anchor.

    The caller commits. Returns how many were bound (0: no anchor was made), at most `HEADS_IN_ONE_ANCHOR`: call again
    until it is 0. A head that an act holds just now is left for the next anchor, so nobody waits for this and this
    waits for nobody. Two at once take turns.
    """
    former = chain_head(session, ANCHORS, lock=True)
    rows = session.execute(
        select(ChainHead.chain, ChainHead.length, ChainHead.mac)
        .where(ChainHead.length != ChainHead.anchored_length, ChainHead.chain != ANCHORS)
        .order_by(ChainHead.chain)
        .limit(HEADS_IN_ONE_ANCHOR)
        .with_for_update(skip_locked=True)
    ).all()
    leaves = [Leaf(row.chain, row.length, row.mac) for row in rows]
    if not leaves:
        return 0
    seq, root = former.length + 1, merkle_root(leaves)
    mac = seal(key, former.mac, anchor_text(seq, len(leaves), now), root)
    session.execute(insert(Anchor).values(seq=seq, recorded_at=now, heads=len(leaves), root=root, mac=mac))
    session.execute(
        insert(AnchorLeaf),
        [{"anchor_seq": seq, "chain": leaf.chain, "length": leaf.length, "mac": leaf.mac} for leaf in leaves],
    )
    session.connection().execute(
        update(ChainHead).where(ChainHead.chain == bindparam("of_chain")).values(anchored_length=bindparam("up_to")),
        [{"of_chain": leaf.chain, "up_to": leaf.length} for leaf in leaves],
    )
    store_head(session, ANCHORS, seq, mac)
    return len(leaves)


def anchor_text(seq: int, heads: int, recorded_at: datetime) -> str:
    """The canonical text of an anchor that its MAC covers, beside its root."""
    return canonical({"chain": ANCHORS, "seq": seq, "heads": heads, "recorded_at": recorded_at})

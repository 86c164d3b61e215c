"""Walks every chain of the office against its seals, its head and the anchors; streams, whatever the size.

All reads are one snapshot of the database, so that acts going on meanwhile break nothing. A table of chained entries
of a higher package comes as a `ChainSource`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mla_tracker.audit.chain import (
    NO_DETAIL,
    AuditKey,
    Break,
    Detail,
    Head,
    Leaf,
    Reason,
    Sealed,
    Walk,
    merkle_root,
)
from mla_tracker.audit.models import (
    AccessEntry,
    AdministrationDetail,
    AdministrationEntry,
    Anchor,
    AnchorLeaf,
    ChainHead,
)
from mla_tracker.audit.services import ADMINISTRATION, ANCHORS, access_text, administration_text, anchor_text
from mla_tracker.core.database import Sessions

ERASED: Final = "detail_erased"
"""The code of the entry of administration that says which detail was erased, by whom and on which ground."""

ROWS_AT_ONCE: Final = 2_000
_CHAINS_AT_ONCE: Final = 1_000
_ENTRIES_AT_ONCE: Final = 10_000


ChainSource = Callable[[Session], Iterable[Sealed]]
"""Reads all entries of one table, those of one chain together and in the order of their numbers; streamed."""


def stored_detail(salt: bytes | None, text: str | None) -> Detail | None:
    """The detail of an entry as an outer join finds it; None where it is gone."""
    return None if salt is None or text is None else Detail(salt, text)


def administration_chain(session: Session) -> Iterator[Sealed]:
    """The one chain of administration."""
    entry = AdministrationEntry
    rows = session.execute(
        select(
            entry.seq,
            entry.code,
            entry.actor_id,
            entry.recorded_at,
            entry.detail_digest,
            entry.mac,
            AdministrationDetail.salt,
            AdministrationDetail.text,
        )
        .outerjoin(AdministrationDetail, AdministrationDetail.entry_id == entry.id)
        .order_by(entry.seq)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for seq, code, actor_id, recorded_at, digest, mac, salt, text in rows:
        canonical = administration_text(seq, code, actor_id, recorded_at)
        yield Sealed(ADMINISTRATION, seq, canonical, digest, mac, stored_detail(salt, text))


def access_chains(session: Session) -> Iterator[Sealed]:
    """The log of looking: a chain a writing process."""
    entry = AccessEntry
    rows = session.execute(
        select(
            entry.chain,
            entry.seq,
            entry.code,
            entry.actor_id,
            entry.case_id,
            entry.about,
            entry.address,
            entry.recorded_at,
            entry.mac,
        )
        .order_by(entry.chain, entry.seq)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for chain, seq, code, actor_id, case_id, about, address, recorded_at, mac in rows:
        text = access_text(chain, seq, code, actor_id, case_id, about, address, recorded_at)
        yield Sealed(chain, seq, text, NO_DETAIL, mac, has_detail=False)


@dataclass
class Verdict:
    """What the walk found. `first` is None when every chain holds."""

    chains: int = 0
    entries: int = 0
    anchors: int = 0
    breaks: list[Break] = field(default_factory=list)

    @property
    def first(self) -> Break | None:
        """The first break found, or None."""
        return self.breaks[0] if self.breaks else None


def verify(sessions: Sessions, key: AuditKey, sources: Sequence[ChainSource], *, most_breaks: int = 100) -> Verdict:
    """Walk all chains of administration, of looking and of the `sources`, and the anchors.

    A broken chain does not hide the next: at most `most_breaks` of them are named, one a chain, its first.
    """
    verdict = Verdict()
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        _anchors(session, key, verdict)
        erased = _erased(session)
        everywhere = (administration_chain, *sources, access_chains)
        for source in everywhere:
            for walks in _walked(source(session), key, erased):
                _ends(session, walks, verdict)
                if len(verdict.breaks) >= most_breaks:
                    return verdict
        _without_entries(session, everywhere, verdict)
    return verdict


def _erased(session: Session) -> frozenset[tuple[str, int]]:
    """Chain and number of the entries whose detail was lawfully erased; what says so is sealed itself."""
    texts = session.scalars(
        select(AdministrationDetail.text)
        .join(AdministrationEntry, AdministrationEntry.id == AdministrationDetail.entry_id)
        .where(AdministrationEntry.code == ERASED)
    )
    return frozenset((told["chain"], told["entry"]) for told in map(json.loads, texts))


def _walked(entries: Iterable[Sealed], key: AuditKey, erased: frozenset[tuple[str, int]]) -> Iterator[list[Walk]]:
    """Walks of whole chains, some thousand entries at once."""
    batch: list[Walk] = []
    size = 0
    for chain, members in groupby(entries, key=lambda entry: entry.chain):
        walk = Walk(key, chain)
        for entry in members:
            walk.step(entry._replace(erased=True) if (chain, entry.seq) in erased else entry)
        batch.append(walk)
        size += len(walk.macs)
        if len(batch) >= _CHAINS_AT_ONCE or size >= _ENTRIES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _ends(session: Session, walks: Sequence[Walk], verdict: Verdict) -> None:
    names = [walk.chain for walk in walks]
    heads = {
        row.chain: Head(row.length, row.mac)
        for row in session.execute(
            select(ChainHead.chain, ChainHead.length, ChainHead.mac).where(ChainHead.chain.in_(names))
        )
    }
    anchored = _last_anchored(session, names)
    for walk in walks:
        verdict.chains += 1
        verdict.entries += len(walk.macs)
        if found := walk.end(heads.get(walk.chain), anchored.get(walk.chain)):
            verdict.breaks.append(found)


def _last_anchored(session: Session, names: Sequence[str]) -> Mapping[str, Head]:
    """The end that the last anchor binds, for each of the chains that was ever anchored."""
    last = (
        select(AnchorLeaf.chain, func.max(AnchorLeaf.anchor_seq).label("anchor_seq"))
        .where(AnchorLeaf.chain.in_(names))
        .group_by(AnchorLeaf.chain)
        .subquery()
    )
    rows = session.execute(
        select(AnchorLeaf.chain, AnchorLeaf.length, AnchorLeaf.mac).join(
            last, (last.c.chain == AnchorLeaf.chain) & (last.c.anchor_seq == AnchorLeaf.anchor_seq)
        )
    )
    return {row.chain: Head(row.length, row.mac) for row in rows}


def _without_entries(session: Session, sources: Sequence[ChainSource], verdict: Verdict) -> None:
    """Chains of which a head or an anchor speaks, and not one entry is there."""
    heads = select(ChainHead.chain).where(ChainHead.length > 0, ChainHead.chain != ANCHORS)
    named = heads.union(select(AnchorLeaf.chain).where(AnchorLeaf.length > 0)).subquery()
    if session.scalar(select(func.count()).select_from(named)) == verdict.chains:
        return
    walked = {entry.chain for source in sources for entry in source(session)}
    names = session.scalars(select(named.c.chain).order_by(named.c.chain))
    verdict.breaks.extend(Break(chain, 1, Reason.CUT) for chain in names if chain not in walked)


def _anchors(session: Session, key: AuditKey, verdict: Verdict) -> None:
    """The anchors are a chain, and each root is that of the heads kept with it."""
    walk = Walk(key, ANCHORS)
    rows = session.execute(
        select(Anchor.seq, Anchor.heads, Anchor.recorded_at, Anchor.root, Anchor.mac)
        .order_by(Anchor.seq)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    roots = _roots(session)
    bound = next(roots, None)
    wrong_root: Break | None = None
    for seq, heads, recorded_at, root, mac in rows:
        walk.step(Sealed(ANCHORS, seq, anchor_text(seq, heads, recorded_at), root, mac, has_detail=False))
        while bound is not None and bound[0] < seq:
            bound = next(roots, None)
        if (bound is None or bound != (seq, heads, root)) and wrong_root is None:
            wrong_root = Break(ANCHORS, seq, Reason.ROOT)
        verdict.anchors += 1
    head = session.execute(select(ChainHead.length, ChainHead.mac).where(ChainHead.chain == ANCHORS)).one_or_none()
    if walk.macs or walk.broken or head is not None:
        broken = walk.end(Head(head.length, head.mac) if head else None)
        verdict.breaks.extend(found for found in (broken, wrong_root) if found is not None)


def _roots(session: Session) -> Iterator[tuple[int, int, bytes]]:
    """Number of the anchor, number of heads and root, made again from the heads kept with it."""
    rows = session.execute(
        select(AnchorLeaf.anchor_seq, AnchorLeaf.chain, AnchorLeaf.length, AnchorLeaf.mac)
        .order_by(AnchorLeaf.anchor_seq)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for seq, members in groupby(rows, key=lambda row: row.anchor_seq):
        leaves = [Leaf(row.chain, row.length, row.mac) for row in members]
        yield seq, len(leaves), merkle_root(leaves)

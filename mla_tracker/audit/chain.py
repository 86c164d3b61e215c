"""The arithmetic of the trail: canonical text, salted digest, seal, the first break of a chain, the root of an anchor.

An entry's MAC covers its canonical text, the digest of its detail and the MAC of the entry before. The detail lies
apart with its salt, so that lawful erasure can destroy it and the chain still holds. A head says how long a chain is,
so that a cut tail shows; an anchor binds the heads that changed, so that a tail cut together with its head shows too.
Pure: the key comes as an argument.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

FIRST: Final = bytes(32)
"""What stands in the place of the MAC before the first entry of a chain."""

NO_DETAIL: Final = bytes(32)
"""What stands in the place of a digest where a kind of entry has no detail at all."""


@dataclass(frozen=True)
class AuditKey:
    """The key of the seals; never shown, never logged."""

    secret: bytes = field(repr=False)


class Head(NamedTuple):
    """Where a chain ends: how many entries it has and the MAC of the last. An empty chain is `Head(0, FIRST)`."""

    length: int
    mac: bytes


class Detail(NamedTuple):
    """The detail of an entry as it is stored: its canonical text and the salt of its digest."""

    salt: bytes
    text: str


class Sealed(NamedTuple):
    """An entry as the verifier reads it. `text` is the canonical text made again from the stored columns.

    `digest` is what the MAC covers beside it. `has_detail`: it is that of a detail, which must be there unless an entry
    of administration says that it was lawfully `erased`.
    """

    chain: str
    seq: int
    text: str
    digest: bytes
    mac: bytes
    detail: Detail | None = None
    has_detail: bool = True
    erased: bool = False


class Reason(StrEnum):
    """Why a chain does not hold."""

    MISSING = "an entry is missing or out of order"
    SEAL = "the entry, or the one before it, was changed or put in"
    DETAIL = "the detail of the entry was changed"
    DETAIL_GONE = "the detail of the entry is gone"
    CUT = "entries at the end are gone"
    NOT_IN_HEAD = "there are more entries than were recorded, or the end was replaced"
    NO_HEAD = "the record of the chain's end is gone"
    ANCHOR = "the chain is not the one that was anchored"
    ROOT = "the heads kept with the anchor are not those it binds"


class Break(NamedTuple):
    """The first place where a chain does not hold; `seq` is the number of the entry that is wrong or was to follow."""

    chain: str
    seq: int
    reason: Reason

    def __str__(self) -> str:
        return f"{self.chain}, entry {self.seq}: {self.reason.value}"


def canonical(value: Mapping[str, Any]) -> str:
    """One text for one value: keys sorted, no spaces, dates and moments (in UTC) as ISO text.

    Raises TypeError for what has no one text: floats, moments without a zone, sets, bytes, keys that are not text.
    """
    return _ENCODER.encode(_plain(value))


_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_AS_IT_IS: Final = frozenset({str, int, bool, type(None)})


def _plain(value: Any) -> Any:
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a moment without a zone has no one canonical text")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        raise TypeError("a float has no one canonical text")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("the keys of a canonical text are texts")
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def new_salt() -> bytes:
    """Sixteen random bytes: a digest tells nothing about a detail that can be guessed, once the salt is destroyed."""
    return secrets.token_bytes(16)


def detail_digest(salt: bytes, text: str) -> bytes:
    """SHA-256 over the salt and the canonical text of a detail."""
    return hashlib.sha256(salt + text.encode()).digest()


def seal(key: AuditKey, previous: bytes, text: str, digest: bytes) -> bytes:
    """The MAC of an entry: HMAC-SHA256 over the MAC before, the digest of its detail and its canonical text.

    The first two are 32 bytes each, so that no text can be read as a part of them.
    """
    return hmac.digest(key.secret, (previous or FIRST) + digest + text.encode(), "sha256")


class Walk:
    """Follows one chain entry by entry and remembers the first break; then the end is compared with head and anchor."""

    def __init__(self, key: AuditKey, chain: str) -> None:
        self._key = key
        self.chain = chain
        self.macs: list[bytes] = []
        self.broken: Break | None = None

    def step(self, entry: Sealed) -> None:
        """Take the next entry. After the first break nothing more is looked at."""
        if self.broken is not None:
            return
        seq = len(self.macs) + 1
        previous = self.macs[-1] if self.macs else FIRST
        if entry.seq != seq or entry.chain != self.chain:
            self._break(seq, Reason.MISSING)
        elif not hmac.compare_digest(seal(self._key, previous, entry.text, entry.digest), entry.mac):
            self._break(seq, Reason.SEAL)
        elif entry.has_detail and entry.detail is None and not entry.erased:
            self._break(seq, Reason.DETAIL_GONE)
        elif entry.detail is not None and detail_digest(entry.detail.salt, entry.detail.text) != entry.digest:
            self._break(seq, Reason.DETAIL)
        else:
            self.macs.append(entry.mac)

    def end(self, head: Head | None, anchored: Head | None = None) -> Break | None:
        """The first break of the whole chain, or None. `anchored` is the last end that an anchor binds."""
        length = len(self.macs)
        if self.broken is None:
            if head is None:
                self._break(length, Reason.NO_HEAD)
            elif length < head.length:
                self._break(length + 1, Reason.CUT)
            elif self._at(head.length) != head.mac or length > head.length:
                self._break(head.length + 1 if length > head.length else length, Reason.NOT_IN_HEAD)
            elif anchored is not None and length < anchored.length:
                self._break(length + 1, Reason.CUT)
            elif anchored is not None and self._at(anchored.length) != anchored.mac:
                self._break(anchored.length, Reason.ANCHOR)
        return self.broken

    def _at(self, length: int) -> bytes:
        return self.macs[length - 1] if length > 0 else FIRST

    def _break(self, seq: int, reason: Reason) -> None:
        self.broken = Break(self.chain, seq, reason)


def first_break(
    key: AuditKey, chain: str, entries: Iterable[Sealed], head: Head | None, anchored: Head | None = None
) -> Break | None:
    """Where the chain does not hold, first place first; None when every entry, the end and the anchored end are right.

    `entries` come in the order of their numbers.
    """
    walk = Walk(key, chain)
    for entry in entries:
        walk.step(entry)
    return walk.end(head, anchored)


class Leaf(NamedTuple):
    """The head of one chain as an anchor binds it."""

    chain: str
    length: int
    mac: bytes


def merkle_root(leaves: Sequence[Leaf]) -> bytes:
    """The root over the heads in the order of their chains' names, built as RFC 6962, 2.1 builds its tree.

    Leaves and inner nodes are hashed under different prefixes, so that none can pass for the other. Without leaves it
    is the SHA-256 of nothing.
    """
    ordered = sorted(leaves)
    return _tree([_leaf_hash(leaf) for leaf in ordered]) if ordered else hashlib.sha256(b"").digest()


def _leaf_hash(leaf: Leaf) -> bytes:
    text = canonical({"chain": leaf.chain, "length": leaf.length, "mac": leaf.mac.hex()})
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def _tree(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + _tree(hashes[:left]) + _tree(hashes[left:])).digest()

"""The arithmetic of the trail: one text for one value, and no change to a chain goes unseen."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mla_tracker.audit.chain import (
    FIRST,
    NO_DETAIL,
    AuditKey,
    Detail,
    Head,
    Leaf,
    Reason,
    Sealed,
    canonical,
    detail_digest,
    first_break,
    merkle_root,
    seal,
)

KEY = AuditKey(b"k" * 32)
OTHER_KEY = AuditKey(b"o" * 32)

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@dataclass(frozen=True)
class Chain:
    entries: tuple[Sealed, ...]
    head: Head


def chain_of(details: list[Any], name: str = "case:1", key: AuditKey = KEY) -> Chain:
    entries: list[Sealed] = []
    previous = FIRST
    for seq, given_detail in enumerate(details, start=1):
        detail = Detail(bytes([seq % 256]) * 16, canonical({"detail": given_detail}))
        text = canonical({"chain": name, "seq": seq})
        digest = detail_digest(detail.salt, detail.text)
        previous = seal(key, previous, text, digest)
        entries.append(Sealed(name, seq, text, digest, previous, detail))
    return Chain(tuple(entries), Head(len(entries), previous))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ({"b": 1, "a": None}, '{"a":null,"b":1}'),
        ({"on": date(2026, 2, 28)}, '{"on":"2026-02-28"}'),
        (
            {"at": datetime(2026, 2, 28, 13, 5, tzinfo=timezone(timedelta(hours=1)))},
            '{"at":"2026-02-28T12:05:00+00:00"}',
        ),
        ({"at": datetime(2026, 2, 28, 12, 5, 0, 7, tzinfo=UTC)}, '{"at":"2026-02-28T12:05:00.000007+00:00"}'),
        ({"name": "Łukasz عمر"}, '{"name":"Łukasz عمر"}'),
        ({"list": (1, [True, {"z": "", "y": 2}])}, '{"list":[1,[true,{"y":2,"z":""}]]}'),
    ],
)
def test_canonical_text(value: dict[str, Any], text: str) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize(
    "value",
    [{"a": 1.0}, {"a": [0.5]}, {"at": datetime(2026, 1, 1)}, {1: "a"}, {"a": b"x"}, {"a": {1, 2}}],  # noqa: DTZ001
)
def test_what_has_no_one_text_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@given(st.dictionaries(st.text(max_size=5), plain, max_size=5))
def test_canonical_text_does_not_depend_on_the_order_of_keys(value: dict[str, Any]) -> None:
    assert canonical(value) == canonical(dict(reversed(list(value.items()))))


def test_the_key_is_never_shown() -> None:
    assert "kkk" not in repr(KEY)


@given(st.lists(plain, max_size=8))
def test_an_untouched_chain_holds(details: list[Any]) -> None:
    chain = chain_of(details)
    assert first_break(KEY, "case:1", chain.entries, chain.head) is None
    for length in range(len(details) + 1):
        anchored = Head(length, chain.entries[length - 1].mac if length else FIRST)
        assert first_break(KEY, "case:1", chain.entries, chain.head, anchored) is None


@given(st.lists(plain, min_size=1, max_size=4))
def test_another_key_makes_another_chain(details: list[Any]) -> None:
    chain = chain_of(details)
    broken = first_break(OTHER_KEY, "case:1", chain.entries, chain.head)
    assert broken is not None
    assert (broken.seq, broken.reason) == (1, Reason.SEAL)


@given(st.lists(plain, min_size=1, max_size=4))
def test_a_chain_does_not_pass_for_another(details: list[Any]) -> None:
    other = chain_of(details, "case:2")
    moved = [
        entry._replace(chain="case:1", text=canonical({"chain": "case:1", "seq": entry.seq})) for entry in other.entries
    ]
    assert first_break(KEY, "case:1", moved, other.head) is not None


def test_a_detail_that_was_erased_is_seen_and_the_seals_still_hold() -> None:
    chain = chain_of(["one", "two", "three"])
    erased = [entry._replace(detail=None) if entry.seq == 2 else entry for entry in chain.entries]
    broken = first_break(KEY, "case:1", erased, chain.head)
    assert broken is not None
    assert (broken.seq, broken.reason) == (2, Reason.DETAIL_GONE)
    without = [entry._replace(detail=None, has_detail=False) for entry in chain.entries]
    assert first_break(KEY, "case:1", without, chain.head) is None


def test_an_entry_of_a_kind_without_details_holds() -> None:
    text = canonical({"chain": "access:1", "seq": 1})
    mac = seal(KEY, FIRST, text, NO_DETAIL)
    entry = Sealed("access:1", 1, text, NO_DETAIL, mac, has_detail=False)
    assert first_break(KEY, "access:1", [entry], Head(1, mac)) is None


@pytest.mark.parametrize(
    ("head", "seq", "reason"),
    [
        (None, 3, Reason.NO_HEAD),
        (Head(4, b"x" * 32), 4, Reason.CUT),
        (Head(3, b"x" * 32), 3, Reason.NOT_IN_HEAD),
        (Head(2, b"x" * 32), 3, Reason.NOT_IN_HEAD),
        (Head(0, FIRST), 1, Reason.NOT_IN_HEAD),
        (Head(-5, FIRST), -4, Reason.NOT_IN_HEAD),
    ],
)
def test_a_head_that_is_not_that_of_the_chain(head: Head | None, seq: int, reason: Reason) -> None:
    chain = chain_of(["one", "two", "three"])
    broken = first_break(KEY, "case:1", chain.entries, head)
    assert broken is not None
    assert (broken.seq, broken.reason) == (seq, reason)


def test_a_tail_cut_together_with_its_head_shows_at_the_anchor() -> None:
    chain = chain_of(["one", "two", "three"])
    cut = chain.entries[:2]
    assert first_break(KEY, "case:1", cut, Head(2, cut[-1].mac)) is None
    broken = first_break(KEY, "case:1", cut, Head(2, cut[-1].mac), anchored=chain.head)
    assert broken is not None
    assert (broken.seq, broken.reason) == (3, Reason.CUT)


def test_a_chain_made_again_with_the_key_is_not_the_one_anchored() -> None:
    chain, again = chain_of(["one", "two", "three"]), chain_of(["one", "changed", "three"])
    broken = first_break(KEY, "case:1", again.entries, again.head, anchored=chain.head)
    assert broken is not None
    assert (broken.seq, broken.reason) == (3, Reason.ANCHOR)


EDITS = ("text", "seq", "digest", "mac", "detail_text", "detail_salt")
MOVES = ("delete", "insert", "reorder", "truncate")


@settings(max_examples=1_000, deadline=None)
@given(st.data())
def test_every_mutation_is_detected_and_the_first_bad_entry_named(data: st.DataObject) -> None:
    """C4: edit, delete, insert, reorder, truncate."""
    chain = chain_of(data.draw(st.lists(plain, min_size=1, max_size=8), "details"))
    entries = list(chain.entries)
    kind = data.draw(st.sampled_from(EDITS + MOVES), "mutation")
    place = data.draw(st.integers(0, len(entries) - 1), "place")
    if kind in EDITS:
        entries[place] = edited(entries[place], kind, data)
    else:
        place = moved(entries, kind, place, data)
    broken = first_break(KEY, "case:1", entries, chain.head)
    if tuple(entries) == chain.entries:
        assert broken is None
    else:
        assert broken is not None
        assert broken.seq == place + 1


def edited(entry: Sealed, kind: str, data: st.DataObject) -> Sealed:
    assert entry.detail is not None
    other = data.draw(st.binary(min_size=32, max_size=32), "bytes")
    changes: dict[str, dict[str, Any]] = {
        "text": {"text": entry.text[:-1] + ',"x":1}'},
        "seq": {"seq": data.draw(st.integers(-2, 20), "seq")},
        "digest": {"digest": other},
        "mac": {"mac": other},
        "detail_text": {"detail": Detail(entry.detail.salt, entry.detail.text + " ")},
        "detail_salt": {"detail": Detail(other[:16], entry.detail.text)},
    }
    return entry._replace(**changes[kind])


def moved(entries: list[Sealed], kind: str, place: int, data: st.DataObject) -> int:
    """Change the list itself; returns the first place that is not as it was."""
    if kind == "delete":
        del entries[place]
    elif kind == "insert":
        entries.insert(place, entries[place]._replace(mac=data.draw(st.binary(min_size=32, max_size=32), "bytes")))
    elif kind == "truncate":
        del entries[place:]
    else:
        target = data.draw(st.integers(0, len(entries) - 1), "target")
        entries[place], entries[target] = entries[target], entries[place]
        return min(place, target)
    return place


leaves = st.lists(
    st.builds(Leaf, st.text(min_size=1, max_size=4), st.integers(0, 9), st.binary(min_size=32, max_size=32)),
    max_size=9,
    unique_by=lambda leaf: leaf.chain,
)


@given(leaves, st.randoms(use_true_random=False))
def test_the_root_does_not_depend_on_the_order(given_leaves: list[Leaf], random: Any) -> None:
    shuffled = list(given_leaves)
    random.shuffle(shuffled)
    assert merkle_root(given_leaves) == merkle_root(shuffled)


@given(leaves.filter(bool), st.data())
def test_the_root_binds_every_leaf(given_leaves: list[Leaf], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(given_leaves) - 1))
    changed = list(given_leaves)
    changed[place] = changed[place]._replace(length=changed[place].length + 1)
    fewer = given_leaves[:place] + given_leaves[place + 1 :]
    assert len({merkle_root(given_leaves), merkle_root(changed), merkle_root(fewer)}) == 3


def test_roots_of_the_first_trees_by_hand() -> None:
    """RFC 6962, 2.1: the largest power of two smaller than the number of leaves stands on the left."""
    from hashlib import sha256

    three = [Leaf(name, 1, b"m" * 32) for name in "abc"]

    def leaf(name: str) -> bytes:
        return sha256(b"\x00" + canonical({"chain": name, "length": 1, "mac": (b"m" * 32).hex()}).encode()).digest()

    pair = sha256(b"\x01" + leaf("a") + leaf("b")).digest()
    assert merkle_root([]) == sha256(b"").digest()
    assert merkle_root(three[:1]) == leaf("a")
    assert merkle_root(three[:2]) == pair
    assert merkle_root(three) == sha256(b"\x01" + pair + leaf("c")).digest()

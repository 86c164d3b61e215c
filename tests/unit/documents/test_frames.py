"""Sealed frames: what goes in comes out, from any place; whatever is done to the stored bytes is seen."""

import io
import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mla_tracker.documents.frames import (
    FRAME,
    MAGIC,
    Damaged,
    FrameReader,
    FrameWriter,
    MasterKey,
    Seal,
    digest_of,
    new_key,
)

NAME = "0f" * 16
SEALED = FRAME + 16
SIZES = (0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 7)


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311 - no secret, but the same each time


def stored(plain: bytes, seal: Seal, *, piece: int = 100_000) -> bytes:
    target = io.BytesIO()
    writer = FrameWriter(target, seal)
    for start in range(0, len(plain), piece):
        writer.write(plain[start : start + piece])
    writer.finish()
    return target.getvalue()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [1 << 16, FRAME, 5 * FRAME])
def test_what_went_in_comes_out_whatever_the_pieces(size: int, piece: int) -> None:
    seal, plain = Seal(new_key(), NAME), content(size)
    reader = FrameReader(io.BytesIO(stored(plain, seal, piece=piece)), seal)
    assert reader.size == size
    assert b"".join(reader.frames()) == plain
    assert digest_of(reader) == sha256(plain).digest()


@given(st.lists(st.tuples(st.integers(0, 3 * FRAME + 20), st.integers(0, FRAME)), max_size=5))
@settings(max_examples=30, deadline=None)
def test_any_part_is_read_without_the_rest(places: list[tuple[int, int]]) -> None:
    seal, plain = Seal(b"k" * 32, NAME), content(3 * FRAME + 7)
    reader = io.BufferedReader(FrameReader(io.BytesIO(stored(plain, seal)), seal))
    for start, length in places:
        reader.seek(start)
        assert reader.read(length) == plain[start : start + length]


def test_nothing_of_the_content_can_be_seen_and_no_two_files_are_alike() -> None:
    plain = b"The name of the witness is Ana Prado. " * 1000
    first, second = (stored(plain, Seal(new_key(), NAME)) for _ in range(2))
    assert b"witness" not in first
    assert first[len(MAGIC) :] != second[len(MAGIC) :]
    assert len(first) == len(plain) + len(MAGIC) + 16


def opened(raw: bytes, seal: Seal) -> bytes:
    return digest_of(FrameReader(io.BytesIO(raw), seal))


def test_one_flipped_bit_anywhere_is_found() -> None:
    seal = Seal(new_key(), NAME)
    raw = stored(content(2 * FRAME + 5), seal)
    chosen = random.Random(7)  # noqa: S311
    for _ in range(40):
        place = chosen.randrange(len(raw))
        broken = bytearray(raw)
        broken[place] ^= 1 << chosen.randrange(8)
        with pytest.raises(Damaged):
            opened(bytes(broken), seal)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-1],
        lambda raw: raw[:-SEALED],
        lambda raw: raw[: len(MAGIC) + SEALED],
        lambda raw: raw[: len(MAGIC)],
        lambda _raw: b"",
        lambda raw: raw + b"\0",
        lambda raw: raw + raw[-21:],
        lambda raw: raw[: len(MAGIC)] + raw[len(MAGIC) + SEALED :] + raw[len(MAGIC) : len(MAGIC) + SEALED],
        lambda raw: raw[: len(MAGIC) + SEALED] + raw[len(MAGIC) + 2 * SEALED :],
        lambda raw: raw[: len(MAGIC) + SEALED] * 2,
    ],
    ids=[
        "a byte",
        "the last frame",
        "all but one",
        "all",
        "empty",
        "one more",
        "a frame more",
        "exchanged",
        "one left out",
        "doubled",
    ],
)
def test_frames_cut_off_exchanged_left_out_or_added_do_not_open(change: object) -> None:
    seal = Seal(new_key(), NAME)
    raw = stored(content(2 * FRAME + 5), seal)
    assert callable(change)
    with pytest.raises(Damaged):
        opened(change(raw), seal)


def test_a_file_under_the_name_of_another_does_not_open() -> None:
    key = new_key()
    raw = stored(b"mine", Seal(key, NAME))
    with pytest.raises(Damaged):
        opened(raw, Seal(key, "aa" * 16))


def test_a_key_opens_only_with_its_master_key_and_for_its_file() -> None:
    master, key = MasterKey(b"one secret of the office, long enough"), new_key()
    wrapped = master.wrap(key, NAME)
    assert key not in wrapped
    assert master.unwrap(wrapped, NAME) == key
    for other, name, text in (
        (MasterKey(b"another secret of the office, longer"), NAME, wrapped),
        (master, "aa" * 16, wrapped),
        (master, NAME, wrapped[:-1]),
        (master, NAME, b""),
    ):
        with pytest.raises(Damaged):
            other.unwrap(text, name)
    assert master.id == MasterKey(b"one secret of the office, long enough").id

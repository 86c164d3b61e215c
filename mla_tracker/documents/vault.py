"""From a stream to a stored file and back: hashed first, sealed, looked into, kept.

A `Receipt` is a file that lies in the store and that no row names yet; `services.py` gives it to a document within the
act. What is given up or forgotten, the sweep takes away.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO, Final

from mla_tracker.core.errors import DomainError
from mla_tracker.documents import archives, file_types
from mla_tracker.documents.archives import ArchiveLimits
from mla_tracker.documents.file_names import clean_name
from mla_tracker.documents.file_types import HEAD, FileType, WrongType
from mla_tracker.documents.frames import Damaged, FrameReader, FrameWriter, MasterKey, Seal, digest_of, new_key
from mla_tracker.documents.store import FolderStore, store_away

_PIECE: Final = 256 * 1024
_MEGABYTE: Final = 1024**2
_ENTITY: Final = b"<!ENTITY"


@dataclass(frozen=True)
class Limits:
    """In bytes. `person_a_day` counts what one person added within 24 hours, `case` what a request holds now."""

    file: int = 2 * 1024**3
    person_a_day: int = 20 * 1024**3
    case: int = 50 * 1024**3
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)


@dataclass(frozen=True)
class Receipt:
    """A file that was received: what it is, and how to find and open it."""

    storage_name: str
    wrapped_key: bytes
    key_id: str
    sha256: bytes
    size: int
    file_name: str
    file_type: FileType


class Vault:
    """The store of one office with its master key. Threads and processes may share it."""

    def __init__(self, store: FolderStore, key: MasterKey, limits: Limits) -> None:
        self.store: Final = store
        self.limits: Final = limits
        self._key = key

    def receive(self, file_name: str) -> "Incoming":
        """Begin to take a file in; the name is the one that a person gave it. Raises `StoreAway`."""
        return Incoming(self, self._key, clean_name(file_name))

    def take_in(self, file_name: str, content: BinaryIO) -> Receipt:
        """Take a whole file in from a stream. Raises `WrongType`, `Unsafe`, `TooLarge`, `Empty` or `StoreAway`."""
        with closing(self.receive(file_name)) as incoming:
            while piece := content.read(_PIECE):
                incoming.write(piece)
            return incoming.keep()

    def open(self, storage_name: str, wrapped_key: bytes) -> FrameReader:
        """The plain bytes. Raises `Damaged` where they do not open, `StoreAway` where the store is away."""
        seal = Seal(self._key.unwrap(wrapped_key, storage_name), storage_name)
        try:
            return FrameReader(self.store.open(storage_name), seal)
        except FileNotFoundError as problem:
            raise Missing("the file is gone from the store") from problem

    def verify(self, storage_name: str, wrapped_key: bytes, expected: bytes) -> None:
        """Read all of it and compare with the hash taken when it came in. Raises `Damaged` or `StoreAway`."""
        with self.open(storage_name, wrapped_key) as reader:
            if digest_of(reader) != expected:
                raise Damaged("its hash is not the one taken when it came in")


class Missing(Damaged):
    """The file is not in the store at all."""


class TooLarge(DomainError):
    """A file beyond the limit; pages answer 413."""


class Empty(DomainError):
    """A file without a single byte."""


class Incoming:
    """Where the bytes of one file go: what a form parser asks of a file (`write`, `seek`, `close`), and `keep`.

    Each piece is hashed before anything else is done with it, then sealed. A file that turns out not to be taken is
    read to its end without being kept, so that the browser hears the reason; `keep` raises it.
    """

    def __init__(self, vault: Vault, key: MasterKey, file_name: str) -> None:
        self._vault, self._file_name = vault, file_name
        self._name, self._file = vault.store.begin()
        plain_key = new_key()
        self._seal = Seal(plain_key, self._name)
        self._wrapped, self._key_id = key.wrap(plain_key, self._name), key.id
        self._frames = FrameWriter(self._file, self._seal)
        self._hash = sha256()
        self._size = 0
        self._head = b""
        self._refusal: DomainError | None = None
        self._kept = False

    def write(self, piece: bytes | bytearray) -> int:
        self._hash.update(piece)
        self._size += len(piece)
        if self._refusal is not None:
            return len(piece)
        if len(self._head) < HEAD:
            self._head += bytes(piece[: HEAD - len(self._head)])
            if len(self._head) == HEAD:
                self._look_at_head()
        if self._size > self._vault.limits.file:
            self._refuse(TooLarge(f"A file may have {self._vault.limits.file // _MEGABYTE} MB at most.", "file"))
        if self._refusal is None:
            try:
                self._frames.write(bytes(piece))
            except OSError as problem:
                self._refuse(store_away(problem))
        return len(piece)

    def seek(self, _offset: int) -> int:
        """A form parser goes back to the beginning when all is written; there is nothing to go back to."""
        return 0

    def keep(self) -> Receipt:
        """Check what was written and put it in its place. Raises why not: then nothing is kept."""
        if self._refusal is None and not self._size:
            self._refuse(Empty("This file is empty.", "file"))
        if self._refusal is None and len(self._head) < HEAD:
            self._look_at_head()
        if self._refusal is not None:
            raise self._refusal
        file_type = file_types.recognise(self._head, self._file_name)
        try:
            self._frames.finish()
            self._file.flush()
        except OSError as problem:
            raise store_away(problem) from problem
        if file_type in file_types.CONTAINERS:
            with FrameReader(self._vault.store.look_at(self._name), self._seal) as reader:
                archives.look_into(reader, file_type, self._vault.limits.archive)
        self._vault.store.keep(self._name, self._file)
        self._kept = True
        return Receipt(
            storage_name=self._name,
            wrapped_key=self._wrapped,
            key_id=self._key_id,
            sha256=self._hash.digest(),
            size=self._size,
            file_name=self._file_name,
            file_type=file_type,
        )

    def close(self) -> None:
        """Give up what was not kept; safe to repeat."""
        if not self._kept:
            self._vault.store.drop(self._name, self._file)

    def _look_at_head(self) -> None:
        try:
            found = file_types.recognise(self._head, self._file_name)
        except WrongType as problem:
            self._refuse(problem)
            return
        if found in (file_types.SVG, file_types.XML) and _ENTITY in self._head:
            self._refuse(archives.Unsafe("This file declares entities of its own."))

    def _refuse(self, problem: DomainError) -> None:
        """Free the place at once; the rest is read and forgotten."""
        self._refusal = problem
        self._vault.store.drop(self._name, self._file)


def pieces(reader: FrameReader) -> Iterator[bytes]:
    """The plain bytes for an answer; the reader is closed at the end, or when the browser has gone."""
    with reader:
        yield from reader.frames()

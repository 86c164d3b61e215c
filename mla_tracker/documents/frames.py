"""A file at rest: encrypted in frames that each prove themselves, so that any part can be read without the rest.

AES-256-GCM with a key of its own for each file. The nonce of a frame is its number and a mark on the last one (the
STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): frames that are changed, exchanged, left out, cut
off or put behind do not open. Since no key ever seals two files, counting nonces never repeat. The key is kept wrapped
by the master key of the office, bound to the name of the file.
"""

import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"MLADOC\x00\x01"
FRAME: Final = 256 * 1024
"""Plain bytes in each frame but the last."""

_TAG: Final = 16
_SEALED_FRAME: Final = FRAME + _TAG
_KEY: Final = 32
_NONCE: Final = 12


class Damaged(Exception):
    """The stored bytes are not those that were stored; the text says what does not fit."""


class MasterKey:
    """The key of the office that wraps the keys of its files. `secret`: the setting, at least 32 random characters."""

    def __init__(self, secret: bytes) -> None:
        self._key = _derived(secret, b"mla-tracker documents: wrapping key")
        self.id: Final = _derived(secret, b"mla-tracker documents: name of the key").hex()[:16]

    def wrap(self, key: bytes, name: str) -> bytes:
        """The key of the file `name`, sealed."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._key).encrypt(nonce, key, name.encode())

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        """The key again. Raises `Damaged` when it was changed, belongs to another file or to another master key."""
        try:
            return AESGCM(self._key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], name.encode())
        except (InvalidTag, ValueError) as problem:
            raise Damaged("its key does not open with the key of this office") from problem


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=purpose).derive(secret)


def new_key() -> bytes:
    """The key of one file."""
    return secrets.token_bytes(_KEY)


@dataclass(frozen=True)
class Seal:
    """One key with the name of the file it seals."""

    key: bytes
    name: str

    def nonce(self, number: int, *, last: bool) -> bytes:
        return number.to_bytes(_NONCE - 1, "big") + (b"\x01" if last else b"\x00")


class FrameWriter:
    """Takes plain bytes piece by piece and writes sealed frames; holds no more than one frame."""

    def __init__(self, target: BinaryIO, seal: Seal) -> None:
        self._target, self._seal, self._cipher = target, seal, AESGCM(seal.key)
        self._rest = bytearray()
        self._number = 0
        target.write(MAGIC)

    def write(self, piece: bytes) -> None:
        self._rest += piece
        while len(self._rest) > FRAME:
            self._put(bytes(memoryview(self._rest)[:FRAME]), last=False)
            del self._rest[:FRAME]

    def finish(self) -> None:
        """Write what is left as the last frame; an empty file has one empty frame."""
        self._put(bytes(self._rest), last=True)
        self._rest.clear()

    def _put(self, frame: bytes, *, last: bool) -> None:
        nonce = self._seal.nonce(self._number, last=last)
        self._target.write(self._cipher.encrypt(nonce, frame, self._seal.name.encode()))
        self._number += 1


class FrameReader(io.RawIOBase):
    """The plain bytes of a stored file, from any place on; holds one frame. Raises `Damaged`."""

    def __init__(self, source: BinaryIO, seal: Seal) -> None:
        super().__init__()
        self._source, self._seal, self._cipher = source, seal, AESGCM(seal.key)
        sealed = source.seek(0, io.SEEK_END) - len(MAGIC)
        source.seek(0)
        if source.read(len(MAGIC)) != MAGIC:
            raise Damaged("it does not begin as a stored file does")
        self._frames = -(-sealed // _SEALED_FRAME)
        self.size: Final = sealed - self._frames * _TAG
        if self._frames < 1 or self.size < 0:
            raise Damaged("it is shorter than a stored file can be")
        self._position = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # what io hands over
        number, within = divmod(self._position, FRAME)
        if self._position >= self.size:
            return 0
        part = self._frame(number)[within : within + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def frames(self) -> Iterator[bytes]:
        """All plain bytes from the beginning, frame by frame; an empty file gives one empty frame."""
        for number in range(self._frames):
            yield self._frame(number)

    def close(self) -> None:
        self._source.close()
        super().close()

    def _frame(self, number: int) -> bytes:
        if self._held[0] == number:
            return self._held[1]
        self._source.seek(len(MAGIC) + number * _SEALED_FRAME)
        sealed = self._source.read(_SEALED_FRAME)
        nonce = self._seal.nonce(number, last=number == self._frames - 1)
        try:
            plain = self._cipher.decrypt(nonce, sealed, self._seal.name.encode())
        except (InvalidTag, ValueError) as problem:
            raise Damaged(f"frame {number + 1} of {self._frames} is not the one that was written") from problem
        self._held = (number, plain)
        return plain


def digest_of(reader: FrameReader) -> bytes:
    """The SHA-256 of the plain bytes, every frame proved on the way. Raises `Damaged`."""
    found = sha256()
    for frame in reader.frames():
        found.update(frame)
    return found.digest()

"""Looking into a container without trusting it: what it is, how large it would become, what it hides (ASVS V5.2.3).

Nothing is written and nothing unpacked to a place: members are inflated piece by piece and thrown away, and no member
further than the size that it declares. So a bomb is refused by its list of contents, or at the first byte too many.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mla_tracker.core.errors import DomainError
from mla_tracker.documents.file_types import ASIC, DOCX, ODP, ODS, ODT, PPTX, XLSX, ZIP, FileType, WrongType
from mla_tracker.documents.frames import FrameReader

_PIECE: Final = 64 * 1024
_LOCAL_HEADER: Final = struct.Struct("<4s5H3I2H")
_ENCRYPTED: Final = 0x1
_FARTHEST_RATIO: Final = 200
_SMALL: Final = 10 * 1024 * 1024
_ARCHIVES: Final = (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tar", ".cab", ".iso", ".jar")
_MACROS: Final = ("vbaproject.bin", "vbadata.xml")
_OFFICE: Final = {"word/": DOCX, "xl/": XLSX, "ppt/": PPTX}
_BY_MIMETYPE: Final = {one.media_type: one for one in (ODT, ODS, ODP, ASIC)} | {"application/vnd.etsi.asic-s+zip": ASIC}
_DECLARATIONS: Final = (b"<!DOCTYPE", b"<!ENTITY")


@dataclass(frozen=True)
class ArchiveLimits:
    """How much a container may hold: bytes once unpacked, and members."""

    unpacked: int = 8 * 1024**3
    members: int = 20_000


class Unsafe(DomainError):
    """A container that would do harm, or that cannot be looked into."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "file")


def look_into(reader: FrameReader, named: FileType, limits: ArchiveLimits) -> None:
    """Check a container whose name says that it is `named`. Raises `Unsafe` or `WrongType`."""
    try:
        with zipfile.ZipFile(reader) as archive:
            members = archive.infolist()
            _check_list(members, limits)
            found = _kind(archive, members)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as problem:
        raise Unsafe("This archive is broken: it cannot be looked into.") from problem
    if found is not named:
        raise WrongType(f"The name says {named.label}, but the content is {found.label}.", "file")
    _check_members(reader, members, office=named is not ZIP)


def _check_list(members: Sequence[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(members) > limits.members:
        raise Unsafe(f"This archive has more than {limits.members} members.")
    unpacked, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
    if unpacked > limits.unpacked:
        raise Unsafe(f"This archive would become larger than {limits.unpacked // 1024**2} MB.")
    if unpacked > _SMALL and unpacked > packed * _FARTHEST_RATIO:
        raise Unsafe(f"This archive would become more than {_FARTHEST_RATIO} times as large as it is.")
    places = sorted((one.header_offset, one.compress_size) for one in members)
    for (offset, size), (following, _size) in pairwise(places):
        if offset + size > following:
            raise Unsafe("The members of this archive overlap.")


def _kind(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> FileType:
    names = {one.filename for one in members}
    if members and members[0].filename == "mimetype" and members[0].file_size < 200:
        told = archive.read(members[0]).decode("ascii", errors="replace").strip()
        if told in _BY_MIMETYPE:
            return _BY_MIMETYPE[told]
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return kind
    return ZIP


def _check_members(reader: FrameReader, members: Sequence[zipfile.ZipInfo], *, office: bool) -> None:
    for member in members:
        name = member.filename.lower()
        if office and name.rpartition("/")[2] in _MACROS:
            raise Unsafe("This document carries macros: save it without them.")
        if not office and name.endswith(_ARCHIVES):
            raise Unsafe("This archive holds another archive, which cannot be looked into: add that one by itself.")
        if member.flag_bits & _ENCRYPTED:
            if office:
                raise Unsafe("This document is locked with a password and cannot be looked into.")
            continue
        markup = office and name.endswith((".xml", ".rels"))
        for piece in _inflated(reader, member):
            if markup and any(word in piece for word in _DECLARATIONS):
                raise Unsafe("This document declares entities of its own, which no Office program does.")
            markup = False


def _inflated(reader: FrameReader, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The pieces of one member; an end where it declares one, or `Unsafe`."""
    reader.seek(member.header_offset)
    head = reader.read(_LOCAL_HEADER.size) or b""
    if len(head) < _LOCAL_HEADER.size or not head.startswith(b"PK\x03\x04"):
        raise Unsafe("This archive is broken: it cannot be looked into.")
    *_others, name_length, extra_length = _LOCAL_HEADER.unpack(head)
    reader.seek(name_length + extra_length, 1)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unsafe("This archive is packed in a way that cannot be looked into: pack it as plain ZIP.")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == zipfile.ZIP_DEFLATED else None
    packed, unpacked = member.compress_size, 0
    while packed > 0:
        piece = reader.read(min(_PIECE, packed)) or b""
        if not piece:
            raise Unsafe("This archive is broken: it cannot be looked into.")
        packed -= len(piece)
        for plain in [piece] if inflater is None else _blown_up(inflater, piece):
            unpacked += len(plain)
            if unpacked > member.file_size:
                raise Unsafe("A member of this archive is larger than the archive says.")
            yield plain


def _blown_up(inflater: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    try:
        yield inflater.decompress(piece, _PIECE)
        while inflater.unconsumed_tail:
            yield inflater.decompress(inflater.unconsumed_tail, _PIECE)
    except zlib.error as problem:
        raise Unsafe("This archive is broken: it cannot be looked into.") from problem

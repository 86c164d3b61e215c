"""Which files are taken, known by their content; the name must say the same (ASVS 5.0, V5.2.2).

What is not in the table is refused: programs, scripts of an office suite, archives that cannot be looked into. Office
documents and archives are containers: what they are is read from their list of contents (`archives.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mla_tracker.core.errors import DomainError
from mla_tracker.documents.file_names import extension

HEAD: Final = 4096
"""How many bytes from the beginning tell the type."""

_SIGNS_OF_TEXT: Final = bytes({7, 8, 9, 10, 12, 13, 27} | set(range(0x20, 0x100)) - {0x7F})


@dataclass(frozen=True)
class FileType:
    """`label` is what people call it (English, translated where it is shown)."""

    media_type: str
    label: str
    extensions: tuple[str, ...]


class WrongType(DomainError):
    """The file is of a kind that is not taken, or not of the kind that its name says."""


PDF: Final = FileType("application/pdf", "PDF", ("pdf",))
DOCX: Final = FileType(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document", ("docx",)
)
XLSX: Final = FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook", ("xlsx",))
PPTX: Final = FileType(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint presentation", ("pptx",)
)
ODT: Final = FileType("application/vnd.oasis.opendocument.text", "OpenDocument text", ("odt",))
ODS: Final = FileType("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet", ("ods",))
ODP: Final = FileType("application/vnd.oasis.opendocument.presentation", "OpenDocument presentation", ("odp",))
ASIC: Final = FileType("application/vnd.etsi.asic-e+zip", "Signed container", ("asice", "sce", "asics", "scs", "edoc"))
ZIP: Final = FileType("application/zip", "ZIP archive", ("zip",))
OLE: Final = FileType("application/x-ole-storage", "Older Office document or message", ("doc", "xls", "ppt", "msg"))
RTF: Final = FileType("application/rtf", "Rich text", ("rtf",))
JPEG: Final = FileType("image/jpeg", "JPEG image", ("jpg", "jpeg", "jfif"))
PNG: Final = FileType("image/png", "PNG image", ("png",))
GIF: Final = FileType("image/gif", "GIF image", ("gif",))
TIFF: Final = FileType("image/tiff", "TIFF image", ("tif", "tiff"))
WEBP: Final = FileType("image/webp", "WebP image", ("webp",))
HEIC: Final = FileType("image/heic", "HEIC image", ("heic", "heif"))
MP4: Final = FileType("video/mp4", "MPEG-4 recording", ("mp4", "m4a", "m4v", "mov", "3gp"))
MP3: Final = FileType("audio/mpeg", "MP3 recording", ("mp3",))
WAV: Final = FileType("audio/wav", "WAV recording", ("wav",))
AVI: Final = FileType("video/x-msvideo", "AVI recording", ("avi",))
OGG: Final = FileType("audio/ogg", "Ogg recording", ("ogg", "oga", "ogv", "opus"))
FLAC: Final = FileType("audio/flac", "FLAC recording", ("flac",))
MATROSKA: Final = FileType("video/x-matroska", "Matroska or WebM recording", ("mkv", "webm"))
EWF: Final = FileType("application/x-ewf", "Disk image (EWF)", ("e01",))
SIGNED: Final = FileType(
    "application/pkcs7-mime", "Signature or certificate", ("p7m", "p7s", "p7b", "cer", "der", "tsr")
)
HTML: Final = FileType("text/html", "Web page", ("html", "htm", "xhtml", "mht", "mhtml"))
SVG: Final = FileType("image/svg+xml", "SVG drawing", ("svg",))
XML: Final = FileType("application/xml", "XML", ("xml", "xhtml", "kml", "gpx"))
MAIL: Final = FileType("message/rfc822", "E-mail message", ("eml", "mht", "mhtml"))
JSON: Final = FileType("application/json", "JSON", ("json",))
CSV: Final = FileType("text/csv", "Table as text (CSV)", ("csv", "tsv"))
CALENDAR: Final = FileType("text/calendar", "Calendar entry", ("ics",))
TEXT: Final = FileType("text/plain", "Plain text", ("txt", "text", "log", "md", "asc", "pem", "crt"))

CONTAINERS: Final = (DOCX, XLSX, PPTX, ODT, ODS, ODP, ASIC, ZIP)
_AS_TEXT: Final = (TEXT, CSV, MAIL, JSON, CALENDAR)
_AS_MARKUP: Final = (HTML, SVG, XML)
TAKEN: Final = (
    PDF, *CONTAINERS, OLE, RTF, JPEG, PNG, GIF, TIFF, WEBP, HEIC, MP4, MP3, WAV, AVI, OGG, FLAC, MATROSKA, EWF, SIGNED,
    *_AS_MARKUP, *_AS_TEXT,
)  # fmt: skip

_BEGINNINGS: Final[tuple[tuple[FileType, Callable[[bytes], bool]], ...]] = (
    (PDF, lambda head: head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-")),
    (ZIP, lambda head: head.startswith((b"PK\x03\x04", b"PK\x05\x06"))),
    (OLE, lambda head: head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    (RTF, lambda head: head.startswith(b"{\\rtf")),
    (JPEG, lambda head: head.startswith(b"\xff\xd8\xff")),
    (PNG, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (GIF, lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    (TIFF, lambda head: head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))),
    (WEBP, lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    (WAV, lambda head: head.startswith((b"RIFF", b"RF64")) and head[8:12] == b"WAVE"),
    (AVI, lambda head: head.startswith(b"RIFF") and head[8:12] == b"AVI "),
    (HEIC, lambda head: head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc")),
    (MP4, lambda head: head[4:8] == b"ftyp"),
    (OGG, lambda head: head.startswith(b"OggS")),
    (FLAC, lambda head: head.startswith(b"fLaC")),
    (MATROSKA, lambda head: head.startswith(b"\x1aE\xdf\xa3")),
    (EWF, lambda head: head.startswith(b"EVF\t\r\n\xff\0")),
    (SIGNED, lambda head: head[:1] == b"0" and head[1:2] in (b"\x80", b"\x82", b"\x83", b"\x84")),
    (MP3, lambda head: head.startswith(b"ID3") or _begins_as_mp3(head)),
)


def recognise(head: bytes, name: str) -> FileType:
    """The type of a file from its first bytes; its (cleaned) name must carry an extension of that type.

    A ZIP whose name says that it is an Office document or a signed container is one on trust so far: its list of
    contents tells (`archives.look_into`). Among texts the name decides, but markup may not call itself text.
    Raises `WrongType`.
    """
    found = _by_content(head)
    ending = extension(name)
    candidates: tuple[FileType, ...] = (found,) if found is not None else ()
    if found is ZIP:
        candidates = CONTAINERS
    elif found is TEXT:
        candidates = _AS_TEXT
    for candidate in candidates:
        if ending in candidate.extensions:
            return candidate
    if found is None:
        raise WrongType("Files of this kind are not taken. Put it into a ZIP archive if it is an exhibit.", "file")
    named = next((one for one in TAKEN if ending in one.extensions), None)
    if named is None:
        said = f"the name ends in .{ending}" if ending else "the name has no ending"
        raise WrongType(f"The content is {found.label}, but {said}.", "file")
    raise WrongType(f"The name says {named.label}, but the content is {found.label}.", "file")


def _by_content(head: bytes) -> FileType | None:
    for file_type, begins in _BEGINNINGS:
        if begins(head):
            return file_type
    text = _as_text(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html")):
        return HTML
    if start.startswith("<svg") or (start.startswith(("<?xml", "<!--", "<!doctype svg")) and "<svg" in start):
        return SVG
    if start.startswith("<?xml"):
        return HTML if "<html" in start else XML
    return TEXT


def _as_text(head: bytes) -> str | None:
    """The beginning as text; None where it is none. An older one-byte encoding is read as Latin-1: only the
    characters that mark a program or markup matter here.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            text = head[2 : len(head) // 2 * 2].decode(encoding, errors="replace")
            return text if "\0" not in text else None
    if head.translate(None, _SIGNS_OF_TEXT):
        return None
    return head.decode("latin-1").removeprefix("\xef\xbb\xbf")


def _begins_as_mp3(head: bytes) -> bool:
    """An MPEG audio frame header: eleven set bits, layer III, a bit rate and a sample rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3

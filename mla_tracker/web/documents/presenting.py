"""Documents as pages show them."""

from collections.abc import Sequence
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _

from mla_tracker.documents.models import Document, DocumentVersion
from mla_tracker.documents.rules import state_of
from mla_tracker.web.documents import words
from mla_tracker.web.filters import number

_KILO: Final = 1000
_UNITS: Final = ("kB", "MB", "GB", "TB")


def size_words(size: int) -> str:
    """`1.4 MB`, in thousands as the unit says."""
    if size < _KILO:
        return str(_("%(num)s bytes", num=number(size)))
    power = min((len(str(size)) - 1) // 3, len(_UNITS))
    value, unit = size / _KILO**power, _UNITS[power - 1]
    return f"{number(value, 0 if value >= 100 else 1)}\u00a0{unit}"


def document_lines(documents: Sequence[Document], reference: str, *, scanner: bool) -> list[dict[str, Any]]:
    """The lines of the list on the page of the request."""
    numbers = {document.id: document.number for document in documents}
    return [
        {
            "document": document,
            "url": url_for("documents.detail", reference=reference, number=document.number),
            "newest": version_line(document.versions[-1], document, reference, scanner=scanner),
            "versions": len(document.versions),
            "about": about(document, numbers.get(document.source_id or 0)),
        }
        for document in documents
    ]


def about(document: Document, source_number: int | None) -> list[Any]:
    """What is said under the title: kind, what it is of which other document."""
    parts = [words.KINDS[document.kind]]
    if document.relation is not None and source_number is not None:
        relation = words.RELATIONS[document.relation]
        parts.append(_("%(relation)s of no. %(number)s", relation=relation, number=number(source_number)))
    if document.exhibit:
        parts.append(_("exhibit"))
    if document.deletion_asked_at is not None and document.deleted_at is None:
        parts.append(_("deletion asked for"))
    return parts


def version_line(version: DocumentVersion, document: Document, reference: str, *, scanner: bool) -> dict[str, Any]:
    """One version with its state; no address where it is not handed out."""
    state = state_of(version, scanner=scanner)
    sign, label = words.STATES[state]
    address = url_for("documents.download", reference=reference, number=document.number, version=version.number)
    return {
        "row": version,
        "sign": sign,
        "state": label,
        "size": size_words(version.size),
        "sha256": version.sha256.hex(),
        "source_sha256": version.source_sha256.hex() if version.source_sha256 else "",
        "download_url": address if state in words.HANDED_OUT else "",
    }

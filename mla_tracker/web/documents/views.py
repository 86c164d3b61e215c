"""Reading documents: the page of one, and handing out its bytes."""

from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, render_template

from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_names
from mla_tracker.cases.queries import entries_of, find_case
from mla_tracker.casework.documenting import check_before_serving
from mla_tracker.documents.custody import chain_of
from mla_tracker.documents.queries import find_document, find_version, hold_on, made_of, retention_years
from mla_tracker.documents.rules import kept_until
from mla_tracker.documents.vault import pieces
from mla_tracker.web.access import requires
from mla_tracker.web.context import current_actor, db, looked_at, now, office, services
from mla_tracker.web.documents import words
from mla_tracker.web.documents.presenting import about, document_lines, version_line

bp = Blueprint("documents", __name__, url_prefix="/cases/<case_ref:reference>/documents")

_SANDBOX: Final = (
    "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)


@bp.get("/<int:number>")
@requires(Permission.CASE_READ)
def detail(reference: str, number: int) -> Any:
    """What is it, is it what was received, and in whose hands is the real thing?"""
    session, actor = db(), current_actor()
    case = find_case(session, actor, reference)
    document = find_document(session, actor, case.id, number)
    scanner = services().malware_scanner
    people = account_names(session)
    versions = [version_line(version, document, reference, scanner=scanner) for version in document.versions]
    page = render_template(
        "documents/detail.html",
        case=case,
        document=document,
        about=about(document, document.source.number if document.source else None),
        versions=list(reversed(versions)),
        derived=document_lines(made_of(session, actor, document), reference, scanner=scanner),
        custody=chain_of(entries_of(session, case.id), number),
        hold=hold_on(session, actor, case.id),
        kept_until=kept_until(case.closed_on, retention_years(session)),
        people=people,
        words=words,
        may_work=actor.may(Permission.REQUEST_WORK) and document.deleted_at is None,
        may_approve=actor.may(Permission.REQUEST_APPROVE),
        asked_by_me=document.deletion_asked_by == actor.account_id,
    )
    looked_at("document_viewed", case, str(number))
    return page


@bp.get("/<int:number>/versions/<int:version>")
@requires(Permission.CASE_READ)
def download(reference: str, number: int, version: int) -> Response:
    """The bytes, after all of them were compared with their hash; on record before the first one leaves."""
    session, actor = db(), current_actor()
    case = find_case(session, actor, reference)
    row = find_version(session, actor, case.id, number, version)
    vault = services().vault
    check_before_serving(office(), session, vault, row, scanner=services().malware_scanner, now=now())
    looked_at("document_downloaded", case, f"{number}.{version}")
    reader = vault.open(row.storage_name, row.wrapped_key or b"")
    response = Response(pieces(reader), mimetype=row.media_type, direct_passthrough=True)
    response.call_on_close(reader.close)
    response.content_length = row.size
    response.headers["Content-Disposition"] = disposition(row.file_name)
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Download-Options"] = "noopen"
    response.headers["Accept-Ranges"] = "none"
    return response


def disposition(name: str) -> str:
    """`attachment` with the name as RFC 6266 writes it: plain characters for old readers, all of them in UTF-8."""
    plain = "".join(sign if 0x20 <= ord(sign) < 0x7F and sign not in '"\\%;' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

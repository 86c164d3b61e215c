"""`/cases/<reference>/file`: the file of a request as a ZIP that proves itself."""

from typing import Any

from flask import Response

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.queries import find_case
from mla_tracker.casework.case_file_export import export_case_file
from mla_tracker.web.access import ask_proof, requires
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db, exported, freshly_proved, now, office
from mla_tracker.web.extensions import limiter


@bp.get("/<case_ref:reference>/file")
@limiter.limit("20 per minute", key_func=lambda: f"file {current_actor().account_id}")
@requires(Permission.CASE_EXPORT)
def file_export(reference: str) -> Any:
    """The ZIP; that it was taken is recorded before it leaves. A restricted one asks again who it is."""
    case = find_case(db(), current_actor(), reference)
    if case.confidentiality == "restricted" and not freshly_proved():
        return ask_proof()
    data = export_case_file(office(), db(), reference, actor=current_actor(), now=now())
    exported("case_file_exported", "zip", case.id)
    name = reference.replace("/", "-")
    return Response(
        data,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )

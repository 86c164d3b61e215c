"""Views of the list kept under a name."""

from typing import Any
from urllib.parse import parse_qsl

from flask import redirect, request, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.saved_views import drop_view, keep_view
from mla_tracker.core.errors import DomainError
from mla_tracker.web.access import requires
from mla_tracker.web.cases.addresses import list_address
from mla_tracker.web.cases.view_address import query_of
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db
from mla_tracker.web.flashes import refused, told


@bp.post("/views")
@requires(Permission.CASE_READ)
def keep() -> Any:
    """Keep the filter that is on under a name, for oneself or for everybody."""
    query = query_of(request.form.get("query", ""))
    try:
        keep_view(db(), current_actor(), request.form.get("name", ""), query, shared="shared" in request.form)
        db().commit()
    except DomainError as problem:
        refused(problem.message)
    else:
        told(_("The view is kept."))
    return redirect(list_address(parse_qsl(query)))


@bp.post("/views/<int:view_id>/remove")
@requires(Permission.CASE_READ)
def drop(view_id: int) -> Any:
    """Take one of one's own views away."""
    drop_view(db(), current_actor(), view_id)
    db().commit()
    return redirect(url_for("cases.index"))

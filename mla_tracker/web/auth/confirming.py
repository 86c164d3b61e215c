"""`/confirm`: before a risky act the person proves again who he is; it holds five minutes (ASVS 7.5.3)."""

from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.sessions import stamp_proof
from mla_tracker.casework.administration import note
from mla_tracker.web.access import requires
from mla_tracker.web.auth.forms import ProofForm
from mla_tracker.web.auth.proving import passkey_challenge, proved, refused_proof
from mla_tracker.web.auth.views import way_on
from mla_tracker.web.context import current_actor, db, now, office
from mla_tracker.web.extensions import User, limiter

bp = Blueprint("confirm", __name__, url_prefix="/confirm")


@bp.route("", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SELF, setting_up=True)
def ask() -> Any:
    """By the second factor, or by the password where there is none."""
    user: User = current_user._get_current_object()
    form = ProofForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    found = proved(form, user, by_password=True) if form.validate_on_submit() else ""
    if not found:
        return refused_proof(form, "confirm.ask")
    stamp_proof(db(), user.session_id, now())
    note(office(), db(), actor=current_actor(), code="identity_confirmed", detail={"how": found}, now=now())
    db().commit()
    return way_on(form, user.account.id)


@bp.post("/passkey")
@limiter.limit("30 per minute")
@requires(Permission.ACCOUNT_SELF, setting_up=True)
def ask_passkey() -> Any:
    """What a passkey is to sign."""
    return passkey_challenge()

"""Proving who one is: the second factor at the door, and again before a risky act (`/confirm`, ASVS 7.5)."""

import math
from typing import Any

from flask import Response, make_response, request
from flask_babel import gettext as _
from flask_login import current_user

from mla_tracker.accounts.passkeys import proof_options, show_passkey
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.second_factors import factors_of, show_code, show_password
from mla_tracker.casework.administration import note
from mla_tracker.web.auth.forms import ProofForm
from mla_tracker.web.auth.proof_page import proof_page
from mla_tracker.web.auth.refusing import record_refusal, slow_words
from mla_tracker.web.context import client_address, db, now, office, services
from mla_tracker.web.extensions import User


def proved(form: ProofForm, user: User, *, by_password: bool) -> str:
    """By what this person proved who he is; "" with the reason in the form. `by_password`: the password is enough for
    who has no second factor.
    """
    account = user.account
    if form.answer.data:
        if show_passkey(db(), services().place, account.id, user.session_id, answer=form.answer.data, now=now()):
            return "passkey"
        record_refusal(account.id, 1)
        form.form_errors.append(_("The passkey was not accepted. Try again, or use another way."))
        return ""
    if factors_of(db(), account.id).any or not by_password:
        field, shown = (
            form.code,
            show_code(db(), services().seals, account, form.code.data or "", address=client_address(), now=now()),
        )
        wrong = _("This is not the code that the app shows now, nor one of your recovery codes.")
    else:
        field, shown = (
            form.password,
            show_password(db(), account, form.password.data or "", address=client_address(), now=now()),
        )
        wrong = _("This is not your password.")
    if shown.how == "recovery_code":
        note(office(), db(), actor=actor_of(account), code="recovery_code_used", detail={}, now=now())
    if shown.how:
        return shown.how
    if shown.until is not None:
        db().rollback()
        wait = max(1, math.ceil((shown.until - now()).total_seconds()))
        field.errors = [slow_words(wait)]
        form.wait = wait
    else:
        record_refusal(account.id, shown.failures)
        field.errors = [wrong]
    return ""


def refused_proof(form: ProofForm, endpoint: str) -> Any:
    """The page again, with what was wrong."""
    status = 200 if request.method == "GET" else 429 if form.wait else 422
    response = make_response(proof_page(form, endpoint), status)
    if form.wait:
        response.headers["Retry-After"] = str(form.wait)
    return response


def passkey_challenge() -> Response:
    """What one of this person's passkeys is to sign, once, within five minutes."""
    user: User = current_user._get_current_object()
    options = proof_options(db(), services().place, user.account.id, user.session_id, now())
    db().commit()
    return Response(options, content_type="application/json")

"""The page that asks for a proof: the second factor at the door, and again before a risky act."""

from flask import render_template, url_for
from flask_login import current_user

from mla_tracker.accounts.second_factors import factors_of
from mla_tracker.web.auth.forms import ProofForm
from mla_tracker.web.context import db


def proof_page(form: ProofForm, endpoint: str) -> str:
    """The page with the ways that this person has. `endpoint` takes the form; with `_passkey` behind it, it makes the
    challenge.
    """
    factors = factors_of(db(), current_user.account.id)
    return str(
        render_template(
            "accounts/proof.html",
            form=form,
            door=url_for(endpoint),
            passkey_url=url_for(f"{endpoint}_passkey") if factors.passkeys else "",
            by_code=factors.app_added_at is not None or (factors.any and factors.codes_left > 0),
            by_password=not factors.any,
            email="" if factors.any else current_user.account.email,
            entering=endpoint == "auth.second_factor",
        )
    )

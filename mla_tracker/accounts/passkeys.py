"""Passkeys (WebAuthn) as a second factor. What is to be signed is kept with the session, for five minutes and one use,
so that no answer counts twice; origin and host are those of the office's own address (ASVS 6.7).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mla_tracker.accounts.models import Account, Passkey, UserSession
from mla_tracker.core.errors import Invalid

CHALLENGE_HOLDS: Final = timedelta(minutes=5)
LONGEST_NAME: Final = 60
_REFUSED: Final = "The passkey was not accepted. Try again, or use another way."


@dataclass(frozen=True)
class Place:
    """Where passkeys of this office hold: its address and its name."""

    base_url: str
    office: str

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""


def registration_options(session: Session, place: Place, account: Account, session_id: int, now: datetime) -> str:
    """What the browser needs to make a passkey, as JSON; the caller commits the challenge."""
    return options_to_json(
        generate_registration_options(
            rp_id=place.host,
            rp_name=place.office,
            user_name=account.email,
            user_display_name=account.name,
            user_id=hashlib.sha256(f"account {account.id}".encode()).digest(),
            challenge=_challenge(session, session_id, now),
            exclude_credentials=_descriptors(session, account.id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
            ),
        )
    )


def add_passkey(
    session: Session, place: Place, account: Account, session_id: int, *, answer: str, name: str, now: datetime
) -> Passkey:
    """Keep the passkey that the browser made. Raises `Invalid` for `name`, or for `answer` when it does not hold."""
    if not name.strip():
        raise Invalid({"name": "Name the passkey, such as after its device."})
    challenge = _taken_challenge(session, session_id, now)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.base_url,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Invalid({"answer": _REFUSED}) from None
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        raise Invalid({"answer": "This passkey is set up already."})
    row = Passkey(
        account_id=account.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name.strip()[:LONGEST_NAME],
        added_at=now,
    )
    session.add(row)
    session.flush()
    return row


def proof_options(session: Session, place: Place, account_id: int, session_id: int, now: datetime) -> str:
    """What the browser needs to show one of the account's passkeys, as JSON; the caller commits the challenge."""
    return options_to_json(
        generate_authentication_options(
            rp_id=place.host,
            challenge=_challenge(session, session_id, now),
            allow_credentials=_descriptors(session, account_id),
            user_verification=UserVerificationRequirement.PREFERRED,
        )
    )


def show_passkey(
    session: Session, place: Place, account_id: int, session_id: int, *, answer: str, now: datetime
) -> bool:
    """Whether the browser holds a passkey of this account. A counter that did not move on tells a copy: refused.

    Flushes; the caller commits, also after a refusal, since the challenge is used up.
    """
    try:
        challenge = _taken_challenge(session, session_id, now)
        given = parse_authentication_credential_json(answer)
        row = session.scalar(
            select(Passkey)
            .where(Passkey.credential_id == given.raw_id, Passkey.account_id == account_id)
            .with_for_update()
        )
        if row is None:
            return False
        shown = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.base_url,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
        )
    except (WebAuthnException, Invalid, ValueError, KeyError, TypeError):
        return False
    row.sign_count, row.used_at = shown.new_sign_count, now
    session.flush()
    return True


def _descriptors(session: Session, account_id: int) -> list[PublicKeyCredentialDescriptor]:
    ids = session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account_id).order_by(Passkey.id))
    return [PublicKeyCredentialDescriptor(id=one) for one in ids]


def _challenge(session: Session, session_id: int, now: datetime) -> bytes:
    row = session.get_one(UserSession, session_id, with_for_update=True)
    row.challenge, row.challenge_until = secrets.token_bytes(32), now + CHALLENGE_HOLDS
    session.flush()
    return row.challenge


def _taken_challenge(session: Session, session_id: int, now: datetime) -> bytes:
    """The challenge of this session, which is used up by this look."""
    row = session.get_one(UserSession, session_id, with_for_update=True)
    challenge, until = row.challenge, row.challenge_until
    row.challenge = row.challenge_until = None
    session.flush()
    if challenge is None or until is None or until <= now:
        raise Invalid({"answer": _REFUSED})
    return challenge

"""Second factors beside the password: an authenticator app (RFC 6238), passkeys, and recovery codes for when both are
out of reach (ASVS 6.3.3, 6.5). The caller records what was done in the trail and commits.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from mla_tracker.accounts.guessing import Attempt, count_failure, forgive, take_turns, waits_until
from mla_tracker.accounts.models import Account, AuthenticatorApp, FactorReset, Passkey, RecoveryCode
from mla_tracker.accounts.passwords import verified
from mla_tracker.accounts.sealing import Seals
from mla_tracker.accounts.sessions import end_all_sessions
from mla_tracker.core.errors import DomainError, Invalid

STEP_SECONDS: Final = 30
STEPS_ASIDE: Final = 1
RECOVERY_CODES: Final = 10
_CODE_SIGNS: Final = 24  # of 5 bits each: a plain hash is enough to keep them (ASVS 6.5.2)
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 signs, none that is read for another
RESET_HOLDS: Final = timedelta(days=2)


@dataclass(frozen=True)
class Factors:
    """What a person has set up."""

    app_added_at: datetime | None
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        return self.app_added_at is not None or bool(self.passkeys)


def factors_of(session: Session, account_id: int) -> Factors:
    """The second factors of an account; the passkeys in the order in which they were added."""
    return Factors(
        session.scalar(select(AuthenticatorApp.added_at).where(AuthenticatorApp.account_id == account_id)),
        session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all(),
        session.scalar(select(func.count()).where(RecoveryCode.account_id == account_id)) or 0,
    )


def new_seed() -> str:
    """A seed for an authenticator app: 160 random bits as base32."""
    return pyotp.random_base32(32)


def seed_address(seed: str, email: str, office: str) -> str:
    """The address that an app reads from the square code."""
    return pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=office)


def add_app(session: Session, seals: Seals, account_id: int, *, seed: str, code: str, now: datetime) -> None:
    """Set up the app, once it shows the right code; a former app is replaced. Raises `Invalid` for `code`."""
    step = _step_of(seed, code, now)
    if step is None:
        raise Invalid({"code": "This is not the code that the app shows now. Look again, and check its clock."})
    session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.account_id == account_id))
    session.add(AuthenticatorApp(account_id=account_id, seed_sealed=seals.seal(seed), added_at=now, last_step=step))
    session.flush()


def remove_app(session: Session, account_id: int, *, required: bool) -> None:
    """Take the app away. Raises `DomainError` for the last factor where the office requires one."""
    _keep_a_factor(factors_of(session, account_id), leaving=1, required=required)
    session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.account_id == account_id))


def remove_passkey(session: Session, account_id: int, passkey_id: int, *, required: bool) -> bool:
    """Take one passkey of this account away; False when there is none such."""
    factors = factors_of(session, account_id)
    if passkey_id not in {key.id for key in factors.passkeys}:
        return False
    _keep_a_factor(factors, leaving=1, required=required)
    session.execute(delete(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id))
    return True


def _keep_a_factor(factors: Factors, *, leaving: int, required: bool) -> None:
    if required and (factors.app_added_at is not None) + len(factors.passkeys) <= leaving:
        raise DomainError("This office requires a second factor: set up another one first.")


def new_recovery_codes(session: Session, account_id: int) -> list[str]:
    """Ten codes, shown this once; those before no longer count."""
    codes = [_spelt(_random_signs()) for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.execute(insert(RecoveryCode), [{"account_id": account_id, "code_hash": _code_hash(code)} for code in codes])
    return codes


@dataclass(frozen=True)
class Shown:
    """What came of a proof. `how`: "app", "recovery_code" or "password" when it was right, "" when not. `until`: it was
    not looked at before that moment; `failures` counts those of this account.
    """

    how: str
    until: datetime | None = None
    failures: int = 0


def show_code(session: Session, seals: Seals, account: Account, code: str, *, address: str, now: datetime) -> Shown:
    """Whether `code` is what the app of this person shows now (each counts once), or one of the recovery codes.

    Flushes; the caller commits, also after a refusal.
    """
    bare = re.sub(r"[\s-]", "", code).lower()

    def look() -> str:
        if _app_shows(session, seals, account.id, bare, now):
            return "app"
        return "recovery_code" if _recovers(session, account.id, bare) else ""

    return _slowly(session, account, look, address=address, now=now)


def show_password(session: Session, account: Account, password: str, *, address: str, now: datetime) -> Shown:
    """Whether who is signed in knows the password, for a person without a second factor."""

    def look() -> str:
        return "password" if verified(account.password_hash, password) else ""

    return _slowly(session, account, look, address=address, now=now)


def _slowly(session: Session, account: Account, look: Callable[[], str], *, address: str, now: datetime) -> Shown:
    """Guessing is slowed by a budget that is this account's alone: only the right password or a session leads here."""
    attempt = Attempt(account.email, address, f"second factor of {account.id}")
    take_turns(session, attempt)
    if until := waits_until(session, attempt, now):
        return Shown("", until=until)
    if how := look():
        forgive(session, attempt)
        return Shown(how)
    return Shown("", failures=count_failure(session, attempt, now))


def _app_shows(session: Session, seals: Seals, account_id: int, code: str, now: datetime) -> bool:
    app = session.scalar(select(AuthenticatorApp).where(AuthenticatorApp.account_id == account_id).with_for_update())
    if app is None:
        return False
    step = _step_of(seals.open(app.seed_sealed), code, now)
    if step is None or step <= app.last_step:
        return False
    app.last_step = step
    session.flush()
    return True


def _step_of(seed: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is: this one, or one aside for a clock that is not quite right."""
    bare = re.sub(r"\s", "", code)
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(seed)
    for step in range(present - STEPS_ASIDE, present + STEPS_ASIDE + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), bare.encode()):
            return step
    return None


def _recovers(session: Session, account_id: int, code: str) -> bool:
    used = session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.code_hash == _code_hash(code))
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def _random_signs() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_SIGNS))


def _spelt(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _code_hash(code: str) -> bytes:
    return hashlib.sha256(code.replace("-", "").encode()).digest()


def ask_reset(session: Session, account: Account, *, asked_by: int, now: datetime) -> None:
    """An administrator asks that a person's lost factors be taken away; nothing happens before a second one agrees."""
    if not factors_of(session, account.id).any:
        raise DomainError("There is no second factor to take away.")
    if account.id == asked_by:
        raise DomainError("Nobody asks for himself: another administrator does.")
    session.execute(delete(FactorReset).where(FactorReset.account_id == account.id))
    session.add(FactorReset(account_id=account.id, asked_by=asked_by, asked_at=now))
    session.flush()


def asked_reset(session: Session, account_id: int, now: datetime) -> FactorReset | None:
    """The reset that waits for a second administrator; one asked for more than two days ago has lapsed."""
    return session.scalar(
        select(FactorReset).where(FactorReset.account_id == account_id, FactorReset.asked_at > now - RESET_HOLDS)
    )


def agree_reset(session: Session, account: Account, *, agreed_by: int, now: datetime) -> int:
    """The second administrator agrees: the factors are gone and all sessions end. Returns who had asked."""
    asked = asked_reset(session, account.id, now)
    if asked is None:
        raise DomainError("Nobody has asked for this, or it lapsed after two days.")
    if agreed_by in (asked.asked_by, account.id):
        raise DomainError("Another administrator than the one who asked must agree, and nobody agrees for himself.")
    asked_by = asked.asked_by
    take_factors_away(session, account, now)
    return asked_by


def take_factors_away(session: Session, account: Account, now: datetime) -> None:
    """All second factors and recovery codes of an account; its sessions end."""
    for table in (AuthenticatorApp, Passkey, RecoveryCode, FactorReset):
        session.execute(delete(table).where(table.account_id == account.id))
    end_all_sessions(session, account.id, now)


def reseal(session: Session, seals: Seals) -> int:
    """Seal every seed anew with the present secret; returns how many. Raises `Unreadable` before anything changes."""
    rows = session.execute(select(AuthenticatorApp.account_id, AuthenticatorApp.seed_sealed).with_for_update()).all()
    for account_id, sealed in [(row.account_id, seals.rotated(row.seed_sealed)) for row in rows]:
        session.execute(
            update(AuthenticatorApp).where(AuthenticatorApp.account_id == account_id).values(seed_sealed=sealed)
        )
    return len(rows)

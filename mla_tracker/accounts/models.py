"""People, their sessions, attempts to sign in, and who may see a restricted case."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.database import Base


class Account(Base):
    """A person of the office. The e-mail address is kept in lower case; a disabled account keeps its history."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="")
    theme: Mapped[str] = mapped_column(server_default="system")
    density: Mapped[str] = mapped_column(server_default="compact")
    shortcuts: Mapped[bool] = mapped_column(Boolean, server_default="true")
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("role in ('caseworker', 'supervisor', 'administrator', 'auditor')", name="role"),
        CheckConstraint("theme in ('system', 'light', 'dark')", name="theme"),
        CheckConstraint("density in ('compact', 'comfortable')", name="density"),
    )


class UserSession(Base):
    """A signed-in browser. Only the SHA-256 of its token is kept.

    `pending`: the password was right, the second factor is still to be shown. `proved_at`: when its owner last proved
    who he is; risky acts ask for a recent proof. `challenge`: what a passkey must sign now, once, until its moment.
    """

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    agent: Mapped[str]
    pending: Mapped[bool] = mapped_column(Boolean, server_default="false")
    proved_at: Mapped[datetime]
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)
    challenge_until: Mapped[datetime | None]

    __table_args__ = (Index("ix_user_session_open", "account_id", postgresql_where=text("ended_at is null")),)


class AuthenticatorApp(Base):
    """The app of a person that shows a new code every 30 seconds (RFC 6238). The seed is sealed; `last_step` is the
    number of the last half minute whose code was used, so that none is used twice.
    """

    __tablename__ = "authenticator_app"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    seed_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]
    last_step: Mapped[int] = mapped_column(BigInteger)


class Passkey(Base):
    """A key in a device of a person (WebAuthn): here is its public half, and how often it says to have signed."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_passkey_by_account", "account_id"),)


class RecoveryCode(Base):
    """A code that replaces the second factor once; only its SHA-256 is kept, and the row goes when it is used."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)


class PasswordLink(Base):
    """The one link by mail with which this person may set a password; only the SHA-256 of its token is kept."""

    __tablename__ = "password_link"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]


class FactorReset(Base):
    """One administrator asked that the second factors of a person be taken away; another one must agree."""

    __tablename__ = "factor_reset"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]


class SignInAttempt(Base):
    """A failed attempt to sign in: the name as a digest, the address, and the browser (a digest of its mark) where the
    account knows it. Old ones are removed.
    """

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    email_hash: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str]
    browser: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_sign_in_attempt_by_email", "email_hash", "at"),
        Index("ix_sign_in_attempt_by_address", "address", "at"),
    )


class RestrictedCase(Base):
    """A case that only the people named in `need_to_know` see."""

    __tablename__ = "restricted_case"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class NeedToKnow(Base):
    """A person named on a restricted case."""

    __tablename__ = "need_to_know"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    granted_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(server_default="")


class EmergencyAccess(Base):
    """Somebody who was not named opened a restricted case in an emergency. `kept` is what the review decided: whether
    he stays named; None until then.
    """

    __tablename__ = "emergency_access"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str]
    taken_at: Mapped[datetime]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None]
    kept: Mapped[bool | None]

    __table_args__ = (
        CheckConstraint("(reviewed_at is null) = (kept is null)", name="reviewed"),
        Index("ix_emergency_access_by_case", "case_id"),
        Index(
            "uq_emergency_access_open",
            "case_id",
            "account_id",
            unique=True,
            postgresql_where=text("reviewed_at is null"),
        ),
    )

"""`mla-tracker user`: accounts without a browser."""

import json
import secrets
import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Role
from mla_tracker.accounts.second_factors import take_factors_away
from mla_tracker.accounts.services import create_account, disable_account, set_password
from mla_tracker.audit.services import record_administration
from mla_tracker.cli_office import opened_sessions, running
from mla_tracker.core import clock
from mla_tracker.core.errors import NotVisible
from mla_tracker.office_from_settings import audit_key


@click.group()
def user() -> None:
    """Accounts of the people who work here."""


@user.command()
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", help="The person's name; what stands before the @ without it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one object: email, role, password (when it was made here)."
)
def create(*, email: str, role: str, name: str | None, password_stdin: bool, as_json: bool) -> None:
    """Create an account. Without --password-stdin a password is made and printed once."""
    made = None if password_stdin else secrets.token_urlsafe(15)
    password = made or sys.stdin.readline().rstrip("\n")
    with running() as settings, opened_sessions(settings) as sessions, sessions() as session:
        now = clock.now()
        account = create_account(
            session, email=email, name=name or email.split("@")[0], role=role, password=password, now=now
        )
        detail = {"account": account.id, "role": role}
        record_administration(
            session, audit_key(settings), actor_id=None, code="account_created", detail=detail, now=now
        )
        session.commit()
    if as_json:
        click.echo(json.dumps({"email": account.email, "role": role, "password": made}))
        return
    click.echo(f"{account.email} may sign in as {role}.")
    if made:
        click.echo(f"Password, shown this once: {made}")


@user.command("password")
@click.argument("email")
def give_password(*, email: str) -> None:
    """Give an account the password that standard input holds; its sessions end. Who is disabled stays disabled."""
    with running() as settings, opened_sessions(settings) as sessions, sessions() as session:
        now = clock.now()
        account = _known(session, email)
        set_password(session, account, sys.stdin.readline().rstrip("\n"), now)
        detail = {"account": account.id}
        record_administration(
            session, audit_key(settings), actor_id=None, code="password_changed", detail=detail, now=now
        )
        session.commit()
    click.echo(f"{account.email} has a new password.")


@user.command("reset-factors")
@click.argument("email")
def reset_factors(*, email: str) -> None:
    """Take an account's second factors away, where no second administrator could agree to it; its sessions end."""
    with running() as settings, opened_sessions(settings) as sessions, sessions() as session:
        now = clock.now()
        account = _known(session, email)
        take_factors_away(session, account, now)
        detail = {"account": account.id}
        record_administration(session, audit_key(settings), actor_id=None, code="factors_reset", detail=detail, now=now)
        session.commit()
    click.echo(f"{account.email} sets up a second factor anew at the next sign-in.")


@user.command()
@click.argument("email")
def disable(*, email: str) -> None:
    """Disable an account and end its sessions; what the person did stays on record."""
    with running() as settings, opened_sessions(settings) as sessions, sessions() as session:
        now = clock.now()
        account = _known(session, email)
        disable_account(session, account, now)
        record_administration(
            session,
            audit_key(settings),
            actor_id=None,
            code="account_disabled",
            detail={"account": account.id},
            now=now,
        )
        session.commit()
    click.echo(f"{account.email} can no longer sign in.")


def _known(session: Session, email: str) -> Account:
    account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
    if account is None:
        raise NotVisible(f"There is no account {email}.")
    return account

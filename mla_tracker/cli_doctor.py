"""`mla-tracker doctor`: what is missing for safe production, each with its remedy."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from config.settings import DEMONSTRATION_DOMAIN, Settings
from mla_tracker.cli_office import running
from mla_tracker.core import clock
from mla_tracker.core.schema import APPEND_ONLY, alembic_config

_STALE_AFTER = timedelta(minutes=2)
_CLOCKS_APART = 2.0
_HERE = ("localhost", "127.0.0.1", "::1")
_OTHER_VARIABLES = ("MLA_TEST_", "MLA_OIDC_")


@dataclass(frozen=True)
class Finding:
    """One thing that stands between this office and safe production."""

    subject: str
    problem: str
    remedy: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects: subject, problem, remedy.")
def doctor(*, as_json: bool) -> None:
    """Say what is missing for safe production. The exit code is 1 when anything is."""
    with running("doctor") as settings:
        findings = [*_of_settings(settings), *_of_environment(settings), *_of_database(settings)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(f"{finding.subject}: {finding.problem}.\n    {finding.remedy}.")
        click.echo("Nothing is missing." if not findings else f"{len(findings)} to do.")
    if findings:
        raise SystemExit(1)


def _of_settings(settings: Settings) -> Iterator[Finding]:
    if not settings.production:
        yield Finding(
            "MLA_ENV", "this is a development office", "set MLA_ENV=production, which refuses unsafe settings"
        )
    if not settings.secure:
        yield Finding(
            "MLA_BASE_URL", f"{settings.base_url} is not https", "put a TLS proxy in front and name its address"
        )
    if settings.secure and not settings.trusted_proxies:
        yield Finding(
            "MLA_TRUSTED_PROXIES",
            "no proxy is trusted, so every visitor seems to have the proxy's address",
            "name the addresses or networks of the proxies in front, such as 10.0.0.5",
        )
    if settings.former_secret_keys:
        yield Finding(
            "MLA_FORMER_SECRET_KEYS",
            "former secrets still open what they sealed and signed",
            "run `mla-tracker secrets rotate` and take them out after twelve hours",
        )
    yield from _of_wires(settings)
    if settings.mail_url.startswith("file:"):
        yield Finding("MLA_MAIL_URL", "mail lands in a folder, nobody receives it", "name an SMTP server")
    for name, shown in (("country", settings.country), ("timezone", settings.timezone)):
        if name not in settings.model_fields_set:
            yield Finding(
                f"MLA_{name.upper()}", f"is not set; {shown} is assumed for every time limit", "set the authority's own"
            )
    if "mail_from" not in settings.model_fields_set:
        yield Finding("MLA_MAIL_FROM", "is not set, so replies go nowhere", "set an address that the office reads")


def _of_wires(settings: Settings) -> Iterator[Finding]:
    """Connections that leave the machine without encryption (ASVS 12.3.1)."""
    for name, url in (("DATABASE", settings.database_url), ("MIGRATION_DATABASE", settings.migration_database_url)):
        parts = urlsplit(url or "")
        outside = parts.hostname not in (None, *_HERE)
        if outside and parse_qs(parts.query).get("sslmode", [""])[0] not in ("require", "verify-ca", "verify-full"):
            yield Finding(f"MLA_{name}_URL", "does not require TLS", "add ?sslmode=verify-full to it")
    parts = urlsplit(settings.redis_url or "")
    if parts.scheme == "redis" and parts.hostname not in _HERE:
        yield Finding("MLA_REDIS_URL", "goes over the network without TLS", "use rediss://")
    parts = urlsplit(settings.mail_url)
    if parts.scheme == "smtp" and parts.hostname not in _HERE and parse_qs(parts.query).get("starttls") != ["1"]:
        yield Finding("MLA_MAIL_URL", "hands mail over without TLS", "use smtps:// or add ?starttls=1")


def _of_environment(settings: Settings) -> Iterator[Finding]:
    known = {f"MLA_{name.upper()}" for name in type(settings).model_fields}
    for name in sorted(os.environ):
        if name.startswith("MLA_") and name not in known and not name.startswith(_OTHER_VARIABLES):
            yield Finding(name, "is no setting of this product and has no effect", "correct its name or remove it")
    folder = settings.var_dir / "secrets"
    for name in ("SECRET", "AUDIT", "DOCUMENTS"):
        if f"MLA_{name}_KEY" not in os.environ:
            yield Finding(
                f"MLA_{name}_KEY",
                f"was made on the first start and lies in {folder}",
                f"put the content of {folder / f'{name.lower()}_key'} into the variable, with a copy in a safe place",
            )


def _of_database(settings: Settings) -> Iterator[Finding]:
    engine = create_engine(settings.runtime_url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        newest = ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
        if MigrationContext.configure(connection).get_current_revision() != newest:
            yield Finding("database", "its schema is not the newest", "run `mla-tracker db upgrade`")
            return
        yield from _of_rights(connection)
        logins = connection.scalar(
            text("SELECT count(*) FROM account WHERE active AND email LIKE :pattern"),
            {"pattern": f"%@{DEMONSTRATION_DOMAIN}"},
        )
        if logins:
            yield Finding(
                "accounts",
                f"{logins} demonstration logins have a password that everybody knows",
                "end each with `mla-tracker user disable EMAIL`, or start another office with MLA_VAR_DIR",
            )
        yield from _of_people(connection)
        apart = abs((connection.scalar(text("SELECT clock_timestamp()")) - clock.now()).total_seconds())
        if apart > _CLOCKS_APART:
            yield Finding(
                "clock",
                f"the database's and this machine's differ by {apart:.0f} seconds",
                "let both follow the same time server",
            )
        beat = connection.scalar(text("SELECT beat_at FROM heartbeat WHERE name = 'schedule'"))
        if beat is None or clock.now() - beat > _STALE_AFTER:
            yield Finding("schedule", "does not run, so no reminder is sent", "run `mla-tracker serve`, or `worker`")


def _of_people(connection: Connection) -> Iterator[Finding]:
    administrators = connection.scalar(text("SELECT count(*) FROM account WHERE active AND role = 'administrator'"))
    if administrators < 2:
        yield Finding(
            "accounts",
            "there are not two administrators, so nobody can agree when one loses his second factor",
            "make another with `mla-tracker user create EMAIL --role administrator`",
        )
    without = connection.scalar(
        text(
            "SELECT count(*) FROM account WHERE active "
            "AND id NOT IN (SELECT account_id FROM authenticator_app) AND id NOT IN (SELECT account_id FROM passkey)"
        )
    )
    if without:
        yield Finding(
            "accounts",
            f"{without} people have no second factor yet",
            "they set one up at the next sign-in, or under Account: see that they do",
        )


def _of_rights(connection: Connection) -> Iterator[Finding]:
    owned = connection.scalar(text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"))
    powerful = connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    if owned or powerful:
        yield Finding(
            "MLA_MIGRATION_DATABASE_URL",
            "the product runs as a role that owns its tables, so nothing guards the trail from it",
            "name the owner there and in MLA_DATABASE_URL a role that owns nothing, then run `mla-tracker db upgrade`",
        )
        return
    for table in sorted(APPEND_ONLY & set(inspect(connection).get_table_names())):
        changeable = connection.scalar(
            text(
                "SELECT has_any_column_privilege(:table, 'UPDATE') OR has_table_privilege(:table, 'DELETE, TRUNCATE')"
            ),
            {"table": table},
        )
        if changeable:
            yield Finding(
                table, "the product's role may change it", "run `mla-tracker db upgrade`, which takes that away"
            )

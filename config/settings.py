"""Every setting of the product: read once from the environment by an entry point, typed, frozen, passed down.

A variable is named `MLA_` and the field in capitals; `HOST` and `PORT` stand alone. A wrong value stops the start with
the variable's name and the reason. In development the three keys are made once and kept under the var folder, so that
sign-ins, the audit chain and documents survive a restart; production takes them from the environment only.
"""

import os
import re
import secrets
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEMONSTRATION_DOMAIN = "demo.example"
SECRETS = ("secret_key", "audit_key", "documents_key")
_SHORTEST_SECRET = 32
_FEWEST_CHARACTERS = 10
_PLACEHOLDER = re.compile(
    r"change.?me|changethis|default|example|demonstration|password|insecure|placeholder|0123456789", re.IGNORECASE
)
_ADVICE = "take one of its own from `openssl rand -base64 48` and keep it: what it protects cannot be read with another"


class SettingsError(Exception):
    """The environment does not describe a product that may start; the text names each variable and its reason."""


class Settings(BaseSettings):
    """The settings of one process. Nobody below an entry point reads the environment."""

    model_config = SettingsConfigDict(
        env_prefix="MLA_", frozen=True, env_ignore_empty=True, extra="forbid", populate_by_name=True
    )

    env: Literal["development", "production"] = "development"
    var_dir: Path = Path("var")

    secret_key: SecretStr
    audit_key: SecretStr
    documents_key: SecretStr
    former_secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()

    database_url: str | None = None
    migration_database_url: str | None = None
    redis_url: str | None = None

    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: int = Field(8000, ge=1, le=65535, validation_alias="PORT")
    base_url: str = ""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    metrics_token: SecretStr | None = Field(None, min_length=16)
    web_processes: int = Field(2, ge=1, le=64)
    web_threads: int = Field(8, ge=1, le=128)
    worker_processes: int = Field(2, ge=1, le=64)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    mail_url: str = ""
    mail_from: str = "MLA tracker <mla-tracker@localhost>"

    timezone: str = "Europe/Vienna"
    country: str = "AT"
    languages: Annotated[tuple[str, ...], NoDecode] = ("en",)

    documents_url: str = ""
    clamd_url: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None

    postgres_bin: Path | None = None
    redis_server: Path | None = None

    @field_validator("var_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("languages", "trusted_proxies", "former_secret_keys", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part for part in re.split(r"[,;\s]+", value) if part)
        return value

    @field_validator("languages")
    @classmethod
    def _some_language(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [tag for tag in value if not re.fullmatch(r"[a-z]{2,3}([_-][A-Za-z]{2,8})?", tag)]
        if wrong or not value:
            raise ValueError("lists language tags such as en,fr,ar")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(str(ip_network(text)) for text in value)
        except ValueError as problem:
            raise ValueError(
                "lists the addresses or networks of our own proxies, such as 10.0.0.5,fd00::/8"
            ) from problem

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as problem:
            raise ValueError("is not a time zone of the IANA list, such as Europe/Vienna") from problem
        return value

    @field_validator("country")
    @classmethod
    def _country_code(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z]{2}", value.upper()):
            raise ValueError("is an ISO 3166 alpha-2 code, such as AT")
        return value.upper()

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("postgresql+psycopg://"):
            raise ValueError("must start with postgresql+psycopg:// (PostgreSQL is the only database)")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must be redis://, rediss:// or unix:///path/to/socket")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("smtp", "smtps", "file"):
            raise ValueError("must be smtp://user:password@host:port?starttls=1, smtps://… or file:folder")
        return value

    @field_validator("documents_url")
    @classmethod
    def _folder(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("", "file") or parts.netloc:
            raise ValueError("must be a folder, such as /srv/mla/documents")
        return str(Path(parts.path).expanduser().resolve()) if value else value

    @field_validator("clamd_url")
    @classmethod
    def _scanner(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value and not (parts.scheme == "tcp" and parts.hostname) and not (parts.scheme == "unix" and parts.path):
            raise ValueError("must be tcp://host:3310 or unix:///path/to/clamd.ctl")
        return value

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be the address people open, such as https://mla.justice.example")
        return value.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _defaults_from_others(cls, values: dict[str, Any]) -> dict[str, Any]:
        var = Path(values.get("var_dir") or "var").expanduser().resolve()
        host, port = values.get("HOST") or "127.0.0.1", values.get("PORT") or 8000
        if host in ("0.0.0.0", "::"):  # noqa: S104 (compared, not bound)
            host = "localhost"
        filled = dict(values)
        filled["base_url"] = values.get("base_url") or f"http://{f'[{host}]' if ':' in str(host) else host}:{port}"
        filled["mail_url"] = values.get("mail_url") or f"file:{var / 'mail'}"
        filled["documents_url"] = values.get("documents_url") or str(var / "documents")
        return filled

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.migration_database_url and not self.database_url:
            raise ValueError("MLA_MIGRATION_DATABASE_URL: makes no sense without MLA_DATABASE_URL")
        if self.env == "production":
            problems = [*_unsafe_secrets({name: getattr(self, name) for name in SECRETS})]
            if not self.base_url.startswith("https://"):
                problems.append(
                    "MLA_BASE_URL: production needs the https address people open (http would show passwords)"
                )
            if problems:
                raise ValueError("\n".join(problems))
        return self

    @property
    def production(self) -> bool:
        """True where real cases are kept."""
        return self.env == "production"

    @property
    def secure(self) -> bool:
        """True when people reach the product over https: then cookies carry `__Host-` and Secure, and HSTS is sent."""
        return self.base_url.startswith("https://")

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the authority's legal days begin and end."""
        return ZoneInfo(self.timezone)

    def with_servers(
        self, *, database_url: str | None, migration_database_url: str | None, redis_url: str | None
    ) -> "Settings":
        """The same settings, with the addresses of the servers that are running."""
        return self.model_copy(
            update={
                "database_url": database_url,
                "migration_database_url": migration_database_url,
                "redis_url": redis_url,
            }
        )

    @property
    def runtime_url(self) -> str:
        """The database for the role that the product runs as. Raises SettingsError while no server is known."""
        return _running("MLA_DATABASE_URL", self.database_url)

    @property
    def owner_url(self) -> str:
        """The database for the role that migrates: the runtime role where no other is named."""
        return self.migration_database_url or self.runtime_url

    @property
    def store_url(self) -> str:
        """The server of the Redis protocol as redis-py writes it. Raises SettingsError while none is known."""
        return _running("MLA_REDIS_URL", self.redis_url)

    @property
    def broker_url(self) -> str:
        """The same as Celery writes it."""
        return _redis_as("redis+socket", self.store_url)

    @property
    def limits_url(self) -> str:
        """The same as the rate limiter writes it."""
        return _redis_as("redis+unix", self.store_url)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. Raises SettingsError with one line for each variable that is wrong."""
    kept: dict[str, Any] = {}
    if (environ.get("MLA_ENV") or "development") == "development":
        folder = Path(environ.get("MLA_VAR_DIR") or "var").expanduser().resolve() / "secrets"
        kept = {name: kept_secret(folder / name) for name in SECRETS if not environ.get(f"MLA_{name.upper()}")}
    try:
        return Settings(**kept)
    except ValidationError as problem:
        raise SettingsError("\n".join(_sentences(problem))) from None


def kept_secret(path: Path) -> str:
    """The secret in `path`, made on first use, readable by its owner only. Two processes at once get the same."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        if not path.exists():
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass  # another process was first: its secret counts
            finally:
                fresh.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as problem:
        raise SettingsError(f"MLA_VAR_DIR: cannot keep a secret in {path.parent} ({problem.strerror})") from problem


def _unsafe_secrets(values: Mapping[str, SecretStr]) -> list[str]:
    problems = []
    for name, value in values.items():
        secret = value.get_secret_value()
        if len(secret) < _SHORTEST_SECRET or len(set(secret)) < _FEWEST_CHARACTERS:
            problems.append(
                f"MLA_{name.upper()}: is too easy to guess (at least {_SHORTEST_SECRET} random characters); {_ADVICE}"
            )
        elif _PLACEHOLDER.search(secret):
            problems.append(f"MLA_{name.upper()}: looks like a default; {_ADVICE}")
    if not problems and len({value.get_secret_value() for value in values.values()}) < len(values):
        problems.append("MLA_SECRET_KEY, MLA_AUDIT_KEY, MLA_DOCUMENTS_KEY: must differ from each other")
    return problems


def _running(variable: str, url: str | None) -> str:
    if url is None:
        raise SettingsError(f"{variable}: no server is known; an entry point starts the private one first")
    return url


def _redis_as(socket_scheme: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"{socket_scheme}://{parts.path}"


def _sentences(problem: ValidationError) -> list[str]:
    lines: list[str] = []
    errors = problem.errors()
    unknown_env = any(error["loc"] == ("env",) for error in errors)
    for error in errors:
        if unknown_env and error["type"] == "missing":
            continue  # whether it may be missing depends on what MLA_ENV was meant to be
        reason = error["msg"].removeprefix("Value error, ")
        if not error["loc"]:
            lines.append(reason)
            continue
        field = str(error["loc"][0])
        variable = field if field.isupper() else f"MLA_{field.upper()}"
        if error["type"] == "missing":
            reason = f"is not set; production needs it: {_ADVICE}"
        lines.append(f"{variable}: {reason[0].lower()}{reason[1:]}")
    return lines

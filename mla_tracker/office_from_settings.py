"""From settings to the office that the domain knows: for the three kinds of entry point, web, worker and command."""

from config.settings import Settings
from mla_tracker.accounts.sealing import Seals
from mla_tracker.audit.chain import AuditKey
from mla_tracker.casework.office import Office
from mla_tracker.core.database import make_engine, make_sessions


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

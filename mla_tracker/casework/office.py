"""What every act needs to know of the office: made once by an entry point (web, worker, command) and passed down."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mla_tracker.audit.chain import AuditKey
from mla_tracker.core.database import Sessions


@dataclass(frozen=True)
class Office:
    """The authority as the domain sees it. `country` (ISO alpha-2) decides its working calendar, `zone` its legal
    days.
    """

    sessions: Sessions
    audit_key: AuditKey
    country: str
    zone: ZoneInfo

"""Who may do what: one table from role to permissions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    REQUEST_REGISTER = "request:register"
    REQUEST_WORK = "request:work"
    REQUEST_DECIDE = "request:decide"
    REQUEST_APPROVE = "request:approve"
    REQUEST_SEND = "request:send"
    REQUEST_CLOSE = "request:close"
    REQUEST_CORRECT = "request:correct"
    REQUEST_REOPEN = "request:reopen"
    CUSTODY_RECORD = "custody:record"
    PROCEEDING_WORK = "proceeding:work"
    CASE_READ = "case:read"
    CASE_EXPORT = "case:export"
    CASE_IMPORT = "case:import"
    CASE_RESTRICT = "case:restrict"
    CASE_EMERGENCY = "case:emergency"
    DEADLINE_READ = "deadline:read"
    DASHBOARD_READ = "dashboard:read"
    STATISTICS_READ = "statistics:read"
    STATISTICS_RESTRICTED = "statistics:restricted"
    AUDIT_READ = "audit:read"
    DIRECTORY_READ = "directory:read"
    ACCOUNT_SELF = "account:self"
    ADMIN_PEOPLE = "admin:people"
    ADMIN_CODES = "admin:codes"
    ADMIN_OFFICE = "admin:office"
    ADMIN_MAIL = "admin:mail"


_EVERYBODY: Final = frozenset({Permission.ACCOUNT_SELF, Permission.DIRECTORY_READ})
_READING: Final = _EVERYBODY | {
    Permission.CASE_READ,
    Permission.CASE_EXPORT,
    Permission.DEADLINE_READ,
    Permission.STATISTICS_READ,
}
_CASEWORK: Final = _READING | {
    Permission.REQUEST_REGISTER,
    Permission.REQUEST_WORK,
    Permission.REQUEST_DECIDE,
    Permission.REQUEST_SEND,
    Permission.REQUEST_CLOSE,
    Permission.REQUEST_CORRECT,
    Permission.CUSTODY_RECORD,
    Permission.PROCEEDING_WORK,
    Permission.CASE_RESTRICT,
    Permission.CASE_EMERGENCY,
}

ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.CASEWORKER: _CASEWORK,
    Role.SUPERVISOR: _CASEWORK
    | {
        Permission.REQUEST_APPROVE,
        Permission.REQUEST_REOPEN,
        Permission.CASE_IMPORT,
        Permission.DASHBOARD_READ,
        Permission.STATISTICS_RESTRICTED,
    },
    # Administers and does not read cases.
    Role.ADMINISTRATOR: _EVERYBODY
    | {Permission.ADMIN_PEOPLE, Permission.ADMIN_CODES, Permission.ADMIN_OFFICE, Permission.ADMIN_MAIL},
    # Reads cases and the trail, changes nothing.
    Role.AUDITOR: _READING | {Permission.AUDIT_READ, Permission.DASHBOARD_READ},
}

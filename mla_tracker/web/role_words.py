"""The words for the roles."""

from typing import Final

from flask_babel import lazy_gettext as _l

from mla_tracker.accounts.permissions import Role

ROLES: Final = {
    Role.CASEWORKER: _l("Caseworker"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.AUDITOR: _l("Auditor"),
}

"""Words for what stands in the trail."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

ACTS: Final[Mapping[str, Any]] = {
    "signed_in": _l("Signed in"),
    "signed_out": _l("Signed out"),
    "password_changed": _l("Password changed"),
    "password_link_sent": _l("Link to set a password sent"),
    "password_given": _l("Password given"),
    "factor_added": _l("Second factor set up"),
    "factor_removed": _l("Second factor taken away"),
    "factor_reset_asked": _l("Taking away of second factors asked for"),
    "factors_reset": _l("Second factors taken away by administrators"),
    "recovery_codes_made": _l("Recovery codes made"),
    "recovery_code_used": _l("Recovery code used"),
    "identity_confirmed": _l("Identity proved again"),
    "secrets_rotated": _l("Secrets sealed anew"),
    "detail_erased": _l("Detail of an entry erased"),
    "case_file_exported": _l("Exported the file of a request"),
    "emergency_refused": _l("Emergency access tried in vain"),
    "guessing_slowed": _l("Guessing of a password slowed"),
    "session_ended": _l("A session ended"),
    "sessions_ended": _l("Sessions ended"),
    "account_created": _l("Account created"),
    "account_disabled": _l("Account disabled"),
    "account_enabled": _l("Account opened again"),
    "role_changed": _l("Role changed"),
    "code_added": _l("Code added"),
    "code_changed": _l("Code changed"),
    "code_retired": _l("Code taken out of use"),
    "code_restored": _l("Code brought back into use"),
    "authority_added": _l("Authority added"),
    "authority_changed": _l("Authority changed"),
    "authority_retired": _l("Authority taken out of use"),
    "authority_restored": _l("Authority brought back into use"),
    "calendar_changed": _l("Calendar changed"),
    "calendar_change_withdrawn": _l("Change of a calendar taken back"),
    "mail_retried": _l("Message tried again"),
    "retention_changed": _l("Retention period of documents changed"),
}
LOOKS: Final[Mapping[str, Any]] = {
    "case_viewed": _l("Looked at a request"),
    "case_listed": _l("Saw a restricted request in a list"),
    "cases_exported": _l("Exported a list of requests"),
    "case_file_exported": _l("Exported the file of a request"),
    "document_viewed": _l("Looked at a document"),
    "document_downloaded": _l("Downloaded a document"),
}
KEYS: Final[Mapping[str, Any]] = {
    "account": _l("account"),
    "address": _l("from"),
    "asked_by": _l("asked for by"),
    "authority": _l("authority"),
    "code": _l("code"),
    "chain": _l("chain"),
    "entry": _l("entry"),
    "factor": _l("factor"),
    "ground": _l("ground"),
    "begun": _l("deadlines that begin"),
    "cases": _l("requests"),
    "ends_changed": _l("ends judged otherwise"),
    "first": _l("first day"),
    "gone": _l("deadlines that fall away"),
    "how": _l("how"),
    "last": _l("last day"),
    "moved": _l("deadlines that move"),
    "newly_overdue": _l("overdue from then on"),
    "no_longer_overdue": _l("no longer overdue"),
    "place": _l("calendar"),
    "reminders_withdrawn": _l("reminders withdrawn"),
    "source": _l("source"),
    "works": _l("people work"),
    "list": _l("list"),
    "name": _l("name"),
    "notice": _l("message"),
    "now": _l("now"),
    "number": _l("number"),
    "role": _l("role"),
    "row": _l("row"),
    "session": _l("session"),
    "state": _l("State"),
    "type": _l("type"),
    "was": _l("before"),
}
REASONS: Final[Mapping[str, Any]] = {
    "MISSING": _l("an entry is missing or out of order"),
    "SEAL": _l("the entry, or the one before it, was changed or put in"),
    "DETAIL": _l("the detail of the entry was changed"),
    "DETAIL_GONE": _l("the detail of the entry is gone"),
    "CUT": _l("entries at the end are gone"),
    "NOT_IN_HEAD": _l("there are more entries than were recorded, or the end was replaced"),
    "NO_HEAD": _l("the record of the chain's end is gone"),
    "ANCHOR": _l("the chain is not the one that was anchored"),
    "ROOT": _l("the heads kept with the anchor are not those it binds"),
}


def act_words(code: str) -> str:
    """What was done, in words; a code without words stays a code."""
    return str(ACTS.get(code) or LOOKS.get(code) or code)


def chain_words(chain: str) -> str:
    """A chain in words; that of a case by its number in the trail, not by its reference."""
    kind, _colon, name = chain.partition(":")
    names = {
        "administration": _("Administration"),
        "anchors": _("Anchors"),
        "access": _("Who looked, process %(name)s", name=name),
        "case": _("Request no. %(name)s of the register", name=name),
    }
    return str(names.get(kind, chain))

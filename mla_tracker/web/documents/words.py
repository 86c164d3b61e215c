"""Words for the codes of documents on screen."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

KINDS: Final[Mapping[str, Any]] = {
    "request": _l("Letter of request"),
    "reply": _l("Reply"),
    "annex": _l("Annex"),
    "evidence": _l("Evidence"),
    "decision": _l("Decision or order"),
    "certificate": _l("Certificate"),
    "identity": _l("Identity papers"),
    "correspondence": _l("Correspondence"),
    "other": _l("Other document"),
}
RELATIONS: Final[Mapping[str, Any]] = {
    "translation": _l("Translation"),
    "redaction": _l("Redacted copy"),
    "extract": _l("Extract"),
    "conversion": _l("In another format"),
    "transcript": _l("Transcript"),
}
CUSTODY: Final[Mapping[str, Any]] = {
    "received": _l("Received"),
    "handed_over": _l("Handed over"),
    "returned": _l("Returned"),
}
GROUNDS: Final[Mapping[str, Any]] = {
    "added_by_mistake": _l("Added by mistake"),
    "retention_ended": _l("The retention period has ended"),
    "court_order": _l("Order of a court"),
    "data_protection": _l("Data protection law"),
    "returned_to_owner": _l("Returned to its owner"),
}
STATES: Final[Mapping[str, tuple[str, Any]]] = {
    "clean": ("done", _l("No malware found")),
    "made": ("done", _l("Made by this office")),
    "not_scanned": ("new", _l("Not scanned for malware")),
    "waiting": ("waiting", _l("Waits for the scanner")),
    "infected": ("late", _l("Kept apart: malware")),
    "damaged": ("late", _l("Damaged")),
    "deleted": ("barred", _l("Deleted")),
}
HANDED_OUT: Final = frozenset({"clean", "made", "not_scanned"})

"""Words for the ledger of reminders: its rungs, its states, why somebody is told and why a message was not sent."""

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

REASONS: Final = {
    "refused": _l("Refused by the mail server"),
    "gave_up": _l("Not taken for 72 hours"),
    "nobody_to_tell": _l("Nobody leads or supervises the request"),
    "overtaken": _l("Overtaken by a later reminder"),
    "before_floor": _l("Due before the request was taken in"),
    "acknowledged": _l("Acknowledged"),
    "ended": _l("The time limit ended"),
    "moved": _l("The date moved"),
    "paused": _l("The time limit is paused"),
    "reassigned": _l("Somebody else is told"),
    "inactive": _l("The account is disabled"),
    "in_digest": _l("In the digest"),
    "off": _l("Switched off by the person"),
    "nothing_to_say": _l("There was nothing to say"),
}
LETTERS: Final = {
    "invitation": _l("Invitation"),
    "password_link": _l("Link to set a password"),
    "password_changed": _l("Word of a new password"),
    "factor_added": _l("Word of a new second factor"),
    "factor_removed": _l("Word of a second factor taken away"),
    "factors_reset": _l("Word of second factors taken away by administrators"),
    "role_changed": _l("Word of another role"),
    "emergency_access": _l("Word of an emergency access"),
}
STATES: Final = {
    "planned": _l("Waiting"),
    "claimed": _l("Being sent"),
    "deferred": _l("To be tried again"),
    "sent": _l("Sent"),
    "suppressed": _l("Not sent"),
    "dead": _l("Failed"),
}
WHY: Final = {
    "officer": _l("leads the request"),
    "substitute": _l("stands in for the lead"),
    "absent": _l("stands in: the lead is away"),
    "supervisor": _l("supervises"),
    "unassigned": _l("supervises: nobody leads"),
    "head": _l("heads the authority"),
}


def rung_words(rung: str) -> str:
    """What a rung of the ladder is called on a page, in the reader's language."""
    named = {
        "due": _("On the day"),
        "chase": _("The other State is late"),
        "summary": _("Summary after a load"),
        "assigned": _("Assigned to you"),
        "reply": _("Reply recorded"),
        "approval": _("Approval asked"),
        "silence": _("No answer yet: a reminder can be prepared"),
        "unverified": _("Directory entry not verified for a year"),
        "digest": _("Digest"),
    }
    if rung in LETTERS:
        return str(LETTERS[rung])
    kind, number = rung.rstrip("0123456789%+-"), rung.strip("abcdefghijklmnopqrstuvwxyz+-%")
    if not number:
        return str(named.get(rung, rung))
    if not kind:
        return str(_("%(percent)s %% of the time used", percent=number))
    if kind == "silence":
        return str(ngettext("No answer for %(num)s day", "No answer for %(num)s days", int(number)))
    if kind == "overdue":
        return str(ngettext("%(num)s day late", "%(num)s days late", int(number)))
    return str(ngettext("%(num)s day before", "%(num)s days before", int(number)))

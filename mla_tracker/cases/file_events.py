"""Events that change the file and never the status: permitted in every status, by whoever may keep the file.

The life-cycle tables know the acts of the law; these are the acts of the office. The labels are those of the timeline.
"""

from typing import Final

FILE_EVENTS: Final[dict[str, str]] = {
    "particulars_changed": "Particulars changed",
    "assigned": "Lead assigned",
    "bases_changed": "Legal bases changed",
    "offences_changed": "Offences changed",
    "person_added": "Person added",
    "person_changed": "Person changed",
    "person_removed": "Person removed",
    "item_changed": "Requested item changed",
    "access_granted": "Access to the restricted case granted",
    "access_ended": "Access to the restricted case ended",
    "access_taken": "Restricted case opened in an emergency",
    "access_reviewed": "Emergency access reviewed",
    "pause_opened": "House clocks paused",
    "pause_closed": "House clocks run again",
    "deadline_acknowledged": "Deadline acknowledged",
    "deadline_set": "Day agreed or set",
    "deadline_extended": "Deadline extended",
    "deadline_met": "Deadline marked as met",
    "deadline_disputed": "Deadline disputed",
    "deadline_settled": "Dispute about a deadline settled",
    "clock_fact_recorded": "Dated fact",
    "limit_missed": "Time limit passed unmet",
    "deadlines_moved": "Deadlines moved by a change of rules or calendars",
    "note_added": "Note added",
    "task_added": "Task set",
    "task_done": "Task done",
    "linked": "Linked with another request",
    "unlinked": "Link with another request taken away",
    "tagged": "Tag added",
    "untagged": "Tag removed",
    "document_added": "Document added",
    "document_version_added": "Version of a document added",
    "document_changed": "Particulars of a document changed",
    "exhibit_received": "Exhibit received",
    "exhibit_handed_over": "Exhibit handed over",
    "exhibit_returned": "Exhibit returned",
    "document_deletion_asked": "Deletion of a document asked for",
    "document_deletion_declined": "Deletion of a document declined",
    "document_deleted": "Document deleted",
    "document_damaged": "Stored file found damaged",
    "document_quarantined": "File kept apart: malware found",
    "legal_hold_placed": "Legal hold placed",
    "legal_hold_lifted": "Legal hold lifted",
    # Asked for like an act, see `file_entries.py`.
    "contact_recorded": "Informal contact",
    "use_consent_recorded": "Use for another purpose",
    "safe_conduct_recorded": "Safe conduct",
    "cost_recorded": "Costs",
}
CORRECTABLE: Final = frozenset(
    {"pause_opened", "pause_closed", "deadline_set", "deadline_extended", "deadline_met", "deadline_disputed"}
    | {"clock_fact_recorded"}
    | {"contact_recorded", "use_consent_recorded", "safe_conduct_recorded", "cost_recorded"}
    | {"exhibit_received", "exhibit_handed_over", "exhibit_returned"}
)
"""Those from which something follows, a deadline, a round or the custody of an exhibit: a wrong one is annulled by a
correction, like an act of the law.
"""

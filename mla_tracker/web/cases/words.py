"""Words for the codes of a request on screen; the labels of the life cycle are translated where they are shown."""

from flask_babel import lazy_gettext as _l

KINDS = {"mla": _l("Mutual legal assistance"), "extradition": _l("Extradition")}
DIRECTIONS = {"incoming": _l("Incoming"), "outgoing": _l("Outgoing")}
CYCLES = {
    "mla_in": _l("Incoming request for mutual legal assistance"),
    "mla_out": _l("Outgoing request for mutual legal assistance"),
    "ex_in": _l("Incoming request for extradition"),
    "ex_out": _l("Outgoing request for extradition"),
}
URGENCIES = {"routine": _l("Routine"), "urgent": _l("Urgent"), "most_urgent": _l("Most urgent")}
CONFIDENTIALITIES = {
    "ordinary": _l("Ordinary"),
    "confidential": _l("Kept confidential on demand"),
    "restricted": _l("Restricted to named people"),
}
NATURES = {
    "criminal": _l("Criminal"),
    "civil": _l("Civil"),
    "administrative": _l("Administrative"),
    "non_conviction_based": _l("Non-conviction-based"),
}
WANTED_FOR = {"prosecution": _l("Prosecution"), "sentence": _l("Serving a sentence")}
PERSON_ROLES = {
    "sought": _l("Person sought"),
    "suspect": _l("Suspect or accused"),
    "witness": _l("Witness"),
    "expert": _l("Expert"),
    "victim": _l("Victim"),
    "holder": _l("Holder of records or assets"),
    "other": _l("Other"),
}
TURNS = {
    "ours": _l("Ours"),
    "executing_authority": _l("Executing authority"),
    "court": _l("Court"),
    "other_state": _l("Other State"),
    "third_party": _l("Third party"),
}
LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "ja", "ka", "pl", "pt", "ro", "ru", "th", "tr", "uk", "vi", "zh")
ORDERS = {
    "due": _l("Due first"),
    "newest": _l("Newest first"),
    "oldest": _l("Oldest first"),
    "state": _l("By State"),
}
FIELDS = {
    "subject": _l("Subject line"),
    "facts_summary": _l("Summary of the facts"),
    "operation": _l("Operation"),
    "counterpart": _l("State"),
    "counterpart_authority_id": _l("Its authority"),
    "their_reference": _l("Their reference"),
    "owner_authority_id": _l("Body of ours that asks"),
    "urgency": _l("Urgency"),
    "urgency_reason": _l("Reason for the urgency"),
    "confidentiality": _l("Confidentiality"),
    "confidentiality_reason": _l("Reason for the confidentiality"),
    "nature": _l("Nature of the proceedings"),
    "wanted_for": _l("Wanted for"),
    "languages": _l("Languages"),
    "channel": _l("Channel"),
    "no_basis_named": _l("No legal basis named"),
    "received_on": _l("Received on"),
    "received_at": _l("Received at"),
    "needed_by": _l("Needed by"),
    "needed_by_reason": _l("Reason for the date"),
    "purpose": _l("Purpose"),
    "hearing_on": _l("Hearing or trial on"),
    "limitation_on": _l("Time-barred on"),
}
FILE_EVENTS = {
    "particulars_changed": _l("Particulars changed"),
    "assigned": _l("Lead assigned"),
    "bases_changed": _l("Legal bases changed"),
    "offences_changed": _l("Offences changed"),
    "person_added": _l("Person added"),
    "person_changed": _l("Person changed"),
    "person_removed": _l("Person removed"),
    "item_changed": _l("Requested item changed"),
    "access_granted": _l("Access to the restricted case granted"),
    "access_ended": _l("Access to the restricted case ended"),
    "access_taken": _l("Restricted case opened in an emergency"),
    "access_reviewed": _l("Emergency access reviewed"),
    "pause_opened": _l("House clocks paused"),
    "pause_closed": _l("House clocks run again"),
    "deadline_acknowledged": _l("Deadline acknowledged"),
    "deadline_set": _l("Day agreed or set"),
    "deadline_extended": _l("Deadline extended"),
    "deadline_met": _l("Deadline marked as met"),
    "deadline_disputed": _l("Deadline disputed"),
    "deadline_settled": _l("Dispute about a deadline settled"),
    "clock_fact_recorded": _l("Dated fact"),
    "limit_missed": _l("Time limit passed unmet"),
    "deadlines_moved": _l("Deadlines moved by a change of rules or calendars"),
    "note_added": _l("Note added"),
    "task_added": _l("Task set"),
    "task_done": _l("Task done"),
    "linked": _l("Linked with another request"),
    "unlinked": _l("Link with another request taken away"),
    "tagged": _l("Tag added"),
    "untagged": _l("Tag removed"),
    "contact_recorded": _l("Informal contact"),
    "use_consent_recorded": _l("Use for another purpose"),
    "safe_conduct_recorded": _l("Safe conduct"),
    "cost_recorded": _l("Costs"),
    "document_added": _l("Document added"),
    "document_version_added": _l("Version of a document added"),
    "document_changed": _l("Particulars of a document changed"),
    "exhibit_received": _l("Exhibit received"),
    "exhibit_handed_over": _l("Exhibit handed over"),
    "exhibit_returned": _l("Exhibit returned"),
    "document_deletion_asked": _l("Deletion of a document asked for"),
    "document_deletion_declined": _l("Deletion of a document declined"),
    "document_deleted": _l("Document deleted"),
    "document_damaged": _l("Stored file found damaged"),
    "document_quarantined": _l("File kept apart: malware found"),
    "legal_hold_placed": _l("Legal hold placed"),
    "legal_hold_lifted": _l("Legal hold lifted"),
}
LINK_KINDS = {
    "same_operation": _l("Same operation"),
    "same_person": _l("Same person"),
    "competing": _l("Competing requests"),
    "follow_up": _l("Follows from it"),
}

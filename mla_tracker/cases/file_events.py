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
    "pause_opened": "House clocks paused",
    "pause_closed": "House clocks run again",
    "deadline_acknowledged": "Deadline acknowledged",
    "note_added": "Note added",
}

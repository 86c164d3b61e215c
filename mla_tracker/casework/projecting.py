"""The rows beside the events of a case, brought into line with them when an act closes and by `events rebuild`."""

from typing import Final

from mla_tracker.cases.file_entries import FILE_ENTRIES
from mla_tracker.cases.file_events import FILE_EVENTS
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.projection import steps_of
from mla_tracker.decisions import projection as decisions
from mla_tracker.decisions.models import Postponement, Refusal
from mla_tracker.exchanges import projection as exchanges
from mla_tracker.exchanges.models import Consultation, Exchange, InformationRequest

PROJECTED: Final = (
    (Refusal, "proposed_seq"),
    (Postponement, "postponed_seq"),
    (InformationRequest, "asked_seq"),
    (Consultation, "opened_seq"),
    (Exchange, "begun_seq"),
)
"""The tables whose rows follow from the events of their case, each with the column of the event that opened a row."""
# Acts of the office that no row follows from; a change of the bases meets the acceptance that is on file.
_NOTHING_FOLLOWS: Final = frozenset(FILE_EVENTS) - set(FILE_ENTRIES) - {"bases_changed"}


def project(act: OpenAct, *, whole: bool = False) -> None:
    """All rows of the case; nothing is read where the new entries give none. `whole`: whatever the new entries are."""
    new = {entry.code for entry in act.entries if entry.seq > act.first_new}
    if not whole and new <= _NOTHING_FOLLOWS:
        return
    act.session.flush()
    found = steps_of(act)
    decisions.project(act.session, act.case.id, act.entries, found)
    exchanges.project(act.session, act.case.id, act.case.direction, act.entries, found)

"""Words for the codes that deadlines carry."""

from typing import Final

from flask_babel import lazy_gettext as _l

SIDES: Final = {
    "ours": _l("Ours"),
    "executing_authority": _l("Executing authority"),
    "court": _l("Court"),
    "other_state": _l("Other State"),
    "third_party": _l("Third party"),
}
SET_BY: Final = {
    "court": _l("Set by a court"),
    "both_sides": _l("Agreed by both sides"),
    "other_state": _l("Set by the other State"),
    "us": _l("Set by us"),
}
UNITS: Final = {
    "hours": _l("Hours"),
    "days": _l("Days"),
    "weeks": _l("Weeks"),
    "months": _l("Months"),
    "years": _l("Years"),
}
CLOCKS: Final = {
    "hard": _l("Hard limit"),
    "target": _l("Target"),
    "max_custody": _l("Longest custody"),
    "min_hold": _l("Shortest time to keep"),
    "lead_time": _l("Lead time, counted back"),
    "window": _l("Window"),
}
GRANTED_BY: Final = {
    "requested": _l("the requested State"),
    "requesting": _l("the requesting State"),
    "parties": _l("both sides"),
    "judge": _l("a judge"),
    "court": _l("a court"),
    "minister": _l("a minister"),
    "statute": _l("the law itself"),
    "own": _l("the office"),
}

"""How far a row of a code list or a fact about a treaty was checked, in words."""

from typing import Final

from flask_babel import lazy_gettext as _l

CHECKS: Final = {
    "checked": _l("Checked"),
    "secondary": _l("Read about"),
    "unchecked": _l("Not checked"),
    "house": _l("Our own"),
    "case": _l("Set for this case; there is no text to check it against"),
    "checked-snapshot": _l("Checked in the UN list of 2014"),
    "checked-list": _l("Checked in the list of the Council of Europe"),
    "checked-snapshot-then-unchecked": _l("UN list of 2014; what came later is not checked"),
}
SIGNS: Final = {"checked": "done", "secondary": "running", "unchecked": "new", "house": "ended"}


def check_sign(mark: str) -> str:
    """The sign that goes with a check mark."""
    return SIGNS.get(mark, "new" if mark == "unchecked" else "done")

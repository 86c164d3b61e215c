"""The prediction for a request of ours in words, with the address of the comparable requests that it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.cases.models import Case
from mla_tracker.statistics.models import Snapshot
from mla_tracker.statistics.prediction import Prediction, address_of, prediction_of, soon_needed
from mla_tracker.statistics.queries import latest
from mla_tracker.statistics.services import UNRESTRICTED
from mla_tracker.web.filters import number

_ALIKE: Final = {
    "state, type, basis": _l("to the same State, of the same type and on the same legal basis"),
    "state, type": _l("to the same State and of the same type"),
    "state": _l("to the same State"),
}


@dataclass(frozen=True)
class Forecast:
    """`words`: what comparable requests say; `late`: the answer is likely to miss the needed-by date."""

    reference: str
    words: str
    more: str
    url: str
    late: bool
    as_of: date
    needed_by: date | None


def forecast(session: Session, actor: Actor, case: Case, today: date) -> Forecast | None:
    """What can be said of one request; None where nothing can."""
    return _forecast(session, latest(session, actor, UNRESTRICTED), case, today)


def forecasts(session: Session, actor: Actor, lead: int | None, today: date) -> Sequence[Forecast]:
    """The requests of ours needed soonest whose answer is likely to come too late."""
    snapshot = latest(session, actor, UNRESTRICTED)
    if snapshot is None:
        return []
    cases = soon_needed(session, actor, lead, today)
    found = [_forecast(session, snapshot, case, today) for case in cases]
    return [one for one in found if one is not None and one.late]


def _forecast(session: Session, snapshot: Snapshot | None, case: Case, today: date) -> Forecast | None:
    found = prediction_of(session, snapshot, case, today)
    if found is None or snapshot is None:
        return None
    url = url_for("cases.index", comparable=address_of(snapshot, found, case))
    return Forecast(case.reference, _words(found), _more(found), url, found.unlikely, snapshot.as_of, case.needed_by)


def _words(found: Prediction) -> str:
    """`31 of 45 comparable requests that were open after 200 days took more than 120 further days`."""
    if found.further is None:
        half = found.half
        if half is None:
            return str(
                _(
                    "Of %(all)s comparable requests that were open after %(age)s days, half are not answered yet.",
                    all=number(found.open_after), age=number(found.age),
                )
            )  # fmt: skip
        return str(
            _(
                "Half of %(all)s comparable requests that were open after %(age)s days took at most %(days)s further "
                "days.",
                all=number(found.open_after), age=number(found.age), days=number(half),
            )
        )  # fmt: skip
    return str(
        _(
            "%(longer)s of %(known)s comparable requests that were open after %(age)s days took more than %(days)s "
            "further days.",
            longer=number(found.longer), known=number(found.known), age=number(found.age), days=number(found.further),
        )
    )  # fmt: skip


def _more(found: Prediction) -> str:
    """What they have in common, and how many are left out because they still wait."""
    said = str(_("Comparable: %(alike)s.", alike=_ALIKE[found.alike]))
    left = found.open_after - found.known if found.further is not None else 0
    if left:
        said += " " + ngettext(
            "%(num)d more still waits and has not been open long enough to tell.",
            "%(num)d more still wait and have not been open long enough to tell.",
            left,
        )
    return said

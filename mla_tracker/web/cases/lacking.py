"""What an act still lacks, in words, each with the way to mend it."""

from collections.abc import Collection, Iterable
from typing import Final

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from mla_tracker.cases.facts import FACTS
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import Case

_PLACES: Final = {"particulars": "cases.edit", "bases": "cases.bases", "offences": "cases.offences"}
_SECTIONS: Final = {"items": "items", "persons": "people"}


def lacking_links(facts: Iterable[str], case: Case, possible: Collection[str]) -> Markup:
    """The facts in words; each one is a link to where it is recorded, if there is one place for it.

    `possible`: the acts that the reader can record now; another's act, such as the approval of one's own proposal, is
    no link.
    """
    return Markup("; ").join(_link(fact, case, possible) for fact in facts)


def _link(fact: str, case: Case, possible: Collection[str]) -> Markup:
    words, where = _(life_cycles().facts[fact]), FACTS[fact].where
    if where in _PLACES:
        url = url_for(_PLACES[where], reference=case.reference)
    elif where in _SECTIONS:
        url = url_for("cases.detail", reference=case.reference, _anchor=_SECTIONS[where])
    elif where in possible:
        url = url_for("cases.record_act", reference=case.reference, code=where)
    else:
        return Markup("{}").format(words)
    return Markup('<a href="{}">{}</a>').format(url, words)

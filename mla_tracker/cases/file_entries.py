"""Dated entries that no table of the life cycle knows and that change no status: permitted everywhere, and asked for
like an act.

Each has its own questions (`facts.py`) and the article it rests on. The labels are those of `file_events.py`.
"""

from collections.abc import Mapping
from typing import Final

from mla_tracker.cases.life_cycle import SAME, Transition

_ARTICLES: Final[Mapping[str, str]] = {
    "contact_recorded": "House",
    "use_consent_recorded": "UNCAC 46(19)",
    "safe_conduct_recorded": "UNCAC 46(27)",
    "cost_recorded": "UNCAC 46(28)",
}

FILE_ENTRIES: Final[Mapping[str, Transition]] = {
    code: Transition(
        event=code,
        sources=frozenset(),
        to=SAME,
        needs=(),
        permission="request:work",
        article=article,
        outcome=None,
        items_become=None,
        distinct_from=None,
        direction=None,
        note=None,
    )
    for code, article in _ARTICLES.items()
}

BEFORE_THE_REQUEST: Final = frozenset({"contact_recorded"})
"""What may lie before the first entry of a case: the informal contact that went before it."""

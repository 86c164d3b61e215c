"""References in addresses: `/cases/MLA-IN-2026-00042` and, for a supplement, `/cases/MLA-IN-2026-00042/S1`."""

from werkzeug.routing import BaseConverter

from mla_tracker.cases.references import PATTERN


class CaseReference(BaseConverter):
    """What looks like a reference; anything else is no such page."""

    regex = PATTERN.pattern
    part_isolating = False

    def to_url(self, value: str) -> str:
        return value

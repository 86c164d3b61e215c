"""What must be settled between the two sides before an act goes on."""

from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.replay import effective
from mla_tracker.core.errors import Invalid
from mla_tracker.exchanges.projection import exchanges


def require_assurances_settled(act: OpenAct) -> None:
    """Each assurance that was asked for is found sufficient, or is not needed any more (ECE 11, EAW 5).

    Raises `Invalid` beside the question about assurances, with the text of the first one that is open.
    """
    rounds = exchanges(effective(act.entries), act.case.direction)
    waiting = [row for row in rounds if row["kind"] == "assurance" and row["ended_on"] is None]
    if waiting:
        what = waiting[0]["content"].rstrip(".")
        raise Invalid(
            {"assurances": f"Record first that this assurance is sufficient, or not needed any more: {what}."}
        )

"""What is measured, in one place: each measure with its words, its two events, its unit and what it leaves out.

`VERSION` goes up whenever a figure would change for the same events; snapshots of different versions are never
compared. The words are shown beside the figures (a page translates them), so they are written for the reader of a
figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VERSION: Final = 2

FLOOR: Final = 10
"""Under this number of cases a figure other than the count and the median is withheld: it would describe single
cases."""

COHORT_MONTHS: Final = 60
"""Durations are measured over the requests received or sent in this many months up to the as-of date."""

NO_RESPONSE_DAYS: Final = 60
"""A request of ours counts as without response when it was sent this many days ago or earlier."""


class Form(StrEnum):
    """What a figure of a measure is made of."""

    DURATION = "duration"
    AGE = "age"
    SHARE = "share"
    COUNT = "count"


@dataclass(frozen=True)
class Measure:
    """One measure. `code` is the name in figures, addresses and exports and is never given a second meaning."""

    code: str
    form: Form
    label: str
    words: str
    start: str = ""
    end: str = ""
    unit: str = "days"
    leaves_out: str = ""


_NOT_RECORDED = (
    "Requests taken over from an earlier register that never recorded one of the two days, and requests whose end is "
    "dated before their start: both are counted beside the figure. Supplements, contacts, proceedings, and requests "
    "given up before sending are no requests."
)
_RECEIVED_OR_SENT = "received (ours: sent)"


def _duration(code: str, label: str, words: str, end: str) -> Measure:
    return Measure(code, Form.DURATION, label, words, _RECEIVED_OR_SENT, end, "days", _NOT_RECORDED)


DURATIONS: Final = (
    _duration(
        "acknowledge",
        "Time to acknowledge",
        "Days from the receipt of a request to our acknowledgement; for a request of ours, from its sending to the "
        "other State's acknowledgement.",
        "acknowledged",
    ),
    _duration(
        "reply",
        "Time to a first reply with substance",
        "Days from the receipt of a request to our first reply that says more than that it came: a question, a "
        "consultation, a part of the results, a postponement, the answer. For a request of ours, from its sending to "
        "the other State's first such reply.",
        "first reply with substance",
    ),
    _duration(
        "decide",
        "Time to decide",
        "Days from the receipt (ours: the sending) to the decision to help or to refuse, the last one where there are "
        "several.",
        "decided",
    ),
    _duration(
        "execute",
        "Time to execute",
        "Days from the receipt (ours: the sending) to the end of execution, to the results, or to the surrender. "
        "Requests that were refused or withdrawn are not among them: this says how long execution took where there was "
        "one.",
        "executed",
    ),
    _duration(
        "answer",
        "Time to final answer",
        "Days from the receipt (ours: the sending) to the final answer; where a request ended without one (withdrawn, "
        "lapsed, merged, person died), to its end. All days count, also those spent waiting for the other side.",
        "answered, or closed without an answer",
    ),
)

MEASURES: Final[tuple[Measure, ...]] = (
    *DURATIONS,
    Measure(
        "waiting",
        Form.AGE,
        "Age of what still waits",
        "Days since the receipt (ours: the sending) of each request that has no final answer and is not closed.",
        _RECEIVED_OR_SENT,
        "the as-of date",
        "days",
        "Drafts that were not sent yet, supplements, and requests whose receipt was never recorded.",
    ),
    Measure(
        "on_time",
        Form.SHARE,
        "Answered on time",
        "The share of answered requests that kept every date: the final answer came no later than the needed-by date, "
        "and no time limit that binds us without excuse ended missed. Targets, ours and those of a treaty that may be "
        "missed with reasons told, do not count here.",
        _RECEIVED_OR_SENT,
        "answered, or closed without an answer",
        "share of the answered requests that had a date to keep",
        "Answered requests without a needed-by date and without a binding limit of ours that was met or missed.",
    ),
    Measure(
        "rounds",
        Form.COUNT,
        "Asked for more",
        "Requests that had a round of additional information, asked by either side. Beside them the rounds of each "
        "and the days they took together.",
        unit="requests",
    ),
    Measure(
        "response_rate",
        Form.SHARE,
        "Response rate",
        f"The share of requests, received or sent {NO_RESPONSE_DAYS} days ago or earlier, that have had a reply with "
        "substance or a final answer: ours to theirs, theirs to ours.",
        _RECEIVED_OR_SENT,
        "first reply with substance, or final answer",
        "share of the requests old enough",
        "Younger requests, requests taken over without such a day, supplements, and requests given up before sending.",
    ),
    Measure(
        "unanswered",
        Form.COUNT,
        "Without a reply",
        f"Requests, received or sent {NO_RESPONSE_DAYS} days ago or earlier, that have had no reply with substance "
        "and no end.",
        unit="requests",
    ),
    Measure(
        "net",
        Form.DURATION,
        "Net time to final answer",
        "The days to the final answer without those on which it was the other State's turn.",
        _RECEIVED_OR_SENT,
        "answered, or closed without an answer",
        "days",
        "As the time to final answer; and requests taken over from an earlier register, which never recorded whose "
        "turn it was.",
    ),
    Measure(
        "clearance",
        Form.SHARE,
        "Clearance rate",
        "Requests closed in the year up to the as-of date for each hundred that were new in it. Over 100 the backlog "
        "shrinks (CEPEJ).",
        unit="requests closed for each hundred new",
    ),
    Measure(
        "disposition",
        Form.SHARE,
        "Disposition time",
        "Days that the requests open on the as-of date would take at the pace at which requests were closed in the "
        "year up to it: open, divided by closed, times the days of that period (CEPEJ).",
        unit="days",
    ),
    Measure(
        "late",
        Form.COUNT,
        "Answered late",
        "Answered requests that passed their needed-by date, or missed a limit that binds without excuse.",
        unit="requests",
    ),
    Measure(
        "open",
        Form.COUNT,
        "Open cases",
        "Everything on file that was opened and not closed by the as-of date, drafts and supplements included.",
        unit="cases",
    ),
    Measure(
        "overdue",
        Form.COUNT,
        "Overdue",
        "Open cases with a running deadline that was due before the as-of date.",
        unit="cases",
    ),
    Measure(
        "custody",
        Form.COUNT,
        "In custody",
        "Open cases with a running limit on custody.",
        unit="cases",
    ),
    Measure(
        "no_response",
        Form.COUNT,
        "No response",
        f"Open requests of ours that were sent {NO_RESPONSE_DAYS} days ago or earlier and were neither acknowledged "
        "nor answered.",
        unit="requests",
    ),
    Measure(
        "opening",
        Form.COUNT,
        "Opening",
        "Requests received or sent before the year of the as-of date and not closed before it.",
        unit="requests",
        leaves_out="Requests whose receipt or sending was never recorded; supplements; drafts.",
    ),
    Measure(
        "new",
        Form.COUNT,
        "New",
        "Requests received or sent in the year of the as-of date, up to that date.",
        unit="requests",
        leaves_out="Supplements; drafts that were not sent.",
    ),
    Measure(
        "closed",
        Form.COUNT,
        "Closed",
        "Requests closed in the year of the as-of date, up to that date, by the day on which they closed.",
        unit="requests",
        leaves_out="Requests given up before sending; supplements.",
    ),
    Measure(
        "closing",
        Form.COUNT,
        "Closing",
        "Requests received or sent up to the as-of date and not closed by then.",
        unit="requests",
        leaves_out="Drafts; supplements.",
    ),
    Measure(
        "gap",
        Form.COUNT,
        "Out of balance",
        "Requests for which opening and new less closed does not give closing, such as one closed before it was "
        "received. Empty when the check line closes.",
        unit="requests",
    ),
    Measure(
        "refused",
        Form.COUNT,
        "Refused by us",
        "Requests refused wholly or in part by us or by our courts, told to the other State in the year of the as-of "
        "date. Returned, postponed, withdrawn and not executable are none of these.",
        unit="requests",
    ),
    Measure(
        "refused_abroad",
        Form.COUNT,
        "Refused by the other State",
        "Requests of ours refused wholly or in part by the other State, received in the year of the as-of date.",
        unit="requests",
    ),
    Measure(
        "postponed",
        Form.COUNT,
        "Postponed",
        "Open requests whose execution was postponed and not resumed by the as-of date.",
        unit="requests",
    ),
)

GROUND: Final = "ground."
GROUND_ABROAD: Final = "ground_abroad."
OUTCOME: Final = "outcome."
NOT_RECORDED: Final = "not_recorded."
BEFORE_START: Final = "before_start."
END: Final = "end."
TURN: Final = "turn."
KEPT: Final = "kept."
PASSED: Final = "passed."
"""Measures that come once for each code: refusals by ground (ours, theirs), requests closed in the year by outcome;
for each duration, the requests left out because a day was never recorded or lies before the start; the competing ends;
the days of each side; and the requests that kept or passed a time limit, by rule."""

ENDS: Final = ("executed", "surrendered", "refused", "other")
"""The ends that compete: executed wholly or in part, surrendered, refused, or ended otherwise (withdrawn, returned,
lapsed, not executable, discharged ...)."""

FAMILIES: Final[Mapping[str, tuple[str, str]]] = {
    GROUND: (
        "Refused by us on this ground",
        "A request may rest on several grounds, so that the lines sum to more than the refused requests.",
    ),
    GROUND_ABROAD: (
        "Refused by the other State on this ground",
        "As the other State named them; it may name several, or none.",
    ),
    OUTCOME: ("Closed with this outcome", "Requests closed in the year of the as-of date."),
    NOT_RECORDED: ("Left out: not recorded", "The earlier register never recorded one of the two days."),
    BEFORE_START: ("Left out: dated before the start", "The end is dated before the receipt or sending."),
    END: (
        "Ended so",
        "Requests that met this end. The ends compete: the share that has met one by a day is its cumulative "
        "incidence (Aalen-Johansen), and the shares of all ends and the share still open sum to all.",
    ),
    TURN: (
        "Days on this side",
        "Days of the ended requests on which it was this side's turn, by the status of each day. The days of all "
        "sides sum to the days from receipt or sending to the final answer; without those of the other side they are "
        "the net days.",
    ),
    KEPT: (
        "Kept this time limit",
        "Requests in which every deadline of this rule that binds us ended in time.",
    ),
    PASSED: (
        "Passed this time limit",
        "Requests in which a deadline of this rule that binds us ended late, or runs on past its day. Days late are "
        "counted to its end, or to the as-of date.",
    ),
}

BY_CODE: Final[Mapping[str, Measure]] = {measure.code: measure for measure in MEASURES}


def is_known(code: str) -> bool:
    """Whether `code` names a measure, or a line of a family with a code after the full stop."""
    family, dot, rest = code.partition(".")
    return code in BY_CODE or (family + dot in FAMILIES and rest.replace("_", "").replace(".", "").isalnum())


def definition(code: str) -> Measure:
    """The measure named `code`, also for a line of a family. Raises KeyError for an unknown one."""
    if code in BY_CODE:
        return BY_CODE[code]
    family, dot, _rest = code.partition(".")
    label, words = FAMILIES[family + dot]
    return Measure(code, Form.COUNT, label, words, unit="requests")

"""Random histories of a case: pauses, extensions, corrections, closing and reopening, other calendars.

Whatever happened, and in whatever order it was recorded: a pause or an extension makes no day earlier, a pause of our
own moves no limit of a text, a day off makes no day earlier, and the clocks are the same. `MLA_PROOF=1` takes 20,000
histories.
"""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mla_tracker.deadlines.attachment import Attached
from mla_tracker.deadlines.calendar import WorkingCalendar
from mla_tracker.deadlines.clocks import ClockRun, run_clocks
from mla_tracker.deadlines.counting import Lengthening
from mla_tracker.deadlines.danger import strictest_binds
from mla_tracker.deadlines.occurrences import Occurred
from mla_tracker.deadlines.pauses import HOUSE_PAUSE, Paused, pauses_of
from mla_tracker.instruments.time_limits import Clock, Unit, seed_limits

HISTORIES = 20_000 if os.environ.get("MLA_PROOF") else 60
TABLES = seed_limits()
# One of each kind, from the rules that the product ships; house targets stop for a pause of our own, texts do not.
CODES = (
    "HOUSE_ACK", "HOUSE_REVIEW", "HOUSE_TRANSMIT", "HOUSE_EXECUTE", "HOUSE_FREEZE_END", "UNCAC_SAFE_CONDUCT",
    "BUD_PRESERVE_MIN", "EAW_NO_CONSENT", "ECE_PROV_40", "EIO_EXECUTE", "UNCAC_REASONS",
)  # fmt: skip
LIMITS = [TABLES.limits[code] for code in CODES]
ATTACHED = [Attached(limit, ours=True, provisional=False, because=()) for limit in LIMITS]
FIRST = date(2026, 1, 5)
PLANNED = "freeze_ends_on"
HAPPENING = sorted(
    {limit.starts_on for limit in LIMITS if TABLES.events[limit.starts_on].when == "happened"}
    | {code for limit in LIMITS for code in limit.ends_on}
    | {"case_closed", "request_withdrawn", "pause_opened", "pause_closed", "postponed", "postponement_ended"}
)

a_day = st.integers(0, 400).map(lambda number: FIRST + timedelta(days=number))
an_event = st.tuples(st.sampled_from(HAPPENING), a_day)
planned = st.tuples(st.just(PLANNED), a_day)
a_calendar = st.builds(
    lambda weekend, feasts: WorkingCalendar("any", frozenset(weekend), dict.fromkeys(feasts, "Feast")),
    st.sampled_from([(6, 7), (5, 6), (7,)]),
    st.sets(a_day, max_size=12),
)


@dataclass(frozen=True)
class History:
    """What happened in a case, in the order of recording, and the calendar that counts."""

    events: tuple[Occurred, ...]
    calendar: WorkingCalendar

    def runs(
        self,
        *,
        paused: Sequence[Paused] | None = None,
        extensions: Mapping[str, Sequence[Lengthening]] | None = None,
        calendar: WorkingCalendar | None = None,
    ) -> dict[str, ClockRun]:
        counting = calendar or self.calendar
        stands = pauses_of(TABLES, self.events, {}) if paused is None else paused
        owners = dict.fromkeys(("own", "requested_state", "requesting_state"), counting)
        found = run_clocks(TABLES, ATTACHED, self.events, stands, owners, extensions=extensions)
        return {run.key: run for run in strictest_binds(found)}


@st.composite
def histories(draw: st.DrawFn) -> History:
    told = draw(st.lists(st.one_of(an_event, planned), min_size=1, max_size=14))
    events = [
        Occurred(
            code, on, seq=number, planned=code == "freeze_ends_on", noted_on=FIRST if code == "freeze_ends_on" else None
        )
        for number, (code, on) in enumerate(told, start=1)
    ]
    return History(tuple(events), draw(a_calendar))


def days(runs: Mapping[str, ClockRun]) -> dict[str, date]:
    """The day of each clock that has one and has not ended: its end may stop a pause short."""
    return {key: run.due.on for key, run in runs.items() if run.due is not None and run.end_kind is None}


def backward(run: ClockRun) -> bool:
    return run.limit.clock is Clock.LEAD_TIME


profile = settings(max_examples=HISTORIES, deadline=None)


@profile
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_told_is_irrelevant(history: History, dice: random.Random) -> None:
    shuffled = list(history.events)
    dice.shuffle(shuffled)
    again = replace(history, events=tuple(shuffled)).runs()
    assert {key: (run.due, run.end_kind, run.ended_on) for key, run in again.items()} == {
        key: (run.due, run.end_kind, run.ended_on) for key, run in history.runs().items()
    }


@profile
@given(histories(), a_day, st.integers(1, 60))
def test_a_pause_makes_no_day_earlier_and_moves_no_limit_of_a_text(history: History, first: date, length: int) -> None:
    stands = pauses_of(TABLES, history.events, {})
    more = [*stands, Paused(HOUSE_PAUSE, first, first + timedelta(days=length))]
    before, after = history.runs(paused=stands), history.runs(paused=more)
    assert before.keys() == after.keys()
    for key, run in after.items():
        was = before[key]
        if HOUSE_PAUSE not in run.limit.stopped_by or backward(run):
            assert (run.due, run.end_kind) == (was.due, was.end_kind)
        elif run.due is not None and was.due is not None:
            assert run.due.on >= was.due.on


@profile
@given(histories(), st.integers(1, 60), st.sampled_from([Unit.DAYS, Unit.WEEKS]))
def test_an_extension_makes_no_day_earlier_and_touches_no_other_clock(
    history: History, amount: int, unit: Unit
) -> None:
    before = history.runs()
    for key in days(before):
        if backward(before[key]) or before[key].limit.unit is Unit.HOURS:
            continue
        after = history.runs(extensions={key: [Lengthening("additional", amount, unit)]})
        for other, run in after.items():
            was = before[other]
            if other == key:
                assert run.due is None or was.due is None or run.due.on >= was.due.on
            elif run.limit.parent is None:
                assert run.due == was.due


@profile
@given(histories(), a_day)
def test_a_day_off_makes_no_day_earlier_where_days_are_counted_on(history: History, feast: date) -> None:
    calendar = history.calendar.with_changes({feast: "Another feast"})
    runs, after = history.runs(), days(history.runs(calendar=calendar))
    before = days(runs)
    for key, on in after.items():
        if key in before:
            assert on <= before[key] if backward(runs[key]) else on >= before[key]


@profile
@given(histories())
def test_each_clock_ends_in_a_way_that_its_dates_bear_out(history: History) -> None:
    for run in history.runs().values():
        assert (run.ended_on is None) == (run.end_kind is None)
        assert run.paused_days >= 0
        if run.end_kind == "met" and run.due is not None and run.ended_on is not None:
            late = run.ended_on > run.due.on
            assert late == (run.limit.clock is Clock.MIN_HOLD)
        if run.standing_since is not None:
            assert run.due is None
            assert run.end_kind is None

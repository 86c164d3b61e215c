"""Status, outcome and milestones follow from the events, whatever was corrected afterwards."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.cases.life_cycle import TransitionNotAllowed, life_cycles
from mla_tracker.cases.replay import Entry, Standing, replay

TABLES = life_cycles()
DAY = date(2026, 3, 2)


def story(*codes: str | tuple[str, Mapping[str, Any]], item: int | None = None) -> list[Entry]:
    """Entries a day apart; a pair gives the detail."""
    entries = []
    for number, code in enumerate(codes, start=1):
        name, detail = (code, {}) if isinstance(code, str) else code
        about = item if name.startswith("item_") else None
        entries.append(Entry(number, name, DAY + timedelta(days=number - 1), item_id=about, detail=detail))
    return entries


def standing(cycle: str, entries: list[Entry]) -> Standing:
    direction = "outgoing" if cycle.endswith("out") else "incoming"
    return replay(TABLES, TABLES.cycles[cycle], direction, entries)


def test_a_plain_request_is_answered_in_full_and_closed() -> None:
    found = standing(
        "mla_in",
        story(
            "received", "item_requested", "registered", "acknowledged", "accepted", "execution_ordered",
            "item_executed", "execution_ended", "answer_sent", "closed", item=7,
        ),
    )  # fmt: skip
    assert (found.place.status, found.place.outcome) == ("closed", "executed_in_full")
    assert found.opened_on == DAY
    assert found.acknowledged_on == DAY + timedelta(days=3)
    assert found.decided_on == DAY + timedelta(days=4)
    assert found.answered_on == DAY + timedelta(days=8)
    assert found.closed_on == DAY + timedelta(days=9)


def test_leaving_a_waiting_place_returns_to_the_last_working_status() -> None:
    found = standing(
        "mla_in",
        story("received", "registered", "information_requested", "consultation_opened", "consultation_closed"),
    )
    assert found.place.status == "under_review"


def test_a_refusal_closes_with_the_open_items_refused() -> None:
    found = standing(
        "mla_in",
        story(
            "received",
            "item_requested",
            "registered",
            "refusal_proposed",
            "refusal_approved",
            "refusal_communicated",
            item=1,
        ),
    )
    assert found.place.outcome == "refused"
    assert found.items[1].outcome == "refused"


def test_an_outcome_is_fixed_once_and_reopening_clears_it() -> None:
    story_of_surrender = story(
        "received", "registered", "sent_to_court", "surrender_ordered", "surrender_fixed",
        "surrendered_conditionally", "returned_to_serve",
    )  # fmt: skip
    assert standing("ex_in", story_of_surrender).place.outcome == "surrendered"
    again = [*story_of_surrender, Entry(8, "reopened", DAY + timedelta(days=30))]
    found = standing("ex_in", again)
    assert (found.place.outcome, found.closed_on) == (None, None)


def test_an_annulled_entry_never_happened() -> None:
    entries = story("received", "registered", "accepted")
    entries.append(Entry(4, "corrected", DAY + timedelta(days=9), corrects_seq=3, detail={"action": "annul"}))
    found = standing("mla_in", entries)
    assert (found.place.status, found.decided_on) == ("under_review", None)


def test_a_changed_day_counts_as_changed() -> None:
    entries = story("received", "registered", "accepted")
    detail = {"action": "change", "happened_on": "2026-03-30"}
    entries.append(Entry(4, "corrected", DAY + timedelta(days=40), corrects_seq=3, detail=detail))
    assert standing("mla_in", entries).decided_on == date(2026, 3, 30)


def test_annulling_what_later_entries_rest_on_is_refused() -> None:
    entries = story("received", "registered", "accepted", "execution_ordered")
    entries.append(Entry(5, "corrected", DAY + timedelta(days=9), corrects_seq=3, detail={"action": "annul"}))
    with pytest.raises(TransitionNotAllowed):
        standing("mla_in", entries)


def test_a_case_taken_over_stands_where_the_register_says() -> None:
    detail = {"status": "closed", "outcome": "refused", "decided_on": "2025-06-01", "closed_on": "2025-06-20"}
    found = standing("mla_in", story(("taken_over", detail)))
    assert (found.place.status, found.place.outcome) == ("closed", "refused")
    assert (found.taken_over, found.closed_on, found.decided_on) == (True, date(2025, 6, 20), date(2025, 6, 1))


def test_a_status_that_the_cycle_does_not_know_is_refused() -> None:
    with pytest.raises(TransitionNotAllowed):
        standing("mla_in", story(("taken_over", {"status": "surrender_arranged"})))


@st.composite
def walks(draw: st.DrawFn) -> tuple[str, list[Entry]]:
    """A random permitted walk through one of the four cycles."""
    code = draw(st.sampled_from(["mla_in", "mla_out", "ex_in", "ex_out"]))
    entries: list[Entry] = []
    for number in range(1, draw(st.integers(2, 25))):
        status = standing(code, entries).place.status if entries else None
        rows = [row for row in TABLES.cycles[code].open_from(status) if row.event not in ("corrected", "taken_over")]
        row = draw(st.sampled_from(rows))
        entries.append(Entry(number, row.event, DAY + timedelta(days=number)))
    return code, entries


@given(walks())
def test_every_permitted_walk_ends_in_a_declared_status_with_an_outcome_only_when_it_ended(
    walk: tuple[str, list[Entry]],
) -> None:
    code, entries = walk
    cycle = TABLES.cycles[code]
    found = standing(code, entries)
    assert found.place.status is not None
    assert found.place.status in cycle.statuses
    if found.place.outcome is not None:
        assert found.place.outcome in cycle.outcomes
    if cycle.statuses[found.place.status].terminal:
        assert found.closed_on is not None


@given(walks())
def test_replay_forgets_nothing_by_being_interrupted(walk: tuple[str, list[Entry]]) -> None:
    code, entries = walk
    assert standing(code, entries) == standing(code, list(reversed(entries)))

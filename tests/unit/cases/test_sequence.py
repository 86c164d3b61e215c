"""Days that cannot be are found whichever way they come in."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.replay import Entry
from mla_tracker.cases.sequence import NOT_BEFORE, before_its_cause, first_out_of_order, set_too_early

DAY = date(2026, 4, 10)


def test_the_table_names_acts_that_exist() -> None:
    known = life_cycles().events
    assert {*NOT_BEFORE, *(cause for causes in NOT_BEFORE.values() for cause in causes)} <= set(known)


@pytest.mark.parametrize(("code", "cause"), [(code, cause) for code, causes in NOT_BEFORE.items() for cause in causes])
def test_an_act_cannot_lie_before_its_cause(code: str, cause: str) -> None:
    earlier = Entry(1, cause, DAY)
    assert before_its_cause(Entry(2, code, DAY - timedelta(days=1)), [earlier]) == earlier
    assert before_its_cause(Entry(2, code, DAY), [earlier]) is None


def test_hours_count_where_both_have_them() -> None:
    arrest = Entry(1, "arrested", DAY, datetime(2026, 4, 10, 9, tzinfo=UTC))
    assert before_its_cause(Entry(2, "surrendered", DAY, datetime(2026, 4, 10, 8, tzinfo=UTC)), [arrest]) == arrest
    assert before_its_cause(Entry(2, "surrendered", DAY), [arrest]) is None


def test_the_last_cause_counts() -> None:
    asked = [Entry(1, "information_requested", DAY), Entry(3, "information_requested", DAY + timedelta(days=9))]
    answer = Entry(4, "information_received", DAY + timedelta(days=5))
    assert before_its_cause(answer, asked) == asked[1]


def test_the_first_that_is_out_of_order_is_told_with_its_cause() -> None:
    entries = [Entry(1, "received", DAY), Entry(2, "postponed", DAY), Entry(3, "resumed", DAY - timedelta(days=2))]
    assert first_out_of_order(entries) == (entries[2], entries[1])
    assert first_out_of_order(entries[:2]) is None


def test_a_day_set_for_later_does_not_lie_before_the_act() -> None:
    assert set_too_early(Entry(1, "postponed", DAY, detail={"review_on": "2026-04-09"})) == ["review_on"]
    assert set_too_early(Entry(1, "postponed", DAY, detail={"review_on": "2026-04-10", "reply_due": "soon"})) == []

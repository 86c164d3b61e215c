"""Years that nobody means: said beside the field, never a sum that runs off the end of the calendar."""

from datetime import date
from typing import Any

import pytest

from mla_tracker.core.errors import Invalid
from tests.factories.office import RECEIVED, World

FAR, OLD = date(9999, 12, 31), date(1, 1, 1)


@pytest.mark.parametrize("day", [FAR, OLD, date(2200, 1, 1), date(1899, 12, 31)])
def test_a_request_of_an_impossible_year_is_not_taken_in(world: World, day: date) -> None:
    for kind, direction in (("mla", "incoming"), ("extradition", "incoming"), ("mla", "outgoing")):
        for name in ("needed_by", "hearing_on", "limitation_on"):
            with pytest.raises(Invalid) as refused:
                world.register(kind, direction, **{name: day, "needed_by_reason": "Trial."})
            assert name in refused.value.errors
        with pytest.raises(Invalid) as refused:
            world.register(kind, direction, opened_on=day)
        assert "opened_on" in refused.value.errors


@pytest.mark.parametrize("day", [date(2199, 12, 31), date(1900, 1, 1)])
def test_the_last_and_the_first_day_that_count_can_be_reckoned_with(world: World, day: date) -> None:
    world.register(limitation_on=day)
    if day < RECEIVED:
        world.register(opened_on=day, received_on=day)
    else:
        world.register("extradition", needed_by=day, needed_by_reason="Trial.", hearing_on=day)


def test_an_act_with_an_impossible_day_is_refused_beside_the_field(world: World) -> None:
    case = world.register()
    given: dict[str, Any] = {"missing": "The account.", "reply_due": FAR.isoformat()}
    with pytest.raises(Invalid) as refused:
        world.record(case, "information_requested", RECEIVED, **given)
    assert "reply_due" in refused.value.errors

"""When a refusal is complete: its ground, whether it may stand alone, the duties before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.core.errors import Invalid
from mla_tracker.decisions.rules import NO_BASIS_GROUNDS, Bars, DutyOwed, check_duties, check_grounds

BARS = Bars(never={"BANK_SECRECY": "46(8)"}, not_alone={"FISCAL": "46(22)", "TAX": "44(16)"})
OPEN = {"ORDRE_PUBLIC", "DUAL_CRIM", "NONCONFORM"}


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (["ORDRE_PUBLIC"], None),
        (["ORDRE_PUBLIC", "DUAL_CRIM"], None),
        (["FISCAL", "DUAL_CRIM"], None),  # beside another one
        (["DUAL_CRIM", "FISCAL", "TAX"], None),
        ([], "at least one ground"),
        (["BANK_SECRECY"], "46(8)"),
        (["ORDRE_PUBLIC", "BANK_SECRECY"], "46(8)"),  # never, in whatever company
        (["FISCAL"], "cannot stand alone (46(22))"),
        (["FISCAL", "TAX"], "cannot stand alone"),  # two that may not stand alone do not hold each other
        (["SPITE"], "not a ground of the accepted legal basis"),
        (["ORDRE_PUBLIC", "SPITE"], "not a ground of the accepted legal basis"),
        ([""], "not a ground"),
    ],
)
def test_grounds(chosen: list[str], says: str | None) -> None:
    if says is None:
        check_grounds(chosen, OPEN, BARS)
        return
    with pytest.raises(Invalid) as refused:
        check_grounds(chosen, OPEN, BARS)
    assert says in refused.value.errors["grounds"]


def test_it_is_said_beside_the_field_that_asked() -> None:
    with pytest.raises(Invalid) as refused:
        check_grounds([], OPEN, BARS, field="their_grounds")
    assert set(refused.value.errors) == {"their_grounds"}


def test_without_a_basis_the_want_of_one_alone_is_a_ground() -> None:
    check_grounds(["MLA_NO_RECIPROCITY"], NO_BASIS_GROUNDS, Bars({}, {}))
    with pytest.raises(Invalid):
        check_grounds(["ORDRE_PUBLIC"], NO_BASIS_GROUNDS, Bars({}, {}))


@given(st.lists(st.sampled_from(sorted({*OPEN, "BANK_SECRECY", "FISCAL", "TAX", "SPITE"})), max_size=5))
def test_what_passes_always_holds_one_that_can_stand_alone_and_none_that_is_barred(chosen: list[str]) -> None:
    try:
        check_grounds(chosen, OPEN, BARS)
    except Invalid:
        assert not chosen or set(chosen) - OPEN
    else:
        assert set(chosen) & OPEN
        assert set(chosen) <= OPEN | set(BARS.not_alone)


MUST, SHOULD = DutyOwed("hear", True, "48(4)"), DutyOwed("consult", False, "46(26)")
ASK = DutyOwed("ask_information", False, "46(16)")


@pytest.mark.parametrize(
    ("owed", "done", "excuse", "says"),
    [
        ([], set(), "", None),
        ([SHOULD], {"consult"}, "", None),
        ([SHOULD], set(), "They were heard last year.", None),
        ([SHOULD], set(), "", "give the reason"),
        ([SHOULD], set(), "   ", "give the reason"),
        ([SHOULD], {"hear"}, "", "46(26)"),
        ([MUST], {"hear"}, "", None),
        ([MUST], set(), "No time.", "Record the hearing first"),  # nothing replaces it
        ([MUST, SHOULD], {"hear"}, "No time.", None),
        ([SHOULD, MUST], {"consult"}, "No time.", "48(4)"),
        ([SHOULD, ASK], {"consult"}, "", "46(16)"),
    ],
)
def test_duties(owed: list[DutyOwed], done: set[str], excuse: str, says: str | None) -> None:
    if says is None:
        check_duties(owed, done, excuse)
        return
    with pytest.raises(Invalid) as refused:
        check_duties(owed, done, excuse)
    assert says in refused.value.errors["no_consultation_reason"]

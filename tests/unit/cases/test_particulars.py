"""What is entered about a request: checked by shape and sense; compared when two people edit it."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.cases.particulars import Particulars, changes, check, clashes, plain, rebased
from mla_tracker.cases.references import PATTERN, random_reference, series
from mla_tracker.cases.search import fold, search_text
from mla_tracker.core.errors import Invalid

TODAY = date(2026, 3, 16)
PLAIN = Particulars("Bank records", counterpart="BR", nature="criminal", channel="post", received_on=TODAY)


def wrong(kind: str = "mla", direction: str = "incoming", opened_on: date = TODAY, **fields: Any) -> set[str]:
    """The fields that are wrong."""
    try:
        check(replace(PLAIN, **fields), kind=kind, direction=direction, opened_on=opened_on, today=TODAY)
    except Invalid as refused:
        return {name for name, message in refused.errors.items() if message}
    return set()


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, set()),
        ({"kind": "treaty"}, {"kind"}),
        ({"direction": "sideways"}, {"direction"}),
        ({"subject": ""}, {"subject"}),
        ({"subject": " \t"}, {"subject"}),
        ({"subject": "x" * 200}, set()),
        ({"subject": "x" * 201}, {"subject"}),
        ({"counterpart": None}, {"counterpart"}),
        ({"counterpart": None, "direction": "outgoing"}, set()),  # the fugitive may be anywhere yet
        ({"opened_on": TODAY + DAY}, {"opened_on"}),
        ({"opened_on": TODAY - 365 * DAY}, set()),
        ({"urgency": "urgent"}, {"urgency_reason"}),
        ({"urgency": "most_urgent", "urgency_reason": "  "}, {"urgency_reason"}),
        ({"urgency": "urgent", "urgency_reason": "Custody."}, set()),
        ({"urgency": "yesterday", "urgency_reason": "x"}, {"urgency"}),
        ({"needed_by": TODAY + DAY}, {"needed_by_reason"}),
        ({"needed_by": TODAY + DAY, "needed_by_reason": "Trial."}, set()),
        ({"needed_by": TODAY, "needed_by_reason": "Trial."}, set()),
        ({"needed_by": TODAY - DAY, "needed_by_reason": "Trial."}, {"needed_by"}),
        ({"hearing_on": TODAY - DAY}, {"hearing_on"}),
        ({"limitation_on": TODAY - DAY}, set()),  # time-barred already: worth knowing
        ({"limitation_on": date(1066, 10, 14)}, {"limitation_on"}),
        ({"wanted_for": "prosecution"}, {"wanted_for"}),
        ({"wanted_for": "prosecution", "kind": "extradition"}, set()),
        ({"wanted_for": "fun", "kind": "extradition"}, {"wanted_for"}),
        ({"confidentiality": "hush"}, {"confidentiality"}),
        ({"confidentiality": None}, set()),
        ({"nature": "philosophical"}, {"nature"}),
        ({"channel": "pigeon"}, {"channel"}),
        ({"subject": "", "channel": "pigeon", "urgency": "urgent"}, {"subject", "channel", "urgency_reason"}),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], expected: set[str]) -> None:
    assert wrong(**given) == expected


def change(**fields: tuple[Any, Any]) -> dict[str, Any]:
    """A change of somebody else, as its event holds it."""
    return {
        "was": {name: plain(was) for name, (was, _) in fields.items()},
        "now": {name: plain(now) for name, (_, now) in fields.items()},
    }


def test_only_what_differs_is_a_change() -> None:
    assert changes(asdict(PLAIN), PLAIN) == {}
    assert changes(asdict(PLAIN), replace(PLAIN, subject="Other")) == {"subject": ("Bank records", "Other")}


def test_a_field_changed_twice_meanwhile_was_what_it_was_first() -> None:
    since = [change(subject=("a", "b")), change(subject=("b", "c"))]
    (found,) = clashes(since, asdict(replace(PLAIN, subject="c")), replace(PLAIN, subject="mine"))
    assert (found.was, found.stands, found.yours) == ("a", "c", "mine")


TEXTS = ("facts_summary", "operation", "their_reference", "urgency_reason")
an_edit = st.dictionaries(st.sampled_from(TEXTS), st.sampled_from(["x", "y"]))


def with_texts(texts: dict[str, str]) -> Particulars:
    return replace(PLAIN, **dict[str, Any](texts))


@given(an_edit, an_edit)
def test_of_two_edits_nothing_is_lost_but_what_both_changed_differently_is_shown(
    mine: dict[str, str], theirs: dict[str, str]
) -> None:
    stands = with_texts(theirs)
    since = [change(**{name: ("", value) for name, value in theirs.items()})]
    entered = rebased(since, asdict(stands), with_texts(mine))
    found = {one.field for one in clashes(since, asdict(stands), entered)}
    assert found == {name for name in set(mine) & set(theirs) if mine[name] != theirs[name]}
    for name in set(TEXTS) - found:
        assert getattr(entered, name) == (mine.get(name) or theirs.get(name, ""))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("  Two   words\n", "two words"),
        ("Łódź", "lodz"),
        ("Đorđe Ćirić", "dorde ciric"),
        ("Straße", "strasse"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Ærø Œuvre Þór Eiður", "aero oeuvre thor eidur"),
        ("Nguyễn Văn Đức", "nguyen van duc"),
        ("Ёлкин Йод", "елкин иод"),
        ("أحمد إبراهيم آدم", "احمد ابراهيم ادم"),
        ("فاطمة ليلى", "فاطمه ليلي"),
        ("مـحـمـد", "محمد"),
        ("مُحَمَّد", "محمد"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("ｆｕｌｌ ｗｉｄｔｈ ﬁne", "full width fine"),
        ("O'Neill-Smith", "o'neill-smith"),
        ("a\x00b", "ab"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=40))
def test_folding_holds_what_it_was_given_and_no_sign_twice_different(text: str) -> None:
    once = fold(text)
    assert "\x00" not in once
    assert once == once.strip()
    assert fold(once) == once


def test_parts_that_are_searched_stay_apart() -> None:
    assert search_text(["MLA-IN-2026-00001", None, "", "Two\nlines"]) == " mla-in-2026-00001\n two lines\n"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("MLA-IN-2026-00001", True), ("EXT-OUT-2026-123456", True), ("MLA-IN-2026-ABCDE", True),
        ("MLA-IN-2026-00001/S1", True), ("MLA-IN-2026-00001/S12", True), ("MLA-IN-2026-0001", False),
        ("MLA-IN-26-00001", False), ("mla-in-2026-00001", False), ("MLA-IN-2026-abcde", False),
        ("MLA-IN-2026-00001/S", False), ("MLA-IN-2026-00001/../x", False), ("XXX-IN-2026-00001", False),
        ("MLA-IN-2026-00001\n", False),
    ],
)  # fmt: skip
def test_the_shape_of_a_reference(text: str, fits: bool) -> None:
    assert (PATTERN.fullmatch(text) is not None) == fits


def test_a_random_reference_has_the_shape_and_no_letter_that_is_read_as_a_digit() -> None:
    found = {random_reference("extradition", "outgoing", 2026) for _ in range(300)}
    assert len(found) > 290
    for reference in found:
        assert PATTERN.fullmatch(reference)
        assert reference.startswith(series("extradition", "outgoing", 2026) + "-")
        assert set(reference[-5:]).isdisjoint("ILO0123456789")

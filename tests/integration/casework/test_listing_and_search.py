"""The list: every page once and nothing twice, the count, the filters; and what a search finds."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.cases import listing
from mla_tracker.cases.duplicates import possible_duplicates
from mla_tracker.cases.listing import ORDERS, CaseFilter, cases_page, words_of
from mla_tracker.cases.matching import similar_names, why_found
from mla_tracker.cases.models import Case
from mla_tracker.cases.particulars import PersonGiven
from mla_tracker.casework.due import DueFilter, due_page
from tests.factories.office import RECEIVED, World

TODAY = date(2026, 9, 1)


@pytest.fixture
def register(world: World) -> World:
    """Seventeen requests: days, States and due days that repeat, some without State or anything due."""
    for number in range(17):
        outgoing = number % 5 == 0
        world.register(
            "extradition" if outgoing else "mla",
            "outgoing" if outgoing else "incoming",
            counterpart=None if outgoing and number else ("BR", "FR", "AE")[number % 3],
            counterpart_authority_id=None,
            opened_on=RECEIVED + timedelta(days=number // 4),
            subject=f"Request {number}",
        )
    ids = [case.id for case in world.session.query(Case).order_by(Case.id)]
    for number, case_id in enumerate(ids):
        due = None if number % 4 == 3 else RECEIVED + timedelta(days=30 + number // 3)
        world.session.execute(update(Case).where(Case.id == case_id).values(next_due_on=due))
    world.session.flush()
    return world


def walk(world: World, order: str, size: int, filters: CaseFilter = CaseFilter()) -> list[int]:  # noqa: B008 - frozen
    found: list[int] = []
    after: str | None = None
    for _ in range(100):
        page = cases_page(
            world.session, world.officer, filters, order=order, today=TODAY, after=after, size=size, counted=True
        )
        assert len(page.rows) <= size
        found += [row.id for row in page.rows]
        after = page.after
        if after is None:
            return found
    raise AssertionError("the pages have no end")


@pytest.mark.parametrize("order", ORDERS)
def test_the_pages_together_hold_every_row_once_and_the_count_is_theirs(register: World, order: str) -> None:
    whole = walk(register, order, 50)
    assert sorted(whole) == sorted(case.id for case in register.session.query(Case))
    for size in (1, 3, 5, 17):
        assert walk(register, order, size) == whole, size
    for filters in (
        CaseFilter(), CaseFilter(direction="outgoing"), CaseFilter(states=("BR", "AE")), CaseFilter(words="request 1"),
        CaseFilter(due_by=RECEIVED + timedelta(days=32)), CaseFilter(overdue=True), CaseFilter(closed_only=True),
    ):  # fmt: skip
        page = cases_page(register.session, register.officer, filters, order=order, today=TODAY, after=None)
        assert page.total == len(page.rows) == len(walk(register, order, 2, filters)), filters


def test_counting_stops_at_the_cap(register: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for cap, expected in ((16, None), (17, 17)):
        monkeypatch.setattr(listing, "COUNT_CAP", cap)
        page = cases_page(register.session, register.officer, CaseFilter(), order="due", today=TODAY, after=None)
        assert page.total == expected


def test_a_key_that_was_tampered_with_is_no_accident(world: World) -> None:
    world.register()
    for after in (
        "", "~", "~~", "x~y", "2026-03-02", "2026-03-02~", "2026-03-02~1~2~3", "2026-13-01~1", "'; drop table x;--",
        "2026-03-02~99999999999999999999999", "BR~2026-03-02~99999999999999999999999", "2026-03-02~-1",
        "\x00~2026-03-02~1", "~2026-03-02~1",
    ):  # fmt: skip
        for order in (*ORDERS, "no such order"):
            page = cases_page(world.session, world.officer, CaseFilter(), order=order, today=TODAY, after=after)
            assert len(page.rows) <= 1
        due_page(world.session, world.officer, DueFilter(), after=after)


SEARCHES: list[tuple[str, bool | None]] = [
    ("MLA-IN-2026-00001", True),
    ("mla-in-2026-00001", True),
    ("00001", True),
    ("DRCI 1123/2026", True),
    ("drci", True),
    ("bank records", True),
    ("records bank", True),  # each word somewhere
    ("łódź", True),
    ("lodz", True),
    ("Şükrü", True),
    ("sukru", True),
    ("Øystein Ærø", True),
    ("oystein aero", True),
    ("Дмитрий", True),
    ("ДМИТРИЙ соколов", True),
    ("أحمد", True),
    ("احمد", True),  # without the hamza
    ("فاطمه", True),  # ha for ta marbuta
    ("Straße", True),
    ("strasse", True),
    ("operation tempest", True),
    ("payments", True),  # of the facts
    ("sokolov", True),  # entered in Cyrillic alone
    ("7", None),
    ("ba", True),  # two letters: where a word begins
    ("an", False),
    ("nobody", False),
    ("bank nobody", False),  # all words must be there
    ("%", None),  # too short to look for
    ("%%", False),  # a sign of LIKE is a sign like any other
    ("__", False),
    ("\\\\", False),
    ("'; --", False),
]


def test_what_a_search_finds(world: World) -> None:
    world.register(
        subject="Bank records of Łódź Straße 7",
        operation="Operation Tempest",
        persons=(
            PersonGiven((("Şükrü Øystein Ærø", "Latn"), ("Дмитрий Соколов", "Cyrl")), "suspect"),
            PersonGiven((("Fatima Ahmed", "Latn"), ("فاطمة أحمد", "Arab")), "witness"),
        ),
    )
    for words, found in SEARCHES:
        page = cases_page(
            world.session, world.officer, CaseFilter(words=words), order="newest", today=TODAY, after=None
        )
        assert bool(page.rows) == (found is None or found), words


@pytest.mark.parametrize(
    ("typed", "found"),
    [("Dmitri Sokolow", True), ("Fatmah Ahmad", True), ("Renata Azevdo", True), ("Somebody Else", False), ("!", False)],
)
def test_a_name_that_is_spelt_otherwise_is_found_by_its_likeness(world: World, typed: str, found: bool) -> None:
    names = (("Дмитрий Соколов", "Cyrl"),), (("Fatima Ahmed", "Latn"),), (("Renata Azevedo", "Latn"),)
    case = world.register(persons=tuple(PersonGiven(name, "suspect") for name in names))
    page = cases_page(
        world.session, world.officer, CaseFilter(words=typed, similar=True), order="newest", today=TODAY, after=None
    )
    assert [row.id for row in page.rows] == [case.id] * found


def test_a_search_says_which_part_of_the_file_holds_the_words(world: World) -> None:
    case = world.register(
        subject="Bank records",
        operation="Operation Tempest",
        facts_summary=f"{'Long before. ' * 30}Payments to Aurum were made.{' Long after.' * 30}",
        persons=(PersonGiven((("Дмитрий Соколов", "Cyrl"),), "suspect"),),
    )
    for words, expected in (
        ("bank", []),
        (case.reference, []),
        ("drci", [("their_reference", "DRCI 1123/2026")]),
        ("sokolov", [("person", "Дмитрий Соколов")]),
        ("tempest соколов", [("person", "Дмитрий Соколов"), ("operation", "Operation Tempest")]),
    ):
        found = why_found(world.session, [case.id], words_of(words))[case.id]
        assert [(match.part, match.text) for match in found] == expected, words
    (facts,) = why_found(world.session, [case.id], words_of("aurum"))[case.id]
    assert facts.part == "facts_summary"
    assert "Payments to Aurum" in facts.text
    assert len(facts.text) < 130
    (like,) = similar_names(world.session, [case.id], "Dmitri Sokolow")[case.id]
    assert like.text == "Дмитрий Соколов"


def test_a_person_of_the_same_state_is_known_again_in_another_script(world: World) -> None:
    case = world.register(their_reference="", persons=(PersonGiven((("Дмитрий Соколов", "Cyrl"),), "suspect"),))
    given = PersonGiven((("Dmitry SOKOLOV", "Latn"),), "suspect")
    again = world.registration(their_reference="", persons=(given,))
    (found,) = possible_duplicates(world.session, world.officer, again)
    assert (found.reference, found.same_person, found.same_reference) == (case.reference, "Дмитрий Соколов", False)
    elsewhere = world.registration(their_reference="", counterpart="FR", persons=(given,))
    assert not possible_duplicates(world.session, world.officer, elsewhere)


@pytest.mark.parametrize(
    "words", ["a\x00b", "\x00", "x" * 5_000, " ".join("word" for _ in range(500)), "\ud800", "🗓️ 🗓️"]
)
def test_words_that_no_request_can_hold_find_nothing_and_break_nothing(world: World, words: str) -> None:
    world.register()
    filters = CaseFilter(words=words)
    cases_page(world.session, world.officer, filters, order="due", today=TODAY, after=None)


FILTERS: list[tuple[CaseFilter, set[int]]] = [
    (CaseFilter(kind="mla", direction="incoming"), {1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 16}),
    (CaseFilter(opened_from=RECEIVED + timedelta(days=4)), {16}),
    (CaseFilter(opened_to=RECEIVED), {0, 1, 2, 3}),
    (CaseFilter(lead_id=-1), set()),
    (CaseFilter(unassigned=True), set()),
    (CaseFilter(basis="UNCAC", item_type="DOCUMENTS", opened_to=RECEIVED), {1, 2, 3}),
    (CaseFilter(basis="ECE"), set()),
    (CaseFilter(statuses=("preparing",)), {0, 5, 10, 15}),
    (CaseFilter(overdue=True, direction="outgoing"), {0, 5, 10}),  # number 15 has nothing due
]


def test_filters_narrow_to_what_they_say(register: World) -> None:
    ids = [case.id for case in register.session.query(Case).order_by(Case.id)]
    for filters, expected in FILTERS:
        assert {ids.index(found) for found in walk(register, "oldest", 4, filters)} == expected, filters


def test_the_product_itself_sees_all_and_nobody_sees_nothing(register: World) -> None:
    nobody = register.officer.__class__(None, "", None, frozenset())
    seen: dict[Any, int] = {}
    for actor in (SYSTEM, nobody):
        page = cases_page(register.session, actor, CaseFilter(), order="due", today=TODAY, after=None)
        seen[actor.name] = len(page.rows)
    assert seen == {SYSTEM.name: 17, "": 0}

"""One key for the spellings of a name, whatever the script; and different names stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.cases.names import name_key
from mla_tracker.cases.search import fold, romanised

SAME: list[tuple[str, ...]] = [
    ("Дмитрий Соколов", "Dmitry Sokolov", "SOKOLOW, Dmitrij"),
    ("محمد أحمد", "Mohammed Ahmad", "Muhammad AHMED", "Mohamed Ahmad"),
    ("فاطمة", "Fatima", "Fatimah"),
    ("Шевченко", "Shevchenko", "Schewtschenko", "Szewczenko"),
    ("حسين الحسن", "Hussein al-Hassan", "Husayn Al Hasan"),
    ("يوسف", "Yusuf", "Youssef"),
    ("خالد", "Khaled", "Khalid"),
    ("Παπαδόπουλος", "Papadopoulos"),
    ("Александр", "Alexander", "Aleksandr"),
    ("Łukasz Nowicki", "NOWICKI Lukasz"),
    ("O'Brien", "Obrien", "O’BRIEN"),
    ("Şükrü Çelik", "Sukru Celik"),
    ("李明", "李明"),
]
APART = [
    ("Mohammed Ahmad", "Mahmoud Hamid Khan"),
    ("Sokolov", "Sokolnik"),
    ("Anna Berg", "Anna Burger"),
    ("Ivan Petrov", "Ivan Pavlov"),
    ("李明", "王芳"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(spelling) for spelling in spellings}) == 1
    assert name_key(spellings[0])


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("nothing", ["", " ", "1234", "—", "\0", "al"])
def test_what_is_no_name_has_no_key(nothing: str) -> None:
    assert name_key(nothing) == ""


@given(st.text(max_size=60))
def test_any_text_has_a_key_that_case_and_order_do_not_change(text: str) -> None:
    assert name_key(text) == name_key(" ".join(reversed(fold(text).split(" "))))


def test_cyrillic_and_greek_are_written_in_latin_letters() -> None:
    assert romanised(fold("Прокуратура Щербакова")) == "prokuratura shcherbakova"
    assert romanised(fold("Ελλάδα")) == "ellada"

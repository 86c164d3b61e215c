"""Which passwords are good enough, and that none is easier to try for a name that does not exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from mla_tracker.accounts.passwords import LONGEST, SHORTEST, check_new, hashed, outdated, verified
from mla_tracker.core.errors import Invalid

PERSON = ("Marta Lindqvist", "m.lindqvist")

GUESSED_FIRST = [
    "passwordpassword", "password1234", "Password1234!", "P@ssw0rd2026!", "123456789012", "987654321098",
    "qwertyuiopas", "1q2w3e4r5t6y", "1qaz2wsx3edc", "zaq12wsxcde3", "iloveyouverymuch", "administrator",
    "letmeinletmein", "welcome12345", "changemechangeme", "abcabcabcabc", "aaaaaaaaaaaa", "            ",
    "centralauthority", "extradition2026", "Lindqvist2026", "MartaMarta12", "m4rt4l1ndqv1st",
]  # fmt: skip
GOOD = [
    "plenty of pelicans 7", "correct horse battery staple", "a long and quiet phrase", "demonstration-only",
    "Tr0ub4dor&3xyz", "дождь идёт весь день", "雨が一日中降っている夜の町", "kS8wq0mVxr3J",
]  # fmt: skip


@pytest.mark.parametrize("password", GUESSED_FIRST)
def test_what_guessers_try_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new(password, context=PERSON)
    assert set(refused.value.errors) == {"password"}


@pytest.mark.parametrize("password", GOOD)
def test_a_phrase_of_ones_own_is_enough_without_rules_of_composition(password: str) -> None:
    check_new(password, context=PERSON)


@pytest.mark.parametrize(
    ("length", "good"),
    [(SHORTEST - 1, False), (SHORTEST, True), (LONGEST, True), (LONGEST + 1, False)],
)
def test_twelve_characters_are_the_least_and_128_the_most(length: int, good: bool) -> None:
    words = "".join(chr(0x4E00 + 37 * number) for number in range(length))
    if good:
        check_new(words)
    else:
        with pytest.raises(Invalid, match="characters"):
            check_new(words)


def test_none_of_the_commonest_passwords_passes() -> None:
    common = FREQUENCY_LISTS["passwords"]
    assert len(common) >= 10_000
    for password in common:
        if len(password) >= SHORTEST:
            with pytest.raises(Invalid):
                check_new(password)


@given(st.text(max_size=200))
def test_any_text_is_judged(password: str) -> None:
    try:
        check_new(password, context=PERSON)
    except Invalid:
        return
    assert SHORTEST <= len(password) <= LONGEST


def test_a_hash_is_argon2id_salted_and_tells_its_parameters() -> None:
    first, second = hashed(GOOD[0]), hashed(GOOD[0])
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert verified(first, GOOD[0])
    assert not verified(first, GOOD[0] + " ")
    assert not outdated(first)
    assert outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$UWaWs1pKlqo1z5ti")


@pytest.mark.parametrize("password_hash", [None, "", "not a hash", "$argon2id$"])
def test_without_a_hash_nothing_is_right(password_hash: str | None) -> None:
    assert not verified(password_hash, "nobody has this password")

"""Names across scripts: one key for all the spellings of a name.

A key compares what survives transliteration: the consonants. «Дмитрий Соколов», "Dmitry Sokolov" and "SOKOLOW, Dmitrij"
have one key; so have «محمد» and "Mohammed". Two different people may share a key: it proposes, a person decides.
"""

import re
from typing import Final

from mla_tracker.cases.search import fold, romanised

# The consonants of Arabic and Persian as Latin spellings write them; long vowels and hamza are vowels there.
_ARABIC: Final = str.maketrans(
    {
        "ا": "a", "ب": "b", "پ": "p", "ت": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d",
        "ذ": "dh", "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z",
        "ع": "a", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n",
        "ه": "h", "و": "u", "ي": "y", "ی": "y", "ء": "", "ئ": "y", "ؤ": "u",
    }
)  # fmt: skip
# Spellings of one sound, the longest first; what is left of a name afterwards is its consonants.
_SOUNDS: Final = (
    ("shch", "s"), ("tsch", "c"), ("sch", "s"), ("sh", "s"), ("tch", "c"), ("ch", "c"), ("kh", "h"), ("gh", "g"),
    ("zh", "z"), ("dh", "d"), ("th", "t"), ("ph", "f"), ("ck", "k"), ("cz", "c"), ("sz", "s"), ("dj", "j"),
    ("ts", "s"), ("tz", "s"), ("q", "k"), ("w", "v"), ("x", "ks"),
)  # fmt: skip
_VOWELS: Final = re.compile("[aeiouyj]")
_APOSTROPHES: Final = str.maketrans("", "", "'’ʼ`ʿʾ")
_DOUBLED: Final = re.compile(r"(.)\1+")
_WORD: Final = re.compile(r"[^\W\d_]+")
# Parts that one spelling has and another leaves out: the Arabic article, joined or apart.
_ARTICLES: Final = frozenset({"al", "el", "ul", "ad", "ed", "ash", "esh", "an", "en", "as", "es"})
_JOINED_ARTICLE: Final = "ال"
_WAW: Final = "و"
_LAST_OF_FEMININE: Final = "ه"


def name_key(name: str) -> str:
    """The consonants of each part of a name, parts in the order of the alphabet; "" for what has none.

    A vowel that opens a part counts as "a". Digits and signs do not count.
    """
    parts = _WORD.findall(fold(name).translate(_APOSTROPHES))
    found = {key for part in parts if part not in _ARTICLES and (key := _part(part))}
    return " ".join(sorted(found))


def _part(part: str) -> str:
    if len(part) > len(_JOINED_ARTICLE) + 1:
        part = part.removeprefix(_JOINED_ARTICLE)
    if len(part) > 2:
        part = part.removesuffix(_LAST_OF_FEMININE)
    latin = romanised(part).translate(_ARABIC)
    if part[0] == _WAW:
        latin = "w" + latin[1:]  # elsewhere it mostly writes a long vowel
    for spelling, sound in _SOUNDS:
        latin = latin.replace(spelling, sound)
    if not latin:
        return ""
    first, rest = latin[0], _VOWELS.sub("", latin[1:])
    if _VOWELS.match(first):
        first = "a"
    # A last "h" is a breath after a vowel in one spelling and nothing in the next: Abdullah, Abdulla.
    rest = rest.removesuffix("h") if latin.endswith(("ah", "eh")) else rest
    return _DOUBLED.sub(r"\1", first + rest)

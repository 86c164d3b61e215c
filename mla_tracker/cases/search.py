"""Folding of text for search: case, diacritics and the variants of Arabic letters do not matter."""

import unicodedata
from collections.abc import Iterable
from typing import Final

# Alef with hamza or madda → alef; alef maqsura → ya; ta marbuta → ha. The tatweel is a stretch of the pen, no letter.
_ARABIC: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_LATIN: Final = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def fold(text: str) -> str:
    """`text` without case, diacritics and variants, words separated by single spaces. NUL, which no text of the
    database can hold, is no sign.
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("\0", "")).casefold().translate(_ARABIC).translate(_LATIN)
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(plain.split())


def search_text(parts: Iterable[str | None]) -> str:
    """One folded text out of all that a request is found by; the parts are kept apart by a line break."""
    return "\n".join(fold(part) for part in parts if part)

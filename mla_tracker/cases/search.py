"""Folding of text for search: case, diacritics and the variants of Arabic letters do not matter."""

import unicodedata
from collections.abc import Iterable
from typing import Final

# Alef with hamza or madda → alef; alef maqsura → ya; ta marbuta → ha. The tatweel is a stretch of the pen, no letter.
_ARABIC: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_LATIN: Final = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})

# After BGN/PCGN and ISO 9, in the forms that passports use; signs of softness have no letter.
_CYRILLIC: Final = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ye", "ж": "zh", "з": "z",
        "и": "i", "і": "i", "ї": "yi", "й": "y", "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj",
        "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "ђ": "dj", "у": "u", "ў": "u", "ф": "f", "х": "kh",
        "ц": "ts", "ч": "ch", "џ": "dz", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
        "я": "ya", "қ": "k", "ғ": "g", "ң": "n", "ө": "o", "ү": "u", "ұ": "u", "һ": "h", "ә": "a",
    }
)  # fmt: skip
_GREEK: Final = str.maketrans(
    {
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
        "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
        "χ": "ch", "ψ": "ps", "ω": "o",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """`text` without case, diacritics and variants, words separated by single spaces. NUL, which no text of the
    database can hold, is no sign.
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("\0", "")).casefold().translate(_ARABIC).translate(_LATIN)
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(plain.split())


def search_text(parts: Iterable[str | None]) -> str:
    """One folded text out of all that a request is found by; the parts are kept apart by a line break.

    A space stands before every word, so that the trigram index knows where words begin. Cyrillic and Greek come in
    Latin letters as well.
    """
    folded = [fold(part) for part in parts if part]
    latin = [other for part in folded if (other := romanised(part)) != part]
    return "".join(f" {part}\n" for part in (*folded, *latin))


def romanised(folded: str) -> str:
    """A folded text with Cyrillic and Greek letters in Latin ones; others stay."""
    return folded.translate(_CYRILLIC).translate(_GREEK)

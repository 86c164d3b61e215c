"""What a person called a file, made safe to show and to hand out again. It names nothing on our disk."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 150
UNNAMED: Final = "document"

_NOT_IN_NAMES: Final = re.compile(r'[<>:"|?*\\/]')
_KEPT_FORMAT: Final = "\u200c\u200d"
"""Joiners: Persian and Indic names need them, and they turn no text around."""
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def clean_name(given: str) -> str:
    """The last part of a path, without control characters and without those that turn the direction of text.

    At most 150 characters, the extension kept; never empty, never beginning or ending with a dot or a space, never the
    name of a device. Cleaning a clean name changes nothing.
    """
    last = re.split(r"[\\/]", given)[-1]
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFC", last)
        if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn") or sign in _KEPT_FORMAT
    )
    name = _trimmed(" ".join(_NOT_IN_NAMES.sub("_", plain).split()))
    if len(name) > LONGEST:
        stem, dot, extension = name.rpartition(".")
        short = dot and 0 < len(extension) <= 10
        name = _trimmed(stem[: LONGEST - len(extension) - 1]) + dot + extension if short else _trimmed(name[:LONGEST])
    if _DEVICE.match(name):
        name = f"_{name}"[:LONGEST]
    return name or UNNAMED


def extension(name: str) -> str:
    """The last extension in small letters without its dot; "" where there is none."""
    stem, dot, found = name.rpartition(".")
    return found.lower() if dot and stem else ""


def _trimmed(name: str) -> str:
    return name.strip(". \u200c\u200d")

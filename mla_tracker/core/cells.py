"""Text in the cells of files that a spreadsheet opens (CSV): never a formula, whoever typed it (OWASP, CSV injection).

What could start a formula, and an apostrophe itself, gets an apostrophe before it; `restored` takes it off again, so
that a file of ours comes back as it was.
"""

from typing import Final

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "'")


def neutralised(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_STARTS) else text


def restored(text: str) -> str:
    """The text before it was neutralised; an apostrophe before anything else is the text's own."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_STARTS) else text

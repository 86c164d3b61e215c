"""What of the list's address a kept view keeps."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

PAGES: Final = ("after", "format")


def query_of(address: str) -> str:
    """The filter and order of a list's address, without its page."""
    return urlencode([(name, value) for name, value in parse_qsl(address) if name not in PAGES])

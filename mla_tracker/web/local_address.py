"""Addresses that came from outside, in a query or a hidden field, lead nowhere but to this host (ASVS 3.7.2)."""

from urllib.parse import urlsplit

FIRST_PAGE = "/"


def local(address: str) -> str:
    """The path (with its query) if it is one on this host, else the first page.

    A browser reads a backslash as a slash, drops tabs and line ends, and takes two slashes at the start for a host.
    """
    if not address.startswith("/") or any(ord(sign) <= 0x20 or ord(sign) == 0x7F for sign in address):
        return FIRST_PAGE
    if address.replace("\\", "/").startswith("//"):
        return FIRST_PAGE
    try:
        parts = urlsplit(address)
    except ValueError:
        return FIRST_PAGE
    return FIRST_PAGE if parts.scheme or parts.netloc or "\\" in address else address

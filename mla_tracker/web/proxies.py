"""Who the visitor is when proxies stand between: forwarded headers count only from those that the settings name.

`X-Forwarded-For` is read from its end, where our own proxy wrote, back to the first address that is none of ours: what
a visitor put in front of it is never reached. Scheme and host are those that the nearest proxy tells. From anybody else
the headers are taken away before anything could read them (ASVS 4.1.3, 15.3.4).
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED: Final = "mla.forwarded"
_HEADERS: Final = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)


class TrustedProxies:
    """Puts address, scheme and host of the visitor into the environment of each request. `environ["mla.forwarded"]`
    tells whether the request came with headers of a proxy, trusted or not.
    """

    def __init__(self, inner: "WSGIApplication", trusted: Sequence[str]) -> None:
        self._inner = inner
        self._trusted: list[IPv4Network | IPv6Network] = [ip_network(network) for network in trusted]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        told = {name: environ.pop(name) for name in _HEADERS if name in environ}
        environ[FORWARDED] = bool(told)
        if told and self._trusts(environ.get("REMOTE_ADDR", "")):
            environ["REMOTE_ADDR"] = self._visitor(
                environ["REMOTE_ADDR"], told.get("HTTP_X_FORWARDED_FOR", "").split(",")
            )
            if (scheme := _last(told.get("HTTP_X_FORWARDED_PROTO", "")).lower()) in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
            if host := _last(told.get("HTTP_X_FORWARDED_HOST", "")):
                environ["HTTP_HOST"] = host
        return self._inner(environ, start_response)

    def _visitor(self, nearest: str, chain: list[str]) -> str:
        """The last address that is not one of ours; what is no address ends the search where it stands."""
        found = nearest
        for text in reversed(chain):
            address = _address(text)
            if address is None:
                break
            found = address
            if not self._trusts(address):
                break
        return found

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(ip_address(address) in network for network in self._trusted)


def _address(text: str) -> str | None:
    """The address in its one form (IPv4 written as IPv6 becomes IPv4, a port is left out), None when it is none."""
    bare = text.strip()
    if bare.startswith("[") and "]" in bare:
        bare = bare[1 : bare.index("]")]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def _last(text: str) -> str:
    return text.rsplit(",", 1)[-1].strip()

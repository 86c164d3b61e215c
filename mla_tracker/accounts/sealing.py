"""Small secrets that the product must read again, sealed at rest: seeds of authenticator apps, links in mail.

A key of its own is derived from the product's secret (HKDF-SHA256), the seal is Fernet (AES-128-CBC with HMAC-SHA256).
Former secrets still open what they sealed, until `rotated` has sealed it anew with the present one (ASVS 11.3.3).
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unreadable(Exception):
    """Sealed with a secret that this office no longer has, or changed since."""


class Seals:
    """Seals with `secret`; opens what it or one of `former` sealed."""

    def __init__(self, secret: str, former: Sequence[str] = ()) -> None:
        self._keys = MultiFernet([_key(one) for one in (secret, *former)])

    def seal(self, text: str) -> bytes:
        return self._keys.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text. Raises `Unreadable`."""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise Unreadable("what was sealed cannot be read with the secrets of this office") from None

    def rotated(self, sealed: bytes) -> bytes:
        """The same, sealed with the present secret. Raises `Unreadable`."""
        try:
            return self._keys.rotate(sealed)
        except InvalidToken:
            raise Unreadable("what was sealed cannot be read with the secrets of this office") from None


def _key(secret: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"mla-tracker small secrets").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))

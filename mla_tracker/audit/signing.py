"""Signatures that others can check: over what leaves the office, an anchor of the day or the file of a case.

The seals of the trail need the office's secret; a signature (Ed25519, RFC 8032) needs only the public key, which is
told once, on paper or in a letter. Both keys come from the one secret: the private one is derived from it (HKDF).
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mla_tracker.audit.chain import AuditKey

_PURPOSE: Final = b"mla-tracker signature of what leaves the office"


def public_key(key: AuditKey) -> bytes:
    """The 32 bytes with which anybody checks the signatures of this office."""
    return _private(key).public_key().public_bytes_raw()


def sign(key: AuditKey, data: bytes) -> bytes:
    """The signature over `data`, 64 bytes."""
    return _private(key).sign(data)


def holds(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether this is the signature over `data` of who has the private half of `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(key: AuditKey) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(HKDF(SHA256(), 32, None, _PURPOSE).derive(key.secret))

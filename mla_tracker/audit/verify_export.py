#!/usr/bin/env python3
"""Checks the file of a case that left the register of requests. It needs Python 3.10 or newer and nothing else.

    python3 verify.py CASE.zip [PUBLIC-KEY]

0: every part is the one that the office signed, and the timeline is whole. 1: it is not, and the first fault is named.
The public key of the office (64 hexadecimal digits) comes from the office itself, by letter or telephone: without it
the file only proves that it was signed by the key that it names.
"""

import hashlib
import json
import sys
import zipfile
from typing import Any

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
LARGEST_MEMBER = 2**31

Point = tuple[int, int, int, int]


class Fault(Exception):
    """What does not hold."""


def main(arguments: list[str]) -> int:
    if not 2 <= len(arguments) <= 3:
        sys.stderr.write(__doc__ or "")
        return 2
    try:
        told = verify(arguments[1], arguments[2] if len(arguments) == 3 else None)
    except (Fault, OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as problem:
        sys.stdout.write(f"DOES NOT HOLD: {problem}\n")
        return 1
    sys.stdout.write(f"{told}\n")
    return 0


def verify(path: str, expected_key: str | None = None) -> str:
    """The sentence that says what holds. Raises Fault."""
    with zipfile.ZipFile(path) as file:
        names = file.namelist()
        if len(set(names)) != len(names):
            raise Fault("a part occurs twice")
        manifest_text = member(file, "manifest.json")
        signature = json.loads(member(file, "signature.json"))
        manifest = json.loads(manifest_text)
        key = bytes.fromhex(signature["public_key"])
        if expected_key is not None and key != bytes.fromhex(expected_key):
            raise Fault("it is signed by another key than the one given")
        if not signed(key, bytes.fromhex(signature["signature"]), manifest_text):
            raise Fault("the signature over manifest.json is not right")
        parts = manifest["parts"]
        if set(names) != {*parts, "manifest.json", "signature.json", "verify.py"}:
            raise Fault("parts are missing, or there are more than the manifest names")
        for name in sorted(parts):
            if hashlib.sha256(member(file, name)).hexdigest() != parts[name]:
                raise Fault(f"{name} was changed")
        entries = timeline(json.loads(member(file, "timeline.json")), manifest)
    return (
        f"HOLDS: {manifest['reference']}, {entries} entries, as of {manifest['exported_at']}, "
        f"signed by the key {key.hex()}"
    )


def member(file: zipfile.ZipFile, name: str) -> bytes:
    if file.getinfo(name).file_size > LARGEST_MEMBER:
        raise Fault(f"{name} is too large")
    return file.read(name)


def timeline(entries: list[dict[str, Any]], manifest: dict[str, Any]) -> int:
    """Every entry is there, in its order, with the detail that its digest speaks of (or none, when it was erased)."""
    for place, entry in enumerate(entries, 1):
        told = json.loads(entry["text"])
        if told["seq"] != place or told["case"] != manifest["case"]:
            raise Fault(f"entry {place} of the timeline is missing or out of order")
        if entry["detail"] is not None:
            digest = hashlib.sha256(bytes.fromhex(entry["salt"]) + entry["detail"].encode()).hexdigest()
            if digest != entry["digest"]:
                raise Fault(f"the detail of entry {place} was changed")
    if len(entries) != manifest["entries"]:
        raise Fault("entries at the end of the timeline are gone")
    return len(entries)


# Ed25519 as RFC 8032, 5.1.7 and section 6 describe it; only the checking of signatures.


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature over the message was made with the private half of this key."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, sign_point = point(public), point(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if key is None or sign_point is None or number >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    left = times(number, BASE)
    right = add(sign_point, times(int.from_bytes(hashed, "little") % ORDER, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, start: Point) -> Point:
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, start)
        start, number = add(start, start), number >> 1
    return found


def point(encoded: bytes) -> Point | None:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = across(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def across(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


_Y = 4 * pow(5, P - 2, P) % P
_X = across(_Y, 0) or 0
BASE: Point = (_X, _Y, 1, _X * _Y % P)

if __name__ == "__main__":
    sys.exit(main(sys.argv))

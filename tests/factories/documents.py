"""Files and a vault for tests."""

import io
from pathlib import Path

from mla_tracker.documents.frames import MasterKey
from mla_tracker.documents.services import DocumentGiven
from mla_tracker.documents.store import FolderStore
from mla_tracker.documents.vault import Limits, Receipt, Vault

PDF = b"%PDF-1.7\n" + b"A letter of request. " * 40 + b"\n%%EOF\n"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file that every scanner reports, in two parts so that none reports this one."""


def a_vault(folder: Path, limits: Limits | None = None) -> Vault:
    return Vault(FolderStore(folder / "documents"), MasterKey(b"d" * 40), limits or Limits())


def received(vault: Vault, content: bytes = PDF, name: str = "Letter.pdf") -> Receipt:
    return vault.take_in(name, io.BytesIO(content))


def particulars(**changes: object) -> DocumentGiven:
    given: dict[str, object] = {"kind": "request", "title": "Letter of request", **changes}
    return DocumentGiven(**given)  # type: ignore[arg-type]  # checked where it is used


def place_of(vault: Vault, name: str) -> Path:
    """Where a stored file lies."""
    return vault.store.root / "files" / name[:2] / name


def flip_a_bit(vault: Vault, name: str) -> None:
    """What a failing disk, or a hand, does."""
    path = place_of(vault, name)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))

"""The folder in which files lie, by random names: nothing that a person typed reaches the disk.

A file is written into `incoming/`, forced to the disk and then renamed into its place; only after that does a
transaction name it. So a crash leaves at most a file that no row names, never a row without its file.

    incoming/<name>        being written
    files/<xx>/<name>      stored; <xx> are the first two characters of the name
    orphans/<name>         stored, but named by no row when a sweep came by: a restored database may be older than it
"""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from mla_tracker.core.errors import DomainError

_NAME: Final = re.compile(r"[0-9a-f]{32}")


class StoreAway(DomainError):
    """The store cannot be written to or read just now: a full disk, a folder that is not mounted."""


def store_away(problem: OSError) -> StoreAway:
    """What a page says of an error of the disk."""
    return StoreAway(f"The document store cannot be written to ({problem.strerror}).", "file")


class FolderStore:
    """Files under one folder, for its owner alone. Several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        self.root: Final = root

    def begin(self) -> tuple[str, BinaryIO]:
        """A new name and a file to write to. Raises `StoreAway`."""
        name = secrets.token_hex(16)
        try:
            folder = self._folder("incoming")
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as problem:
            raise store_away(problem) from problem
        return name, os.fdopen(descriptor, "wb")

    def look_at(self, name: str) -> BinaryIO:
        """What has been written so far, for reading."""
        return (self.root / "incoming" / name).open("rb")

    def keep(self, name: str, written: BinaryIO) -> None:
        """Force what was written to the disk and put it in its place. Raises `StoreAway`."""
        try:
            written.flush()
            os.fsync(written.fileno())
            written.close()
            place = self._folder("files", name[:2]) / name
            (self.root / "incoming" / name).rename(place)
            _force(place.parent)
        except OSError as problem:
            raise store_away(problem) from problem

    def drop(self, name: str, written: BinaryIO) -> None:
        """Give up a file that is being written."""
        written.close()
        (self.root / "incoming" / name).unlink(missing_ok=True)

    def open(self, name: str) -> BinaryIO:
        """The stored file. Raises `FileNotFoundError` where there is none, `StoreAway` where the store itself is."""
        if not (self.root / "files").is_dir():
            raise StoreAway("The document store is not there.")
        return self._place(name).open("rb")

    def remove(self, name: str) -> None:
        """Take a stored file away; one that is gone already stays gone."""
        self._place(name).unlink(missing_ok=True)

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """The name of every stored file and when it was written (aware, UTC), part by part."""
        for part in sorted((self.root / "files").glob("[0-9a-f][0-9a-f]")):
            yield from _files(part)

    def incoming(self) -> Iterator[tuple[str, datetime]]:
        """What is being written, or was when a process died."""
        yield from _files(self.root / "incoming")

    def orphans(self) -> Iterator[tuple[str, datetime]]:
        """What was set aside, with the moment at which that was done."""
        yield from _files(self.root / "orphans")

    def set_aside(self, name: str) -> None:
        """Put a stored file that no row names among the orphans."""
        target = self._folder("orphans") / name
        self._place(name).rename(target)
        os.utime(target)

    def remove_incoming(self, name: str) -> None:
        (self.root / "incoming" / name).unlink(missing_ok=True)

    def remove_orphan(self, name: str) -> None:
        (self.root / "orphans" / name).unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("not a name of this store")
        return self.root / "files" / name[:2] / name

    def _folder(self, *parts: str) -> Path:
        folder = self.root.joinpath(*parts)
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
            _force(folder.parent)
        return folder


def _files(folder: Path) -> Iterator[tuple[str, datetime]]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file() and _NAME.fullmatch(entry.name):
                yield entry.name, datetime.fromtimestamp(entry.stat().st_mtime).astimezone()


def _force(folder: Path) -> None:
    """Make a rename or a new entry of a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The folders of the private servers: under the var folder where that works, elsewhere where it cannot.

PostgreSQL refuses to run as root, so as root it runs under an unprivileged account. Where that account cannot reach the
var folder (a checkout below a home folder that only root may enter), its data lie in `/var/lib/mla-tracker/` and a
symbolic link stands in the var folder. A Unix socket's path may have some hundred bytes: a deep var folder gets a short
private folder for its sockets.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

LONGEST_SOCKET = 100
_ELSEWHERE = Path("/var/lib/mla-tracker")
_UNPRIVILEGED = ("postgres", "nobody")

Say = Callable[[str], None]


class StandaloneError(Exception):
    """A private server cannot run here; the text says why and what to do."""


class Account(NamedTuple):
    """The account a server runs under. `switch` is true when that is not the account of this process."""

    name: str
    uid: int
    gid: int
    switch: bool


def account_for(data: Path) -> Account:
    """Who runs PostgreSQL: this account, or as root the owner of existing data, else an unprivileged one."""
    uid = os.geteuid()
    if uid != 0:
        if data.exists() and data.stat().st_uid != uid:
            raise StandaloneError(
                f"{data} belongs to another account: start as that one or as root, or set MLA_VAR_DIR."
            )
        return _account(_entry(uid), switch=False)
    if (data / "PG_VERSION").exists() and (owner := data.stat().st_uid) != 0:
        return _account(_entry(owner), switch=True)
    for name in _UNPRIVILEGED:
        try:
            return _account(pwd.getpwnam(name), switch=True)
        except KeyError:
            continue
    raise StandaloneError(
        "PostgreSQL refuses to run as root and there is no account 'postgres' or 'nobody' to run it under: "
        "create one, start as another account, or name a server in MLA_DATABASE_URL."
    )


def account_for_self() -> Account:
    """The account of this process."""
    return Account(str(os.geteuid()), os.geteuid(), os.getegid(), switch=False)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise StandaloneError(
            f"The account {uid} has no name on this system, which PostgreSQL needs: "
            "add it to /etc/passwd or name a server in MLA_DATABASE_URL."
        ) from None


def _account(entry: pwd.struct_passwd, *, switch: bool) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch)


def run_as(account: Account, command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run a short command under `account`, from the root folder, with its output captured."""
    if not account.switch:
        return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return subprocess.run(
        command,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        user=account.uid,
        group=account.gid,
        extra_groups=[],
    )


def _works(account: Account, command: list[str]) -> bool:
    try:
        return run_as(account, command).returncode == 0
    except OSError:
        return False


def reachable_binaries(binaries: Path, account: Account, say: Say) -> Path:
    """The folder of programs that `account` can start: `binaries`, or a copy of the distribution where it cannot go."""
    probe = [str(binaries / "postgres"), "--version"]
    if not account.switch or _works(account, probe):
        return binaries
    version = subprocess.run(probe, capture_output=True, text=True, check=True).stdout.split()[-1]
    copy = _ELSEWHERE / f"postgresql-{version}"
    if not (copy / "bin" / "postgres").exists():
        say(f"The account '{account.name}' cannot reach {binaries}: PostgreSQL is copied to {copy}.")
        _ELSEWHERE.mkdir(parents=True, exist_ok=True, mode=0o755)
        fresh = Path(tempfile.mkdtemp(dir=_ELSEWHERE))
        fresh.chmod(0o755)
        shutil.copytree(binaries.parent, fresh / "tree", symlinks=True)
        shutil.rmtree(copy, ignore_errors=True)
        (fresh / "tree").rename(copy)
        fresh.rmdir()
    if not _works(account, [str(copy / "bin" / "postgres"), "--version"]):
        raise StandaloneError(
            f"The account '{account.name}' cannot start {copy}/bin/postgres: name a server in MLA_DATABASE_URL."
        )
    return copy / "bin"


def data_folder(var: Path, account: Account, say: Say) -> Path:
    """Where PostgreSQL's data lie; the folder itself is made by `initdb`, in the parent returned beside it."""
    link = var / "postgres"
    if link.is_symlink() or link.exists():
        return link.resolve()
    if not account.switch or _works(account, ["/bin/sh", "-c", 'cd "$0"', str(var)]):
        return link
    place = _elsewhere(var) / "postgres"
    say(f"The account '{account.name}' cannot reach {var}: PostgreSQL keeps its data in {place}.")
    link.symlink_to(place)
    return place


def socket_folder(var: Path, name: str, socket: str, account: Account) -> Path:
    """A folder that only `account` may enter, short enough for `socket` in it."""
    folder = var / "sockets" / name
    if len(os.fsencode(folder / socket)) > LONGEST_SOCKET or (
        account.switch and not _works(account, ["/bin/sh", "-c", 'cd "$0"', str(var)])
    ):
        folder = _short(var) / name
    if not folder.parent.exists():
        folder.parent.mkdir(parents=True, mode=0o755)
        folder.parent.chmod(0o711)
    own(folder, account)
    return folder


def own(folder: Path, account: Account) -> None:
    """Make `folder` if it is missing; it belongs to `account` and nobody else enters it."""
    folder.mkdir(exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
        raise StandaloneError(f"{folder} belongs to somebody else: remove it or set MLA_VAR_DIR to another folder.")
    if account.switch:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def _digest(var: Path) -> str:
    return hashlib.sha256(os.fsencode(var)).hexdigest()[:10]


def _elsewhere(var: Path) -> Path:
    place = _ELSEWHERE / _digest(var)
    place.mkdir(parents=True, exist_ok=True, mode=0o755)
    return place


def _short(var: Path) -> Path:
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        base = Path("/run")
    else:
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    place = base / f"mla-{_digest(var)}"
    try:
        place.mkdir(mode=0o711)
    except FileExistsError:
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise StandaloneError(
                f"{place} belongs to somebody else: remove it or set MLA_VAR_DIR to a shorter folder."
            ) from None
    return place

"""The static files of the pages: read from the folder where they were built, served under names that carry their
content.

`ready` gives the built files, and has them built first (`asset_build`, in a process of its own, since its font tools
have no business in a web process) when the folder does not hold those of the present sources. A folder that does is
only read, so a second start costs a few milliseconds. Nothing of a third party is kept in the repository: Bootstrap's
sheets and the fonts come out of their wheels.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from flask import Flask
from whitenoise import WhiteNoise

SOURCES: Final = Path(__file__).parent / "static"
PREFIX: Final = "/static/"
MANIFEST: Final = "manifest.json"
ENTRY_SCRIPT: Final = "register.js"
# Raised when something outside the sources changes the result.
_RECIPE: Final = "1"
_BUILDERS: Final = ("asset_build.py", "bootstrap_subset.py", "fonts.py")
_WHEELS: Final = (
    "bootstrap-wrapper",
    "fonttools",
    "fontpkg-noto-sans",
    "fontpkg-noto-sans-arabic",
    "fontpkg-source-sans-3",
    "fontpkg-source-serif-4",
)
_HASHED_NAME = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+$")


@dataclass(frozen=True)
class Assets:
    """The built files: their folder and, for each plain name, the name with the hash of its content."""

    folder: Path
    names: Mapping[str, str]

    def url(self, name: str) -> str:
        """The address of a file by its plain name, such as `register.css`. An unknown name is a mistake of ours:
        KeyError.
        """
        return PREFIX + self.names[name]

    @property
    def modules(self) -> list[str]:
        """The addresses of the script modules besides the entry, for `<link rel="modulepreload">`."""
        return [self.url(name) for name in sorted(self.names) if name.endswith(".js") and name != ENTRY_SCRIPT]


def ready(folder: Path) -> Assets:
    """The files in `folder`, built now (a few seconds) unless those of the present sources lie there."""
    present = read(folder)
    if present is None:
        subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "mla_tracker.web.asset_build", str(folder)], check=True
        )
        present = read(folder)
        if present is None:
            raise RuntimeError(f"the static files in {folder} were built from other sources than these")
    return present


def read(folder: Path) -> Assets | None:
    """The files of the present sources, or None when the folder does not hold them all."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("sources") != fingerprint():
        return None
    names: dict[str, str] = manifest["names"]
    return Assets(folder, names) if all((folder / name).is_file() for name in names.values()) else None


def fingerprint() -> str:
    """Of everything that the built files depend on."""
    digest = hashlib.sha256(_RECIPE.encode())
    for wheel in _WHEELS:
        digest.update(f"{wheel} {version(wheel)}\n".encode())
    for path in [*sorted(SOURCES.iterdir()), *(SOURCES.parent / name for name in _BUILDERS)]:
        if path.is_file() and not path.name.startswith("."):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def install(app: Flask, assets: Assets) -> None:
    """Serves the files, cached for good since their names change with them, and gives templates `asset(name)`."""
    app.jinja_env.globals["asset"] = assets.url
    app.jinja_env.globals["asset_modules"] = assets.modules
    files = WhiteNoise(
        app.wsgi_app,
        max_age=0,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: _HASHED_NAME.search(url) is not None,
    )
    files.add_files(str(assets.folder), prefix=PREFIX)
    app.wsgi_app = files  # type: ignore[method-assign]

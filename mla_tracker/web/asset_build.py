"""Builds the static files into a folder: `python -m mla_tracker.web.asset_build FOLDER`.

Made are `register.css` and `register.rtl.css` (what the pages use of Bootstrap, then our sheets), the fonts cut by
script, the script modules with their imports under hashed names, the sprite of signs; beside each text its gzip and
brotli form; and `manifest.json` last, so that a folder with a manifest is whole. Fonts of a former build are kept
when they would be the same.
"""

import gzip
import hashlib
import io
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import bootstrap_wrapper
import brotli
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from mla_tracker.web import assets, fonts
from mla_tracker.web.bootstrap_subset import keep_used, prepare_dark

# In the order of the cascade.
SHEETS: Final = (
    "tokens.css",
    "ground.css",
    "frame.css",
    "tables.css",
    "forms.css",
    "case.css",
    "figures.css",
    "narrow.css",
    "media.css",
)
_IMPORT = re.compile(r"""(\bfrom\s*|\bimport\s*)(["'])\./([\w-]+\.js)\2""")
_WORTH_PACKING = 512
_LOCK = ".lock"
_FEATURES: Final = [
    "calt", "ccmp", "curs", "fina", "init", "isol", "kern", "liga", "lnum", "locl", "mark", "medi", "mkmk", "rlig",
    "abvm", "blwm", "akhn", "rphf", "half", "pres", "abvs", "blws", "psts", "haln", "vatu", "cjct", "nukt", "rkrf",
    "tnum",
]  # fmt: skip
_NAMES_KEPT: Final = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]  # the licence and the copyright among them


def build(folder: Path, *, processes: int = 2) -> assets.Assets:
    """The files in `folder`, made now unless those of the present sources lie there.

    Fonts are cut in `processes` child processes. Two builders at once wait for each other where the system knows file
    locks; elsewhere both do the same work with the same result.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        return assets.read(folder) or _make(folder, processes)


def _make(folder: Path, processes: int) -> assets.Assets:
    stage = Path(mkdtemp(prefix=".building-", dir=folder))
    try:
        names = _fonts(folder, stage, processes)
        names |= _scripts(stage)
        for path in sorted(assets.SOURCES.glob("*.svg")):
            names[path.name] = _write(stage, path.name, path.read_bytes())
        faces = fonts.faces(names)
        for plain, bootstrap in (("register.css", "bootstrap.min.css"), ("register.rtl.css", "bootstrap.rtl.min.css")):
            names[plain] = _write(stage, plain, _sheet(bootstrap, faces).encode())
        for path in stage.iterdir():
            path.replace(folder / path.name)
        manifest = {"sources": assets.fingerprint(), "fonts": fonts.fingerprint(), "names": names}
        (stage / assets.MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", "utf-8")
        (stage / assets.MANIFEST).replace(folder / assets.MANIFEST)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    _sweep(folder, names)
    return assets.Assets(folder, names)


def _fonts(folder: Path, stage: Path, processes: int) -> dict[str, str]:
    """Kept from the former build when it cut the same fonts in the same way."""
    try:
        former = json.loads((folder / assets.MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        former = {}
    if former.get("fonts") == fonts.fingerprint():
        kept = {plain: name for plain, name in former["names"].items() if name.endswith(".woff2")}
        if all((folder / name).is_file() for name in kept.values()):
            return kept
    # Spawned, not forked: whoever builds may have threads.
    with ProcessPoolExecutor(max_workers=max(1, processes), mp_context=get_context("spawn")) as pool:
        parts = pool.map(cut, fonts.CUTS)
        return {one.file: _write(stage, one.file, data) for one, data in zip(fonts.CUTS, parts, strict=True)}


def _sheet(bootstrap: str, faces: str) -> str:
    wheel = bootstrap_wrapper.get_bootstrap_dir() / "css" / bootstrap
    ours = "\n".join((assets.SOURCES / name).read_text("utf-8") for name in SHEETS)
    return faces + prepare_dark(keep_used(wheel.read_text("utf-8"))) + prepare_dark(_without_comments(ours))


def _without_comments(sheet: str) -> str:
    return re.sub(r"\n\s*", "\n", re.sub(r"/\*.*?\*/", "", sheet, flags=re.S))


def _scripts(stage: Path) -> dict[str, str]:
    """Each module after those it imports; a circle of imports is a mistake of ours and ends in an error."""
    texts = {path.name: path.read_text("utf-8") for path in sorted(assets.SOURCES.glob("*.js"))}
    names: dict[str, str] = {}
    while len(names) < len(texts):
        ready = [
            name
            for name, text in texts.items()
            if name not in names and all(found[2] in names for found in _IMPORT.findall(text))
        ]
        if not ready:
            raise ValueError(
                f"script modules that import each other or a missing one: {sorted(set(texts) - set(names))}"
            )
        for name in ready:
            text = _IMPORT.sub(lambda found: f"{found[1]}{found[2]}./{names[found[3]]}{found[2]}", texts[name])
            names[name] = _write(stage, name, text.encode())
    return names


def _write(stage: Path, plain: str, data: bytes) -> str:
    stem, dot, ending = plain.rpartition(".")
    name = f"{stem}.{hashlib.sha256(data).hexdigest()[:12]}{dot}{ending}"
    (stage / name).write_bytes(data)
    if ending != "woff2" and len(data) >= _WORTH_PACKING:
        (stage / f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
        (stage / f"{name}.br").write_bytes(brotli.compress(data))
    return name


def _sweep(folder: Path, names: Mapping[str, str]) -> None:
    """Removes what a former version left, so that the folder does not grow with every upgrade."""
    kept = {
        assets.MANIFEST,
        _LOCK,
        *names.values(),
        *(f"{name}{end}" for name in names.values() for end in (".gz", ".br")),
    }
    for path in folder.iterdir():
        if path.is_file() and path.name not in kept:
            path.unlink(missing_ok=True)


def cut(one: fonts.Cut) -> bytes:
    """The part as WOFF2. Takes one to two seconds of processor time for a large family."""
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = list(_FEATURES)
    options.name_IDs = list(_NAMES_KEPT)
    options.hinting = False
    # Without the moment of building, so that the same sources give the same names.
    font = TTFont(one.path, lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in one.ranges for code in range(first, last + 1)])
    cutter.subset(font)
    font = instancer.instantiateVariableFont(font, dict(one.axes), inplace=True)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    build(Path(sys.argv[1]))

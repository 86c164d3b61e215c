"""Which fonts the pages carry, and how they are cut: a family by script, weights and sizes no wider than the pages use.

The wheels hold whole variable fonts (up to 2 MB). A page needs a few dozen kilobytes of them: each family is split by
script, and the browser loads a part only when a text has a character of its range. Names come in every script, so
nothing of a script that a family covers is thrown away. The cutting itself is in `asset_build.py`, outside the web
process.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Final

Range = tuple[int, int]

_LATIN: Final[tuple[Range, ...]] = (
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x131, 0x131),
    (0x152, 0x153),
    (0x2BB, 0x2BC),
    (0x2C6, 0x2C6),
    (0x2DA, 0x2DA),
    (0x2DC, 0x2DC),
    (0x2000, 0x206F),
    (0x20AC, 0x20AC),
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x2215, 0x2215),
    (0x2264, 0x2265),
)
_LATIN_MORE: Final[tuple[Range, ...]] = (
    (0x100, 0x130),
    (0x132, 0x151),
    (0x154, 0x2BA),
    (0x2BD, 0x2C5),
    (0x2C7, 0x2D9),
    (0x2DB, 0x2DB),
    (0x2DD, 0x36F),
    (0x1D00, 0x1EFF),
    (0x2070, 0x20AB),
    (0x20AD, 0x20C0),
    (0x2C60, 0x2C7F),
    (0xA720, 0xA7FF),
)
_CYRILLIC: Final[tuple[Range, ...]] = ((0x400, 0x52F), (0x1C80, 0x1C8F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F))
_GREEK: Final[tuple[Range, ...]] = ((0x370, 0x3FF), (0x1F00, 0x1FFF))
_DEVANAGARI: Final[tuple[Range, ...]] = ((0x900, 0x97F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF))
_ARABIC: Final[tuple[Range, ...]] = (
    (0x600, 0x6FF),
    (0x750, 0x77F),
    (0x870, 0x8FF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
)

# Regular, medium and semibold: bold text is semibold everywhere.
_WEIGHTS: Final = (400, 600)


@dataclass(frozen=True)
class Cut:
    """One file: the part of a family that covers a script. `axes` are narrowed to a range or pinned to a value."""

    family: str
    package: str
    source: str
    script: str
    ranges: tuple[Range, ...]
    axes: Mapping[str, float | tuple[float, float]] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The plain name, such as `source-sans-3-latin.woff2`."""
        return f"{self.family.lower().replace(' ', '-')}-{self.script}.woff2"

    @property
    def path(self) -> Path:
        """The font in its wheel."""
        return Path(str(import_module(self.package).__file__)).parent / "files" / self.source


def _family(
    family: str,
    package: str,
    source: str,
    scripts: Mapping[str, tuple[Range, ...]],
    axes: Mapping[str, float | tuple[float, float]],
) -> tuple[Cut, ...]:
    return tuple(Cut(family, package, source, script, ranges, axes) for script, ranges in scripts.items())


_EUROPEAN = {"latin": _LATIN, "latin-more": _LATIN_MORE, "greek": _GREEK, "cyrillic": _CYRILLIC}

CUTS: Final[tuple[Cut, ...]] = (
    # The serif's design size is pinned between a margin heading (17 px) and a figure (36 px): half the bytes.
    *_family(
        "Source Serif 4",
        "fontpkg_source_serif_4",
        "SourceSerif4[opsz,wght].ttf",
        _EUROPEAN,
        {"wght": _WEIGHTS, "opsz": 26},
    ),
    *_family("Source Sans 3", "fontpkg_source_sans_3", "SourceSans3[wght].ttf", _EUROPEAN, {"wght": _WEIGHTS}),
    *_family(
        "Noto Sans",
        "fontpkg_noto_sans",
        "NotoSans[wdth,wght].ttf",
        {"devanagari": _DEVANAGARI},
        {"wght": _WEIGHTS, "wdth": 100},
    ),
    *_family(
        "Noto Sans Arabic",
        "fontpkg_noto_sans_arabic",
        "NotoSansArabic[wdth,wght].ttf",
        {"arabic": _ARABIC},
        {"wght": _WEIGHTS, "wdth": 100},
    ),
)


def faces(names: Mapping[str, str]) -> str:
    """The `@font-face` rules of all parts, with addresses beside the sheet."""
    rules = []
    for one in CUTS:
        ranges = ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in one.ranges)
        rules.append(
            f'@font-face{{font-family:"{one.family}";src:url({names[one.file]}) format("woff2");'
            f"font-weight:{_WEIGHTS[0]} {_WEIGHTS[1]};font-display:swap;unicode-range:{ranges}}}\n"
        )
    return "".join(rules)


def fingerprint() -> str:
    """Changes with the cuts and with the fonts in the wheels, by name and size."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for one in CUTS:
        digest.update(f"{one.file} {one.path.stat().st_size}\n".encode())
    return digest.hexdigest()

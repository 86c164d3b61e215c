"""What is done to a chart before it goes into a page: our classes for colours, our links, nothing from elsewhere.

A specification uses the colours of `PAINTS`; they become classes of the stylesheet, so that one drawing serves light,
dark and print. Links are placeholders (`link(n)`) in the specification, because the engine completes relative
addresses to those of a foreign host; the real addresses are put in here.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree import ElementTree

PAINTS: Final[Mapping[str, str]] = {
    "#000001": "ink",
    "#000002": "ink-2",
    "#000003": "line",
    "#000004": "line-2",
    "#000005": "acc",
    "#000006": "band",
    "#000007": "r1",
    "#000008": "r2",
    "#000009": "r3",
    "#00000a": "r4",
    "#00000b": "late",
}
"""Colours of a specification and the names under which the stylesheet knows them (`f-…` fills, `s-…` strokes)."""

COLOUR: Final = {name: colour for colour, name in PAINTS.items()}

_LINK: Final = "https://chart.invalid/"
_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "{http://www.w3.org/1999/xlink}href"
_DROPPED: Final = (
    "class",
    "role",
    "aria-hidden",
    "aria-label",
    "aria-roledescription",
    "pointer-events",
    "font-family",
)
_ELSEWHERE: Final = re.compile(r"(https?:)?//|url\(|javascript:", re.IGNORECASE)


class ForeignAddress(Exception):
    """The drawing names an address that is not ours; it must not reach a page."""


def link(number: int) -> str:
    """The placeholder for the `number`-th address."""
    return f"{_LINK}{number}"


def finish(drawing: str, label: str, links: Sequence[str]) -> str:
    """The drawing as an element for a page, described by `label`. Raises `ForeignAddress` when anything points
    elsewhere.
    """
    root = ElementTree.fromstring(drawing)  # noqa: S314 - drawn by our own child process from our own specification
    for element in root.iter():
        _finish(element, links)
    width, height = root.attrib.pop("width", ""), root.attrib.pop("height", "")
    root.attrib.setdefault("viewBox", f"0 0 {width} {height}")
    root.attrib.update({"class": "chart", "role": "img", "aria-label": label})
    root.attrib.pop("version", None)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    return ElementTree.tostring(root, encoding="unicode")


def _finish(element: ElementTree.Element, links: Sequence[str]) -> None:
    address = element.attrib.pop(_XLINK, None) or element.attrib.pop("href", None)
    for name in _DROPPED:
        element.attrib.pop(name, None)
    classes = []
    for name, prefix in (("fill", "f"), ("stroke", "s")):
        if paint := PAINTS.get(element.attrib.get(name, "").lower()):
            del element.attrib[name]
            classes.append(f"{prefix}-{paint}")
    if classes:
        element.attrib["class"] = " ".join(classes)
    for value in (*element.attrib.values(), element.text or ""):
        if _ELSEWHERE.search(value):
            raise ForeignAddress(value[:100])
    if address is not None:
        element.attrib["href"] = _own(address, links)


def _own(address: str, links: Sequence[str]) -> str:
    number = address.removeprefix(_LINK)
    if number == address or not number.isdigit() or int(number) >= len(links):
        raise ForeignAddress(address[:100])
    found = links[int(number)]
    if not found.startswith("/") or found.startswith("//"):
        raise ForeignAddress(found[:100])
    return found

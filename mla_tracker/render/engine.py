"""The renderer's child process: reads what to draw or to typeset line by line, answers with SVG or PDF.

    python -m mla_tracker.render.engine

A line in is JSON `{"spec": …}` or `{"paper": …}`; a line out is JSON `{"svg": …}`, `{"pdf": …}` (base 64) or
`{"error": …}`. It draws one small chart before it says that it is ready, since the first chart takes much longer than
the later ones. It ends when its input closes (so it never outlives the process that started it) or after minutes
without work. This is the only module that loads the chart and the PDF engine.
"""

import base64
import json
import select
import sys
from functools import cache
from importlib.resources import files
from typing import Any, Final

import typst
import vl_convert

IDLE_SECONDS: Final = 300
_FONTS: Final = ("fontpkg_source_sans_3", "fontpkg_source_serif_4", "fontpkg_noto_sans", "fontpkg_noto_sans_arabic")
_FIRST: Final[dict[str, Any]] = {
    "data": {"values": [{"x": 0, "y": 0}]},
    "mark": "line",
    "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
}


def draw(spec: dict[str, Any]) -> str:
    """The chart as SVG. Nothing is fetched: a specification that names an address elsewhere is refused."""
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def typeset(paper: dict[str, Any]) -> bytes:
    """The paper as PDF. Nothing is fetched, no font but ours is used, and what the paper says is text, never markup."""
    return typst.compile(
        files("mla_tracker.render").joinpath("paper.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)},
        format="pdf",
    )


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the pages, and none that happens to be on the machine."""
    folders = [str(files(package).joinpath("files")) for package in _FONTS]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)


def answer(line: str) -> str:
    """The line to answer with; whatever goes wrong with one drawing is told and leaves the next one alone."""
    try:
        told = json.loads(line)
        if "paper" in told:
            return json.dumps({"pdf": base64.b64encode(typeset(told["paper"])).decode()})
        return json.dumps({"svg": draw(told["spec"])})
    except Exception as problem:  # noqa: BLE001 - the engine raises bare ValueErrors; the asker logs what it is told
        return json.dumps({"error": str(problem)[:500]})


def main() -> None:
    draw(_FIRST)
    _say(json.dumps({"ready": True}))
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0]:
        line = sys.stdin.readline()
        if not line:
            break
        _say(answer(line))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

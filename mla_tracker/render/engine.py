"""The renderer's child process: reads Vega-Lite specifications line by line, answers with SVG.

    python -m mla_tracker.render.engine

A line in is JSON `{"spec": …}`; a line out is JSON `{"svg": …}` or `{"error": …}`. It draws one small chart before it
says that it is ready, since the first chart takes much longer than the later ones. It ends when its input closes (so
it never outlives the process that started it) or after minutes without work. This is the only module that loads the
chart engine.
"""

import json
import select
import sys
from typing import Any, Final

import vl_convert

IDLE_SECONDS: Final = 300
_FIRST: Final[dict[str, Any]] = {
    "data": {"values": [{"x": 0, "y": 0}]},
    "mark": "line",
    "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
}


def draw(spec: dict[str, Any]) -> str:
    """The chart as SVG. Nothing is fetched: a specification that names an address elsewhere is refused."""
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def answer(line: str) -> str:
    """The line to answer with; whatever goes wrong with one chart is told and leaves the next one alone."""
    try:
        return json.dumps({"svg": draw(json.loads(line)["spec"])})
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

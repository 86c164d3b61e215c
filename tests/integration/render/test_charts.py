"""Charts are drawn in a child process, speak in our colours, link to our pages, and never fail a page."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mla_tracker.render.client import Renderer
from mla_tracker.render.svg import COLOUR, ForeignAddress, finish, link

ADDRESS = "/cases?kind=mla&x=1"


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[Renderer]:
    made = Renderer(tmp_path / "charts")
    yield made
    made.close()


def spec(**more: Any) -> dict[str, Any]:
    return {
        "width": 300,
        "height": 100,
        "background": None,
        "data": {"values": [{"x": 1, "y": 2, "to": link(0)}, {"x": 3, "y": 4, "to": link(0)}]},
        "mark": {"type": "point", "filled": True, "color": COLOUR["acc"]},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "quantitative"},
            "href": {"field": "to"},
        },
        **more,
    }


def test_a_chart_links_to_our_pages_and_to_no_other(renderer: Renderer) -> None:
    drawing = renderer.chart(spec(), label="Two points", links=[ADDRESS])
    assert drawing is not None
    assert drawing.count('href="/cases?kind=mla&amp;x=1"') == 2
    assert 'role="img"' in drawing
    assert 'aria-label="Two points"' in drawing
    assert "f-acc" in drawing
    elsewhere = set(re.findall(r"https?://[^\"' <]+", drawing)) - {"http://www.w3.org/2000/svg"}
    assert elsewhere == set()
    assert "style=" not in drawing
    assert "<script" not in drawing


def test_the_background_is_left_to_the_page(renderer: Renderer) -> None:
    drawing = renderer.chart(spec(), label="x", links=[ADDRESS])
    assert drawing is not None
    assert not re.search(r'<rect[^>]*fill="(white|#fff)', drawing)


def test_what_was_drawn_is_kept(renderer: Renderer, tmp_path: Path) -> None:
    first = renderer.chart(spec(), label="x", links=[ADDRESS])
    renderer.close()
    began = time.monotonic()
    assert renderer.chart(spec(), label="x", links=[ADDRESS]) == first
    assert time.monotonic() - began < 0.1
    assert renderer.pid is None
    assert len(list((tmp_path / "charts").iterdir())) == 1
    assert renderer.chart(spec(), label="other", links=[ADDRESS]) != first


def test_a_killed_child_is_replaced(renderer: Renderer) -> None:
    assert renderer.chart(spec(), label="first", links=[ADDRESS])
    pid = renderer.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert renderer.chart(spec(), label="second", links=[ADDRESS])
    assert renderer.pid not in (None, pid)


def test_a_child_that_hangs_costs_the_chart_and_no_more(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert renderer.chart(spec(), label="first", links=[ADDRESS])
    pid = renderer.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr("mla_tracker.render.client.SECONDS", 0.5)
    assert renderer.chart(spec(), label="second", links=[ADDRESS]) is None
    monkeypatch.undo()
    assert renderer.chart(spec(), label="third", links=[ADDRESS])


def test_a_wrong_specification_gives_no_chart_and_leaves_the_child_alone(renderer: Renderer) -> None:
    assert renderer.chart(spec(mark="nonsense"), label="x") is None
    pid = renderer.pid
    assert renderer.chart(spec(), label="x", links=[ADDRESS])
    assert renderer.pid == pid


def test_data_from_elsewhere_is_not_fetched(renderer: Renderer) -> None:
    drawing = renderer.chart(spec(data={"url": "https://example.org/x.json"}), label="x", links=[ADDRESS])
    assert drawing is None or "example.org" not in drawing


def test_the_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from mla_tracker.render.client import Renderer\n"
        f"r = Renderer(pathlib.Path({str(tmp_path)!r})); r.chart({spec()!r}, label='x', links=['/'])\n"
        "print(r.pid, flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 5
    while Path(f"/proc/{child}/status").exists() and "Z (zombie)" not in Path(f"/proc/{child}/status").read_text():
        assert time.monotonic() < until, "the child lives on"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "drawing",
    [
        '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><image href="https://elsewhere.example/x"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><g fill="url(https://elsewhere.example)"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><a href="https://chart.invalid/7"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><a href="javascript:alert(1)"/></svg>',
    ],
)
def test_an_address_elsewhere_stops_the_drawing(drawing: str) -> None:
    with pytest.raises(ForeignAddress):
        finish(drawing, "x", [])

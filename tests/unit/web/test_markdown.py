"""Notes are safe whatever is written in them."""

import pytest

from mla_tracker.web.markdown import markdown

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](http://evil.example/a.png)",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html;base64,AAAA)", "<javascript:alert(1)>",
    "[x](vbscript:alert(1))", '[x](http://a.example "onmouseover=alert(1)")', "# Heading", "a\0b",
    '<a href="x" onclick="alert(1)">x</a>', "```\n<script>\n```", "&lt;script&gt;", "[a]: javascript:alert(1)\n\n[a]",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_survives(text: str) -> None:
    html = str(markdown(text)).lower()
    for part in ("<script", "<img", 'href="javascript', 'href="data', 'href="vbscript', "<h1", "\0"):
        assert part not in html
    assert "onclick=" not in html or "&lt;a" in html
    assert "onerror=" not in html or "&lt;img" in html


def test_what_is_usual_is_written() -> None:
    html = str(markdown("**strong** and\na line\n\n- one\n- two\n\n> said\n\n[law](https://law.example)"))
    for part in ("<strong>strong</strong>", "<br", "<li>one</li>", "<blockquote>", '<a href="https://law.example">'):
        assert part in html
    assert html.startswith('<div class="prose" dir="auto">')
    assert markdown(None) == markdown("") == ""

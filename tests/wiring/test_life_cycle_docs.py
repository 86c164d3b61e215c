"""The drawings and tables of the life cycles in `docs/` are those of the table that the product uses.

`MLA_WRITE_TABLES=1` writes them anew; the difference is then read by a person.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mla_tracker.cases.life_cycle import START, LifeCycle, life_cycles
from mla_tracker.web.cases.life_cycle_picture import picture

DOCS = Path(__file__).resolve().parents[2] / "docs"
TABLES = life_cycles()
# The product's own stylesheet colours the drawing there; here it stands alone.
STYLE = """<style>
.course{font-family:"Source Sans 3","Noto Sans",sans-serif}
.course text{fill:#1a1920;text-anchor:middle;font-size:12px}
.course .to{text-anchor:end;fill:#4b4854}
.course .place rect{fill:#fff;stroke:#bdbab3}
.course .track{stroke:#e0ded9;stroke-width:6;fill:none}
.course .way,.course .back{stroke:#85818c;fill:none}
.course .dot,.course .head{fill:#4b4854}
.course .first{fill:none;stroke:#4b4854;stroke-width:2}
</style><rect width="100%" height="100%" fill="#fbfbf9"/>"""


def drawing(cycle: LifeCycle) -> str:
    title = f"{cycle.label}</title>"
    return str(picture(cycle, str, name=cycle.code)).replace(title, f"{title}{STYLE}\n", 1) + "\n"


def words(cycle: LifeCycle, codes: frozenset[str]) -> str:
    if codes == set(cycle.statuses):
        return "any"
    if codes == {code for code in cycle.statuses if cycle.is_open(code)}:
        return "any but the end"
    return ", ".join(code for code in (START, *cycle.statuses) if code in codes)


def page() -> Iterator[str]:
    yield "# Life cycles\n"
    yield "Made from `mla_tracker/cases/seed/life_cycles.yaml`, drawings and tables alike, by"
    yield "`MLA_WRITE_TABLES=1 .venv/bin/python -m pytest tests/wiring/test_life_cycle_docs.py`."
    yield "A dot says that the row leads to that track, a wedge that the track leads back to the row,"
    yield "a bent arrow under a heading that one goes back to where one came from. An act needs the facts"
    yield "named; who may do it is a permission. *House*: office practice.\n"
    for cycle in TABLES.cycles.values():
        yield f"## {cycle.label}\n"
        yield f"![{cycle.label}](pictures/life-cycles/{cycle.code}.svg)\n"
        yield "| act | from | leads to | ends as | needs | permission | source |"
        yield "|---|---|---|---|---|---|---|"
        for row in cycle.transitions:
            source = row.article + (" (unchecked)" if TABLES.is_unchecked(row.article) else "")
            cells = (row.event, words(cycle, row.sources), row.to, row.outcome or "", ", ".join(row.needs))
            yield f"| {' | '.join(cells)} | {row.permission} | {source} |"
        yield ""


@pytest.mark.parametrize("cycle", TABLES.cycles.values(), ids=lambda cycle: cycle.code)
def test_the_drawing_is_current(cycle: LifeCycle) -> None:
    _same(DOCS / "pictures" / "life-cycles" / f"{cycle.code}.svg", drawing(cycle))


def test_the_table_is_current() -> None:
    _same(DOCS / "life-cycles.md", "\n".join(page()))


def _same(file: Path, text: str) -> None:
    if os.environ.get("MLA_WRITE_TABLES"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text

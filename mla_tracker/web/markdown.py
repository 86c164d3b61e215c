"""Notes in Markdown as safe HTML: emphasis, lists, quotes, code and links; no HTML of the writer's, no pictures."""

from typing import Final

from markdown_it import MarkdownIt
from markupsafe import Markup

# Headings would break the outline of the page, a picture would ask a foreign host for it.
_READER: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["heading", "lheading", "hr", "image", "html_block", "html_inline"]
)


def markdown(text: str | None) -> Markup:
    """Isolated in its own direction. Addresses of scripts are no links: the reader of Markdown refuses them."""
    if not text:
        return Markup("")
    written = _READER.render(text.replace("\0", ""))
    return Markup('<div class="prose" dir="auto">{}</div>').format(Markup(written))  # noqa: S704 - html is off above

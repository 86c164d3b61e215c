"""Finds the words of the seed data for the catalogues: labels of codes, acts, facts, which a page translates when it
shows them.
"""

from collections.abc import Collection, Iterator, Mapping
from io import BufferedReader
from typing import Any, Final

import yaml

Message = tuple[int, str, str, list[str]]

# Keys whose text is shown, and mappings in which every value is.
_SHOWN: Final = frozenset(("label", "cure", "name"))
_ALL_SHOWN: Final = frozenset(("events", "facts"))


def extract(
    source: BufferedReader,
    keywords: Collection[str],  # noqa: ARG001 - Babel calls every extractor with the same arguments
    comment_tags: Collection[str],  # noqa: ARG001
    options: Mapping[str, Any],  # noqa: ARG001
) -> Iterator[Message]:
    """Babel's way to ask for the messages of one file: line, function, words, remarks."""
    root = yaml.compose(source, Loader=yaml.SafeLoader)
    if root is not None:
        yield from _found(root, "", all_of=False)


def _found(node: yaml.Node, key: str, *, all_of: bool) -> Iterator[Message]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _found(value, str(name.value), all_of=key in _ALL_SHOWN)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _found(value, key, all_of=False)
    elif isinstance(node, yaml.ScalarNode) and (all_of or key in _SHOWN) and node.value:
        yield node.start_mark.line + 1, "gettext", node.value, []

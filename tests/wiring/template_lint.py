"""What no template may do; `python -m tests.wiring.template_lint` names file, line and reason and ends with 1 if
there is any.

- put a value into the text without a filter that isolates or writes it (`| bdi`, `| day`, …, or `| words` for our own
words);
- show words that are not translated, in the text or in an attribute that is read to people;
- write a percent sign once in a translated message, where it would begin a placeholder;
- carry a style, an event handler, a script without an address, `| safe`: the content security policy refuses the
first three.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment, nodes

TEMPLATES: Final = Path(__file__).parents[2] / "templates"
# Mails carry their style with them and have rules of their own.
_OTHER_RULES: Final = ("emails", "letters")

_WRITING: Final = frozenset(
    (
        *(
            "amount",
            "bdi",
            "clock",
            "country",
            "day",
            "days_left",
            "iso",
            "isolate",
            "joined",
            "language",
            "lines",
            "long_day",
        ),
        *("markdown", "moment", "month", "number", "own_name", "percent", "short_number", "weekday_day", "words"),
    )
)
_PASSING: Final = frozenset(("trim", "default", "d"))
_TRANSLATING: Final = frozenset(("_", "gettext", "ngettext", "pgettext", "npgettext"))
_KNOWN_CALLS: Final = frozenset(("asset", "caller", "csrf_token", "super", "url_for"))
_READ_ATTRIBUTES: Final = frozenset(("aria-label", "alt", "placeholder", "title", "aria-description"))
_NOT_READ: Final = frozenset(("kbd", "script", "style", "symbol"))
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_LONE_PERCENT = re.compile(r"%(?!\(|%)")
_OPENING_TAG = re.compile(r"[A-Za-z][\w-]*")


@dataclass(frozen=True)
class Finding:
    """One line of one template."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass
class _Place:
    """Where in the HTML the reading stands."""

    in_tag: bool = False
    tag: str = ""
    attribute: str = ""
    quote: str = ""
    open_tags: list[str] = field(default_factory=list)

    def copy(self) -> "_Place":
        return _Place(self.in_tag, self.tag, self.attribute, self.quote, list(self.open_tags))


def environment() -> Environment:
    """An environment that understands our templates; it renders nothing."""
    made = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    return made


def findings(folder: Path = TEMPLATES) -> list[Finding]:
    """Everything there is to mend in the templates of a folder."""
    found: list[Finding] = []
    for path in sorted(folder.rglob("*.html")):
        name = str(path.relative_to(folder))
        if not name.startswith(_OTHER_RULES):
            found += lint(name, path.read_text("utf-8"))
    return found


def lint(name: str, source: str) -> list[Finding]:
    """Everything there is to mend in one template."""
    tree = environment().parse(source)
    reader = _Reader(name, tree)
    reader.read(tree.body, _Place())
    return sorted(reader.found, key=lambda one: (one.line, one.reason))


class _Reader:
    def __init__(self, name: str, tree: nodes.Template) -> None:
        self.name = name
        self.found: list[Finding] = []
        self.macros = {macro.name for macro in tree.find_all(nodes.Macro)}
        for brought in tree.find_all(nodes.FromImport):
            self.macros |= {one[1] if isinstance(one, tuple) else one for one in brought.names}
        self.blocks = {
            one.target.name for one in tree.find_all(nodes.AssignBlock) if isinstance(one.target, nodes.Name)
        }
        for one in tree.find_all(nodes.Filter):
            if one.name in ("safe", "forceescape"):
                self._add(one.lineno, f"`| {one.name}`: make the markup in Python from isolated values")
        for call in tree.find_all(nodes.Call):
            self._translation(call)

    def read(self, body: list[nodes.Node], place: _Place) -> _Place:
        for node in body:
            place = self._one(node, place)
        return place

    def _one(self, node: nodes.Node, place: _Place) -> _Place:
        match node:
            case nodes.Output():
                self._output(node, place)
            case nodes.If():
                branches = [branch.body for branch in node.elif_] + [node.else_]
                for body in branches:
                    self.read(body, place.copy())
                place = self.read(node.body, place)
            case nodes.For():
                self.read(node.else_, place.copy())
                place = self.read(node.body, place)
            case nodes.Macro() | nodes.AssignBlock():
                self.read(node.body, _Place())
            case nodes.CallBlock():
                if not place.in_tag and not self._written(node.call):
                    self._add(node.lineno, "a call of something that is no component")
                self.read(node.body, _Place())
            case nodes.Block() | nodes.With() | nodes.Scope() | nodes.FilterBlock():
                place = self.read(node.body, place)
            case nodes.ScopedEvalContextModifier() | nodes.EvalContextModifier():
                self._add(node.lineno, "escaping is not to be switched")
        return place

    def _output(self, node: nodes.Output, place: _Place) -> None:
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                self._text(part.data, part.lineno, place)
            elif not place.in_tag and not self._written(part):
                self._add(part.lineno, "a value without a filter that isolates it (`| bdi`) or writes it")

    # -- what is put out

    def _written(self, node: nodes.Node | None) -> bool:
        """Whether this expression may stand in the text."""
        match node:
            case None:
                return True
            case nodes.Const():
                return not isinstance(node.value, str) or not _LETTERS.search(node.value)
            case nodes.Filter():
                return node.name in _WRITING or (node.name in _PASSING and self._written(node.node))
            case nodes.Name():
                return node.name in self.blocks
            case nodes.CondExpr():
                return self._written(node.expr1) and self._written(node.expr2)
            case nodes.Or() | nodes.And() | nodes.Add():
                return self._written(node.left) and self._written(node.right)
            case nodes.Concat():
                return all(self._written(part) for part in node.nodes)
            case nodes.Getattr():
                return isinstance(node.node, nodes.Name) and node.node.name == "loop"
            case nodes.Call():
                return self._called(node)
        return False

    def _called(self, node: nodes.Call) -> bool:
        target = node.node
        if isinstance(target, nodes.Name):
            if target.name in _TRANSLATING:
                return all(self._written(argument.value) for argument in node.kwargs if argument.key != "num")
            return target.name in self.macros | _KNOWN_CALLS | {"f"}
        # A field of a form, which WTForms writes: form.csrf_token(), row.form.name()
        while isinstance(target, nodes.Getattr | nodes.Getitem):
            if isinstance(target, nodes.Getattr) and target.attr in ("form", "csrf_token"):
                return True
            target = target.node
        return isinstance(target, nodes.Name) and "form" in target.name

    def _translation(self, call: nodes.Call) -> None:
        if not (isinstance(call.node, nodes.Name) and call.node.name in _TRANSLATING):
            return
        messages = [one.value for one in call.args if isinstance(one, nodes.Const) and isinstance(one.value, str)]
        if not messages:
            return  # the words of a code, translated where they are shown
        if any(_LONE_PERCENT.search(one.replace("%%", "")) for one in messages):
            self._add(call.lineno, "a percent sign in a message is written twice")

    # -- the text between

    def _text(self, data: str, line: int, place: _Place) -> None:
        shown: list[str] = []
        index = 0
        while index < len(data):
            sign = data[index]
            if place.in_tag:
                self._in_tag(data, index, line + data[:index].count("\n"), place)
            elif data.startswith("<!", index):
                index = data.find(">", index)
            elif sign == "<" and index + 1 < len(data) and (data[index + 1].isalpha() or data[index + 1] == "/"):
                self._open(data, index, line + data[:index].count("\n"), place)
            elif not (place.open_tags and place.open_tags[-1] in _NOT_READ):
                shown.append(sign)
            index += 1
        words = re.sub(r"&\w+;", " ", "".join(shown))
        if found := _LETTERS.search(words):
            self._add(line, f"words that are not translated: {found[0]!r}")

    def _open(self, data: str, index: int, line: int, place: _Place) -> None:
        closing = data[index + 1] == "/"
        match = _OPENING_TAG.match(data, index + 2 if closing else index + 1)
        place.tag = match[0].lower() if match else ""
        place.in_tag, place.attribute, place.quote = True, "", ""
        if closing:
            if place.tag in place.open_tags:
                del place.open_tags[len(place.open_tags) - 1 - place.open_tags[::-1].index(place.tag) :]
        else:
            if place.tag in _NOT_READ:
                place.open_tags.append(place.tag)
            if place.tag == "style" or (place.tag == "script" and "src=" not in data[index:].split(">")[0]):
                self._add(line, f"<{place.tag}> inside a page")

    def _in_tag(self, data: str, index: int, line: int, place: _Place) -> None:
        sign = data[index]
        if place.quote:
            if sign == place.quote:
                place.quote = place.attribute = ""
            return
        if sign in "\"'":
            place.quote = sign
            before = re.search(r"([\w:-]+)\s*=\s*$", data[:index])
            place.attribute = before[1].lower() if before else ""
            if place.attribute == "style" or re.fullmatch(r"on[a-z]+", place.attribute):
                self._add(line, f"`{place.attribute}` in a page: a sheet or a script module does it")
            value = data[index + 1 :].split(sign)[0]
            if place.attribute in _READ_ATTRIBUTES and _LETTERS.search(value):
                self._add(line, f"words that are not translated, in {place.attribute}: {value!r}")
            if value.strip().lower().startswith("javascript:"):
                self._add(line, "an address that is a script")
        elif sign == ">":
            place.in_tag = False

    def _add(self, line: int, reason: str) -> None:
        self.found.append(Finding(self.name, line, reason))


def _lines() -> Iterator[str]:
    yield from (f"templates/{one}" for one in findings())


if __name__ == "__main__":
    found = list(_lines())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.exit(1 if found else 0)

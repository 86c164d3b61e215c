"""The templates keep their rules, the rules find what breaks them, and no page uses a class that has no rule."""

import re
from collections.abc import Iterator
from pathlib import Path

import bootstrap_wrapper
import pytest

from mla_tracker.web.asset_build import SHEETS
from mla_tracker.web.assets import SOURCES
from mla_tracker.web.bootstrap_subset import keep_used, prepare_dark
from tests.wiring.template_lint import TEMPLATES, findings, lint

_CLASS_OF_SHEET = re.compile(r"\.(-?[A-Za-z_][\w-]*)")


def test_no_template_breaks_a_rule() -> None:
    assert [str(one) for one in findings()] == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>{{ name }}</p>",
        "<p>{{ case.subject | upper }}</p>",
        "<p>{{ _('from %(who)s', who=name) }}</p>",
        "<p>{{ name | bdi if name else other }}</p>",
        "<p>Overdue</p>",
        '<button aria-label="Close it"></button>',
        "<p>{{ 'Overdue' }}</p>",
        "<p>{{ _('14 % of all') }}</p>",
        '<p style="color:red"></p>',
        '<p class="{{ kind }}" onclick="go()"></p>',
        "<script>go()</script>",
        "<style>p{}</style>",
        '<a href="javascript:go()"></a>',
        "<p>{{ name | safe }}</p>",
        "<p>{% autoescape false %}{{ name | bdi }}{% endautoescape %}</p>",
        "{% for line in rows %}<li>{{ line }}</li>{% endfor %}",
        "{% macro show(name) %}<b>{{ name }}</b>{% endmacro %}",
    ],
)
def test_the_lint_finds(source: str) -> None:
    assert lint("page.html", source)


@pytest.mark.parametrize(
    "source",
    [
        "<p>{{ name | bdi }}</p>",
        '<a href="{{ url }}" title="{{ name | isolate }}">{{ _("Open") }}</a>',
        "<p>{{ _('from %(who)s, 14 %% of all', who=name | bdi) }}</p>",
        "{% from 'components/sign.html' import sign %}{{ sign('late', word) }}",
        "{% set shown %}<b>{{ name | bdi }}</b>{% endset %}{{ shown }}",
        "<kbd>Ctrl</kbd> {{ count | number }} &nbsp; –",
        "{% for line in rows %}{{ loop.index }} {{ line | bdi }}{% endfor %}",
        "<script type=module src='{{ asset('register.js') }}'></script>",
        "<!doctype html><!-- a remark --><p></p>",
    ],
)
def test_the_lint_lets_pass(source: str) -> None:
    assert lint("page.html", source) == []


def _classes_used() -> Iterator[str]:
    for path in TEMPLATES.rglob("*.html"):
        if path.parts[len(TEMPLATES.parts)] not in ("emails", "letters"):
            for value in re.findall(r'class="([^"{}]*)', path.read_text("utf-8")):
                yield from value.split()


def test_no_page_uses_a_class_that_was_cut_out_of_bootstrap() -> None:
    whole = Path(bootstrap_wrapper.get_bootstrap_dir(), "css", "bootstrap.min.css").read_text("utf-8")
    kept = keep_used(whole) + "".join((SOURCES / name).read_text("utf-8") for name in SHEETS)
    cut_out = set(_CLASS_OF_SHEET.findall(whole)) - set(_CLASS_OF_SHEET.findall(kept))
    assert set(_classes_used()) & cut_out == set()


def test_dark_rules_follow_a_choice_and_the_system_but_never_the_printer() -> None:
    made = prepare_dark("a{color:red}b,[data-bs-theme=dark] a{color:blue}@media print{c{color:black}}")
    assert made == (
        "a{color:red}b{color:blue}@media screen{[data-bs-theme=dark] a{color:blue}}"
        "@media screen and (prefers-color-scheme:dark){:root:where(:not([data-bs-theme])) a{color:blue}}"
        "@media print{c{color:black}}"
    )


def test_the_sheets_have_no_colour_outside_the_tokens() -> None:
    for name in SHEETS:
        if name != "tokens.css":
            text = (SOURCES / name).read_text("utf-8")
            colours = re.findall(r"(?<![\w-])#[0-9A-Fa-f]{3,8}\b", re.sub(r"url\([^)]*\)", "", text))
            assert set(colours) <= {"#fff", "#000"}, name


def test_sides_are_named_by_the_direction_of_the_text() -> None:
    sided = re.compile(r"(?<![\w-])(?:margin|padding|border|inset)?-?(?:left|right)\s*:")
    for name in SHEETS:
        assert sided.findall((SOURCES / name).read_text("utf-8")) == [], name

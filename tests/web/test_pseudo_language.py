"""A catalogue in which every message is marked: what shows without the mark was never given to the translators."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from flask import render_template
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Form, PasswordField

from tests.browser.gallery_server import gallery_app

ROOT = Path(__file__).parents[2]
# A language that no office offers; its catalogue is made here.
PSEUDO = "eo"
_OURS = re.compile(r"⟦[^⟦⟧]*⟧")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
_READ = ("aria-label", "placeholder", "alt", "title")


def _marked(words: str) -> str:
    """`Sign out` → `⟦ŝ⟧ …`: between the marks only what is ours, so that values show outside of them."""
    parts = _PLACEHOLDER.split(words)
    holes = _PLACEHOLDER.findall(words)
    made = [f"⟦{part}⟧" if part.strip() else part for part in parts]
    return "".join(part + hole for part, hole in zip(made, [*holes, ""], strict=True))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("translations")
    catalogue = Catalog(locale=PSEUDO)
    with (ROOT / "translations" / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    methods = [(pattern, method) for pattern, method in methods if pattern.startswith(("templates", "mla_tracker/**"))]
    keywords = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}
    for _file, _line, message, _comments, _context in extract_from_dir(ROOT, methods, options, keywords):
        if isinstance(message, str):
            catalogue.add(message, _marked(message))
        else:
            catalogue.add(message, (_marked(message[0]), _marked(message[1])))
    target = folder / PSEUDO / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / "messages.mo").open("wb") as out:
        write_mo(out, catalogue)

    app = gallery_app(tmp_path_factory.mktemp("static"), folder)
    app.add_url_rule("/error/<int:status>", "error", lambda status: _error(status))
    app.add_url_rule("/door", "door", lambda: render_template("accounts/login.html", form=_Door(), error=None))
    return app.test_client()


class _Door(Form):
    email = EmailField("⟦e⟧")
    password = PasswordField("⟦p⟧")


def _error(status: int) -> str:
    return render_template("errors/error.html", status=status, message=None, reference="7", limit="9", wait=3)


class _Words(HTMLParser):
    """The text of a page and of its attributes that are read to people, without what is typed or named."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("bdi", "kbd", "script", "title"):
            self.silent += 1
        self.found += [value for name, value in attributes if name in _READ and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("bdi", "kbd", "script", "title"):
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def unmarked(html: str) -> list[str]:
    """Words that no catalogue has seen."""
    words = _Words()
    words.feed(html)
    left = [_OURS.sub(" ", re.sub(r"\s+", " ", text)) for text in words.found]
    return [text.strip() for text in left if re.search(r"[^\W\d_]{2,}", text)]


@pytest.mark.parametrize("address", ["/door", *(f"/error/{code}" for code in (400, 403, 404, 409, 413, 429, 500, 503))])
def test_every_word_of_door_and_errors_can_be_translated(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}?lang={PSEUDO}").get_data(as_text=True)
    assert "⟦" in page
    # The name of the authority is the office's own.
    assert [text for text in unmarked(page) if text not in ("Central Authority", "Ministry of Justice")] == []


def test_every_word_of_the_frame_can_be_translated(client: FlaskClient) -> None:
    page = client.get(f"/dev/gallery?lang={PSEUDO}").get_data(as_text=True)
    outside = page[: page.index("<main")] + page[page.index("</main>") :]
    assert [text for text in unmarked(outside) if text != "Central Authority"] == []


def test_placeholders_survive_the_marks() -> None:
    assert _marked("%(num)d of %(total)s left") == "%(num)d⟦ of ⟧%(total)s⟦ left⟧"
    assert unmarked("<p>⟦Overdue⟧ since <bdi>Ünal</bdi></p>") == ["since"]


def test_a_form_is_sent_back_in_the_readers_language(client: FlaskClient) -> None:
    answer = client.post("/preferences", data=MultiDict({"language": "ar", "next": "/dev/gallery"}))
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert '<html lang="ar" dir="rtl"' in page
    assert "register.rtl." in page


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""])
def test_preferences_send_nobody_elsewhere(client: FlaskClient, evil: str) -> None:
    answer = client.post("/preferences", data={"theme": "dark", "next": evil})
    assert answer.headers["Location"] == "/"
    assert "theme=dark" in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]


def test_preferences_keep_only_what_is_offered(client: FlaskClient) -> None:
    answer = client.post("/preferences", data={"theme": "pink", "density": "huge", "keys": "maybe", "language": "xx"})
    assert "Set-Cookie" not in answer.headers

"""A form as the browser would send it: every field of the page with the value that stands in it."""

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

Fields = dict[str, Any]


class _Forms(HTMLParser):
    """The fields of each form that is sent by POST, in the order of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Fields] = []
        self._open: Fields | None = None
        self._select: str | None = None
        self._first_option: str | None = None
        self._several = False
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = {} if given.get("method", "get").lower() == "post" else None
            if self._open is not None:
                self._open[""] = given.get("action", "")
                self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input":
            self._input(given)
        elif tag == "textarea":
            self._text = (given.get("name", ""), [])
        elif tag == "select":
            self._select, self._first_option, self._several = given.get("name"), None, "multiple" in given
            if self._several:
                self._open[self._select or ""] = []
        elif tag == "option" and self._select:
            self._option(given)

    def _input(self, given: dict[str, str]) -> None:
        assert self._open is not None
        kind, name = given.get("type", "text"), given.get("name", "")
        if not name or kind in ("submit", "button", "image", "reset"):
            return
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                value, before = given.get("value", "on"), self._open.get(name)
                several = before if isinstance(before, list) else [before]
                self._open[name] = value if before is None else [*several, value]
        else:
            self._open[name] = given.get("value", "")

    def _option(self, given: dict[str, str]) -> None:
        assert self._open is not None
        assert self._select is not None
        value = given.get("value", "")
        if self._first_option is None:
            self._first_option = value
        if self._several:
            self._open[self._select] += [value] if "selected" in given else []
        elif "selected" in given:
            self._open[self._select] = value

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._text is not None and self._open is not None:
            name, parts = self._text
            self._open[name], self._text = "".join(parts).replace("\r\n", "\n").removeprefix("\n"), None
        elif tag == "select" and self._select is not None and self._open is not None:
            if not self._several:
                self._open.setdefault(self._select, self._first_option or "")
            self._select = None


def forms_of(page: str) -> list[Fields]:
    """Every form of the page that is sent by POST; its action stands under ""."""
    reader = _Forms()
    reader.feed(page)
    return reader.forms


def form_of(page: str) -> Fields:
    """The form that the page is about: the one with the most fields."""
    return max(forms_of(page), key=len)


def send(client: FlaskClient, address: str, **changes: Any) -> Any:
    """Open the page, change some fields of its form and send it; None takes a field out."""
    opened = client.get(address)
    assert opened.status_code == 200, (address, opened.status_code)
    return send_again(client, address, form_of(opened.text), **changes)


def send_again(client: FlaskClient, address: str, fields: Fields, **changes: Any) -> Any:
    """Send a form that was opened before."""
    sent = {name: value for name, value in {**fields, **changes}.items() if name and value is not None}
    return client.post(fields.get("") or address, data=sent)

"""Every component in a real browser: accessible, never wider than the window; keys, guards, print, and no script."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from tests.browser.gallery_server import gallery_app, serving
from tests.browser.looking import PHONE, WIDE, violations


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(gallery_app(tmp_path_factory.mktemp("static"))) as found:
        yield found


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    opened = context.new_page()
    opened.goto(f"{address}/dev/gallery")
    return opened


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, address: str, scheme: Any, language: str, viewport: Any) -> None:
    context = browser.new_context(viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/dev/gallery?lang={language}")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert violations(page) == []
    summary = "details.menu.account" if viewport is WIDE else "details.menu.narrow"
    page.locator(f"{summary} > summary").click()
    assert violations(page, "details.menu[open]") == []
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_wider_than_the_window(context: BrowserContext, address: str, language: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/dev/gallery?lang={language}")
    for width in (320, 390, 700, 701, 901, 1101, 1181, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


def test_the_browser_reports_nothing_and_loads_only_from_here(context: BrowserContext, address: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(f"{address}/dev/gallery")
    page.wait_for_load_state("networkidle")
    assert said == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replaceAll('\"', ''))"
    )
    assert {"Source Serif 4", "Source Sans 3", "Noto Sans Arabic"} <= set(loaded)


def test_a_page_weighs_little(context: BrowserContext, address: str) -> None:
    """Sheet, scripts and signs together, as they come over the wire."""
    weights: list[int] = []
    page = context.new_page()
    page.on(
        "response",
        lambda answer: (
            weights.append(int(answer.headers.get("content-length", 0)))
            if "/static/" in answer.url and not answer.url.endswith(".woff2")
            else None
        ),
    )
    page.goto(f"{address}/dev/gallery")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(weights) < 40_000


def test_rows_are_as_high_as_drawn(page: Page, context: BrowserContext, address: str) -> None:
    row = "table.reg tbody tr >> nth=1"
    assert page.locator(row).bounding_box()["height"] == pytest.approx(33, abs=0.6)  # type: ignore[index]
    context.add_cookies([{"name": "density", "value": "comfortable", "url": address}])
    page.reload()
    assert page.locator(row).bounding_box()["height"] == pytest.approx(41, abs=0.6)  # type: ignore[index]


def test_the_theme_changes_at_once_and_is_kept(page: Page) -> None:
    page.locator("details.menu.account > summary").click()
    with page.expect_response("**/preferences"):
        page.locator(".menu.account button[name=theme][value=dark]").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 20, 23)"


def test_the_theme_changes_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=WIDE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/dev/gallery")
    assert page.locator(".selbar").is_visible()
    page.locator("details.menu.account > summary").click()
    page.locator(".menu.account button[name=theme][value=dark]").click()
    assert page.url == f"{address}/dev/gallery"
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    context.close()


def test_keys(page: Page, address: str) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "EXT-IN-2026-00007"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "MLA-IN-2026-00118"
    page.keyboard.press("?")
    assert page.locator("#key-help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("j?.")
    assert page.locator("#find").input_value() == "j?."
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(f"{address}/deadlines")


def test_keys_can_be_switched_off(page: Page, context: BrowserContext, address: str) -> None:
    context.add_cookies([{"name": "keys", "value": "off", "url": address}])
    page.reload()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert not page.locator("#key-help").is_visible()


def test_palette(page: Page, address: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("stat")
    assert violations(page, "#palette") == []
    assert page.locator("#palette-list li >> nth=0").text_content() == "Statisticsg s"
    page.locator("#palette input").fill("MLA-IN-2026-00042")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/cases?q=MLA-IN-2026-00042")


def test_a_long_select_is_found_by_typing(page: Page) -> None:
    box = page.get_by_role("combobox", name="Requesting State")
    assert box.input_value() == "Mozambique"
    box.click()
    page.keyboard.type("ukr")
    assert violations(page, ".combo") == []
    page.keyboard.press("Enter")
    assert box.input_value() == "Ukraine"
    assert page.evaluate("new FormData(document.querySelector('form[data-guard]')).get('state')") == "UA"


def test_what_is_no_choice_stays_as_typed_and_keeps_the_form_from_being_sent(page: Page) -> None:
    box = page.get_by_role("combobox", name="Requesting State")
    box.fill("nowhere")
    box.blur()
    assert box.input_value() == "nowhere"
    assert box.get_attribute("aria-invalid") == "true"
    assert page.get_by_text("This is none of the choices.").first.is_visible()
    assert violations(page, "form[data-guard]") == []
    page.evaluate("document.querySelector('form[data-guard]').requestSubmit()")
    assert page.evaluate("document.activeElement.value") == "nowhere"
    box.press("Escape")
    assert box.input_value() == "Mozambique"
    assert box.get_attribute("aria-invalid") is None


def test_ticked_rows_are_counted(page: Page) -> None:
    assert page.locator("[data-selection-count]").text_content() == "2 of 214 selected"
    assert not page.locator(".countline").is_visible()
    page.locator("[data-select-all]").check()
    assert page.locator("[data-selection-count]").text_content() == "11 of 214 selected"
    page.locator("[data-selection-clear]").click()
    assert page.locator(".countline").is_visible()
    assert not page.locator(".selbar").is_visible()


def test_typed_text_is_not_left_behind_and_nothing_is_sent_twice(page: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("textbox", name="Their reference (optional)").fill("another")
    page.evaluate("location.assign('/cases')")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.route("**/dev/gallery**", lambda _route: None)
    sent = page.evaluate(
        """() => {
          const form = document.querySelector("form[data-guard]");
          form.action = "/dev/gallery";
          let count = 0;
          form.addEventListener("submit", (event) => setTimeout(() => (count += event.defaultPrevented ? 0 : 1)));
          form.querySelector("button.btn-primary").click();
          form.querySelector("button.btn-primary").click();
          return new Promise((done) => setTimeout(() => done(count), 100));
        }"""
    )
    assert sent == 1


def test_print_is_black_on_white_in_a_dark_theme_too(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=WIDE, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}/dev/gallery")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(26, 25, 32)"
    assert not page.locator("header.head").is_visible()
    context.close()


def test_forced_colours_keep_every_control(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=WIDE, forced_colors="active")
    page = context.new_page()
    page.goto(f"{address}/dev/gallery")
    for control in ("button.btn-primary", "a.btn-line", ".form-control", ".form-select"):
        edge = page.evaluate(f"getComputedStyle(document.querySelector('main {control}')).borderTopStyle")
        assert edge != "none", control
    context.close()

"""Makes of a sheet what the pages need: Bootstrap without unused families, dark rules that follow the system.

A sheet is cut into its rules by counting braces: enough for sheets without braces in strings, Bootstrap's and ours.
"""

import re
from collections.abc import Iterator
from typing import Final

# Whole families of classes that no page uses; what is left is the reboot, the form controls, the buttons, the helpers
# and the plain utilities. A page that reaches for a dropped class is found by a test.
_DROPPED: Final = (
    "accordion", "alert", "badge", "blockquote", "breadcrumb", "btn-check", "btn-close", "btn-danger", "btn-dark",
    "btn-group", "btn-info", "btn-light", "btn-link", "btn-outline", "btn-secondary", "btn-success", "btn-toolbar",
    "btn-warning", "bg-", "border-", "caption-top", "card", "carousel", "clearfix", "col", "collapse", "collapsing",
    "container", "display-", "dropdown", "dropend", "dropstart", "dropup", "fade", "figure", "fixed-", "float-",
    "focus-ring", "form-control-color", "form-floating", "form-range", "form-switch", "fs-", "g-", "gx-", "gy-", "grid",
    "h1", "h2", "h3", "h4", "h5", "h6", "hstack", "icon-link", "img-", "initialism", "input-group", "invalid-",
    "is-invalid", "is-valid", "lead", "link-", "list-group", "list-inline", "list-unstyled", "mark", "modal", "nav",
    "object-fit", "offcanvas", "offset", "opacity-", "order-", "overflow-", "page-", "pagination", "pe-auto", "pe-none",
    "placeholder", "popover", "progress", "ratio", "rounded", "row", "shadow", "small", "spinner", "stretched-link",
    "table", "text-bg", "text-body", "text-black", "text-danger", "text-dark", "text-decoration", "text-info",
    "text-light", "text-muted", "text-opacity", "text-primary", "text-secondary", "text-success", "text-warning",
    "text-white", "toast", "tooltip", "translate-middle", "user-select", "valid-", "visible", "vr", "vstack",
    "was-validated", "z-",
)  # fmt: skip
_BREAKPOINT = re.compile(r"-(?:sm|md|lg|xl|xxl)(?:-|$)")
_SIZED_CONTROLS: Final = ("form-control-sm", "form-select-sm", "btn-sm")
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_DARK = "[data-bs-theme=dark]"
# As specific as the attribute, so that the order of the sheet decides as it does for a chosen theme.
_SYSTEM = ":root:where(:not([data-bs-theme]))"


def keep_used(sheet: str) -> str:
    """The sheet without rules that only concern dropped families or screen widths: our pages lay themselves out."""
    return "".join(_kept(sheet))


def prepare_dark(sheet: str) -> str:
    """Rules for `[data-bs-theme=dark]` hold on screens only, and also where the system is dark and no theme is
    chosen.
    """
    out: list[str] = []
    for head, body in _rules(sheet):
        if body is None:
            out.append(head)
        elif head.startswith("@") and not head.startswith("@media"):
            out.append(f"{head}{{{body}}}")
        elif head.startswith("@media"):
            out.append(f"{head}{{{prepare_dark(body)}}}")
        else:
            out.append(_both_ways(head, body))
    return "".join(out)


def _both_ways(head: str, body: str) -> str:
    selectors = _selectors(head)
    dark = [one for one in selectors if _DARK in one]
    if not dark:
        return f"{head}{{{body}}}"
    light = [one for one in selectors if _DARK not in one]
    chosen = ",".join(dark)
    system = ",".join(one.replace(_DARK, _SYSTEM) for one in dark)
    plain = f"{','.join(light)}{{{body}}}" if light else ""
    return (
        f"{plain}@media screen{{{chosen}{{{body}}}}}@media screen and (prefers-color-scheme:dark){{{system}{{{body}}}}}"
    )


def _kept(sheet: str) -> Iterator[str]:
    for head, body in _rules(sheet):
        if body is None:
            yield head
        elif head.startswith("@media"):
            if "min-width" in head or "max-width" in head:
                continue
            inner = "".join(_kept(body))
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            if not head.startswith("@keyframes"):
                yield f"{head}{{{body}}}"
        else:
            used = [one for one in _selectors(head) if not any(_is_dropped(name) for name in _CLASS.findall(one))]
            if used:
                yield f"{','.join(used)}{{{body}}}"


def _is_dropped(name: str) -> bool:
    if name in _SIZED_CONTROLS:
        return False
    return name.startswith(_DROPPED) or _BREAKPOINT.search(name) is not None


def _selectors(head: str) -> list[str]:
    """The selectors of a list; commas inside brackets, as in `:not(a, b)`, do not part them."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(head):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "," and not depth:
            parts.append(head[start:place].strip())
            start = place + 1
    return [*parts, head[start:].strip()]


def _rules(sheet: str) -> Iterator[tuple[str, str | None]]:
    """Pairs of what stands before a block and the block; a statement without one comes with None."""
    place = 0
    while place < len(sheet):
        opening = sheet.find("{", place)
        if opening < 0:
            rest = sheet[place:]
            if rest.strip():
                yield rest, None
            return
        head = sheet[place:opening]
        statement = re.match(r"\s*(?:/\*.*?\*/\s*)+|\s*@(?:charset|import)[^;{]*;", head, re.S)
        if statement:
            yield statement[0], None
            place += statement.end()
            continue
        depth, closing = 1, opening + 1
        while depth:
            sign = sheet[closing]
            depth += (sign == "{") - (sign == "}")
            closing += 1
        yield head.strip(), sheet[opening + 1 : closing - 1]
        place = closing

"""The share still open by days since receipt, as a specification for the renderer. The numbers come with the
snapshot.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _

from mla_tracker.render.svg import COLOUR
from mla_tracker.web.filters import number

WIDE: Final = (700, 300)
NARROW: Final = (320, 240)
STEPS_SHOWN: Final = 30
_LABEL: Final = 13


def specification(
    figure: Mapping[str, Any],
    *,
    mean: float | None,
    median: float | None,
    rtl: bool,
    size: tuple[int, int] = WIDE,
) -> dict[str, Any]:
    """Curve, band, the mean of what is closed (dashed) and the day by which half have ended, from the start side.

    `size`: width and height in pixels; the narrow one has fewer marks and shorter words.
    """
    narrow = size == NARROW
    curve = figure["curve"]
    end = curve["days"][-1]
    steps = [
        {"day": day, "share": share, "low": low, "high": high}
        for day, share, low, high in zip(curve["days"], curve["share"], curve["low"], curve["high"], strict=True)
    ]
    day = {"field": "day", "type": "quantitative", "scale": {"domain": [0, end], "reverse": rtl, "nice": False}}
    x = {**day, "title": _("days since receipt or sending"), "axis": _x_axis(rtl, 4 if narrow else 9)}
    y = {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]}, "title": None, "axis": _y_axis(rtl)}
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": steps},
            "mark": {"type": "area", "interpolate": "step-after", "color": COLOUR["band"], "opacity": 1},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": {"values": steps},
            "mark": {"type": "line", "interpolate": "step-after", "color": COLOUR["acc"], "strokeWidth": 2},
            "encoding": {"x": x, "y": y},
        },
    ]
    aside = -8 if rtl else 8
    if mean is not None and mean <= end:
        said = _("mean %(days)s") if narrow else _("mean of closed cases, %(days)s days")
        layers += _mean(x, day, mean, said % {"days": number(round(mean))}, aside if mean <= end / 2 else -aside)
    if median is not None:
        # A label that would run into the dashed line begins behind it.
        beside = mean if mean is not None and median <= mean <= median + end / 3 else median
        said = _("half by %(days)s") if narrow else _("half answered by %(days)s days")
        layers += _half(
            x, y, median, beside, said % {"days": number(round(median))}, aside if beside <= end / 2 else -aside
        )
    return {
        "width": size[0],
        "height": size[1],
        "background": None,
        "padding": {"left": 4, "right": 12, "top": 8, "bottom": 4},
        "config": {"view": {"stroke": None}, "axis": {"labelFontSize": _LABEL, "titleFontSize": _LABEL}},
        "layer": layers,
    }


def _mean(x: Mapping[str, Any], day: Mapping[str, Any], mean: float, said: str, aside: int) -> list[dict[str, Any]]:
    values = {"values": [{"day": mean}]}
    return [
        {
            "data": values,
            "mark": {"type": "rule", "color": COLOUR["ink-2"], "strokeWidth": 1.5, "strokeDash": [5, 4]},
            "encoding": {"x": x},
        },
        {
            "data": values,
            "mark": {**_text(COLOUR["ink"], aside), "text": said},
            "encoding": {"x": day, "y": {"value": 8}},
        },
    ]


def _half(
    x: Mapping[str, Any], y: Mapping[str, Any], median: float, beside: float, said: str, aside: int
) -> list[dict[str, Any]]:
    point = {"values": [{"day": median, "share": 0.5}]}
    down = {"values": [{"day": median, "share": 0.5}, {"day": median, "share": 0}]}
    across = {"values": [{"day": 0, "share": 0.5}, {"day": median, "share": 0.5}]}
    thin = {"type": "line", "color": COLOUR["acc"], "strokeWidth": 1}
    return [
        {"data": across, "mark": thin, "encoding": {"x": x, "y": y}},
        {"data": down, "mark": thin, "encoding": {"x": x, "y": y}},
        {
            "data": point,
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "color": COLOUR["acc"]},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": {"values": [{"day": beside, "share": 0.5}]},
            "mark": {**_text(COLOUR["acc"], aside), "dy": -16, "text": said},
            "encoding": {"x": x, "y": y},
        },
    ]


def _text(colour: str, aside: int) -> dict[str, Any]:
    """A label beside its mark; `aside` tells on which side, in pixels."""
    align = "left" if aside > 0 else "right"
    return {"type": "text", "align": align, "dx": aside, "fontSize": _LABEL, "fontWeight": 600, "color": colour}


def _x_axis(rtl: bool, marks: int) -> dict[str, Any]:
    return {
        "grid": False,
        "domainColor": COLOUR["line-2"],
        "ticks": False,
        "labelColor": COLOUR["ink-2"],
        "labelPadding": 6,
        "titleColor": COLOUR["ink-2"],
        "titleFontWeight": "normal",
        "titleAnchor": "start" if rtl else "end",
        "titlePadding": 6,
        "tickCount": marks,
    }


def _y_axis(rtl: bool) -> dict[str, Any]:
    return {
        "orient": "right" if rtl else "left",
        "values": [0, 0.25, 0.5, 0.75, 1],
        "labelExpr": "format(datum.value * 100, 'd') + '\u00a0%'",
        "gridColor": COLOUR["line"],
        "domain": False,
        "ticks": False,
        "labelColor": COLOUR["ink-2"],
        "labelPadding": 8,
    }


def steps_shown(figure: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The curve as rows for the table beside it, evenly thinned where there are many; the last step is always there."""
    curve = figure["curve"]
    last = len(curve["days"]) - 1
    stride = max(1, -(-last // STEPS_SHOWN))
    chosen = sorted({*range(0, last + 1, stride), last})
    return [{name: curve[name][index] for name in ("days", "share", "low", "high")} for index in chosen]

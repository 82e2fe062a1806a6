"""Drawings as SVG: Vega-Lite specifications drawn when the report is written, so that the page holds no chart code.

Colours are CSS variables, so that a drawing follows the page into the dark and onto paper; every mark
says on hover, and the drawing as a whole to a screen reader, what it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

__all__ = ["WIDTH", "Spec", "svg"]

Spec = Mapping[str, Any]

WIDTH = 340
"""In pixels; a phone shows a drawing of this width as it is, a wide screen several side by side."""

_ROOM = {"left": 14, "right": 10, "top": 3, "bottom": 2}
"""Around a drawing, since the fonts of a reader may be wider than the one that labels were measured in."""

_SVG = "http://www.w3.org/2000/svg"
_FONT = "system-ui, sans-serif"
_CONFIG: Spec = {
    "background": None,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--quiet)",
        "titleFontWeight": "normal",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "gridColor": "var(--grid)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "labelLimit": 110,
    },
    "axisY": {"ticks": False, "domain": False, "labelPadding": 6},
}


def svg(layers: Sequence[Spec], rows: Sequence[Mapping[str, Any]], label: str, *, height: int | Spec) -> str:
    """The drawing of some layers over rows of data, as an SVG element for a page.

    ``label`` is what a screen reader says in its place. ``description`` of a mark becomes its hover text.
    """
    from vl_convert import vegalite_to_svg

    spec = {
        "data": {"values": list(rows)},
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": _ROOM,
        "config": _CONFIG,
        "layer": list(layers),
    }
    return _for_page(vegalite_to_svg(spec), label)


def _for_page(drawn: str, label: str) -> str:
    """A drawing with its one label, a title for each mark, and no clutter."""
    ET.register_namespace("", _SVG)
    root = ET.fromstring(drawn)  # noqa: S314 - written by the library just now
    for element in list(root.iter()):
        said = element.attrib.pop("aria-label", None)
        if said and element.attrib.get("aria-roledescription", "") not in _FRAMES:
            ET.SubElement(element, f"{{{_SVG}}}title").text = said
        for name in ("role", "aria-roledescription", "aria-hidden"):
            element.attrib.pop(name, None)
    root.attrib.pop("class", None)
    root.set("role", "img")
    root.set("aria-label", label)
    return ET.tostring(root, encoding="unicode")


_FRAMES = frozenset({"axis", "legend", "title", "group mark container"})

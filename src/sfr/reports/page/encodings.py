"""What charts share: the look of systems, axes, and what marks say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sfr.reports.page.drawing import Spec
from sfr.reports.page.palette import SYSTEMS
from sfr.reports.visible import visible

__all__ = ["SAID", "SHAPES", "Chart", "Row", "Systems", "listed", "look_of", "own", "x_axis", "y_axis"]

SHAPES = ("circle", "diamond", "square", "triangle-up")
"""The shapes of systems."""

Row = dict[str, Any]
"""What one mark is drawn from."""


def look_of(place: int) -> tuple[int, str]:
    """The number of the colour of a system, and its shape, by its place among the systems; sixteen differ."""
    return place % SYSTEMS + 1, SHAPES[(place + place // SYSTEMS) % len(SHAPES)]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and its heading."""

    heading: str
    svg: str


class Systems:
    """Colour and shape of each system, by its place among them."""

    def __init__(self, systems: Sequence[str]) -> None:
        self._place = {name: place for place, name in enumerate(systems)}
        self.many = len(systems) > 1

    def marks(self, name: str) -> Row:
        """What the mark of a system is drawn with: its lane, its colour, its shape."""
        place = self._place[name]
        number, shape = look_of(place)
        return {"system": place, "colour": f"var(--system-{number})", "shape": shape}

    def said(self, name: str) -> str:
        """The name of a system before a number, where there are several."""
        return f"{visible(name)}, " if self.many else ""

    def step(self, alone: int, each: int) -> Spec:
        """The height of a row of the y axis: room for every system."""
        return {"step": each if self.many else alone, "for": "offset" if self.many else "position"}


def own(name: str) -> Spec:
    """An encoding that takes a colour or shape from the row as it is."""
    return {"field": name, "type": "nominal", "scale": None}


def x_axis(field: str, title: str | None, domain: Sequence[float] | None = None, **more: Any) -> Row:
    """A quantity from left to right, over a round range or just the one that is given."""
    scale: Row = {"nice": domain is None}
    if domain is not None:
        scale["domain"] = list(domain)
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": scale,
        "axis": {"tickCount": 5, **more.pop("axis", {})},
        **more,
    }


def y_axis(field: str, systems: Systems | None = None) -> Row:
    """Rows in the order of the data, one lane for each system where there are several."""
    y: Row = {"field": field, "type": "nominal", "sort": None, "title": None}
    if systems is None or not systems.many:
        return {"y": {**y, "scale": {"padding": 0.2}}}
    return {"y": {**y, "scale": {"paddingInner": 0.3, "paddingOuter": 0.15}}, "yOffset": {"field": "system"}}


SAID: Spec = {"field": "said", "type": "nominal"}


def listed(rows: Sequence[Row], most: int = 12) -> str:
    """What the first marks say, for a screen reader; all of it stands in the table beside."""
    said = "; ".join(row["said"] for row in rows[:most])
    return said if len(rows) <= most else f"{said}; and {len(rows) - most} more"

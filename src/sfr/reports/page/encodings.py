"""What charts share: the look of systems, axes, and what marks say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sfr.reports.page.drawing import Spec
from sfr.reports.page.palette import MAX_SYSTEMS
from sfr.reports.visible import visible

__all__ = ["SAID", "SHAPES", "Chart", "Row", "Systems", "listed", "own", "x_axis", "y_axis"]

SHAPES = ("circle", "diamond", "square", "triangle-up")
"""The shape of each system, as its colour."""

Row = dict[str, Any]
"""What one mark is drawn from."""


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
        place = self._place[name]
        slot = place % MAX_SYSTEMS
        return {"system": place, "colour": f"var(--system-{slot + 1})", "shape": SHAPES[slot]}

    def said(self, name: str) -> str:
        return f"{visible(name)}, " if self.many else ""

    def step(self, alone: int, each: int) -> Spec:
        """The height of a row of the y axis: room for every system."""
        return {"step": each if self.many else alone, "for": "offset" if self.many else "position"}


def own(name: str) -> Spec:
    """An encoding that takes a colour or shape from the row as it is."""
    return {"field": name, "type": "nominal", "scale": None}


def x_axis(field: str, title: str | None, domain: Sequence[float] | None = None, **more: Any) -> Row:
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

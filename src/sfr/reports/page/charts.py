"""The charts of the numbers of a page: what is laid out over which axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sfr.reports.page.drawing import Spec, svg
from sfr.reports.page.encodings import SAID, Chart, Row, Systems, listed, own, x_axis, y_axis
from sfr.reports.page.model import FATE_OF, ErrorCounts, Figure, ReadingCounts, TypeCounts
from sfr.reports.page.words import ERROR_WORDS
from sfr.reports.visible import visible

__all__ = ["error_charts", "interval_chart", "reading_charts", "type_chart"]

_STATUS_COLOURS = {"ok": "hit", "recovered": "missed", "unparsable": "spurious"}
_TYPES_DRAWN = 20


def interval_chart(heading: str, named: Iterable[tuple[str, Figure]], systems: Sequence[str]) -> Chart:
    """Figures, each behind the name of its row: a point for each system, with its interval."""
    look = Systems(systems)
    rows = [
        {
            **look.marks(figure.system),
            "row": visible(row),
            "f1": 100 * figure.f1.value,
            "low": 100 * (figure.f1.value if figure.f1.low is None else figure.f1.low),
            "high": 100 * (figure.f1.value if figure.f1.high is None else figure.f1.high),
            "said": f"{visible(row)}: {look.said(figure.system)}{_estimate(figure)}",
        }
        for row, figure in named
    ]
    place = y_axis("row", look)
    x = x_axis("f1", None, _domain(rows))
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "strokeCap": "round"},
            "encoding": {
                **place,
                "x": {**x, "field": "low"},
                "x2": {"field": "high"},
                "color": own("colour"),
                "description": SAID,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 70},
            "encoding": {**place, "x": x, "color": own("colour"), "shape": own("shape"), "description": SAID},
        },
    ]
    label = f"{visible(heading)}, with intervals. {listed(rows)}"
    return Chart(visible(heading), svg(layers, rows, label, height=look.step(26, 15)))


def _estimate(figure: Figure) -> str:
    f1 = figure.f1
    ends = "" if f1.low is None or f1.high is None else f", interval {100 * f1.low:.1f} to {100 * f1.high:.1f}"
    return f"{100 * f1.value:.1f}{ends}"


def _domain(rows: Sequence[Row]) -> tuple[float, float]:
    """A range that holds every interval, wide enough to tell near from far."""
    low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
    room = max(2.0, 0.08 * (high - low))
    return max(0.0, low - room), min(100.0, high + room)


def type_chart(metric: str, counts: Iterable[TypeCounts], systems: Sequence[str]) -> Chart:
    """F1 of the types that gold has most of, the rarer ones below."""
    look = Systems(systems)
    by_type: dict[str, list[TypeCounts]] = {}
    for count in counts:
        by_type.setdefault(count.type, []).append(count)
    shown = sorted(by_type.values(), key=lambda found: -max(count.gold for count in found))[:_TYPES_DRAWN]
    rows = [
        {
            **look.marks(count.system),
            "type": visible(count.type),
            "f1": 100 * count.f1,
            "said": f"{visible(count.type)}: {look.said(count.system)}F1 {100 * count.f1:.1f}, "
            f"{count.gold:,} in gold, {count.pred:,} predicted, {count.hit:,} hit",
        }
        for found in shown
        for count in found
    ]
    layer = {
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {
            **y_axis("type", look),
            "x": x_axis("f1", "F1", (0, 100), stack=None),
            "color": own("colour"),
            "description": SAID,
        },
    }
    several = f"the {_TYPES_DRAWN} most frequent of {len(by_type)} types" if len(by_type) > len(shown) else "all types"
    label = f"F1 of {metric} by type, {several}. {listed(rows)}"
    return Chart(f"{visible(metric)}: {several}", svg([layer], rows, label, height=look.step(22, 11)))


def error_charts(counts: Sequence[ErrorCounts], systems: Sequence[str]) -> list[Chart]:
    """For each system errors of each class for every hundred units of gold, behind one another."""
    bars = []
    for count in counts:
        found = [(name, count.counts[name]) for name in FATE_OF if name != "hit" and count.counts.get(name)]
        pieces = [_Piece(ERROR_WORDS[name], FATE_OF[name], n, 100 * n / max(1, count.gold)) for name, n in found]
        bars.append((count.system, " · ".join(filter(None, (visible(count.dataset), count.of))), pieces))
    return _stacked_charts("Errors", "for 100 units of gold", bars, systems)


def reading_charts(named: Iterable[tuple[str, ReadingCounts]], systems: Sequence[str]) -> list[Chart]:
    """For each system the shares of outputs read as they stand, read past something, and not read, by name of row."""
    bars = []
    for row, count in named:
        total = max(1, sum(count.statuses.values()))
        numbers = [(status, colour, count.statuses.get(status, 0)) for status, colour in _STATUS_COLOURS.items()]
        pieces = [_Piece(status, colour, n, 100 * n / total) for status, colour, n in numbers]
        bars.append((count.system, visible(row), pieces))
    return _stacked_charts("Outputs", "% of outputs", bars, systems)


class _Piece(NamedTuple):
    """A piece of a stacked bar: what it counts, its colour, the count, and its width."""

    name: str
    colour: str
    n: int
    width: float


def _stacked_charts(
    heading: str, title: str, bars: Sequence[tuple[str, str, Sequence[_Piece]]], systems: Sequence[str]
) -> list[Chart]:
    """A chart of stacked bars for each system, all over one range."""
    look = Systems(systems)
    most = max((sum(piece.width for piece in pieces) for _, _, pieces in bars), default=0.0) or 1.0
    charts = []
    for name in systems:
        rows: list[Row] = []
        mine = [(row, pieces) for system, row, pieces in bars if system == name]
        for row, pieces in mine:
            start = 0.0
            for piece in pieces or [_Piece("none", "line", 0, 0.0)]:
                said = f"{row}: {piece.n:,} {piece.name}, {piece.width:.1f} {title}"
                end = start + piece.width
                rows.append({"row": row, "from": start, "to": end, "colour": f"var(--{piece.colour})", "said": said})
                start = end
        whose = f" · {visible(name)}" if look.many else ""
        if rows:
            label = f"{heading}{whose}, {title}. {listed(rows)}"
            charts.append(
                Chart(f"{heading}{whose}", svg([_stacked(title, (0, most))], rows, label, height={"step": 26}))
            )
    return charts


def _stacked(title: str, domain: Sequence[float]) -> Spec:
    """Bars from one value to another; a line of the ground between them, so that colour is not all that parts them."""
    return {
        "mark": {"type": "bar", "stroke": "var(--card)", "strokeWidth": 1.5},
        "encoding": {
            **y_axis("row"),
            "x": x_axis("from", title, domain),
            "x2": {"field": "to"},
            "color": own("colour"),
            "description": SAID,
        },
    }

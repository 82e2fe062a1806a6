"""The charts of the page: what is laid out over which axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

from sfr.reports.page.drawing import Spec, svg
from sfr.reports.page.model import FATE_OF, ErrorCounts, Figure, ReadingCounts, Series, TypeCounts
from sfr.reports.page.palette import MAX_SYSTEMS
from sfr.reports.visible import visible

__all__ = [
    "ERROR_WORDS",
    "SHAPES",
    "Chart",
    "error_charts",
    "interval_chart",
    "length_chart",
    "quantile",
    "reading_charts",
    "reward_chart",
    "term_chart",
    "type_chart",
]

SHAPES = ("circle", "diamond", "square", "triangle-up")
"""The shape of each system, as its colour."""

ERROR_WORDS: Mapping[str, str] = {
    "hit": "hit",
    "type": "wrong type",
    "role": "wrong role",
    "reversed": "head and tail exchanged",
    "event": "at another event",
    "type+boundary": "wrong type and boundary",
    "role+boundary": "wrong role and boundary",
    "boundary": "wrong boundary",
    "word": "another word as trigger",
    "head": "wrong head",
    "tail": "wrong tail",
    "missed": "missed",
    "spurious": "spurious",
    "invented": "not in the text",
}
"""The classes of findings in words."""

_STATUS_COLOURS = {"ok": "hit", "recovered": "missed", "unparsable": "spurious"}
_TYPES_DRAWN = 20
_BINS = 24
_PERCENTILES = (50, 70, 99)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and its heading."""

    heading: str
    svg: str


class _Systems:
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


def _own(name: str) -> Spec:
    """An encoding that takes a colour or shape from the row as it is."""
    return {"field": name, "type": "nominal", "scale": None}


def _x(field: str, title: str | None, domain: Sequence[float] | None = None, **more: Any) -> Row:
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


def _y(field: str, systems: _Systems | None = None) -> Row:
    """Rows in the order of the data, one lane for each system where there are several."""
    y: Row = {"field": field, "type": "nominal", "sort": None, "title": None}
    if systems is None or not systems.many:
        return {"y": {**y, "scale": {"padding": 0.2}}}
    return {"y": {**y, "scale": {"paddingInner": 0.3, "paddingOuter": 0.15}}, "yOffset": {"field": "system"}}


_SAID: Spec = {"field": "said", "type": "nominal"}


# -- numbers ------------------------------------------------------------------------------------


def interval_chart(heading: str, named: Iterable[tuple[str, Figure]], systems: Sequence[str]) -> Chart:
    """Figures, each behind the name of its row: a point for each system, with its interval."""
    look = _Systems(systems)
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
    place = _y("row", look)
    x = _x("f1", None, _domain(rows))
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "strokeCap": "round"},
            "encoding": {
                **place,
                "x": {**x, "field": "low"},
                "x2": {"field": "high"},
                "color": _own("colour"),
                "description": _SAID,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 70},
            "encoding": {**place, "x": x, "color": _own("colour"), "shape": _own("shape"), "description": _SAID},
        },
    ]
    label = f"{visible(heading)}, with intervals. {_listed(rows)}"
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


def _listed(rows: Sequence[Row], most: int = 12) -> str:
    """What the first marks say, for a screen reader; all of it stands in the table beside."""
    said = "; ".join(row["said"] for row in rows[:most])
    return said if len(rows) <= most else f"{said}; and {len(rows) - most} more"


def type_chart(metric: str, counts: Iterable[TypeCounts], systems: Sequence[str]) -> Chart:
    """F1 of the types that gold has most of, the rarer ones below."""
    look = _Systems(systems)
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
        "encoding": {**_y("type", look), "x": _x("f1", "F1", (0, 100)), "color": _own("colour"), "description": _SAID},
    }
    several = f"the {_TYPES_DRAWN} most frequent of {len(by_type)} types" if len(by_type) > len(shown) else "all types"
    label = f"F1 of {metric} by type, {several}. {_listed(rows)}"
    return Chart(f"{visible(metric)}: {several}", svg([layer], rows, label, height=look.step(22, 11)))


def error_charts(counts: Sequence[ErrorCounts], systems: Sequence[str]) -> list[Chart]:
    """For each system errors of each class for every hundred units of gold, behind one another."""
    bars = []
    for count in counts:
        found = [(name, count.counts[name]) for name in FATE_OF if name != "hit" and count.counts.get(name)]
        pieces = [_Piece(ERROR_WORDS[name], FATE_OF[name], n, 100 * n / max(1, count.gold)) for name, n in found]
        bars.append((count.system, " · ".join(filter(None, (visible(count.dataset), count.of))), pieces))
    return _stacked_charts("Errors", "for 100 units of gold", bars, systems)


def reading_charts(counts: Sequence[ReadingCounts], systems: Sequence[str]) -> list[Chart]:
    """For each system the shares of outputs read as they stand, read past something, and not read."""
    bars = []
    for count in counts:
        total = max(1, sum(count.statuses.values()))
        numbers = [(status, colour, count.statuses.get(status, 0)) for status, colour in _STATUS_COLOURS.items()]
        pieces = [_Piece(status, colour, n, 100 * n / total) for status, colour, n in numbers]
        bars.append((count.system, visible(count.dataset) or "outputs", pieces))
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
    look = _Systems(systems)
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
            label = f"{heading}{whose}, {title}. {_listed(rows)}"
            charts.append(
                Chart(f"{heading}{whose}", svg([_stacked(title, (0, most))], rows, label, height={"step": 26}))
            )
    return charts


def _stacked(title: str, domain: Sequence[float]) -> Spec:
    """Bars from one value to another; a line of the ground between them, so that colour is not all that parts them."""
    return {
        "mark": {"type": "bar", "stroke": "var(--card)", "strokeWidth": 1.5},
        "encoding": {
            **_y("row"),
            "x": _x("from", title, domain),
            "x2": {"field": "to"},
            "color": _own("colour"),
            "description": _SAID,
        },
    }


# -- distributions ------------------------------------------------------------------------------


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the ordered values lies, the nearest one that occurs."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def term_chart(task: str, terms: Iterable[Series], systems: Sequence[str]) -> Chart:
    """Each term of a reward: middle half, nine tenths, and mean of its values."""
    look = _Systems(systems)
    rows = []
    for term in terms:
        ordered = sorted(term.values)
        q = {str(share): quantile(ordered, share / 100) for share in (5, 25, 75, 95)}
        mean = fmean(ordered)
        said = f"{visible(term.name)}: {look.said(term.system)}mean {mean:+.3f}, middle half {q['25']:+.3f} to {q['75']:+.3f}"
        rows.append({**look.marks(term.system), "term": visible(term.name), **q, "mean": mean, "said": said})
    place = _y("term", look)
    x = _x("5", "value of the term", axis={"format": "~g"})
    spread: Spec = {"color": _own("colour"), "description": _SAID}
    layers: list[Spec] = [
        {"mark": {"type": "rule", "stroke": "var(--quiet)"}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
        {"mark": {"type": "rule"}, "encoding": {**place, "x": x, "x2": {"field": "95"}, **spread}},
        {
            "mark": {"type": "rule", "strokeWidth": 5, "strokeCap": "round", "opacity": 0.55},
            "encoding": {**place, "x": {**x, "field": "25"}, "x2": {"field": "75"}, **spread},
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 60},
            "encoding": {**place, "x": {**x, "field": "mean"}, "shape": _own("shape"), **spread},
        },
    ]
    label = f"Terms of the {task} reward. {_listed(rows)}"
    return Chart(f"Terms, {task}", svg(layers, rows, label, height=look.step(28, 15)))


def reward_chart(series: Series, domain: tuple[float, float], systems: Sequence[str]) -> Chart:
    """How often rewards of each size occur, with their mean."""
    mean = fmean(series.values)
    heading = f"Reward, {series.task}"
    return _histogram(series, domain, systems, heading, "reward", {"mean": mean}, f"mean {mean:+.3f}")


def length_chart(series: Series, domain: tuple[float, float], systems: Sequence[str], unit: str) -> Chart:
    """How often outputs of each length occur, with some percentiles."""
    ordered = sorted(series.values)
    marks = {f"P{share}": quantile(ordered, share / 100) for share in _PERCENTILES}
    said = ", ".join(f"{name} {value:,.0f}" for name, value in marks.items())
    return _histogram(series, domain, systems, f"Length, {series.task}", unit, marks, said)


def _histogram(  # noqa: PLR0913, PLR0917 - what is drawn, over which range, and its words
    series: Series, domain: tuple[float, float], systems: Sequence[str], heading: str, unit: str,
    marks: Mapping[str, float], said: str,
) -> Chart:  # fmt: skip
    look = _Systems(systems)
    low, high = domain
    step = (high - low) / _BINS or 1.0
    counts = [0] * _BINS
    for value in series.values:
        counts[max(0, min(_BINS - 1, int((value - low) / step)))] += 1
    rows: list[Row] = [
        {
            **look.marks(series.system),
            "from": low + i * step,
            "to": low + (i + 1) * step,
            "n": n,
            "said": f"{low + i * step:.4g} to {low + (i + 1) * step:.4g}: {n:,}",
        }
        for i, n in enumerate(counts)
    ]
    top = max(counts)
    rules = [{"at": value, "name": name, "top": top} for name, value in marks.items()]
    count: Spec = {"field": "n", "type": "quantitative", "title": "outputs", "axis": {"tickCount": 3}}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "stroke": "var(--card)", "strokeWidth": 0.5},
            "encoding": {
                "x": _x("from", unit, (low, low + _BINS * step)),
                "x2": {"field": "to"},
                "y": count,
                "y2": {"datum": 0},
                "color": _own("colour"),
                "description": _SAID,
            },
        },
        {
            "data": {"values": rules},
            "mark": {"type": "rule", "stroke": "var(--ink)", "strokeDash": [3, 2]},
            "encoding": {"x": {"field": "at", "type": "quantitative"}},
        },
        {
            "data": {"values": rules},
            "mark": {"type": "text", "align": "left", "dx": 3, "baseline": "top", "fontSize": 10, "fill": "var(--ink)"},
            "encoding": {
                "x": {"field": "at", "type": "quantitative"},
                "y": {"field": "top", "type": "quantitative"},
                "text": {"field": "name"},
            },
        },
    ]
    whose = f" · {visible(series.system)}" if look.many else ""
    label = f"{heading}{whose}: {len(series.values):,} outputs, {said}"
    return Chart(f"{heading}{whose}", svg(layers, rows, label, height=150))

"""The charts of distributions: rewards, their terms, lengths."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import fmean

from sfr.evaluation.lengths import bin_edges
from sfr.reports.page.drawing import Spec, svg
from sfr.reports.page.encodings import SAID, Chart, Row, Systems, listed, own, x_axis, y_axis
from sfr.reports.page.model import Series
from sfr.reports.visible import visible

__all__ = ["TAIL", "length_charts", "quantile", "reward_charts", "term_chart"]

TAIL = 0.005
"""The share of rewards at either end that is counted into the outermost bar."""

_BINS = 24
_PERCENTILES = (50, 70, 99)
_NAME_ROOM = 0.1  # of the width of a histogram, for the name of a percentile


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the ordered values lies, the nearest one that occurs."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def term_chart(task: str, terms: Iterable[Series], systems: Sequence[str]) -> Chart:
    """Each term of a reward: middle half, nine tenths, and mean of its values."""
    look = Systems(systems)
    rows = []
    for term in terms:
        ordered = sorted(term.values)
        q = {str(share): quantile(ordered, share / 100) for share in (5, 25, 75, 95)}
        mean = fmean(ordered)
        said = f"{visible(term.name)}: {look.said(term.system)}mean {mean:+.3f}, middle half {q['25']:+.3f} to {q['75']:+.3f}"
        rows.append({**look.marks(term.system), "term": visible(term.name), **q, "mean": mean, "said": said})
    place = y_axis("term", look)
    x = x_axis("5", "value of the term", axis={"format": "~g"})
    spread: Spec = {"color": own("colour"), "description": SAID}
    layers: list[Spec] = [
        {"mark": {"type": "rule", "stroke": "var(--quiet)"}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
        {"mark": {"type": "rule"}, "encoding": {**place, "x": x, "x2": {"field": "95"}, **spread}},
        {
            "mark": {"type": "rule", "strokeWidth": 5, "strokeCap": "round", "opacity": 0.55},
            "encoding": {**place, "x": {**x, "field": "25"}, "x2": {"field": "75"}, **spread},
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 60},
            "encoding": {**place, "x": {**x, "field": "mean"}, "shape": own("shape"), **spread},
        },
    ]
    label = f"Terms of the {task} reward. {listed(rows)}"
    return Chart(f"Terms, {task}", svg(layers, rows, label, height=look.step(28, 15)))


def reward_charts(series: Sequence[Series], systems: Sequence[str]) -> list[Chart]:
    """How often rewards of each size occur in each system, with their mean; all over one range."""
    ordered = sorted(value for each in series for value in each.values)
    low, high = quantile(ordered, TAIL), quantile(ordered, 1 - TAIL)
    step = (high - low) / _BINS or 1 / _BINS
    edges = [low + i * step for i in range(_BINS + 1)]
    return [
        _histogram(f"Reward, {each.task}", each, edges, "reward", {"mean": fmean(each.values)}, systems)
        for each in series
    ]


def length_charts(series: Sequence[Series], systems: Sequence[str], unit: str) -> list[Chart]:
    """How often outputs of each length occur in each system, with some percentiles; all over one range."""
    edges = bin_edges([int(value) for each in series for value in each.values], _BINS)
    width = edges[1] - edges[0]
    edges[-1] = edges[-2] + width  # far ones are counted into the last bar and would stretch it
    charts = []
    for each in series:
        ordered = sorted(each.values)
        marks = {f"P{share}": quantile(ordered, share / 100) for share in _PERCENTILES}
        charts.append(_histogram(f"Length, {each.task}", each, edges, unit, marks, systems))
    return charts


def _histogram(  # noqa: PLR0913, PLR0917 - what is drawn, and its words
    heading: str, series: Series, edges: Sequence[float], unit: str, marks: Mapping[str, float], systems: Sequence[str]
) -> Chart:
    """Bars between edges; what lies beyond them is counted into the outermost ones."""
    look = Systems(systems)
    rows = [{**look.marks(series.system), **each} for each in _bars(series.values, edges)]
    top = max(row["n"] for row in rows)
    rules = [{"at": value} for value in marks.values()]
    names = [{"at": at, "name": name, "top": top} for at, name in _apart(marks, _NAME_ROOM * (edges[-1] - edges[0]))]
    at: Spec = {"field": "at", "type": "quantitative"}
    bars: Spec = {
        "x": x_axis("from", unit, (edges[0], edges[-1])),
        "x2": {"field": "to"},
        "y": {"field": "n", "type": "quantitative", "title": "outputs", "axis": {"tickCount": 3}},
        "y2": {"datum": 0},
        "color": own("colour"),
        "description": SAID,
    }
    name: Spec = {"x": at, "y": {"field": "top", "type": "quantitative"}, "text": {"field": "name"}}
    written = {"type": "text", "align": "left", "dx": 3, "baseline": "top", "fontSize": 10, "fill": "var(--ink)"}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "stroke": "var(--card)", "strokeWidth": 0.5}, "encoding": bars},
        {
            "data": {"values": rules},
            "mark": {"type": "rule", "stroke": "var(--ink)", "strokeDash": [3, 2]},
            "encoding": {"x": at},
        },
        {"data": {"values": names}, "mark": written, "encoding": name},
    ]
    whose = f" · {visible(series.system)}" if look.many else ""
    said = ", ".join(f"{name} {value:,.4g}" for name, value in marks.items())
    label = f"{heading}{whose}: {len(series.values):,} outputs, {said}"
    return Chart(f"{heading}{whose}", svg(layers, rows, label, height=150))


def _bars(values: Sequence[float], edges: Sequence[float]) -> Iterator[Row]:
    last = len(edges) - 2
    counts = [0] * (last + 1)
    for value in values:
        counts[max(0, min(last, bisect_right(edges, value) - 1))] += 1
    for i, (low, high) in enumerate(pairwise(edges)):
        reach = f"{low:.4g} to {high:.4g}"
        if i == 0 and min(values) < low:
            reach = f"up to {high:.4g}"
        if i == last and max(values) > high:
            reach = f"{low:.4g} and more"
        yield {"from": low, "to": high, "n": counts[i], "said": f"{reach}: {counts[i]:,}"}


def _apart(marks: Mapping[str, float], room: float) -> list[tuple[float, str]]:
    """Where names stand: those that would stand on one another are written at the first of them."""
    placed: list[tuple[float, str]] = []
    for name, at in marks.items():
        if placed and at - placed[-1][0] < room:
            placed[-1] = placed[-1][0], f"{placed[-1][1]} {name}"
        else:
            placed.append((at, name))
    return placed

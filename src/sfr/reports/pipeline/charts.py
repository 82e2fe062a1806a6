"""The charts of runs: numbers by step, tasks by stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sfr.pipeline.comparisons import CHAIN, REWARDED
from sfr.pipeline.results import StageResult
from sfr.reports.page.drawing import Spec, svg
from sfr.reports.page.encodings import SAID, Row, own
from sfr.reports.page.palette import SYSTEMS
from sfr.reports.pipeline.contents import Contents
from sfr.structures import TASKS, Task

__all__ = ["Key", "Lines", "exploration_charts", "loss_charts", "reward_charts", "stage_chart"]

_HEIGHT = 190
_POINTS_UP_TO = 40
"""With more points than this a line is all that can be seen."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a line of a chart stands for, and its look."""

    name: str
    colour: str
    dash: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A drawing of lines, its heading, and what the lines are."""

    heading: str
    svg: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line: its place among those that it could stand beside, its name, the values of each run by what is across."""

    place: int
    name: str
    values: Mapping[Any, Sequence[float]]


def exploration_charts(contents: Contents, *, of_chain: bool) -> list[Lines]:
    """The reward by step, in training and in validation, of the paper's own phases of DE or of all others."""
    numbers = {"in training": "reward", "in validation": "validation"}
    return [
        chart
        for name, found in contents.results.stages.items()
        if found[0].stage.kind == "exploration" and (name in CHAIN) == of_chain
        for chart in _by_step(f"Reward, {name}", found, numbers, "reward")
    ]


def loss_charts(contents: Contents) -> list[Lines]:
    """The loss of each supervised stage by step."""
    numbers = {"in training": "loss", "in validation": "eval_loss"}
    return [
        chart
        for name, found in contents.results.stages.items()
        if found[0].stage.kind == "supervised"
        for chart in _by_step(f"Loss, {name}", found, numbers, "loss")
    ]


def reward_charts(contents: Contents) -> list[Lines]:
    """For each task its phase of DE with each of the rewards of Table 7, each on a scale of its own."""
    found = []
    for task in TASKS:
        lines = [
            _Line(place, row.title, _values(contents.results.stages.get(row.stages[task], ()), "reward"))
            for place, row in enumerate(REWARDED)
        ]
        lines = [line for line in lines if line.values]
        if len(lines) > 1:
            found.append(_chart(f"Reward in training, {task.upper()}", lines, "step", "reward"))
    return found


def stage_chart(contents: Contents) -> Lines:
    """F1 of each task after each stage of the chain."""
    lines = [_Line(place, task.upper(), dict(_after_stages(contents, task))) for place, task in enumerate(TASKS)]
    return _chart("F1 after each stage", lines, "stage", "F1", domain=(0, 100))


def _after_stages(contents: Contents, task: Task) -> Iterator[tuple[str, list[float]]]:
    for name, one in contents.chain[task].estimates.items():
        yield name, [100 * f1 for f1 in one.by_run]


def _by_step(heading: str, found: Sequence[StageResult], numbers: Mapping[str, str], title: str) -> Iterator[Lines]:
    """A chart of some numbers of a stage, if its trainer wrote any of them down."""
    lines = [_Line(place, name, _values(found, number)) for place, (name, number) in enumerate(numbers.items())]
    lines = [line for line in lines if line.values]
    if lines:
        yield _chart(heading, lines, "step", title)


def _values(found: Iterable[StageResult], number: str) -> dict[int, list[float]]:
    """A number by step, that of each run which has it."""
    values: dict[int, list[float]] = {}
    for one in found:
        for step, numbers in one.curve:
            if number in numbers:
                values.setdefault(step, []).append(numbers[number])
    return dict(sorted(values.items()))


# -- drawing --------------------------------------------------------------------------------------


def _chart(
    heading: str, lines: Sequence[_Line], x_title: str, y_title: str, *, domain: Sequence[float] | None = None
) -> Lines:
    """Lines through the means of runs, each with a band from the least to the greatest."""
    keys = tuple(map(_key, lines))
    rows = [row for line, key in zip(lines, keys, strict=True) for row in _rows(line, key)]
    x = _x_axis(x_title, quantitative=x_title == "step")
    y: Row = {
        "field": "y",
        "type": "quantitative",
        "title": y_title,
        "scale": {"zero": False},
        "axis": {"tickCount": 5},
    }
    y |= {"scale": {"domain": list(domain)}} if domain else {}
    look: Spec = {"color": own("colour"), "description": SAID, "detail": {"field": "line", "type": "nominal"}}
    layers: list[Spec] = [
        {
            "mark": {"type": "area", "opacity": 0.16},
            "encoding": {**x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, **look},
        },
        {
            "mark": {"type": "line", "strokeWidth": 1.8, "strokeCap": "round", "strokeJoin": "round"},
            "encoding": {**x, "y": y, **look, "strokeDash": own("dash")},
        },
        {
            "transform": [{"filter": "datum.is_point"}],
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 26},
            "encoding": {**x, "y": y, **look},
        },
    ]
    label = f"{heading} by {x_title}. {'; '.join(_said(line) for line in lines)}"
    return Lines(heading, svg(layers, rows, label, height=_HEIGHT), keys)


def _key(line: _Line) -> Key:
    """The look of a line: the colour that a system at its place has, and a dash as that has a shape."""
    dash = _DASHES[(line.place + line.place // SYSTEMS) % len(_DASHES)]
    return Key(line.name, f"var(--system-{line.place % SYSTEMS + 1})", dash)


_DASHES: tuple[tuple[int, ...], ...] = ((1, 0), (6, 3), (2, 3), (8, 3, 2, 3))


def _rows(line: _Line, key: Key) -> Iterator[Row]:
    few = len(line.values) <= _POINTS_UP_TO
    for x, values in line.values.items():
        mean = fmean(values)
        spread = f" ({min(values):.3g} to {max(values):.3g} over {len(values)} runs)" if len(values) > 1 else ""
        yield {
            "x": x,
            "y": mean,
            "low": min(values),
            "high": max(values),
            "line": line.name,
            "colour": key.colour,
            "dash": list(key.dash),
            "is_point": few,
            "said": f"{line.name}, {x}: {mean:.3g}{spread}",
        }


def _x_axis(title: str, *, quantitative: bool) -> Row:
    if quantitative:
        axis = {"tickCount": 6, "tickMinStep": 1, "format": "d", "grid": False}
        return {"x": {"field": "x", "type": "quantitative", "title": title, "axis": axis, "scale": {"zero": False}}}
    axis = {"labelAngle": 0, "grid": False}
    return {
        "x": {"field": "x", "type": "ordinal", "sort": None, "title": None, "axis": axis, "scale": {"type": "point"}}
    }


def _said(line: _Line) -> str:
    """Where a line begins and ends, for a screen reader."""
    places = list(line.values)
    if not places:
        return f"{line.name}: nothing"
    first, last = (fmean(line.values[place]) for place in (places[0], places[-1]))
    return f"{line.name}: {first:.3g} at {places[0]}, {last:.3g} at {places[-1]}"

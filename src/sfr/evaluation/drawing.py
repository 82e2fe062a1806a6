"""What is drawn for the numbers of systems: intervals, and tests of the differences between them.

Only this module and those below it need numpy; numbers without intervals do without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sfr.evaluation.comparing import Comparison, approximate_randomisation, paired_bootstrap
from sfr.evaluation.conventions import Convention
from sfr.evaluation.corpus import Part
from sfr.evaluation.counting import Sums
from sfr.evaluation.items import SPAN
from sfr.evaluation.metrics import scores
from sfr.evaluation.numbers import Contrast, Ends, Pairs, Place, by_task, metrics_of
from sfr.evaluation.resampling import bootstrap, interval
from sfr.evaluation.signatures import Setup
from sfr.evaluation.strata import FloatArray, Scoped, Stratum, Value
from sfr.evaluation.systems import MEAN, POOLED, System
from sfr.structures import Task

__all__ = ["Drawn", "draw", "f1_of_sums"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Intervals of F1 by place, and the contrasts between systems."""

    intervals: dict[Place, Ends]
    contrasts: list[Contrast]


def draw(systems: Sequence[System], setup: Setup, pairs: Pairs = "first") -> Drawn:
    """Intervals for all numbers of the systems, and contrasts if there are several.

    Raises ValueError when runs are to be paired, and the systems have not as many of them.
    """
    numbers = {system.name: len(system.runs) for system in systems}
    if setup.runs == "paired" and len(set(numbers.values())) > 1:
        said = ", ".join(f"{number} of {name}" for name, number in numbers.items())
        raise ValueError(f"runs=paired: expected as many runs of every system, found {said}")
    drawn = Drawn({}, [])
    for task, datasets in by_task(systems[0]).items():
        for names, metrics in _covered(datasets).items():
            strata = {system.name: _strata(by_task(system)[task], names, metrics) for system in systems}
            _draw(drawn, strata, task, setup, pairs, is_averaged=len(datasets) > 1)
    return drawn


def _draw(  # noqa: PLR0913
    drawn: Drawn,
    strata: Mapping[str, Sequence[Stratum]],
    task: Task,
    setup: Setup,
    pairs: Pairs,
    *,
    is_averaged: bool,
) -> None:
    """Draw for metrics that cover the same data sets of a task."""
    value, names = f1_of_sums(setup.convention), list(strata)
    found = [
        bootstrap(name, strata[name], value, draws=setup.draws, seed=setup.seed, runs=setup.runs) for name in names
    ]
    metrics = strata[names[0]][0].cells
    for one in found:
        for dataset, replicates in _named(one.replicates, is_averaged=is_averaged):
            ends = interval(replicates, setup.level)
            for i, metric in enumerate(metrics):
                drawn.intervals[one.system, task, dataset, metric] = (float(ends.low[i]), float(ends.high[i]))
    if len(names) > 1:
        resampled = paired_bootstrap(found, pairs=pairs, level=setup.level)
        exchanged = approximate_randomisation(strata, value, draws=setup.draws, seed=setup.seed, pairs=pairs)
        for pair in zip(resampled, exchanged, strict=True):
            drawn.contrasts.extend(_contrasts(*pair, task, metrics, is_averaged=is_averaged))


def _contrasts(
    resampled: Comparison, exchanged: Comparison, task: Task, metrics: Sequence[str], *, is_averaged: bool
) -> Iterator[Contrast]:
    found = dict(_named(exchanged.differences, is_averaged=is_averaged))
    for dataset, one in _named(resampled.differences, is_averaged=is_averaged):
        other = found[dataset]
        for i, metric in enumerate(metrics):
            low, high = (one.interval.low[i], one.interval.high[i]) if one.interval else (np.nan, np.nan)
            values = one.point[i], low, high, one.p[i], one.adjusted[i], other.p[i], other.adjusted[i]
            point, low, high, *ps = map(float, values)
            yield Contrast(task, dataset, metric, resampled.first, resampled.second, point, (low, high), *ps)


def _covered(datasets: Mapping[str, Sequence[Part]]) -> dict[tuple[str, ...], list[str]]:
    """The metrics by the data sets on which they could be counted."""
    placed = tuple(name for name, parts in datasets.items() if any(part.placed for part in parts))
    found: dict[tuple[str, ...], list[str]] = {}
    for metric in metrics_of(datasets):
        found.setdefault(placed if metric.endswith(SPAN) else tuple(datasets), []).append(metric)
    return found


def f1_of_sums(convention: Convention) -> Value:
    """F1 under a convention as a function of arrays of sums; ``metrics.scores`` is the same for one."""

    def rounded(gold: float, pred: float, hit: float) -> float:
        return scores(Sums(int(gold), int(pred), int(hit)), convention).f1

    def value(sums: FloatArray) -> FloatArray:
        gold, pred, hit = sums[..., 0], sums[..., 1], sums[..., 2]
        if convention.digits is not None:  # numpy rounds other numbers up than Python does
            f1: FloatArray = np.vectorize(rounded, otypes=[np.float64])(gold, pred, hit)
            return f1
        total = gold + pred
        return np.where(total > 0, 2 * hit / np.maximum(total, 1), convention.undefined)

    return value


def _strata(datasets: Mapping[str, Sequence[Part]], names: Sequence[str], metrics: Sequence[str]) -> list[Stratum]:
    """The sums of each data set: examples, runs, metrics, three."""
    return [Stratum(name, tuple(metrics), _counts(datasets[name], metrics)) for name in names]


def _counts(parts: Sequence[Part], metrics: Sequence[str]) -> npt.NDArray[np.int64]:
    """By the ids of the examples, so that what is drawn does not depend on the order of rows."""
    order = sorted(range(len(parts[0].ids)), key=parts[0].ids.__getitem__)
    runs = [
        np.stack([np.asarray(part.sums[metric], np.int64).reshape(-1, 3) for metric in metrics], axis=1)
        for part in parts
    ]
    return np.stack(runs, axis=1)[order]


def _named(scoped: Scoped[T], *, is_averaged: bool) -> Iterator[tuple[str, T]]:
    """By the names that numbers have; what is over data sets only where the task has several."""
    yield from scoped.strata.items()
    if is_averaged:
        yield MEAN, scoped.average
        yield POOLED, scoped.pooled

"""What is resampled: the counts of data sets, and the numbers that are functions of their sums.

A number is a function from sums of (gold, pred, hit) to values, so a resample of the examples
costs one weighted sum and never looks at a text again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "FloatArray",
    "IndexArray",
    "Replicates",
    "Scoped",
    "Stratum",
    "Value",
    "each_scope",
    "problems_of",
    "replicates_of",
    "scoped",
    "totals",
    "values_of",
]

T = TypeVar("T")

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

Value = Callable[[FloatArray], FloatArray]
"""From sums ``[..., cells, 3]`` to values ``[..., values]``; nan where a value is not defined."""

MAX_EXAMPLES = 1 << 24
"""Of one data set: with more, an index made of 40 random bits would not fit into 64."""

_AXES = 4


@dataclass(frozen=True, eq=False)
class Stratum:
    """A data set: the counts of every run of a system on every example."""

    name: str
    cells: tuple[str, ...]
    """What is counted apart: metrics, or the labels of one metric."""
    counts: npt.NDArray[np.integer[Any]]
    """``[examples, runs, cells, 3]``: the triples (gold, pred, hit)."""


@dataclass(frozen=True, eq=False)
class Scoped(Generic[T]):
    """A thing for every data set, for their unweighted average, and for all examples pooled."""

    strata: Mapping[str, T]
    average: T
    pooled: T


@dataclass(frozen=True, eq=False)
class Replicates:
    """Values on the data, ``[values]``, and on each resample of it, ``[draws, values]``."""

    point: FloatArray
    draws: FloatArray


def each_scope(function: Callable[..., T], *parts: Scoped[Any]) -> Scoped[T]:
    """What the function makes of the parts, for each data set, the average and the pool."""
    return Scoped(
        {name: function(*(part.strata[name] for part in parts)) for name in parts[0].strata},
        function(*(part.average for part in parts)),
        function(*(part.pooled for part in parts)),
    )


def scoped(names: Sequence[str], replicates: Sequence[Replicates]) -> Scoped[Replicates]:
    """The replicates of each data set, of which those of the pool come last, with those of the average.

    A data set takes part in the average of a value if the value is defined on its examples.
    """
    *strata, pooled = replicates
    points = np.stack([each.point for each in strata])
    point = _mean_where(~np.isnan(points), points)
    draws = _mean_where(~np.isnan(points)[:, None], np.stack([each.draws for each in strata]))
    return Scoped(dict(zip(names, strata, strict=True)), Replicates(point, draws), pooled)


def _mean_where(counted: npt.NDArray[np.bool_], values: FloatArray) -> FloatArray:
    """The mean over the first axis of what is counted; nan where nothing is."""
    number = counted.sum(axis=0)
    total = np.where(counted, values, 0.0).sum(axis=0)
    return np.where(number, total / np.maximum(number, 1), np.nan)


def totals(strata: Sequence[Stratum]) -> list[FloatArray]:
    """The sums over all examples, ``[1, runs, cells, 3]`` for every data set."""
    return [stratum.counts.sum(axis=0, dtype=np.float64)[None] for stratum in strata]


def replicates_of(points: Sequence[FloatArray], chunks: Iterable[Sequence[FloatArray]]) -> list[Replicates]:
    """Replicates from the values on the data, ``[1, values]``, and on chunks of the draws."""
    draws = [np.concatenate(found) for found in zip(*chunks, strict=True)]
    return [Replicates(point[0], values) for point, values in zip(points, draws, strict=True)]


def values_of(
    strata: Sequence[Stratum], sums: Sequence[FloatArray], value: Value, runs: IndexArray | None = None
) -> list[FloatArray]:
    """Values ``[draws, values]`` from sums ``[draws, runs, cells, 3]``: of each data set, and last of the pool.

    A value is the mean over the runs: each once, or those of ``runs`` (``[draws, runs]``).
    """
    found = [value(part) for part in (*sums, _pooled(strata, sums))]
    widths = [values.shape[-1] for values in found]
    if len(set(widths)) > 1:
        raise ValueError(f"expected as many values on every data set and on their pool, found {widths}")
    if runs is not None:
        found = [np.take_along_axis(values, runs[:, :, None], axis=1) for values in found]
    return [values.mean(axis=1) for values in found]


def _pooled(strata: Sequence[Stratum], sums: Sequence[FloatArray]) -> FloatArray:
    """The sums over all data sets; cells of one name are one cell."""
    names = dict.fromkeys(cell for stratum in strata for cell in stratum.cells)
    place = {name: index for index, name in enumerate(names)}
    pooled = np.zeros((*sums[0].shape[:2], len(place), 3))
    for stratum, part in zip(strata, sums, strict=True):
        pooled[:, :, [place[cell] for cell in stratum.cells]] += part
    return pooled


def problems_of(strata: Sequence[Stratum]) -> list[str]:
    """Everything that makes the data sets of a system unfit to be resampled."""
    if not strata:
        return ["expected at least one data set, found none"]
    problems = [problem for stratum in strata for problem in _problems(stratum)]
    times = Counter(stratum.name for stratum in strata)
    problems += [f"{name}: expected once, found {number} times" for name, number in times.items() if number > 1]
    if problems:
        return problems
    runs = {stratum.name: stratum.counts.shape[1] for stratum in strata}
    return [] if len(set(runs.values())) == 1 else [f"expected as many runs on every data set, found {runs}"]


def _problems(stratum: Stratum) -> Iterator[str]:
    counts, width = stratum.counts, len(stratum.cells)
    if len(set(stratum.cells)) < width:
        yield f"{stratum.name}: expected cells with different names, found {list(stratum.cells)}"
    if not np.issubdtype(counts.dtype, np.integer):
        yield f"{stratum.name}: expected integer counts, found {counts.dtype}"
    if counts.ndim != _AXES or counts.shape[2:] != (width, 3):
        yield f"{stratum.name}: expected counts [examples, runs, {width}, 3], found {list(counts.shape)}"
    elif not 0 < len(counts) <= MAX_EXAMPLES:
        yield f"{stratum.name}: expected 1 to {MAX_EXAMPLES:,} examples, found {len(counts):,}"
    elif not counts.shape[1]:
        yield f"{stratum.name}: expected at least one run, found none"
    elif width and counts.min() < 0:
        yield f"{stratum.name}: expected counts of 0 or more, found {counts.min()}"

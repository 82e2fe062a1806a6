"""Bootstrap intervals: how far a number would move with other examples, and with other runs.

Every data set is resampled within itself, by weights on its examples: how often each was drawn.
The draws depend on the seed and on the name of the data set alone, so two systems that are
resampled with one seed are resampled together.

Of numpy's generators only the integer stream of PCG64 is used, which is the same on all platforms
and in all versions, and sums of integers are exact in any order: a seed gives the same resamples
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from sfr.evaluation.signatures import Runs
from sfr.evaluation.strata import (
    FloatArray,
    IndexArray,
    Replicates,
    Scoped,
    Stratum,
    Value,
    problems_of,
    replicates_of,
    scoped,
    totals,
    values_of,
)

__all__ = [
    "Bootstrap",
    "Interval",
    "bootstrap",
    "chunks",
    "draw_problems",
    "interval",
    "random_stream",
    "table",
]

_CHUNK = 1 << 22
"""Weights held at a time: 32 MiB of them."""

_BLOCK = 1 << 15
"""Examples drawn at a time, few enough for the cache of a processor."""


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """The values of a system on resamples of its examples, and how these were drawn."""

    system: str
    replicates: Scoped[Replicates]
    examples: dict[str, int]
    """How many each data set has."""
    draws: int
    seed: int
    runs: Runs


@dataclass(frozen=True, eq=False)
class Interval:
    """The ends of an interval, ``[values]``; nan where no resample has a value."""

    low: FloatArray
    high: FloatArray
    undefined: FloatArray
    """The share of resamples on which the value is not defined; the ends are those of the rest."""
    level: float


def bootstrap(  # noqa: PLR0913 - the last three by name, with defaults
    system: str, strata: Sequence[Stratum], value: Value, *, draws: int = 1000, seed: int = 0, runs: Runs = "fixed"
) -> Bootstrap:
    """The values of a system on resamples of the examples of each data set.

    With ``runs="fixed"`` they speak of the models that were run. With ``"resampled"`` runs are drawn
    as well, the same for all data sets, and they speak of what training again would give. With ``"paired"`` they
    are drawn alike for all systems with so many runs: run 1 of one belongs to run 1 of the others.

    Raises ValueError with everything that is wrong with the data sets or the draws.
    """
    problems = [*problems_of(strata), *draw_problems(draws, seed)]
    if problems:
        raise ValueError(f"{system}: {'; '.join(problems)}")
    picks = None if runs == "fixed" else _runs_drawn(system, strata[0].counts.shape[1], draws, seed, runs)
    tables = [table(stratum.counts) for stratum in strata]
    streams = [random_stream(seed, "examples", stratum.name) for stratum in strata]
    examples = {stratum.name: len(stratum.counts) for stratum in strata}
    found = []
    for chunk in chunks(draws, max(examples.values())):
        sums = [
            (_weights(stream, len(chunk), len(rows)) @ rows).reshape(len(chunk), *stratum.counts.shape[1:])
            for stratum, rows, stream in zip(strata, tables, streams, strict=True)
        ]
        found.append(values_of(strata, sums, value, None if picks is None else picks[chunk.start : chunk.stop]))
    replicates = replicates_of(values_of(strata, totals(strata), value), found)
    return Bootstrap(system, scoped(list(examples), replicates), examples, draws, seed, runs)


def interval(replicates: Replicates, level: float = 0.95) -> Interval:
    """The percentile interval: between two quantiles of the values, with as many left out on either side."""
    if not 0 < level < 1:
        raise ValueError(f"level: expected a number between 0 and 1, found {level}")
    defined = ~np.isnan(replicates.draws)
    ends = np.full((2, defined.shape[1]), np.nan)
    for i in np.flatnonzero(defined.any(axis=0)):
        ends[:, i] = np.quantile(replicates.draws[defined[:, i], i], [(1 - level) / 2, (1 + level) / 2])
    return Interval(ends[0], ends[1], 1 - defined.mean(axis=0), level)


def draw_problems(draws: int, seed: int) -> Iterator[str]:
    """What is wrong with a number of draws and a seed."""
    if draws < 1:
        yield f"draws: expected 1 or more, found {draws}"
    if seed < 0:
        yield f"seed: expected 0 or more, found {seed}"


def random_stream(seed: int, purpose: str, name: str) -> np.random.PCG64:
    """Random words for one purpose and one name, whatever else is drawn and in which order."""
    key = f"{purpose}\0{name}".encode(errors="surrogatepass")
    return np.random.PCG64(np.random.SeedSequence(seed, spawn_key=tuple(key)))


def table(counts: npt.NDArray[np.integer[Any]]) -> FloatArray:
    """The counts as a matrix, an example a row; floats hold the sums exactly and are multiplied faster."""
    return counts.reshape(len(counts), prod(counts.shape[1:])).astype(np.float64)


def chunks(draws: int, examples: int) -> Iterator[range]:
    """The draws in turn, as many at a time as there is room for their weights."""
    size = max(1, _CHUNK // examples)
    return (range(start, min(start + size, draws)) for start in range(0, draws, size))


def _weights(stream: np.random.PCG64, draws: int, examples: int) -> FloatArray:
    """How often each example is drawn, ``[draws, examples]``."""
    weights = np.empty((draws, examples))
    step = max(1, _BLOCK // examples)
    for start in range(0, draws, step):
        block = weights[start : start + step]
        drawn = _indices(stream, block.size, examples).reshape(block.shape)
        drawn += examples * np.arange(len(block))[:, None]
        block[:] = np.bincount(drawn.ravel(), minlength=block.size).reshape(block.shape)
    return weights


def _runs_drawn(system: str, number: int, draws: int, seed: int, runs: Runs) -> IndexArray:
    """The runs to average over, ``[draws, number]``."""
    stream = random_stream(seed, "paired runs", "") if runs == "paired" else random_stream(seed, "runs", system)
    return _indices(stream, draws * number, number).reshape(draws, number)


def _indices(stream: np.random.PCG64, number: int, below: int) -> IndexArray:
    """Random integers from 0 to ``below``, all as likely but for one part in 2**40."""
    words = stream.random_raw(number) >> np.uint64(24)
    words *= np.uint64(below)
    words >>= np.uint64(40)
    indices: IndexArray = words.astype(np.intp)
    return indices

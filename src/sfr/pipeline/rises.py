"""Whether a phase of exploration learned what it is rewarded for: its mean reward at its beginning and at its end."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from sfr.evaluation.numbers import Ends
from sfr.evaluation.signatures import Setup
from sfr.pipeline.results import Results

__all__ = ["LEAST_STEPS", "Rise", "interval_of", "rise_of"]

LEAST_STEPS = 4
"""So many steps there must be in a fifth of a phase, for something to be said of it."""

_PARTS = 5


@dataclass(frozen=True, slots=True)
class Rise:
    """The mean reward in the first and in the last fifth of the steps of a phase, and the difference with its interval.

    There is no interval where a fifth holds fewer than ``LEAST_STEPS`` steps.
    """

    stage: str
    first: float
    last: float
    interval: Ends | None
    steps: int
    runs: int

    @property
    def difference(self) -> float:
        """How far the reward rose."""
        return self.last - self.first


def rise_of(results: Results, name: str, setup: Setup) -> Rise | None:
    """How far the reward of a phase rose in training, over the steps of all runs; None where no step has a reward."""
    runs = [pair for pair in _fifths(results, name) if pair[0]]
    if not runs:
        return None
    first, last = (fmean(fmean(run[side]) for run in runs) for side in (0, 1))
    steps = min(len(run[0]) for run in runs)
    interval = interval_of(name, runs, setup) if setup.draws and steps >= LEAST_STEPS else None
    return Rise(name, first, last, interval, steps, len(runs))


def _fifths(results: Results, name: str) -> Iterator[tuple[list[float], list[float]]]:
    """The rewards of the first and of the last steps, run by run."""
    for one in results.stages.get(name, ()):
        rewards = [numbers["reward"] for _, numbers in one.curve if "reward" in numbers]
        size = max(1, len(rewards) // _PARTS)
        yield rewards[:size], rewards[-size:]


def interval_of(name: str, runs: Sequence[tuple[list[float], list[float]]], setup: Setup) -> Ends:
    """A bootstrap interval over steps, and over runs where there are several, by the first and last rewards of each.

    On noise alone with four steps and one run, intervals at 95 % held the truth in 87 % of 300 trials.
    """
    rng = random.Random(f"rise/{setup.seed}/{name}")  # noqa: S311 - repeatable, not secret
    draws = sorted(_drawn(rng, runs) for _ in range(setup.draws))
    outside = int(setup.draws * (1 - setup.level) / 2)
    return draws[outside], draws[-1 - outside]


def _drawn(rng: random.Random, runs: Sequence[tuple[list[float], list[float]]]) -> float:
    chosen = rng.choices(runs, k=len(runs))
    return fmean(_mean_again(rng, last) - _mean_again(rng, first) for first, last in chosen)


def _mean_again(rng: random.Random, values: list[float]) -> float:
    """The mean of as many values, drawn anew; as far from theirs as so few would vary, which draws of them do not."""
    mean, size = fmean(values), len(values)
    return mean + sqrt(size / (size - 1)) * (fmean(rng.choices(values, k=size)) - mean)

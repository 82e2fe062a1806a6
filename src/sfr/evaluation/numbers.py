"""The numbers of systems, before anything is drawn: precision, recall and F1 of every metric.

Each is given for every data set, and, where a task has several, for their unweighted mean, as in
the tables of the paper, and for all of their examples together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

from sfr.evaluation.conventions import Convention
from sfr.evaluation.corpus import Part
from sfr.evaluation.counting import Sums
from sfr.evaluation.items import SPAN
from sfr.evaluation.metrics import Scores, scores
from sfr.evaluation.systems import MEAN, POOLED, System
from sfr.structures import Task

__all__ = ["Contrast", "Ends", "Number", "Pairs", "Place", "by_task", "metrics_of", "numbers"]

Place = tuple[str, Task, str, str]
"""System, task, data set, metric."""

Ends = tuple[float, float]

Pairs = Literal["first", "all"]
"""Which systems are compared: every one with the first, or every pair."""


@dataclass(frozen=True, slots=True)
class Number:
    """A metric of a system on a data set, or on all of a task.

    ``covered`` is how many of the examples could be counted: those whose gold has places, for a metric
    on spans. ``sums`` and ``runs`` hold the sums and the scores of each run; a mean over data sets has
    no sums.
    """

    system: str
    task: Task
    dataset: str
    metric: str
    examples: int
    covered: int
    sums: tuple[Sums, ...]
    runs: tuple[Scores, ...]

    @property
    def scores(self) -> Scores:
        """The mean over the runs."""
        return _mean(self.runs)

    @property
    def deviation(self) -> float | None:
        """The standard deviation of F1 over the runs, if there are several."""
        return stdev(run.f1 for run in self.runs) if len(self.runs) > 1 else None


@dataclass(frozen=True, slots=True)
class Contrast:
    """The F1 of a second system less that of the first, and how sure that is.

    ``bootstrap`` and ``randomisation`` are the p-values of the two tests, the ``adjusted`` ones after
    Holm's correction for the pairs of systems that were compared.
    """

    task: Task
    dataset: str
    metric: str
    first: str
    second: str
    difference: float
    interval: Ends
    bootstrap: float
    bootstrap_adjusted: float
    randomisation: float
    randomisation_adjusted: float


def numbers(system: System, convention: Convention) -> Iterator[Number]:
    """All numbers of a system: task by task, data set by data set, then over the data sets."""
    for task, datasets in by_task(system).items():
        metrics = metrics_of(datasets)
        found = {
            dataset: [_number(system.name, task, dataset, metric, parts, convention) for metric in metrics]
            for dataset, parts in datasets.items()
        }
        for each in found.values():
            yield from each
        if len(found) > 1:
            columns = list(zip(*found.values(), strict=True))
            yield from (_over(MEAN, column, (), [_mean(run) for run in _runs(column)]) for column in columns)
            for column in columns:
                sums = tuple(_total(run) for run in zip(*(one.sums for one in column if one.covered), strict=True))
                yield _over(POOLED, column, sums, [scores(run, convention) for run in sums])


def by_task(system: System) -> dict[Task, dict[str, list[Part]]]:
    """The data sets of each task, each with the parts of all runs."""
    found: dict[Task, dict[str, list[Part]]] = {}
    for task, dataset in system.keys:
        found.setdefault(task, {})[dataset] = system.parts((task, dataset))
    return found


def metrics_of(datasets: Mapping[str, Sequence[Part]]) -> list[str]:
    """The metrics of a task that could be counted on some example."""
    parts = [part for parts in datasets.values() for part in parts]
    is_placed = any(part.placed for part in parts)
    return [metric for metric in parts[0].metrics if is_placed or not metric.endswith(SPAN)]


def _number(  # noqa: PLR0913, PLR0917 - what it is about, in order
    system: str, task: Task, dataset: str, metric: str, parts: Sequence[Part], convention: Convention
) -> Number:
    sums = tuple(part.total(metric) for part in parts)
    examples = len(parts[0].ids)
    placed = parts[0].placed + parts[0].blank["gold"] if parts[0].placed else 0
    covered = placed if metric.endswith(SPAN) else examples
    return Number(
        system, task, dataset, metric, examples, covered, sums, tuple(scores(run, convention) for run in sums)
    )


def _over(dataset: str, column: Sequence[Number], sums: tuple[Sums, ...], runs: Sequence[Scores]) -> Number:
    """A number over those of several data sets."""
    first = column[0]
    examples, covered = sum(number.examples for number in column), sum(number.covered for number in column)
    return Number(first.system, first.task, dataset, first.metric, examples, covered, sums, tuple(runs))


def _runs(column: Sequence[Number]) -> Iterator[tuple[Scores, ...]]:
    """For each run its scores on the data sets that could be counted."""
    return zip(*(number.runs for number in column if number.covered), strict=True)


def _mean(found: Sequence[Scores]) -> Scores:
    return Scores(*(fmean(values) for values in zip(*found, strict=True)))


def _total(sums: Sequence[Sums]) -> Sums:
    return Sums(*(sum(values) for values in zip(*sums, strict=True)))

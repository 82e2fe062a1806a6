"""The rows of the tables of the paper, of which stage each is, and how sure the numbers in them are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

from sfr.evaluation.corpus import Part
from sfr.evaluation.numbers import Contrast, Ends, Pairs, numbers
from sfr.evaluation.signatures import Setup
from sfr.evaluation.systems import MEAN, System
from sfr.pipeline.measuring import METRICS
from sfr.pipeline.results import Results
from sfr.pipeline.stages import Way
from sfr.structures import TASKS, Task

if TYPE_CHECKING:
    from sfr.evaluation.drawing import Drawn

__all__ = [
    "ABLATION",
    "CHAIN",
    "EXPLORED",
    "REMEDIES",
    "REWARDED",
    "Compared",
    "Estimate",
    "Row",
    "compare",
    "setup_for",
]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its title, the way that leads to it, and what the paper calls it, if it has it."""

    title: str
    way: Way
    paper: str = ""

    @property
    def stages(self) -> Mapping[Task, str]:
        """The stage whose model each task is measured on: the last one, or each task's own phase of DE."""
        nodes = self.way.nodes()
        if self.way.order == "apart":
            return {node.stage.tasks[0]: node.id for node in nodes if node.stage.kind == "exploration"}
        return dict.fromkeys(TASKS, nodes[-1].id)

    @property
    def options(self) -> str:
        """The options of ``sfr pipeline run`` that make it."""
        way = self.way
        found = [f"--without {name}" for name in sorted(way.without)]
        found += [f"--reward {way.reward}"] if way.reward != "sfr" else []
        found += [f"--order {way.order}"] if way.order != "chain" else []
        found += [f"--remedy {way.remedy}"] if way.remedy else []
        found += ["--control"] if way.control else []
        return " ".join(found)


CHAIN = tuple(node.id for node in Way().nodes())
"""The stages of the paper's own way."""

ABLATION = (
    Row("CM+SA+DE", Way(), "ProUIE (CM+SA+DE)"),
    Row("w/o SA (CM+DE)", Way(without=frozenset({"sa"})), "w/o SA (CM+DE)"),
    Row("w/o DE (CM+SA)", Way(without=frozenset({"de"})), "w/o DE (CM+SA)"),
    Row("CM only", Way(without=frozenset({"sa", "de"})), "CM only"),
)
"""The rows of Table 5."""

REWARDED = (
    Row("before (CM+SA)", Way(without=frozenset({"de"}))),
    Row("coarse terms alone", Way(reward="coarse", order="apart"), "Coarse-only"),
    Row("fine terms alone", Way(reward="fine", order="apart"), "Fine-only"),
    Row("SFR", Way(order="apart"), "Coarse-to-fine SFR"),
    Row("F1", Way(reward="f1", order="apart")),
    Row("SFR, profile bounded", Way(reward="bounded", order="apart")),
)
"""The rows of Table 7: each phase of DE from the model after SA. Those of the paper, and two of ours."""

EXPLORED = (
    Row("DE", Way()),
    Row("DE, near its beginning (KL)", Way(remedy="kl")),
    Row("DE, with earlier rows (replay)", Way(remedy="replay")),
    Row("DE of all tasks at once (mixed)", Way(order="mixed")),
)
"""DE as in the paper, and in ways that may keep it from forgetting."""

REMEDIES = (
    Row("control (supervised steps)", Way(control=True)),
    Row("before DE (CM+SA)", Way(without=frozenset({"de"}))),
    *EXPLORED,
)
"""What the same time of supervised training comes to, and DE in all its ways."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a stage is worth on a task: F1 as in Table 5, the mean over data sets and over runs, with its interval.

    ``by_run`` is that of each run, ``others`` holds the other metrics of the task, ``reward`` is the mean reward.
    """

    f1: float
    interval: Ends | None
    by_run: tuple[float, ...]
    others: Mapping[str, float]
    reward: float

    @property
    def runs(self) -> int:
        """How many runs it is of."""
        return len(self.by_run)


@dataclass(frozen=True, slots=True)
class Compared:
    """Stages on one task, and what sets them apart in its first metric, by first and second stage."""

    task: Task
    estimates: Mapping[str, Estimate]
    contrasts: Mapping[tuple[str, str], Contrast]


def setup_for(results: Results, *, draws: int, seed: int, level: float) -> Setup:
    """How intervals are drawn: over examples, and over runs as well where there are several, run by run.

    What sets two stages of one run apart is more alike in all runs than the stages are, as they begin with one model.
    """
    several = len(results.runs) > 1
    return Setup(draws=draws, seed=seed, level=level, runs="paired" if several else "fixed", lengths="given")


def compare(results: Results, task: Task, names: Sequence[str], setup: Setup, pairs: Pairs = "first") -> Compared:
    """Some stages on a task; those that are not there are left out.

    Where a stage is not there in every run, the runs of each are drawn by themselves.

    Raises ValueError when draws are wanted and numpy is missing.
    """
    systems = [_system(results, task, name) for name in dict.fromkeys(names) if name in results.stages]
    if not systems:
        return Compared(task, {}, {})
    metric, over = METRICS[task][0], _over(systems[0])
    if setup.runs == "paired" and len({len(system.runs) for system in systems}) > 1:
        setup = replace(setup, runs="resampled")
    intervals: dict[str, Ends] = {}
    contrasts: dict[tuple[str, str], Contrast] = {}
    if setup.draws:
        drawn = _draw(systems, setup, pairs)
        intervals = {system.name: drawn.intervals[system.name, task, over, metric] for system in systems}
        about = [one for one in drawn.contrasts if (one.dataset, one.metric) == (over, metric)]
        contrasts = {(one.first, one.second): one for one in about}
    estimates = {
        system.name: _estimate(results, task, system, over, setup, intervals.get(system.name)) for system in systems
    }
    return Compared(task, estimates, contrasts)


def _draw(systems: Sequence[System], setup: Setup, pairs: Pairs) -> Drawn:
    try:
        from sfr.evaluation.drawing import draw
    except ImportError as error:
        if error.name != "numpy":
            raise
        raise ValueError(
            "intervals take numpy: python -m pip install 'sfr[eval]'; or do without them (--draws 0)"
        ) from None
    return draw(systems, setup, pairs)


def _system(results: Results, task: Task, name: str) -> System:
    """A stage as a system, on one task and its metrics alone."""
    runs = tuple(
        {key: _narrowed(part, METRICS[task]) for key, part in one.outcomes.items() if key[0] == task}
        for one in results.stages[name]
    )
    return System(name, runs)


def _narrowed(part: Part, metrics: tuple[str, ...]) -> Part:
    return replace(
        part,
        metrics=metrics,
        sums={metric: part.sums[metric] for metric in metrics},
        labels={metric: part.labels[metric] for metric in metrics},
    )


def _over(system: System) -> str:
    """The data set of a task, or what stands for the mean over several."""
    return MEAN if len(system.keys) > 1 else system.keys[0][1]


def _estimate(  # noqa: PLR0913, PLR0917 - what it is made of
    results: Results, task: Task, system: System, over: str, setup: Setup, interval: Ends | None
) -> Estimate:
    found = {one.metric: one for one in numbers(system, setup.convention) if one.dataset == over}
    first = found.pop(METRICS[task][0])
    return Estimate(
        first.scores.f1,
        interval,
        tuple(run.f1 for run in first.runs),
        {metric: one.scores.f1 for metric, one in found.items()},
        fmean(_rewards(results, system.name, task)),
    )


def _rewards(results: Results, name: str, task: Task) -> Iterator[float]:
    return (one.scores["tasks"][task]["reward"] for one in results.stages[name])

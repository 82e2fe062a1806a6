"""What the stages took, and for exploration where the time of a step goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import yaml

from sfr.pipeline.recipes import value_at
from sfr.pipeline.results import Results, StageResult
from sfr.predictions import Prediction, open_predictions
from sfr.rewards import Reward, from_signature
from sfr.structures import Task

__all__ = ["Cost", "costs_of"]

_OUTPUTS_OF_STEP = ("data.train_batch_size", "actor_rollout_ref.rollout.n")
"""Prompts, and answers to each."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage of one run took; times in seconds, memory in bytes.

    ``step`` is the mean over supervised steps; of exploration it, ``generating`` and ``updating`` are medians over
    the steps, which its trainer writes down.
    ``grading`` is the time that the reward takes for the outputs of a step, which no trainer writes down: that of one
    output, measured here and now in one process, times their number.
    """

    stage: str
    seed: int
    attempts: int
    steps: int
    rows: int
    seconds: float
    memory: int
    step: float | None = None
    generating: float | None = None
    updating: float | None = None
    grading: float | None = None

    @property
    def share(self) -> float | None:
        """The part of a step that the reward would take if nothing else were done meanwhile."""
        return None if self.grading is None or not self.step else self.grading / self.step


def costs_of(results: Results) -> list[Cost]:
    """What every stage of every run took."""
    return [_cost(one) for stages in results.stages.values() for one in stages]


def _cost(one: StageResult) -> Cost:
    spent = one.spent
    cost = Cost(one.name, one.seed, spent["attempts"], spent["steps"], spent["rows"], spent["seconds"], spent["memory"])
    if one.stage.kind == "supervised":
        return replace(cost, step=spent["step_seconds"] / spent["steps"])
    return replace(
        cost,
        step=_median(one, "seconds"),
        generating=_median(one, "seconds_generating"),
        updating=_median(one, "seconds_updating"),
        grading=_grading(one),
    )


def _median(one: StageResult, name: str) -> float | None:
    found = [numbers[name] for _, numbers in one.curve if name in numbers]
    return median(found) if found else None


def _grading(one: StageResult) -> float | None:
    """The time that the reward takes for the outputs of a step, by that for the answers of the stage's own tasks."""
    try:
        rewards = {task: from_signature(line) for task, line in one.spent["reward"].items()}
    except ValueError:  # of another version, which may be faster or slower
        return None
    outputs = _outputs_of_step(one)
    rows = [row for row in open_predictions(one.folder.predictions).rows if row.task in rewards]
    return outputs * _seconds_each(rows, rewards) if outputs and rows else None


def _outputs_of_step(one: StageResult) -> int | None:
    """How many outputs a step has, by its recipe."""
    recipe = _recipe(one.folder.recipe)
    prompts, answers = (value_at(recipe, path) for path in _OUTPUTS_OF_STEP)
    return int(prompts) * int(answers) if prompts and answers else None


def _recipe(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _seconds_each(rows: list[Prediction], rewards: Mapping[Task, Reward]) -> float:
    """The time of a processor for one output; the first is graded twice, since some things are made at first use."""
    for row in rows[:1]:
        _grade(row, rewards)
    began = process_time()
    for row in rows:
        _grade(row, rewards)
    return (process_time() - began) / len(rows)


def _grade(row: Prediction, rewards: Mapping[Task, Reward]) -> None:
    for output in _texts(row):
        rewards[row.task].score(row.gold, output, row.text, row.schema)


def _texts(row: Prediction) -> Iterator[str]:
    return (output for output in row.outputs if isinstance(output, str))

"""What the answers of a model are worth: F1 of each task, the mean reward, the lengths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from sfr.evaluation import CONVENTIONS
from sfr.evaluation.corpus import Job, Run, evaluate
from sfr.evaluation.lengths import summary
from sfr.evaluation.numbers import Number, numbers
from sfr.evaluation.systems import MEAN, System
from sfr.files import written_whole
from sfr.predictions import Prediction, open_predictions
from sfr.rewards import reward
from sfr.structures import TASKS, Task

__all__ = ["METRICS", "ScoresError", "read_scores", "run_of", "scored"]

METRICS: dict[Task, tuple[str, ...]] = {
    "ner": ("entity",),
    "re": ("relation",),
    "ee": ("argument", "trigger"),
}
"""The metrics of each task; the first is the one of Table 5, where the figure of EE is that of arguments."""

_CONVENTION = CONVENTIONS["sfr"]


class ScoresError(ValueError):
    """Predictions that nothing can be counted in."""


def run_of(predictions: Path) -> Run:
    """The outcomes of a file of predictions.

    Raises ScoresError with everything that is wrong with it, OSError when it cannot be read.
    """
    source = open_predictions(predictions)
    found = evaluate(source.rows, Job(_CONVENTION, "given"))
    if source.problems or len(found) != 1:
        raise ScoresError(str(source.problems) or f"{predictions}: expected one answer to each example")
    return found[0]


def scored(predictions: Path, target: Path, made_from: Mapping[str, Any]) -> dict[str, Any]:
    """Count what the answers are worth, and write it down with what they were made from."""
    run = run_of(predictions)
    rewards = _rewards(predictions)
    scores = {
        "made_from": made_from,
        "tasks": {task: _of_task(task, run, rewards[task]) for task in TASKS if any(key[0] == task for key in run)},
    }
    with written_whole(target) as file:
        file.write(json.dumps(scores, indent=1) + "\n")
    return scores


def read_scores(path: Path) -> dict[str, Any] | None:
    """What was written down; None if there is nothing that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"made_from", "tasks"} <= found.keys() else None


def _of_task(task: Task, run: Run, rewards: list[float]) -> dict[str, Any]:
    parts = {name: part for (of, name), part in run.items() if of == task}
    lengths = [length for part in parts.values() for length in part.lengths]
    found = numbers(System("", ({(task, name): part for name, part in parts.items()},)), _CONVENTION)
    by_metric = {(number.metric, number.dataset): number for number in found}
    over = MEAN if len(parts) > 1 else next(iter(parts))
    return {
        "examples": sum(len(part.ids) for part in parts.values()),
        "reward": fmean(rewards),
        "unparsable": sum(part.statuses["unparsable"] for part in parts.values()),
        "tokens": summary(lengths).mean,
        "metrics": {
            metric: {
                **_figures(by_metric[metric, over]),
                "data_sets": {name: _figures(by_metric[metric, name])["f1"] for name in parts},
            }
            for metric in METRICS[task]
        },
    }


def _figures(number: Number) -> dict[str, float]:
    return dict(zip(("precision", "recall", "f1"), number.scores, strict=True))


def _rewards(predictions: Path) -> dict[Task, list[float]]:
    """What each answer earns from the reward of the paper, whatever it was trained with."""
    found: dict[Task, list[float]] = {task: [] for task in TASKS}
    known = {task: reward(task) for task in TASKS}
    for row in open_predictions(predictions).rows:
        found[row.task].append(known[row.task].score(row.gold, _text(row), row.text, row.schema).value)
    return found


def _text(row: Prediction) -> str:
    (output,) = row.outputs
    if not isinstance(output, str):
        raise ScoresError(f"{row.place}: expected the text of an answer")
    return output

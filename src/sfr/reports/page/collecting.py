"""What a page needs of every output beyond the sums of an evaluation: its reward, and how it is shown."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from sfr.evaluation.conventions import Convention
from sfr.evaluation.lengths import length_function
from sfr.evaluation.outcomes import outcomes
from sfr.predictions import Prediction
from sfr.reports.page.answers import shown_answer
from sfr.reports.page.model import Answer
from sfr.rewards import Reward
from sfr.structures import Task

__all__ = ["Collected", "Collector", "ExampleKey", "chosen"]

ExampleKey = tuple[Task, str, str]
"""The task, data set and id of an example."""


@dataclass(slots=True)
class Collected:
    """Of one run: the rewards of all outputs and their terms by task, and by example its text and first answer."""

    rewards: dict[Task, list[float]] = field(default_factory=dict)
    terms: dict[tuple[Task, str], list[float]] = field(default_factory=dict)
    answers: dict[ExampleKey, tuple[str, Answer]] = field(default_factory=dict)

    def merge(self, other: Collected) -> None:
        """Add what was collected of later rows."""
        for task, values in other.rewards.items():
            self.rewards.setdefault(task, []).extend(values)
        for name, values in other.terms.items():
            self.terms.setdefault(name, []).extend(values)
        self.answers.update(other.answers)


@dataclass(frozen=True, slots=True)
class Collector:
    """How predictions are collected, the same in every process.

    ``wanted`` are the examples to show, ``None`` for all; ``lengths`` names what outputs are measured
    with, or is "given" for lengths that a prediction brings.
    """

    convention: Convention
    rewards: Mapping[Task, Reward]
    wanted: frozenset[ExampleKey] | None = None
    lengths: str = "words"

    def __call__(self, predictions: list[Prediction]) -> Collected:
        """What some predictions give.

        Raises ValueError where a reward asks for a text or a schema that is not there.
        """
        found = Collected()
        for prediction in predictions:
            key = prediction.task, prediction.dataset, prediction.id
            self._reward(prediction, found)
            if self.wanted is None or key in self.wanted:
                found.answers[key] = prediction.text or "", self._answer(prediction)
        return found

    def _reward(self, prediction: Prediction, found: Collected) -> None:
        outputs = [output for output in prediction.outputs if isinstance(output, str)]
        n, reward = len(outputs), self.rewards[prediction.task]
        scores = reward.score_batch([prediction.gold] * n, outputs, [prediction.text] * n, [prediction.schema] * n)
        for score in scores:
            found.rewards.setdefault(prediction.task, []).append(score.value)
            for name, value in score.terms.items():
                found.terms.setdefault((prediction.task, name), []).append(value)

    def _answer(self, prediction: Prediction) -> Answer:
        output, reward = prediction.outputs[0], self.rewards[prediction.task]
        length = next(iter(self._lengths(prediction)), None)
        return shown_answer(
            prediction, output, outcomes(prediction, self.convention)[0], self.convention, reward, length
        )

    def _lengths(self, prediction: Prediction) -> list[int]:
        outputs = [output for output in prediction.outputs[:1] if isinstance(output, str)]
        return list(prediction.tokens) if self.lengths == "given" else _measure(self.lengths)(outputs)


_measure = cache(length_function)  # a tokenizer is loaded once in each process


def chosen(keys: Iterable[ExampleKey], at_most: int, seed: int = 0) -> Iterator[ExampleKey]:
    """Some of the examples, drawn without favour and left in their order; all of them if they are not more."""
    keys = list(keys)
    if len(keys) <= at_most:
        yield from keys
        return
    taken = frozenset(random.Random(seed).sample(range(len(keys)), at_most))  # noqa: S311 - a sample, not a secret
    yield from (key for place, key in enumerate(keys) if place in taken)

"""The ways a trainer calls an sfr reward, in the middle of a run: warm, but every gold and output is new to it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import sfr

from .damage import damage
from .floors import json_loads
from .make_outputs import Group, Task, make_groups
from .timing import Measure, Work, measure

Batch: TypeAlias = tuple[list[str], list[str]]  # gold texts and outputs, side by side
Call: TypeAlias = Callable[[Any, Batch], object]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to score the groups, and the most it may cost."""

    name: str
    outputs: Callable[[list[Group]], list[list[str]]]
    call: Call
    target: float | None = None  # in times `json.loads` of the outputs


def measure_way(way: Way, task: Task, groups: list[Group]) -> Measure:
    """What a way costs beside `json.loads` on the same outputs (undamaged ones, for it stops at damage)."""
    outputs = way.outputs(groups)
    gold_texts = [group.gold_text for group in groups]

    def prepare() -> tuple[Any, list[Batch]]:
        forget()
        batches = [
            ([gold] * len(row), [_copy(output) for output in row])
            for gold, row in zip(gold_texts, outputs, strict=True)
        ]
        return _warm(sfr.reward(task)), batches

    def run(prepared: tuple[Any, list[Batch]]) -> None:
        reward, batches = prepared
        for batch in batches:
            way.call(reward, batch)

    readable = _different(groups) if way.outputs is _damaged else outputs
    yardstick = json_loads([output for row in readable for output in row])
    return measure(Work(prepare, run), yardstick, sum(map(len, outputs)))


def _warm(reward: Any) -> Any:
    """The reward after it has scored other groups: its decoder is loaded, and it has seen such sizes."""
    for group in make_groups(reward.task, 300, 8, seed=1):
        reward.score_batch([group.gold_text] * len(group.outputs), group.outputs)
    return reward


def forget() -> None:
    """Empty every `functools` cache in sfr, so that a repeat does not find the answers of the last one."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "sfr":
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if clear is not None:
                    clear()


def _copy(text: str) -> str:
    """An equal string that is another object, as a tokenizer would make it: its hash is not known yet."""
    return text.encode().decode()


def _different(groups: list[Group]) -> list[list[str]]:
    return [group.outputs for group in groups]


def _identical(groups: list[Group]) -> list[list[str]]:
    return [group.outputs[:1] * len(group.predictions) for group in groups]


def _damaged(groups: list[Group]) -> list[list[str]]:
    return [damage(group.outputs, seed=seed) for seed, group in enumerate(groups)]


def _batch(reward: Any, batch: Batch) -> object:
    return reward.score_batch(*batch)


def _singly(reward: Any, batch: Batch) -> object:
    return [reward.score(gold, output) for gold, output in zip(*batch, strict=True)]


WAYS = (
    Way("sfr, score_batch: different outputs", _different, _batch, target=2.5),
    Way("sfr, score_batch: identical outputs", _identical, _batch, target=0.6),
    Way("sfr, score: one at a time", _different, _singly),
    Way("sfr, score_batch: 8 % damaged", _damaged, _batch),
)

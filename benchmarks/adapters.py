"""What an adapter adds to the reward: each called as its trainer calls it, beside `json.loads` of the outputs."""

import json
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

from rich.table import Table

import sfr
from sfr.trainers import CONVENTIONS

from .floors import json_loads
from .make_outputs import TASKS, make_groups
from .ours import forget
from .timing import Work, measure

GROUPS = 200  # of each task
OUTPUTS = 8
BATCH = 256  # outputs that a trainer hands over at a time, where it hands over several

Pairs = tuple[list[str], list[str]]


def table() -> Table:
    """Times `json.loads`, and microseconds for an output."""
    truths, outputs = _pairs()
    found = Table(title=f"Adapters: {len(outputs):,} different outputs of three tasks; x = json.loads of the outputs")
    for name in ("", "x", "us for an output"):
        found.add_column(name, justify="left" if not name else "right")
    for name, call in _ways().items():
        spent = measure(Work(_fresh(truths, outputs), _over(call)), json_loads(outputs), len(outputs))
        found.add_row(name, f"{spent.times:.1f}", f"{spent.seconds / len(outputs) * 1e6:.1f}")
    return found


def _pairs() -> Pairs:
    truths, outputs = [], []
    for task in TASKS:
        for group in make_groups(task, GROUPS, OUTPUTS):
            truths += [_truth(task, group.gold_text, group.text)] * len(group.outputs)
            outputs += group.outputs
    return truths, outputs


def _truth(task: str, gold_text: str, text: str) -> str:
    return f'{{"task": "{task}", "text": {json.dumps(text)}, "gold": {gold_text}}}'


def _fresh(truths: list[str], outputs: list[str]) -> Callable[[], Pairs]:
    def prepare() -> Pairs:
        forget()
        return truths, [output + " " for output in outputs]  # strings that nothing has seen

    return prepare


def _over(call: Callable[[list[str], list[str]], object]) -> Callable[[Pairs], None]:
    def run(pairs: Pairs) -> None:
        truths, outputs = pairs
        for start in range(0, len(outputs), BATCH):
            call(truths[start : start + BATCH], outputs[start : start + BATCH])

    return run


def _ways() -> dict[str, Callable[[list[str], list[str]], object]]:
    def plain(truths: list[str], outputs: list[str]) -> object:
        for truth, output in zip(truths, outputs, strict=True):
            row = json.loads(truth)
            rewards[row["task"]].score(row["gold"], output, row["text"])
        return None

    rewards = {task: sfr.reward(task) for task in TASKS}
    ways: dict[str, Callable[[list[str], list[str]], object]] = {
        "json.loads of the truth, and the reward": plain,
        "Grader.grade_batch": lambda truths, outputs: sfr.configured().grade_batch(truths, outputs),
    }
    for one in CONVENTIONS.values():
        if not one.needs:
            ways[one.title] = _called(one, resolve_name(one.route))
    return ways


def _called(convention: Any, reward: Any) -> Callable[[list[str], list[str]], object]:
    return lambda truths, outputs: convention.call(reward, truths, outputs, {})

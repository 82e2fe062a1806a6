"""Predictions of LLaMAFactory: ``generated_predictions.jsonl`` of its trainer and of its ``vllm_infer.py``.

Every line is {"prompt", "predict", "label"}, in the order of the data set, with the texts that the
tokeniser gives back: a prompt with the marks of its template, a label with an empty block of
thoughts where the template asks for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfr.files import kind_of
from sfr.formats import records
from sfr.predictions._feed import Feed
from sfr.predictions._fields import AS_GIVEN
from sfr.predictions._join import Answer
from sfr.structures import Task

__all__ = ["answers"]

_HARMLESS = {(), ("thinking",)}


def answers(feed: Feed, task: Task | None) -> Iterator[Answer]:
    """What the lines hold; with a task, their labels are read as gold."""
    for line in feed:
        problems: list[str] = []
        texts = {name: _text(line.value, name, problems) for name in ("prompt", "predict", "label")}
        own = None if task is None else {"gold": _gold(texts["label"], task, problems)}
        yield Answer(
            line.place,
            line.number,
            (texts["predict"],),
            problems=tuple(problems),
            position=line.position,
            own=own,
            prompt=texts["prompt"],
        )


def _text(row: dict[str, Any], name: str, problems: list[str]) -> str:
    value = row.get(name)
    if isinstance(value, str):
        return value
    problems.append(f"{name}: expected a string, found {kind_of(value)}")
    return ""


def _gold(label: str, task: Task, problems: list[str]) -> dict[str, list[object]]:
    """The records of a label that loses nothing by being read."""
    parsed = AS_GIVEN(label, task, None, None)
    if parsed.format != "records" or parsed.problems or parsed.rungs not in _HARMLESS:
        why = "; ".join(map(str, parsed.problems)) or f"found {parsed.format or 'nothing readable'}"
        problems.append(f"label: expected {task} records ({why}); give the gold in a file of its own (--gold)")
    return records(parsed.extraction, task)

"""Rows to be scored: a gold, the outputs of its group, and what they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from sfr.files import RowError, kind_of, without_nulls
from sfr.parsing import Gold
from sfr.schema import Schema, as_schema
from sfr.structures import Task, as_task

__all__ = ["GroundTruth", "Row", "as_row", "read_ground_truth"]


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """All that outputs are scored with: the task, the gold, and the text and the schema it was made from."""

    task: Task
    gold: Gold
    text: str | None = None
    schema: Schema | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One gold with the outputs of its group."""

    id: Any
    task: Task
    gold: Gold
    outputs: tuple[str, ...]
    text: str | None = None
    schema: Schema | None = None


def as_row(value: Any, task: Task | None = None) -> Row:
    """The row that a JSON object describes; ``task`` is for rows that name none.

    ``{id?, task?, text?, schema?, gold, output | outputs}``; other keys are left alone.

    Raises RowError with everything that is wrong.
    """
    if not isinstance(value, dict):
        raise RowError([f"expected a JSON object, found {kind_of(value)}"])
    problems: list[str] = []
    truth = _truth(value, task, problems, "put it in the row or name one for the whole file (--task)")
    outputs = _outputs(value, problems)
    if problems or truth is None:
        raise RowError(problems)
    return Row(value.get("id"), truth.task, truth.gold, tuple(outputs), truth.text, truth.schema)


def read_ground_truth(truth: str | Mapping[str, Any]) -> GroundTruth:
    """The ground truth in a row for a trainer: ``{"task", "text"?, "gold", "schema"?}`` as JSON text, or as an object.

    In an object None stands for a key that is not there, and lists may be arrays of numpy, as in the columns
    that trainers make of objects.

    Raises RowError with everything that is wrong; gold is left to the reward, which reads it.
    """
    if isinstance(truth, str):
        try:
            parts = msgspec.json.decode(truth, type=dict[str, msgspec.Raw])
            value = {key: _as_is(raw) if key == "gold" else msgspec.json.decode(raw) for key, raw in parts.items()}
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            raise RowError([f"expected JSON text {_SHAPE}: {error}"]) from None
    elif isinstance(truth, Mapping):
        value = without_nulls(truth)
    else:
        raise RowError([f"expected JSON text {_SHAPE}, found {kind_of(truth)}"])
    problems: list[str] = []
    found = _truth(
        value, None, problems, f"expected {_SHAPE}, found the keys {', '.join(map(str, value)) or 'of nothing'}"
    )
    if problems or found is None:
        raise RowError(problems)
    return found


_SHAPE = '{"task", "text", "gold", "schema"}'


def _as_is(raw: msgspec.Raw) -> Any:
    """An object as the text that it is written in, so that the reward sees keys that stand twice."""
    text = bytes(raw).decode()
    return text if text.startswith("{") else msgspec.json.decode(raw)


def _truth(value: Mapping[str, Any], task: Task | None, problems: list[str], hint: str) -> GroundTruth | None:
    try:
        task = as_task(value["task"]) if value.get("task") is not None else task
        if task is None:
            problems.append(f"task: missing; {hint}")
    except ValueError as error:
        problems.append(f"task: {error}")
    text = value.get("text")
    if text is not None and not isinstance(text, str):
        problems.append(f"text: expected a string, found {kind_of(text)}")
    schema = None
    try:
        schema = None if value.get("schema") is None else as_schema(value["schema"])
    except (ValueError, TypeError) as error:
        problems.append(f"schema: {error}")
    gold: Any = value.get("gold")
    if not isinstance(gold, (dict, str)):
        problems.append(f"gold: expected a records object or JSON text, found {kind_of(gold)}")
    return None if problems or task is None else GroundTruth(task, gold, text, schema)


def _outputs(value: dict[str, Any], problems: list[str]) -> list[str]:
    one, many = value.get("output"), value.get("outputs")
    if (one is None) == (many is None):
        problems.append("output: expected exactly one of output (a string) and outputs (a list of strings)")
        return []
    outputs = [one] if many is None else many
    if not isinstance(outputs, list):
        problems.append(f"outputs: expected a list of strings, found {kind_of(outputs)}")
        return []
    if not outputs:
        problems.append("outputs: expected at least one string, found an empty list")
    for i, output in enumerate(outputs):
        if not isinstance(output, str):
            name = "output" if many is None else f"outputs[{i}]"
            problems.append(f"{name}: expected a string, found {kind_of(output)}")
    return outputs

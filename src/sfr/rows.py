"""Rows to be scored: a gold, the outputs of its group, and what they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sfr.files import RowError, kind_of
from sfr.parsing import Gold
from sfr.schema import Schema, as_schema
from sfr.structures import Task, as_task

__all__ = ["Row", "as_row"]


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
    try:
        task = as_task(value["task"]) if value.get("task") is not None else task
        if task is None:
            problems.append("task: missing; put it in the row or name one for the whole file (--task)")
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
    outputs = _outputs(value, problems)
    if problems or task is None:
        raise RowError(problems)
    return Row(value.get("id"), task, gold, tuple(outputs), text, schema)


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
